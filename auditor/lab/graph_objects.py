"""What Microsoft Graph says of a tenant's people, groups and settings, computed from the world.

Ids follow from what they name. Property names and values are Graph's; texts are invented.
"""

from typing import TYPE_CHECKING, Any

from auditor.lab.apps import DATAVERSE
from auditor.lab.entra import object_id
from auditor.lab.estate import derived_id
from auditor.lab.roles import role_template

if TYPE_CHECKING:
    from auditor.lab.estate import Estate
    from auditor.lab.state import State
    from auditor.lab.world.tenants import Tenant
    from auditor.lab.world.users import User

Rows = list[dict[str, Any]]
_METHODS = {
    "none": [],
    "entra": ["microsoftAuthenticatorPush", "softwareOneTimePasscode"],
    "third-party": ["externalAuthMethod"],
}
_CONSENT = "ManagePermissionGrantsForSelf.microsoft-user-default-legacy"
_OWNED = "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team"
_PLANS = {"free": ["AAD_BASIC"], "p1": ["AAD_PREMIUM"], "p2": ["AAD_PREMIUM", "AAD_PREMIUM_P2"]}


def people(estate: "Estate", tenant: "Tenant") -> "list[User]":
    """Return the users in a tenant's directory."""
    return [user for user in estate.world.users if estate.tenant_of(user.upn) is tenant]


def group_id(tenant: "Tenant", name: str) -> str:
    """Return a group's object id."""
    return derived_id(tenant.id, "group", name)


def organization(_state: "State", tenant: "Tenant") -> Rows:
    """Return the tenant itself."""
    domains = [
        {"name": domain.name, "isDefault": number == 0} for number, domain in enumerate(tenant.domains)
    ]
    return [{"id": tenant.id, "displayName": tenant.name, "verifiedDomains": domains}]


def domains(_state: "State", tenant: "Tenant") -> Rows:
    """Return the tenant's domains, each with the days that a password lasts, null where nobody set them."""
    return [
        {
            "id": domain.name,
            "authenticationType": "Federated" if domain.federation else "Managed",
            "isVerified": True,
            "isDefault": number == 0,
            "supportedServices": [],
            "passwordValidityPeriodInDays": domain.password_validity_days,
        }
        for number, domain in enumerate(tenant.domains)
    ]


def licences(_state: "State", tenant: "Tenant") -> Rows:
    """Return the tenant's subscriptions."""
    plans = [{"servicePlanName": name, "provisioningStatus": "Success"} for name in _PLANS[tenant.licence]]
    return [{"id": derived_id(tenant.id, "sku"), "capabilityStatus": "Enabled", "servicePlans": plans}]


def users(state: "State", tenant: "Tenant") -> Rows:
    """Return the users, guests among them."""
    return [_user(tenant, user) for user in people(state.estate, tenant)]


def _user(tenant: "Tenant", user: "User") -> dict[str, Any]:
    synced = tenant.syncs(user)
    changed = user.password_changed
    return {
        "id": object_id(user.upn),
        "userPrincipalName": user.upn,
        "displayName": user.name or user.upn.partition("@")[0],
        "accountEnabled": user.enabled,
        "userType": "Guest" if user.guest_of else "Member",
        "passwordPolicies": "DisablePasswordExpiration" if user.password_never_expires else None,
        "lastPasswordChangeDateTime": f"{changed}T08:00:00Z" if changed else None,
        "onPremisesSyncEnabled": True if synced else None,
        "onPremisesImmutableId": derived_id("immutable", user.upn) if synced else None,
        "createdDateTime": "2024-02-01T08:00:00Z",
        "externalUserState": "Accepted" if user.guest_of else None,
        "creationType": "Invitation" if user.guest_of else None,
    }


def registrations(state: "State", tenant: "Tenant") -> Rows:
    """Return what users have registered; Graph leaves disabled ones out."""
    return [_registration(state, tenant, user) for user in people(state.estate, tenant) if user.enabled]


