import json
from datetime import timedelta

import pytest

from auditor.lab.dataverse import logical_name

API = "/api/data/v9.2"
MEMBER = {"user": "ada@contoso.example"}


def signed_in(asker, **more):
    return json.loads(asker.token(**more).body)["access_token"]


def codes(asker):
    """Return the codes of WhoAmI and of a table read, "" for an answer."""
    token = signed_in(asker)
    replies = [asker.dataverse(f"{API}/WhoAmI", token), asker.dataverse(f"{API}/accounts", token)]
    return [json.loads(reply.body).get("error", {}).get("code", "") for reply in replies]


def test_without_a_token_it_names_tenant_and_resource(make_asker, names):
    reply = make_asker().dataverse("/api/data/v9.2/")
    assert reply.status == 401
    assert dict(reply.headers)["www-authenticate"] == (
        f"Bearer authorization_uri=https://login.microsoftonline.com/{names.tenant}/oauth2/authorize,"
        f" resource_id=https://{names.org}/"
    )


def test_the_challenge_comes_from_the_environments_own_cloud_or_by_a_fault_from_another(make_asker):
    host = "harrow.crm.microsoftdynamics.us"
    assert "login.microsoftonline.us/" in str(make_asker().dataverse("/", host=host).headers)
    wrong = make_asker({"environments.1.challenge_cloud": "commercial"})
    assert "login.microsoftonline.com/" in str(wrong.dataverse("/", host=host).headers)


@pytest.mark.parametrize(("state", "status"), [("not-found", 404), ("no-challenge", 401)])
def test_an_environment_that_does_not_say_whose_it_is(make_asker, state, status):
    reply = make_asker({"environments.0.state": state}).dataverse(f"{API}/WhoAmI")
    assert (reply.status, reply.headers) == (status, ())


def test_a_deleted_environment_has_no_host(make_asker, names):
    asker = make_asker({"environments.0.state": "deleted"})
    assert names.org not in asker.state.estate.sites


def test_who_am_i_and_one_row_of_one_table(make_asker):
    asker = make_asker()
    token = signed_in(asker)
    who = json.loads(asker.dataverse(f"{API}/WhoAmI", token).body)
    assert {"BusinessUnitId", "UserId", "OrganizationId"} < set(who)
    rows = json.loads(
        asker.dataverse(f"{API}/accounts", token, **{"$select": "accountid", "$top": "1"}).body
    )["value"]
    assert [set(row) for row in rows] == [{"@odata.etag", "accountid"}]


def test_the_api_form_of_the_host_is_the_same_environment(make_asker):
    asker = make_asker()
    assert (
        asker.dataverse(f"{API}/WhoAmI", signed_in(asker), host="contoso.api.crm4.dynamics.com").status == 200
    )


SWITCHES = [
    ({}, "", ""),
    ({"members": [{**MEMBER, "state": "absent"}]}, "0x80072560", "0x80072560"),
    ({"open_to_tenant": False}, "0x80072560", "0x80072560"),
    ({"open_to_tenant": False, "members": [MEMBER]}, "", ""),
    ({"members": [{**MEMBER, "state": "disabled"}]}, "0x80040225", "0x80040225"),
    ({"members": [{**MEMBER, "licensed": False}]}, "0x8004d24b", "0x8004d24b"),
    ({"members": [{**MEMBER, "roles": []}]}, "0x80042f09", "0x80042f09"),
    ({"members": [{**MEMBER, "access_mode": "support"}]}, "0x80044502", "0x80044502"),
    ({"members": [{**MEMBER, "access_mode": "administrative"}]}, "", "0x80040220"),
    ({"members": [{**MEMBER, "access_mode": "non-interactive"}]}, "", ""),
    ({"members": [{**MEMBER, "reads": ["contact"]}]}, "", "0x80040220"),
    ({"members": [{**MEMBER, "reads": ["account"]}]}, "", ""),
    ({"tables": ["contact"]}, "", "0x80060888"),
    ({"state": "disabled"}, "0x8004a104", "0x8004a104"),
    ({"state": "administration"}, "0x8004a113", "0x8004a113"),
    ({"state": "administration", "members": [{**MEMBER, "roles": ["System Administrator"]}]}, "", ""),
    ({"ip_firewall": ["192.0.2.0/24"]}, "0x80095ffe", "0x80095ffe"),
    ({"ip_firewall": ["198.51.100.0/24"]}, "", ""),
    ({"blocked_apps": ["resco-routes"]}, "0x80095ffc", "0x80095ffc"),
    ({"blocked_apps": ["dataverse-sample"]}, "", ""),
]


@pytest.mark.parametrize(("changes", "whoami", "table"), SWITCHES)
def test_one_switch_flips_the_answer(make_asker, changes, whoami, table):
    asker = make_asker({f"environments.0.{key}": value for key, value in changes.items()})
    assert codes(asker) == [whoami, table]


def test_a_refused_privilege_names_roles_mode_privilege_and_table(make_asker):
    member = {**MEMBER, "roles": ["A", "B"], "reads": []}
    asker = make_asker({"environments.0.members": [member]})
    text = json.loads(asker.dataverse(f"{API}/accounts", signed_in(asker)).body)["error"]["message"]
    for part in ("roleCount=2", "accessMode='0 Read-Write'", "prvReadAccount", "entity 'account'"):
        assert part in text


def test_refusals_may_be_bare_text(make_asker):
    asker = make_asker(
        {"environments.0.error_bodies": "text", "environments.0.blocked_apps": ["resco-routes"]}
    )
    reply = asker.dataverse(f"{API}/WhoAmI", signed_in(asker))
    assert (reply.status, reply.content_type.partition(";")[0]) == (403, "text/plain")


def test_a_foreign_changed_or_expired_token_is_met_with_the_challenge_again(make_asker, names):
    now = [names.noon]
    asker = make_asker(clock=lambda: now[0])
    token = signed_in(asker)
    head, payload, signature = token.split(".")
    forged = f"{head}.{payload}.{signature[::-1]}"
    for bad in ("x", "a.b.c", forged, signed_in(make_asker())):
        reply = asker.dataverse(f"{API}/WhoAmI", bad)
        assert (reply.status, "www-authenticate" in dict(reply.headers)) == (401, True)
    now[0] += timedelta(hours=2)
    assert asker.dataverse(f"{API}/WhoAmI", token).status == 401


def test_a_token_for_another_environment_is_not_taken(make_asker):
    other = {"host": "second.crm4.dynamics.com", "tenant": "Contoso", "open_to_tenant": True}
    asker = make_asker({"environments.1": other})
    assert asker.dataverse(f"{API}/WhoAmI", signed_in(asker), host="second.crm4.dynamics.com").status == 401


@pytest.mark.parametrize(
    ("entity_set", "table"),
    [
        ("accounts", "account"),
        ("opportunities", "opportunity"),
        ("addresses", "address"),
        ("new_boxes", "new_box"),
    ],
)
def test_entity_sets_lead_to_their_tables(entity_set, table):
    assert logical_name(entity_set) == table
