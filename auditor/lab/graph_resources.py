"""What the lab's Graph serves: which path, who may read it, and what stands there.

Source: Microsoft Graph's reference for permissions and roles; what is assumed stands in docs/lab.md.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from auditor.lab import graph_apps, graph_objects, graph_policies
from auditor.lab.roles import role_template

if TYPE_CHECKING:
    from auditor.lab.graph_objects import Rows
    from auditor.lab.state import State
    from auditor.lab.world.tenants import Tenant

_READERS = ("Global Reader", "Global Administrator")
_REPORTS = (*_READERS, "Reports Reader", "Security Reader", "Security Administrator")
_LOGS = (*_REPORTS, "Security Operator")
_ACCESS = (*_READERS, "Security Reader", "Security Administrator", "Conditional Access Administrator")
_USER_STATES = (*_READERS, "Authentication Policy Administrator")


@dataclass(frozen=True)
class Caller:
    """Who asks: the tenant, and what the token says."""

    state: "State"
    tenant: "Tenant"
    claims: Mapping[str, Any]

    def granted(self, permissions: tuple[str, ...]) -> bool:
        """Return whether the token carries one of these permissions."""
        held = {*str(self.claims.get("scp", "")).split(), *self.claims.get("roles", ())}
        return bool(held & set(permissions))

    def in_role(self, names: tuple[str, ...]) -> bool:
        """Return whether a person has one of these roles; an application needs none."""
        if not names or self.claims.get("idtyp") == "app":
            return True
        return bool({role_template(name) for name in names} & set(self.claims.get("wids", ())))


Found: TypeAlias = "Callable[[Caller, Mapping[str, str]], Rows | dict[str, Any] | None]"


@dataclass(frozen=True)
class Resource:
    """A path of Graph: who may read it, and what stands there: rows, one object, or None for nothing."""

    path: re.Pattern[str]
    found: Found
    permissions: tuple[str, ...]
    roles: tuple[str, ...] = ()
    premium: bool = False
    paced: bool = False
    context: str = ""


def _resource(path: str, found: Found, *permissions: str, **more: Any) -> Resource:
    return Resource(re.compile(path), found, permissions, **more)


def _rows(source: "Callable[[State, Tenant], Rows]") -> Found:
    return lambda caller, _: source(caller.state, caller.tenant)


def _one_group(caller: Caller, parts: Mapping[str, str]) -> dict[str, Any] | None:
    rows = graph_objects.groups(caller.state, caller.tenant)
    return next((row for row in rows if row["id"] == parts["id"]), None)


def _members(caller: Caller, parts: Mapping[str, str]) -> "Rows | None":
    if _one_group(caller, parts) is None:
        return None
    deep = parts["kind"] == "transitiveMembers"
    return graph_objects.members(caller.state, caller.tenant, parts["id"], all_levels=deep)


_DIRECTORY = "Directory.Read.All"
_POLICY = "Policy.Read.All"
_ID = r"(?P<id>[0-9a-fA-F-]{36})"
RESOURCES = (
    _resource("organization", _rows(graph_objects.organization), "Organization.Read.All", _DIRECTORY),
    _resource("subscribedSkus", _rows(graph_objects.licences), "Organization.Read.All", _DIRECTORY),
    _resource("domains", _rows(graph_objects.domains), "Domain.Read.All", _DIRECTORY),
    _resource("users", _rows(graph_objects.users), "User.Read.All", _DIRECTORY),
    _resource(
        r"users/(?P<id>[^/]+)/authentication/requirements",
        lambda caller, parts: graph_objects.user_state(caller.state, caller.tenant, parts["id"]),
        _POLICY,
        roles=_USER_STATES,
    ),
    _resource(
        "reports/authenticationMethods/userRegistrationDetails",
        _rows(graph_objects.registrations),
        "AuditLog.Read.All",
        roles=_REPORTS,
        premium=True,
    ),
    _resource(
        "auditLogs/signIns",
        _rows(graph_objects.sign_ins),
        "AuditLog.Read.All",
        roles=_LOGS,
        premium=True,
    ),
    _resource(
        "policies/identitySecurityDefaultsEnforcementPolicy",
        lambda caller, _: graph_objects.security_defaults(caller.tenant),
        _POLICY,
        roles=_ACCESS,
    ),
    _resource(
        "policies/authorizationPolicy", lambda caller, _: graph_objects.authorization(caller.tenant), _POLICY
    ),
    _resource(
        "policies/authenticationStrengthPolicies",
        lambda _caller, _: [],
        _POLICY,
        roles=_ACCESS,
        premium=True,
        paced=True,
    ),
    _resource(
        "identity/conditionalAccess/policies",
        _rows(graph_policies.policies),
        _POLICY,
        roles=_ACCESS,
        premium=True,
        paced=True,
    ),
    _resource(
        "identity/conditionalAccess/namedLocations",
        _rows(graph_policies.locations),
        _POLICY,
        roles=_ACCESS,
        premium=True,
        paced=True,
    ),
    _resource("policies/homeRealmDiscoveryPolicies", _rows(graph_apps.realm_policies), _POLICY),
    _resource(
        rf"policies/homeRealmDiscoveryPolicies/{_ID}/appliesTo",
        _rows(graph_apps.realm_policy_targets),
        _POLICY,
    ),
    _resource("servicePrincipals", _rows(graph_apps.service_principals), "Application.Read.All", _DIRECTORY),
    _resource("applications", _rows(graph_apps.registrations), "Application.Read.All", _DIRECTORY),
    _resource(
        rf"servicePrincipals/{_ID}/appRoleAssignedTo",
        lambda caller, parts: graph_apps.assigned_to(caller.state, caller.tenant, parts["id"]),
        "Application.Read.All",
        _DIRECTORY,
    ),
    _resource(
        rf"servicePrincipals/{_ID}/appRoleAssignments",
        lambda _caller, _: [],
        "Application.Read.All",
        _DIRECTORY,
    ),
    _resource("oauth2PermissionGrants", _rows(graph_apps.grants), _DIRECTORY),
    _resource(rf"groups/{_ID}", _one_group, "GroupMember.Read.All", _DIRECTORY),
    _resource(
        rf"groups/{_ID}/(?P<kind>transitiveMembers|members)", _members, "GroupMember.Read.All", _DIRECTORY
    ),
    _resource("directoryRoles", _rows(graph_objects.roles), "RoleManagement.Read.Directory", _DIRECTORY),
    _resource(
        rf"directoryRoles/{_ID}/members",
        lambda caller, parts: graph_objects.role_members(caller.state, caller.tenant, parts["id"]),
        "RoleManagement.Read.Directory",
        _DIRECTORY,
    ),
)
WHAT_IF = _resource(
    "",
    _rows(graph_policies.policies),
    "Policy.Read.ConditionalAccess",
    _POLICY,
    roles=_ACCESS,
    premium=True,
    paced=True,
)