def _registration(state: "State", tenant: "Tenant", user: "User") -> dict[str, Any]:
    methods = _METHODS[user.mfa_method]
    return {
        "id": object_id(user.upn),
        "userPrincipalName": user.upn,
        "userDisplayName": user.name or user.upn.partition("@")[0],
        "userType": "guest" if user.guest_of else "member",
        "isAdmin": bool(state.estate.roles(tenant, user.upn)),
        "isMfaRegistered": bool(methods),
        "isMfaCapable": bool(methods),
        "isPasswordlessCapable": False,
        "methodsRegistered": methods,
        "lastUpdatedDateTime": state.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def groups(_state: "State", tenant: "Tenant") -> Rows:
    """Return the groups."""
    return [
        {
            "id": group_id(tenant, group.name),
            "displayName": group.name,
            "groupTypes": [],
            "securityEnabled": True,
            "isAssignableToRole": bool(group.roles) or None,
        }
        for group in tenant.groups
    ]


def members(state: "State", tenant: "Tenant", group: str, *, all_levels: bool) -> Rows:
    """Return a group's members by its object id: users, and the groups in it; each once."""
    by_name = {one.name.lower(): one for one in tenant.groups}
    todo = [one for one in tenant.groups if group_id(tenant, one.name) == group]
    rows: Rows = []
    seen: set[str] = set()
    while todo:
        found = todo.pop(0)
        if found.name in seen:
            continue
        seen.add(found.name)
        inside = [by_name[name.lower()] for name in found.groups]
        rows += [member("user", object_id(upn)) for upn in found.members if state.estate.user(upn)]
        rows += [member("group", group_id(tenant, one.name)) for one in inside]
        todo += inside if all_levels else []
    return [row for number, row in enumerate(rows) if row not in rows[:number]]


def member(kind: str, key: str) -> dict[str, Any]:
    """Return a member of something, as lists of members hold it."""
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": key}


def roles(state: "State", tenant: "Tenant") -> Rows:
    """Return the directory roles that somebody has."""
    named = {role for user in people(state.estate, tenant) for role in user.directory_roles}
    named |= {role for group in tenant.groups for role in group.roles}
    return [
        {
            "id": derived_id(tenant.id, "directoryRole", role),
            "displayName": role,
            "roleTemplateId": role_template(role),
        }
        for role in sorted(named)
    ]


def role_members(state: "State", tenant: "Tenant", role: str) -> Rows:
    """Return who has a role, by its object id: users, and groups that can hold roles."""
    name = next((one["displayName"] for one in roles(state, tenant) if one["id"] == role), "")
    direct = [user for user in people(state.estate, tenant) if name in user.directory_roles]
    through = [group for group in tenant.groups if name in group.roles]
    return [
        *(member("user", object_id(user.upn)) for user in direct),
        *(member("group", group_id(tenant, group.name)) for group in through),
    ]


def security_defaults(tenant: "Tenant") -> dict[str, Any]:
    """Return the switch of security defaults."""
    key = "00000000-0000-0000-0000-000000000005"
    return {"id": key, "displayName": "Security Defaults", "isEnabled": tenant.security_defaults}


def authorization(tenant: "Tenant") -> dict[str, Any]:
    """Return what users may do by themselves."""
    policies = [_CONSENT, _OWNED] if tenant.user_consent == "allowed" else [_OWNED]
    return {
        "id": "authorizationPolicy",
        "displayName": "Authorization Policy",
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": True,
            "permissionGrantPoliciesAssigned": policies,
        },
    }


def user_state(state: "State", tenant: "Tenant", user: str) -> dict[str, Any] | None:
    """Return the per-user MFA state of a user, by object id or principal name; None for no such user."""
    wanted = user.lower()
    for one in people(state.estate, tenant):
        if wanted in {one.key, object_id(one.upn)}:
            return {"perUserMfaState": one.per_user_mfa}
    return None


def sign_ins(state: "State", tenant: "Tenant") -> Rows:
    """Return the sign-in log, the latest first."""
    found = [entry for entry in state.sign_ins if state.estate.tenant_of(entry.upn) is tenant]
    return [
        {
            "id": derived_id("sign-in", str(number), entry.upn),
            "createdDateTime": entry.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "userId": object_id(entry.upn),
            "userPrincipalName": entry.upn,
            "appId": entry.client_id,
            "resourceId": DATAVERSE if state.estate.environment(entry.resource) else "",
            "clientAppUsed": "Mobile Apps and Desktop clients",
            "authenticationProtocol": entry.protocol,
            "incomingTokenType": entry.incoming,
            "isInteractive": True,
            "ipAddress": state.address,
            "status": {"errorCode": entry.code},
        }
        for number, entry in reversed(list(enumerate(found)))
    ]
