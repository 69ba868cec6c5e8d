"""What is asked of Graph for each part of a snapshot: path, permission, roles, licence, limit.

Least privilege, read only. Source: Microsoft Graph reference (permissions and supported roles of each call)
and "Microsoft Entra built-in roles" (template ids), read in 2025 and 2026. `roles` are left out where every
member of a tenant may read, or where the page that we have does not list them all; then nothing is said of
roles.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.directory.graph import Limit
from auditor.directory.snapshot import Part

ROLES: Mapping[str, str] = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
    "5d6b6bb7-de71-4623-b4af-96380a352509": "Security Reader",
    "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f": "Security Operator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
    "4a5d8f65-41da-4de4-8968-e035b65339cf": "Reports Reader",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
    "0526716b-113d-4c15-b2c8-68e3c22b9f80": "Authentication Policy Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers",
}
_READERS = ("Global Reader", "Global Administrator")
_REPORTS = (*_READERS, "Reports Reader", "Security Reader", "Security Administrator")
_LOGS = (*_REPORTS, "Security Operator")
_ACCESS = (*_READERS, "Security Reader", "Security Administrator", "Conditional Access Administrator")
_USER_STATES = (*_READERS, "Authentication Policy Administrator")

USER_READ = "User.Read.All"
MEMBER_READ = "GroupMember.Read.All"
POLICY_READ = "Policy.Read.All"
APP_READ = "Application.Read.All"
ROLE_READ = "RoleManagement.Read.Directory"
LOG_READ = "AuditLog.Read.All"
DIRECTORY_READ = "Directory.Read.All"
ORGANIZATION_READ = "Organization.Read.All"
DOMAIN_READ = "Domain.Read.All"

_USER_FIELDS = (
    "id,userPrincipalName,displayName,accountEnabled,userType,passwordPolicies,lastPasswordChangeDateTime,"
    "onPremisesSyncEnabled,onPremisesImmutableId,createdDateTime,externalUserState,creationType"
)
APP_FIELDS = (
    "id,appId,displayName,accountEnabled,appRoleAssignmentRequired,appOwnerOrganizationId,"
    "servicePrincipalType"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a part is read: `also` are permissions that do as well, `unknown` what stays so without the part.

    `roles` are those of which a person needs one, () where that is not said; `premium`: needs Entra ID P1.
    """

    part: Part
    permission: str
    unknown: str
    path: str = ""
    also: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    premium: bool = False
    limit: Limit = Limit.DIRECTORY

    @property
    def role_ids(self) -> Mapping[str, str]:
        """Return the roles by template id."""
        return {role: name for role, name in ROLES.items() if name in self.roles}


READINGS: tuple[Reading, ...] = (
    Reading(
        Part.ORGANIZATION,
        ORGANIZATION_READ,
        "the tenant's name, its domains and its licences",
        "/v1.0/organization?$select=id,displayName,verifiedDomains",
        (DIRECTORY_READ,),
    ),
    Reading(
        Part.DOMAINS,
        DOMAIN_READ,
        "how long passwords last before they expire",
        "/v1.0/domains?$select=id,authenticationType,isVerified,passwordValidityPeriodInDays",
        (DIRECTORY_READ,),
    ),
    Reading(
        Part.USERS,
        USER_READ,
        "whether accounts are disabled, guests or synchronised, and whether passwords expire",
        f"/v1.0/users?$select={_USER_FIELDS}&$top=999",
        (DIRECTORY_READ,),
    ),
    Reading(
        Part.REGISTRATIONS,
        LOG_READ,
        "who has registered for MFA",
        "/v1.0/reports/authenticationMethods/userRegistrationDetails",
        roles=_REPORTS,
        premium=True,
        limit=Limit.REPORTS,
    ),
    Reading(
        Part.SECURITY_DEFAULTS,
        POLICY_READ,
        "whether security defaults are on",
        "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy",
        roles=_ACCESS,
    ),
    Reading(
        Part.POLICIES,
        POLICY_READ,
        "which policy demands MFA of whom, and who is excluded",
        "/v1.0/identity/conditionalAccess/policies",
        roles=_ACCESS,
        premium=True,
        limit=Limit.POLICIES,
    ),
    Reading(
        Part.LOCATIONS,
        POLICY_READ,
        "from where policies apply",
        "/v1.0/identity/conditionalAccess/namedLocations",
        roles=_ACCESS,
        premium=True,
        limit=Limit.POLICIES,
    ),
    Reading(
        Part.STRENGTHS,
        POLICY_READ,
        "what authentication strengths stand for",
        "/v1.0/policies/authenticationStrengthPolicies",
        roles=_ACCESS,
        premium=True,
        limit=Limit.POLICIES,
    ),
    Reading(
        Part.AUTHORIZATION,
        POLICY_READ,
        "whether users may consent for themselves",
        "/v1.0/policies/authorizationPolicy",
    ),
    Reading(
        Part.SERVICE_PRINCIPALS,
        APP_READ,
        "whether the apps are there, enabled, and require assignment",
        also=(DIRECTORY_READ,),
    ),
    Reading(Part.APPLICATIONS, APP_READ, "when the secrets of the apps expire"),
    Reading(Part.GRANTS, DIRECTORY_READ, "what was consented to, and for whom"),
    Reading(Part.ASSIGNMENTS, APP_READ, "who is assigned to the apps", also=(DIRECTORY_READ,)),
    Reading(
        Part.REALM_POLICIES,
        POLICY_READ,
        "whether federated accounts may use a password in the cloud",
        "/v1.0/policies/homeRealmDiscoveryPolicies",
    ),
    Reading(
        Part.ROLES,
        ROLE_READ,
        "who has a directory role that policies name, and who may consent for everybody",
        "/v1.0/directoryRoles?$select=id,displayName,roleTemplateId",
        (DIRECTORY_READ,),
    ),
    Reading(Part.GROUPS, MEMBER_READ, "what the groups of policies are called", also=(DIRECTORY_READ,)),
    Reading(Part.MEMBERS, MEMBER_READ, "who is in the groups that policies name", also=(DIRECTORY_READ,)),
    Reading(
        Part.USER_STATES,
        POLICY_READ,
        "whether MFA is enforced for single accounts",
        roles=_USER_STATES,
    ),
    Reading(
        Part.SIGN_INS,
        LOG_READ,
        "what the sign-in log says of recent sign-ins",
        roles=_LOGS,
        premium=True,
        limit=Limit.REPORTS,
    ),
)
BY_PART: Mapping[Part, Reading] = {reading.part: reading for reading in READINGS}
