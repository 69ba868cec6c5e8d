"""The lab's Graph: who may read what, pages, batches, What-If; and the sign-ins that lead there."""

import json
from urllib.parse import urlencode

import pytest

from auditor.lab.graph_query import filtered
from auditor.lab.state import State
from auditor.lab.world import world_from
from tests.directory.graph_lab import AUDITOR, RESCO, TENANT, Clock, changed
from tests.lab.conftest import Asker

HOST, LOGIN = "graph.microsoft.com", "login.microsoftonline.com"
FORM = {"content-type": "application/x-www-form-urlencoded"}
ADMIN = "admin@contoso.example"
USERS = "/v1.0/users"
POLICIES = "/v1.0/identity/conditionalAccess/policies"


class Person:
    """Somebody with a token for Graph, got by a device code."""

    def __init__(self, make, changes=None, upn=ADMIN):
        self.clock = Clock()
        self.asker = make(State(world_from(changed(changes)), clock=self.clock.now))
        self.state = self.asker.state
        self.token = self.sign_in(upn)

    def form(self, path, **fields):
        reply = self.asker.send(
            LOGIN, "POST", f"/{TENANT}/oauth2/v2.0/{path}", headers=FORM, body=urlencode(fields).encode()
        )
        return json.loads(reply.body)

    def sign_in(self, upn):
        given = self.form("devicecode", client_id=AUDITOR, scope="openid profile offline_access")
        self.state.enter_code(given["user_code"], upn)
        grant = "urn:ietf:params:oauth:grant-type:device_code"
        issued = self.form("token", client_id=AUDITOR, grant_type=grant, device_code=given["device_code"])
        self.issued = issued
        return issued.get("access_token", "")

    def send(self, method, path, body=b"", **query):
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        reply = self.asker.send(HOST, method, path, query=query, headers=headers, body=body)
        self.headers = dict(reply.headers)
        return reply.status, json.loads(reply.body)

    def get(self, path, **query):
        return self.send("GET", path, **query)


@pytest.fixture
def person():
    return lambda changes=None, **more: Person(Asker, changes, **more)


def names(rows):
    return [row["userPrincipalName"].partition("@")[0] for row in rows["value"]]


def test_rows_come_in_pages_with_a_link_to_the_next(person):
    asking = person({"tenants.0.page_size": 2})
    _, first = asking.get(USERS, **{"$top": "999", "$select": "userPrincipalName"})
    assert names(first) == ["sync", "mfa"]
    assert first["@odata.nextLink"].startswith(f"https://{HOST}/v1.0/users?")
    _, last = asking.get(USERS, **{"$skiptoken": "lab-2"})
    assert names(last) == ["admin"]
    assert "@odata.nextLink" not in last


def test_select_leaves_what_it_names(person):
    _, rows = person().get(USERS, **{"$select": "id,accountEnabled"})
    assert {tuple(row) for row in rows["value"]} == {("id", "accountEnabled")}


@pytest.mark.parametrize(
    ("changes", "path", "status", "code"),
    [
        ({"tenants.0.grants.1.scopes": ["User.Read.All"]}, POLICIES, 403, "Authorization_RequestDenied"),
        ({"users.2.directory_roles": ["Reports Reader"]}, POLICIES, 403, "Authorization_RequestDenied"),
        ({"tenants.0.licence": "free"}, POLICIES, 403, "AccessDenied"),
        (
            {"tenants.0.licence": "free"},
            "/v1.0/reports/authenticationMethods/userRegistrationDetails",
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        ),
        (None, "/v1.0/nothing/here", 404, "Request_ResourceNotFound"),
        (None, "/v1.0/groups/00000000-aaaa-bbbb-cccc-000000000009", 404, "Request_ResourceNotFound"),
    ],
)
def test_what_may_not_be_read_is_refused_by_its_reason(person, changes, path, status, code):
    found, body = person(changes).get(path)
    assert (found, body["error"]["code"]) == (status, code)


def test_a_role_through_a_group_counts(person):
    groups = [
        *changed()["tenants"][0]["groups"],
        {"name": "Readers", "members": [ADMIN], "roles": ["Global Reader"]},
    ]
    status, _ = person({"users.2.directory_roles": [], "tenants.0.groups": groups}).get(POLICIES)
    assert status == 200


@pytest.mark.parametrize("token", ["", "made.up.token"])
def test_without_a_token_of_ours_nothing_is_read(person, token):
    asking = person()
    asking.token = token
    assert asking.get(USERS)[0] == 401
    assert asking.send("POST", "/v1.0/$batch", b"{}")[0] == 401


def test_a_token_for_dataverse_is_none_for_graph(person):
    asking = person()
    issued = asking.form(
        "token",
        client_id=RESCO,
        grant_type="password",
        username="sync@contoso.example",
        password="Planted-secret-1",
        scope="https://contoso.crm4.dynamics.com/user_impersonation",
    )
    asking.token = issued["access_token"]
    assert asking.get(USERS)[0] == 401


