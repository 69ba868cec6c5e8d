"""What Microsoft Graph says of a tenant's applications: principals, consents, assignments, realm policies."""

import json
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from auditor.lab.apps import CLIENT_IDS, DATAVERSE, RESOURCE_IDS, client_id, resource_id
from auditor.lab.entra import object_id
from auditor.lab.estate import derived_id
from auditor.lab.graph_objects import Rows, group_id, member

if TYPE_CHECKING:
    from auditor.lab.state import State
    from auditor.lab.world.tenants import App, Tenant

_TWO_YEARS = 730
_NOBODY = "00000000-0000-0000-0000-000000000000"


def principal_id(tenant: "Tenant", app_id: str) -> str:
    """Return the object id of an application's service principal."""
    return derived_id(tenant.id, "servicePrincipal", app_id)


def apps(tenant: "Tenant") -> "dict[str, App]":
    """Return the applications that the tenant knows, by client id; several names may be one registration."""
    return {client_id(app.app): app for app in reversed(tenant.apps)}


def service_principals(_state: "State", tenant: "Tenant") -> Rows:
    """Return the applications, Dataverse and Microsoft Graph as the tenant knows them."""
    names = {client: name for name, client in reversed(CLIENT_IDS.items())}
    rows = [
        _principal(tenant, key, names.get(key, f"Application {key[:8]}"), app)
        for key, app in apps(tenant).items()
    ]
    if tenant.dataverse != "missing":
        enabled = tenant.dataverse == "enabled"
        rows.append({**_principal(tenant, DATAVERSE, "Dataverse"), "accountEnabled": enabled})
    return [*rows, _principal(tenant, RESOURCE_IDS["microsoft-graph"], "Microsoft Graph")]


def _principal(tenant: "Tenant", app_id: str, name: str, app: "App | None" = None) -> dict[str, Any]:
    return {
        "id": principal_id(tenant, app_id),
        "appId": app_id,
        "displayName": name,
        "accountEnabled": app is None or app.state == "enabled",
        "appRoleAssignmentRequired": app is not None and app.assignment_required,
        "appOwnerOrganizationId": None,
        "servicePrincipalType": "Application",
    }


def registrations(state: "State", tenant: "Tenant") -> Rows:
    """Return the tenant's own registrations: the apps that bear no name of a vendor's."""
    own = {key: app for key, app in apps(tenant).items() if key not in CLIENT_IDS.values()}
    return [
        {
            "id": derived_id(tenant.id, "application", key),
            "appId": key,
            "passwordCredentials": _secrets(state, app),
        }
        for key, app in own.items()
    ]


def _secrets(state: "State", app: "App") -> list[dict[str, Any]]:
    if app.secret is None:
        return []
    ends = state.began + timedelta(days=_TWO_YEARS if app.secret_days is None else app.secret_days)
    shown = {"keyId": derived_id("secret", app.app), "hint": app.secret[:3], "secretText": None}
    return [{**shown, "endDateTime": f"{ends.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}]


def grants(_state: "State", tenant: "Tenant") -> Rows:
    """Return the consents to delegated permissions."""
    return list(_grants(tenant))


def _grants(tenant: "Tenant") -> Iterator[dict[str, Any]]:
    for number, grant in enumerate(tenant.grants):
        for upn in (None,) if grant.all_users else grant.users:
            yield {
                "id": derived_id(tenant.id, "grant", str(number), upn or ""),
                "clientId": principal_id(tenant, client_id(grant.app)),
                "resourceId": principal_id(tenant, resource_id(grant.resource)),
                "consentType": "Principal" if upn else "AllPrincipals",
                "principalId": object_id(upn) if upn else None,
                "scope": " ".join(grant.scopes),
            }


def assigned_to(state: "State", tenant: "Tenant", principal: str) -> Rows:
    """Return who is assigned to an application, by the object id of its service principal."""
    app = next((app for key, app in apps(tenant).items() if principal_id(tenant, key) == principal), None)
    named = {group.name.lower(): group.name for group in tenant.groups}
    rows = []
    for name in app.assigned if app else ():
        user = state.estate.user(name)
        group = named.get(name.lower(), "")
        who, kind = (object_id(user.upn), "User") if user else (group_id(tenant, group), "Group")
        rows.append(_assignment(principal, who, kind, user.upn if user else group))
    return rows


def _assignment(resource: str, who: str, kind: str, name: str) -> dict[str, Any]:
    return {
        "id": derived_id("assignment", resource, who),
        "appRoleId": _NOBODY,
        "principalId": who,
        "principalType": kind,
        "principalDisplayName": name,
        "resourceId": resource,
    }


def realm_policies(_state: "State", tenant: "Tenant") -> Rows:
    """Return the home realm discovery policies: one for the apps whose passwords the cloud may check."""
    if not any(app.cloud_passwords for app in tenant.apps):
        return []
    definition = json.dumps({"HomeRealmDiscoveryPolicy": {"AllowCloudPasswordValidation": True}})
    return [
        {
            "id": derived_id(tenant.id, "realm policy"),
            "displayName": "Passwords checked in the cloud",
            "definition": [definition],
            "isOrganizationDefault": False,
        }
    ]


def realm_policy_targets(_state: "State", tenant: "Tenant") -> Rows:
    """Return what that policy applies to."""
    chosen = {client_id(app.app) for app in tenant.apps if app.cloud_passwords}
    return [member("servicePrincipal", principal_id(tenant, key)) for key in sorted(chosen)]
