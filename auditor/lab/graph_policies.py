"""Conditional Access in Microsoft Graph's words, computed from a tenant's policies; and What-If over them."""

from typing import TYPE_CHECKING, Any

from auditor.lab.access import about, guards, here, policy_id
from auditor.lab.apps import resource_id
from auditor.lab.entra import object_id
from auditor.lab.estate import derived_id
from auditor.lab.graph_objects import group_id, people
from auditor.lab.roles import role_template

if TYPE_CHECKING:
    from collections.abc import Collection

    from auditor.lab.graph_objects import Rows
    from auditor.lab.state import State
    from auditor.lab.world.policies import Location, Places, Policy
    from auditor.lab.world.tenants import Tenant

_STATES = {"on": "enabled", "report-only": "enabledForReportingButNotEnforced", "off": "disabled"}
_CLIENTS = {
    "all": "all",
    "browser": "browser",
    "mobile-apps-and-desktop-clients": "mobileAppsAndDesktopClients",
    "exchange-active-sync": "exchangeActiveSync",
    "other": "other",
}
_FLOWS = {"device-code": "deviceCodeFlow", "authentication-transfer": "authenticationTransfer"}
_CONTROLS = {
    "block": "block",
    "mfa": "mfa",
    "compliant-device": "compliantDevice",
    "hybrid-joined-device": "domainJoinedDevice",
    "approved-app": "approvedApplication",
    "app-protection": "compliantApplication",
    "password-change": "passwordChange",
}
_REGISTERING = "urn:user:registersecurityinfo"


def policies(_state: "State", tenant: "Tenant") -> "Rows":
    """Return the Conditional Access policies."""
    return [policy_data(tenant, policy) for policy in tenant.policies]


def policy_data(tenant: "Tenant", policy: "Policy") -> dict[str, Any]:
    """Return one policy as Graph prints it."""
    return {
        "id": policy_id(tenant, policy),
        "displayName": policy.name,
        "state": _STATES[policy.state],
        "createdDateTime": "2024-02-01T08:00:00Z",
        "modifiedDateTime": None,
        "conditions": {
            "clientAppTypes": [_CLIENTS[kind] for kind in policy.client_apps],
            "userRiskLevels": list(policy.user_risk),
            "signInRiskLevels": [],
            "servicePrincipalRiskLevels": [],
            "platforms": None,
            "devices": None,
            "clientApplications": None,
            "authenticationFlows": _flows(policy),
            "insiderRiskLevels": None,
            "applications": _applications(policy),
            "users": _users(tenant, policy),
            "locations": _locations(tenant, policy.locations),
        },
        "grantControls": _controls(tenant, policy),
        "sessionControls": None,
    }


def _applications(policy: "Policy") -> dict[str, Any]:
    registering = policy.target == "register-security-info"
    return {
        "includeApplications": [] if registering else _resources(policy.apps.include),
        "excludeApplications": [] if registering else _resources(policy.apps.exclude),
        "includeUserActions": [_REGISTERING] if registering else [],
        "includeAuthenticationContextClassReferences": [],
        "applicationFilter": None,
    }


def _resources(words: "Collection[str]") -> list[str]:
    return [resource_id(word) or word.title() for word in words]


def _users(tenant: "Tenant", policy: "Policy") -> dict[str, Any]:
    data: dict[str, Any] = {"includeGuestsOrExternalUsers": None, "excludeGuestsOrExternalUsers": None}
    names = {group.name.lower() for group in tenant.groups}
    for side in ("include", "exclude"):
        words: tuple[str, ...] = getattr(policy.users, side)
        data[f"{side}Groups"] = [group_id(tenant, word) for word in words if word.lower() in names]
        data[f"{side}Roles"] = [
            role_template(word[len("role:") :]) for word in words if word.lower().startswith("role:")
        ]
        data[f"{side}Users"] = [
            _word(word)
            for word in words
            if word.lower() not in names and not word.lower().startswith("role:")
        ]
    return data


