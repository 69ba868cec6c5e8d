"""Conditional Access evaluated as written down by hand beforehand: `situations/README.md`."""

import json
from functools import cache
from pathlib import Path

import pytest
import yaml

from auditor.directory.access import evaluate
from auditor.directory.exports import read_export
from auditor.directory.locations import Place
from auditor.directory.signins import DATAVERSE, ClientType, Device, Flow, SignIn
from auditor.model import Truth

FOLDER = Path(__file__).parent / "situations"
TENANT = "33333333-0000-0000-0000-000000000000"
OWN = "44444444-0000-0000-0000-000000000000"
NAMES = {"dataverse": DATAVERSE, "own": OWN}
TRUTHS = {"holds": Truth.HOLDS, "fails": Truth.FAILS, "unknown": Truth.UNANSWERED}
CLIENTS = {"browser": ClientType.BROWSER, "desktop": ClientType.DESKTOP, "other": ClientType.OTHER, "": None}


def loaded(name):
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


TABLES = {path.stem: loaded(path.name) for path in sorted(FOLDER.glob("*.yaml")) if path.stem != "tenant"}
SITUATIONS = [
    pytest.param(table, situation, id=f"{table}: {situation['it']}")
    for table, content in TABLES.items()
    for situation in content["situations"]
]


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """Give the shared directory as an export, and a way to read it with some policies."""
    folder = tmp_path_factory.mktemp("export")
    for name, rows in shared(loaded("tenant.yaml")).items():
        save(folder, name, rows)

    @cache
    def read(table, keys):
        policies = [policy(key, TABLES[table]["policies"][key]) for key in keys]
        save(folder, "policies.json", ("identity/conditionalAccess/policies", policies))
        return read_export(folder)

    return read


def save(folder, name, content):
    context, rows = content
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    document = {"@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#{context}"}
    path.write_text(
        json.dumps({**document, **rows} if isinstance(rows, dict) else {**document, "value": rows})
    )


def shared(tenant):
    """Return the directory as Graph's pages, by file name."""
    groups = tenant["groups"].items()
    held = {"principalId": "unit-admin", "roleDefinitionId": next(iter(tenant["roles"]))}
    made = {
        "users.json": ("users", [user(key, of) for key, of in tenant["users"].items()]),
        "groups.json": (
            "groups",
            [{"id": key, "displayName": of["name"], "groupTypes": []} for key, of in groups],
        ),
        "roles.json": ("directoryRoles(members())", [role(key, of) for key, of in tenant["roles"].items()]),
        "scoped.json": (
            "roleManagement/directory/roleAssignments",
            [{"id": "r", **held, "directoryScopeId": "/administrativeUnits/5"}],
        ),
        "locations.json": (
            "identity/conditionalAccess/namedLocations",
            [location(key, of) for key, of in tenant["locations"].items()],
        ),
        "strengths.json": (
            "policies/authenticationStrengthPolicies",
            [{"id": key, **of} for key, of in tenant["strengths"].items()],
        ),
        "apps.json": ("servicePrincipals", apps()),
        "tenant.json": ("organization", [{"id": TENANT, "verifiedDomains": [{"name": "contoso.example"}]}]),
    }
    lists = [{"id": key, **members(of)} for key, of in groups if not of.get("unread")]
    return {**made, "members.json": ("groups", lists)}


def user(key, of):
    found = {"id": key, "userPrincipalName": of["upn"], "displayName": key}
    return {**found, "userType": of["type"]} if "type" in of else found


def apps():
    names = {DATAVERSE: "Dataverse", OWN: "Our own"}
    owners = {OWN: TENANT}
    return [
        {"id": f"sp-{app}", "appId": app, "displayName": name, "appOwnerOrganizationId": owners.get(app, "m")}
        | {"servicePrincipalType": "Application"}
        for app, name in names.items()
    ]


def members(of):
    rows = [{"@odata.type": "#microsoft.graph.user", "id": key} for key in of.get("users", ())]
    rows += [{"@odata.type": "#microsoft.graph.group", "id": key} for key in of.get("groups", ())]
    more = {"members@odata.nextLink": "https://graph.microsoft.com/next"} if of.get("cut") else {}
    return {"members": rows, **more}


def role(key, of):
    return {"id": f"role-{key}", "roleTemplateId": key, "displayName": of["name"], **members(of)}


def location(key, of):
    found = {"id": key, "displayName": of["name"], "isTrusted": of.get("trusted", False)}
    if "ranges" in of:
        found["@odata.type"] = "#microsoft.graph.ipNamedLocation"
        found["ipRanges"] = [{"cidrAddress": text} for text in of["ranges"]]
    elif "countries" in of:
        found["@odata.type"] = "#microsoft.graph.countryNamedLocation"
        found["countriesAndRegions"] = of["countries"]
        found["countryLookupMethod"] = "authenticatorAppGps" if of.get("gps") else "clientIpAddress"
        found["includeUnknownCountriesAndRegions"] = of.get("unknown", False)
    else:
        found["@odata.type"] = "#microsoft.graph.compliantNetworkNamedLocation"
        found["compliantNetworkType"] = "allTenantCompliantNetworks"
    return found


