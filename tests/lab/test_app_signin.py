"""Applications at the token endpoint, and at an environment as its application users."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from auditor.lab.app_proofs import issued_by
from auditor.lab.inventory import inventory_rows
from auditor.lab.tokens import from_b64url
from auditor.lab.world.app_credentials import EXCHANGE, Issuer

APP = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"
SECRET = "Copper-lantern-31"
BUILDS, SUBJECT = "https://token.builds.example", "repo:fabrikam/sync:environment:live"
APPS = "tenants.0.apps"
OURS = {
    "app": APP,
    "secret": SECRET,
    "federated": [{"issuer": BUILDS, "subject": SUBJECT}],
}
WHOAMI = "/api/data/v9.2/WhoAmI"


def estate(app=(), user=(), **more):
    return {
        APPS: [{**OURS, **dict(app)}],
        "issuers": [{"url": BUILDS}],
        "environments.0.application_users": [{"app": APP, **dict(user)}],
        **more,
    }


def ask(asker, names, **form):
    asked = {"grant_type": "client_credentials", "client_id": APP, "scope": f"https://{names.org}/.default"}
    options = {
        "tenant": names.tenant,
        "version": "v2.0/",
        "host": "login.microsoftonline.com",
        "headers": {},
    }
    reply = asker.post_form(options, {**asked, **form})
    data = json.loads(reply.body)
    return data.get("access_token") or data["error_codes"][0]


def codes(reply):
    return json.loads(reply.body)["error"]["code"]


def test_a_secret_gets_a_token_that_names_the_application_and_nobody_else(make_asker, names):
    asker = make_asker(estate())
    token = ask(asker, names, client_secret=SECRET)
    claims = json.loads(from_b64url(token.split(".")[1]))
    assert (claims["appid"], claims["idtyp"], claims["aud"]) == (APP, "app", f"https://{names.org}")
    assert not {"upn", "scp", "roles"} & claims.keys()


@pytest.mark.parametrize(
    ("changes", "form", "code"),
    [
        ({}, {"client_secret": "Copper-lantern-30"}, 7000215),
        ({"secret_days": -1}, {"client_secret": SECRET}, 7000222),
        ({"secret_days": 0}, {"client_secret": SECRET}, 7000222),
        ({"secret_days": -1}, {"client_secret": "Copper-lantern-30"}, 7000215),
        ({"state": "disabled"}, {"client_secret": SECRET}, 7000112),
        ({}, {"client_secret": SECRET, "client_id": APP.replace("11", "99")}, 700016),
        ({}, {"client_secret": SECRET, "scope": "https://other.crm4.dynamics.com/.default"}, 500011),
        ({}, {"client_secret": SECRET, "scope": "https://x.example/user_impersonation"}, 1002012),
        ({}, {"client_secret": SECRET, "scope": "openid"}, 70011),
        ({}, {}, 7000218),
    ],
)
def test_what_an_application_is_refused_for(make_asker, names, changes, form, code):
    assert ask(make_asker(estate(changes)), names, **form) == code


def test_a_secret_that_expires_tomorrow_is_good_today(make_asker, names):
    now = [names.noon]
    asker = make_asker(estate({"secret_days": 1}), clock=lambda: now[0])
    assert isinstance(ask(asker, names, client_secret=SECRET), str)
    now[0] += timedelta(days=1)
    assert ask(asker, names, client_secret=SECRET) == 7000222


def proof(token):
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_assertion_type": kind, "client_assertion": token}


def foreign(asker, now, subject=SUBJECT, audience=EXCHANGE, issuer=None, seconds=600):
    issuer = issuer or asker.state.world.issuers[0]
    return proof(issued_by(issuer, subject, audience, now, seconds))


def test_another_issuers_token_for_the_right_workload_gets_a_token(make_asker, names):
    asker = make_asker(estate())
    assert isinstance(ask(asker, names, **foreign(asker, datetime.now(UTC))), str)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"subject": "repo:fabrikam/other"}, 700213),
        ({"audience": "api://somebody-else"}, 70021),
        ({"issuer": Issuer(url="https://token.other.example")}, 700211),
        ({"issuer": Issuer(url=BUILDS)}, 50012),  # the right name and another key
        ({"seconds": -600}, 700024),
    ],
)
def test_another_issuers_token_that_does_not_fit_is_refused(make_asker, names, how, code):
    asker = make_asker(estate())
    assert ask(asker, names, **foreign(asker, datetime.now(UTC), **how)) == code


@pytest.mark.parametrize("text", ["x", "a.b.c", "e30.e30.e30", "W10.W10.W10"])
def test_an_assertion_that_nobody_can_read_is_refused(make_asker, names, text):
    assert ask(make_asker(estate()), names, **proof(text)) == 700027


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ({}, None),
        ({"state": "disabled"}, "0x80040225"),
        ({"roles": []}, "0x80042f09"),
        ({"app": APP.replace("11", "12")}, "0x80072560"),
    ],
)
def test_dataverse_knows_the_application_user(make_asker, names, user, code):
    asker = make_asker(estate(user=user))
    reply = asker.dataverse(WHOAMI, ask(asker, names, client_secret=SECRET))
    assert reply.status == (403 if code else 200)
    assert code is None or codes(reply) == code


def test_an_environment_open_to_its_tenant_is_not_open_to_applications(make_asker, names):
    asker = make_asker({**estate(), "environments.0.application_users": []})
    reply = asker.dataverse(WHOAMI, ask(asker, names, client_secret=SECRET))
    assert codes(reply) == "0x80072560"


def test_an_application_users_roles_say_which_tables_it_reads(make_asker, names):
    asker = make_asker(estate(user={"reads": ["contact"]}))
    token = ask(asker, names, client_secret=SECRET)
    assert asker.dataverse("/api/data/v9.2/contacts", token).status == 200
    assert codes(asker.dataverse("/api/data/v9.2/accounts", token)) == "0x80040220"


def row(**more):
    return {
        "account": "sync@contoso.example",
        "environment": "contoso.crm4.dynamics.com",
        "app": APP,
        "expected": "application",
        "kind": "integration",
        **more,
    }


def test_the_inventorys_operator_holds_what_the_row_says(make_world):
    app = {"certificates": [{"name": "sync"}]}
    rows = [
        row(signs_in_with=way, believes=b) for way in ("secret", "certificate") for b in ("right", "wrong")
    ]
    rows.append(row(signs_in_with="federated"))
    world = make_world(estate(app, inventory=rows))
    held = inventory_rows(world)
    assert held[0].password == SECRET
    assert held[1].password != SECRET
    assert held[2].password == world.tenants[0].apps[0].certificates[0].pem
    assert "PRIVATE KEY-----" in held[3].password
    assert held[3].password != held[2].password
    assert [one.federated for one in held] == [False] * 4 + [True]
    claims = json.loads(from_b64url(held[4].password.split(".")[1]))
    assert (claims["iss"], claims["sub"], claims["aud"]) == (BUILDS, SUBJECT, EXCHANGE)