def _flows(policy: "Policy") -> dict[str, str] | None:
    words = [_FLOWS[flow] for flow in policy.flows]
    return {"transferMethods": ",".join(words)} if words else None


def _in_flow(policy: "Policy", conditions: dict[str, Any]) -> bool:
    asked = (conditions.get("authenticationFlow") or {}).get("transferMethod", "")
    return asked in {_FLOWS[flow] for flow in policy.flows}


def _word(word: str) -> str:
    return {"all": "All", "guests": "GuestsOrExternalUsers"}.get(word.lower()) or object_id(word)


def location_id(tenant: "Tenant", name: str) -> str:
    """Return a named location's id."""
    return derived_id(tenant.id, "location", name)


def _locations(tenant: "Tenant", places: "Places") -> dict[str, Any] | None:
    if places.include == ("all",) and not places.exclude:
        return None
    return {
        f"{side}Locations": [
            {"all": "All", "all-trusted": "AllTrusted"}.get(word.lower()) or location_id(tenant, word)
            for word in words
        ]
        for side, words in (("include", places.include), ("exclude", places.exclude))
    }


def _controls(tenant: "Tenant", policy: "Policy") -> dict[str, Any]:
    third_party = [derived_id(tenant.id, "control")] if "third-party" in policy.controls else []
    terms = [derived_id(tenant.id, "terms")] if "terms-of-use" in policy.controls else []
    return {
        "operator": policy.operator.upper(),
        "builtInControls": [_CONTROLS[word] for word in policy.controls if word in _CONTROLS],
        "customAuthenticationFactors": third_party,
        "termsOfUse": terms,
        "authenticationStrength": None,
    }


def locations(_state: "State", tenant: "Tenant") -> "Rows":
    """Return the named locations."""
    return [_location(tenant, place) for place in tenant.locations]


def _location(tenant: "Tenant", place: "Location") -> dict[str, Any]:
    ranges = [
        {"@odata.type": f"#microsoft.graph.iPv{6 if ':' in text else 4}CidrRange", "cidrAddress": text}
        for text in place.ranges
    ]
    return {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "id": location_id(tenant, place.name),
        "displayName": place.name,
        "isTrusted": place.trusted,
        "ipRanges": ranges,
    }


def what_if(state: "State", tenant: "Tenant", asked: dict[str, Any]) -> "Rows":
    """Return each policy with whether it would apply to the sign-in described, and why not."""
    rows = []
    for policy in tenant.policies:
        reason = _reason(state, tenant, policy, asked)
        applies = reason == "notSet"
        if applies or not asked.get("appliedPoliciesOnly"):
            row = {**policy_data(tenant, policy), "policyApplies": applies, "analysisReasons": reason}
            rows.append(row)
    return rows


def _reason(state: "State", tenant: "Tenant", policy: "Policy", asked: dict[str, Any]) -> str:
    conditions = asked.get("signInConditions") or {}
    wanted = (asked.get("signInContext") or {}).get("includeApplications") or [""]
    user_id = (asked.get("signInIdentity") or {}).get("userId", "")
    user = next((one for one in people(state.estate, tenant) if object_id(one.upn) == user_id), None)
    kinds = {_CLIENTS[kind] for kind in policy.client_apps}
    address = conditions.get("ipAddress", "")
    checks = (
        ("policyNotEnabled", policy.state == "off"),
        ("userActions", policy.target != "sign-in"),
        ("users", user is None or not about(policy, state.estate, tenant, user)),
        ("application", not guards(policy, wanted[0])),
        ("clientApps", not kinds & {"all", conditions.get("clientAppType", "all")}),
        ("authenticationFlow", bool(policy.flows) and not _in_flow(policy, conditions)),
        ("notEnoughInformation", not address and _locations(tenant, policy.locations) is not None),
        ("location", bool(address) and not here(policy, tenant, address)),
        ("userRisk", bool(policy.user_risk) and (user is None or user.risk not in policy.user_risk)),
    )
    return next((reason for reason, fails in checks if fails), "notSet")