def test_policies_read_twice_in_a_second_are_refused_without_a_word_when(person):
    asking = person({"tenants.0.paced": True})
    assert asking.get(POLICIES)[0] == 200
    status, _ = asking.get(POLICIES)
    assert status == 429
    assert "retry-after" not in asking.headers
    asking.clock.seconds += 1
    assert asking.get(POLICIES)[0] == 200


def test_a_batch_answers_by_id_and_throttles_each_alone(person):
    fault = {"kind": "throttled", "leg": "graph", "path": "/v1.0/organization", "retry_after": "2.128"}
    asking = person({"faults": [fault]})
    asked = [
        {"id": "a", "method": "GET", "url": "/users?$select=id"},
        {"id": "b", "method": "GET", "url": "/organization"},
        {"id": "c", "method": "GET", "url": "/groups/00000000-aaaa-bbbb-cccc-000000000009"},
    ]
    status, body = asking.send("POST", "/v1.0/$batch", json.dumps({"requests": asked}).encode())
    found = {one["id"]: (one["status"], one["headers"].get("retry-after")) for one in body["responses"]}
    assert status == 200
    assert found == {"a": (200, None), "b": (429, "2.128"), "c": (404, None)}


@pytest.mark.parametrize("count", [0, 21])
def test_a_batch_holds_one_to_twenty(person, count):
    asked = {"requests": [{"id": str(n), "method": "GET", "url": "/users"} for n in range(count)]}
    assert person().send("POST", "/v1.0/$batch", json.dumps(asked).encode())[0] == 400


def test_what_if_says_what_applies_and_why_not(person):
    asking = person()
    rows = asking.get(USERS)[1]["value"]
    found = {}
    for row in rows:
        asked = {
            "signInIdentity": {"userId": row["id"]},
            "signInContext": {"includeApplications": ["00000007-0000-0000-c000-000000000000"]},
            "signInConditions": {"clientAppType": "mobileAppsAndDesktopClients"},
        }
        _, body = asking.send("POST", "/v1.0/identity/conditionalAccess/evaluate", json.dumps(asked).encode())
        found[row["userPrincipalName"]] = [one["analysisReasons"] for one in body["value"]]
    assert found == {
        "sync@contoso.example": ["users"],
        "mfa@contoso.example": ["notSet"],
        ADMIN: ["users"],
    }


@pytest.mark.parametrize(("flow", "reason"), [("deviceCodeFlow", "notSet"), ("", "authenticationFlow")])
def test_a_policy_about_a_flow_says_so_and_applies_to_it_alone(person, flow, reason):
    policy = {"name": "No device codes for Dataverse", "flows": ["device-code"], "controls": ["block"]}
    asking = person({"tenants.0.policies.0": {**policy, "apps": {"include": ["dataverse"]}}})
    (row,) = asking.get("/v1.0/identity/conditionalAccess/policies")[1]["value"][:1]
    assert row["conditions"]["authenticationFlows"] == {"transferMethods": "deviceCodeFlow"}
    asked = {
        "signInIdentity": {"userId": asking.get(USERS)[1]["value"][0]["id"]},
        "signInContext": {"includeApplications": ["00000007-0000-0000-c000-000000000000"]},
        "signInConditions": {"authenticationFlow": {"transferMethod": flow}},
    }
    _, body = asking.send("POST", "/v1.0/identity/conditionalAccess/evaluate", json.dumps(asked).encode())
    assert body["value"][0]["analysisReasons"] == reason


def test_a_refresh_token_of_another_app_is_none(person):
    asking = person()
    body = asking.form(
        "token", client_id=RESCO, grant_type="refresh_token", refresh_token=asking.issued["refresh_token"]
    )
    assert body["error_codes"] == [70008]


def test_a_person_who_is_blocked_gets_no_token_by_a_code_either(person):
    asking = person({"tenants.0.policies.0": {"name": "Nobody", "controls": ["block"]}})
    assert asking.issued["error_codes"] == [53003]


def test_a_person_without_a_method_is_asked_to_register(person):
    policy = {"name": "MFA", "controls": ["mfa"]}
    asking = person({"users.2.mfa_method": "none", "tenants.0.policies.0": policy})
    assert asking.issued["error_codes"] == [50079]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"client_secret": "Planted-app-secret-1"}, None),
        ({"client_secret": "another"}, 7000215),
        ({}, 7000218),
        ({"client_assertion": "a.b.c"}, 700027),
        (
            {"client_secret": "Planted-app-secret-1", "scope": "https://graph.microsoft.com/User.Read"},
            1002012,
        ),
        ({"client_secret": "x", "client_id": "00000000-aaaa-bbbb-cccc-000000000009"}, 700016),
    ],
)
def test_an_application_signs_in_with_its_own_credential(person, fields, code):
    asked = {
        "client_id": AUDITOR,
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
    }
    body = person().form("token", **(asked | fields))
    assert body.get("error_codes") == ([code] if code else None)
    assert ("access_token" in body) is (code is None)