def policy(key, of):
    """Return a policy as Graph writes it."""
    conditions = {
        "users": people(of.get("people", {"include_users": ["All"]})),
        "applications": targets(of.get("apps", {"include": ["All"]})),
        "clientAppTypes": of.get("clients", ["all"]),
        "locations": choice("Locations", of.get("locations")),
        "platforms": choice("Platforms", of.get("platforms")),
        "devices": {"deviceFilter": of["devices"]} if "devices" in of else None,
        "userRiskLevels": of.get("risk", {}).get("user", []),
        "signInRiskLevels": of.get("risk", {}).get("sign_in", []),
        "insiderRiskLevels": of.get("risk", {}).get("insider"),
        "authenticationFlows": {"transferMethods": of["flows"]} if "flows" in of else None,
        "clientApplications": {"includeServicePrincipals": of["workload"]} if "workload" in of else None,
        **of.get("other", {}),
    }
    made = {
        "id": f"policy-{key}",
        "displayName": key,
        "state": of.get("state", "enabled"),
        "conditions": conditions,
        "grantControls": grants(of),
        "sessionControls": None,
    }
    return patched(made, of.get("patch", {}))


def patched(made, patch):
    """Return an object with some of it put otherwise, or absent."""
    found = {**made, **patch}
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(made.get(key), dict):
            found[key] = patched(made[key], value)
    return {key: value for key, value in found.items() if value != "absent"}


def people(of):
    made = {}
    for key, value in of.items():
        side, _, what = key.partition("_")
        if what == "guests":
            made[f"{side}GuestsOrExternalUsers"] = guests(value)
        else:
            made[f"{side}{what.title()}"] = [str(item) for item in value]
    return made


def guests(of):
    made = {"guestOrExternalUserTypes": of["types"]}
    tenants = of.get("tenants")
    if tenants == "all":
        made["externalTenants"] = {"membershipKind": "all"}
    elif tenants:
        made["externalTenants"] = {"membershipKind": "enumerated", "members": tenants}
    return made


def targets(of):
    return {
        "includeApplications": [NAMES.get(name, str(name)) for name in of.get("include", [])],
        "excludeApplications": [NAMES.get(name, str(name)) for name in of.get("exclude", [])],
        "includeUserActions": of.get("actions", []),
        "includeAuthenticationContextClassReferences": of.get("contexts", []),
        "applicationFilter": of.get("filter"),
    }


def choice(what, of):
    return of and {f"{side}{what}": [str(item) for item in items] for side, items in of.items()}


def grants(of):
    if "grant" not in of:
        return None
    made = {"operator": of.get("operator", "OR"), "builtInControls": of["grant"]}
    made |= {"termsOfUse": of.get("terms", []), "customAuthenticationFactors": of.get("custom", [])}
    return {**made, "authenticationStrength": {"id": of["strength"]} if "strength" in of else None}


def sign_in(of):
    flow = of.get("flow", "password")
    return SignIn(
        of["user"],
        NAMES.get(of.get("app", "dataverse"), of.get("app")),
        CLIENTS[of.get("client", "desktop")],
        Flow(flow) if flow else None,
        Place(of.get("address", ""), of.get("country", "")),
        of.get("platform", ""),
        Device(of["device"]) if "device" in of else None,
        of.get("user_risk", ""),
        of.get("sign_in_risk", ""),
        of.get("insider_risk", ""),
    )


@pytest.mark.parametrize(("table", "situation"), SITUATIONS)
def test_a_situation_is_evaluated_as_written_down_beforehand(directory, table, situation):
    snapshot = directory(table, tuple(situation["policies"]))
    assert not snapshot.problems
    access = evaluate(snapshot, sign_in(situation))
    applies = {verdict.name: verdict.applies for verdict in access.verdicts}
    assert (
        applies.items() >= {name: TRUTHS[word] for name, word in situation.get("applies", {}).items()}.items()
    )
    answers = {
        "blocked": access.blocked_by_policies,
        "mfa": access.mfa_by_policies,
        "password": access.password_by_policies,
    }
    for key, answer in answers.items():
        assert key not in situation or answer.truth is TRUTHS[situation[key]], key
    if "by" in situation:
        assert sorted({*access.blocked_by_policies.by, *access.mfa_by_policies.by}) == sorted(situation["by"])
    if "only_by" in situation:
        found = {one.policy: sorted(map(str, one.exclusions)) for one in access.exemptions}
        assert found == {name: sorted(names) for name, names in situation["only_by"].items()}
    for word in situation.get("why", ()):
        assert any(word in text for text in access.verdicts[0].why)


def test_the_situations_are_many_and_each_is_told_apart():
    assert len({situation.id for situation in SITUATIONS}) == len(SITUATIONS) >= 120