def test_the_sign_in_log_is_what_happened(person):
    asking = person()
    for password in ("Planted-secret-1", "wrong"):
        asking.form(
            "token",
            client_id=RESCO,
            grant_type="password",
            username="sync@contoso.example",
            password=password,
            scope="https://contoso.crm4.dynamics.com/user_impersonation",
        )
    _, rows = asking.get("/beta/auditLogs/signIns", **{"$filter": f"appId eq '{RESCO}'"})
    told = [(row["authenticationProtocol"], row["status"]["errorCode"]) for row in rows["value"]]
    assert told == [("ropc", 50126), ("ropc", 0)]


def test_cloud_passwords_are_a_realm_policy_and_are_checked_in_the_cloud(person):
    domains = [{"name": "contoso.example", "federation": {"host": "sts.contoso.example"}}]
    fields = {
        "client_id": RESCO,
        "grant_type": "password",
        "username": "sync@contoso.example",
        "password": "Planted-secret-1",
        "scope": "https://contoso.crm4.dynamics.com/user_impersonation",
    }
    for allowed in (False, True):
        app = {"app": "resco-mobile-crm", "cloud_passwords": allowed}
        asking = person({"tenants.0.domains": domains, "tenants.0.apps.0": app})
        _, policies = asking.get("/v1.0/policies/homeRealmDiscoveryPolicies")
        assert (len(policies["value"]), "access_token" in asking.form("token", **fields)) == (
            allowed,
            allowed,
        )


def test_groups_in_circles_come_to_an_end(person):
    groups = [{"name": a, "groups": [b], "members": [ADMIN]} for a, b in ("AB", "BC", "CA")]
    changes = {
        "tenants.0.groups": groups,
        "tenants.0.policies.0.users": {"include": ["A"]},
        "tenants.0.apps.0.assigned": [],
    }
    asking = person(changes)
    (policy,) = asking.get(POLICIES)[1]["value"]
    (group,) = policy["conditions"]["users"]["includeGroups"]
    _, rows = asking.get(f"/v1.0/groups/{group}/transitiveMembers")
    assert sorted(row["@odata.type"].rpartition(".")[2] for row in rows["value"]) == ["group"] * 3 + ["user"]


def test_an_assignment_is_not_had_through_a_group_in_a_group(make_asker):
    groups = [{"name": "Inner", "members": ["ada@contoso.example"]}, {"name": "Outer", "groups": ["Inner"]}]
    app = {"app": "resco-external-project", "assignment_required": True}
    for assigned, code in (("Inner", None), ("Outer", [50105])):
        changes = {"tenants.0.groups": groups, "tenants.0.apps": [{**app, "assigned": [assigned]}]}
        assert json.loads(make_asker(changes).token().body).get("error_codes") == code


def test_a_policy_sees_groups_in_groups_and_roles(make_asker):
    groups = [{"name": "Inner", "members": ["ada@contoso.example"]}, {"name": "Outer", "groups": ["Inner"]}]
    for users, code in (
        ({"exclude": ["Outer"]}, None),
        ({"exclude": ["role:Global Reader"]}, [50079]),
        ({"include": ["Outer"]}, [50079]),
    ):
        policy = {"name": "MFA", "users": users, "controls": ["mfa"]}
        asker = make_asker({"tenants.0.groups": groups, "tenants.0.policies": [policy]})
        assert json.loads(asker.token().body).get("error_codes") == code
    role = {"upn": "ada@contoso.example", "password": "Right-horse-1", "directory_roles": ["Global Reader"]}
    policy = {"name": "MFA", "users": {"exclude": ["role:global reader"]}, "controls": ["mfa"]}
    asker = make_asker({"users.0": role, "tenants.0.policies": [policy]})
    assert "access_token" in json.loads(asker.token().body)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", "abc"),
        ("n eq 'a'", "a"),
        ("n in ('a','c')", "ac"),
        ("n eq 'a' or n eq 'b'", "ab"),
        ("(n eq 'a' or n eq 'b') and k eq '1'", "a"),
        ("startswith(n,'a')", None),
        ("n ne 'a'", None),
    ],
)
def test_simple_filters_are_understood_and_others_refused(text, left):
    rows = [{"n": "a", "k": "1"}, {"n": "b", "k": "2"}, {"n": "c", "k": "1"}]
    found = filtered(rows, text)
    assert (None if found is None else "".join(row["n"] for row in found)) == left


def test_domains_tell_who_signs_in_and_how_long_passwords_last(person):
    domains = [
        {"name": "contoso.example", "password_validity_days": 90},
        {"name": "ad.contoso.example", "federation": {"host": "sts.contoso.example"}},
    ]
    _, rows = person({"tenants.0.domains": domains}).get("/v1.0/domains")
    assert [(row["id"], row["authenticationType"]) for row in rows["value"]] == [
        ("contoso.example", "Managed"),
        ("ad.contoso.example", "Federated"),
    ]
    assert [row["passwordValidityPeriodInDays"] for row in rows["value"]] == [90, None]
    assert rows["@odata.context"].endswith("$metadata#domains")
