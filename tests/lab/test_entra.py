import json
from base64 import urlsafe_b64decode

import pytest

from auditor.lab.attempt import wanted_by
from auditor.lab.exchange import Exchange


def body_of(reply):
    return json.loads(reply.body)


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_success_has_the_fields_of_the_newer_endpoint(make_asker, names):
    body = body_of(make_asker().token())
    assert body["token_type"] == "Bearer"
    assert body["scope"] == f"https://{names.org}/user_impersonation https://{names.org}/.default"
    assert body["expires_in"] == body["ext_expires_in"] == 4368
    assert body["refresh_token"]
    assert claims_of(body["id_token"])["preferred_username"] == "ada@contoso.example"
    info = json.loads(urlsafe_b64decode(body["client_info"] + "=="))
    assert info["utid"] == names.tenant
    assert info["uid"] == claims_of(body["id_token"])["oid"]


def test_the_access_token_is_for_the_environment_the_user_and_the_client(make_asker, names):
    claims = claims_of(body_of(make_asker().token())["access_token"])
    assert claims["aud"] == f"https://{names.org}"
    assert (claims["tid"], claims["appid"]) == (names.tenant, names.resco)
    assert (claims["upn"], claims["scp"]) == ("ada@contoso.example", "user_impersonation")


def test_the_older_endpoint_takes_a_resource_and_says_numbers_as_text(make_asker, names):
    form = {"resource": f"https://{names.org}/", "scope": ""}
    body = body_of(make_asker().token(version="", form=form))
    assert body["expires_in"] == "4368"
    assert body["resource"] == f"https://{names.org}/"


def test_what_was_not_asked_for_is_not_sent(make_asker, names):
    body = body_of(make_asker().token(scope=f"https://{names.org}/.default", form={"client_info": "0"}))
    assert not {"refresh_token", "id_token", "client_info"} & set(body)


def test_a_refusal_echoes_the_correlation_id_and_names_code_time_and_trace(make_asker):
    reply = make_asker().token(
        password="no", headers={"client-request-id": "11112222-aaaa-bbbb-cccc-333344445555"}
    )
    body, headers = body_of(reply), dict(reply.headers)
    assert reply.status == 400
    assert body["correlation_id"] == "11112222-aaaa-bbbb-cccc-333344445555"
    assert body["error_codes"] == [50126]
    assert body["timestamp"] == "2026-11-22 12:00:00Z"
    assert body["error_uri"] == "https://login.microsoftonline.com/error?code=50126"
    assert headers["x-ms-request-id"] == body["trace_id"]
    assert "no-store" in headers["cache-control"]
    assert "client-request-id" not in headers


def test_the_correlation_id_comes_back_as_a_header_when_asked_for(make_asker):
    asked = {"client-request-id": "11112222-aaaa-bbbb-cccc-333344445555", "return-client-request-id": "true"}
    assert dict(make_asker().token(headers=asked).headers)["client-request-id"] == asked["client-request-id"]


@pytest.mark.parametrize(("separator", "between"), [("blank", " "), ("crlf", "\r\n")])
def test_both_separators_stand_before_the_trace_id(make_asker, separator, between):
    text = body_of(make_asker({"tenants.0.separator": separator}).token(password="no"))["error_description"]
    assert text.startswith("AADSTS50126: ")
    assert f".{between}Trace ID: " in text
    assert text.endswith(f"{between}Timestamp: 2026-11-22 12:00:00Z")


@pytest.mark.parametrize(
    ("changes", "newer", "older"),
    [
        ({"users.0.per_user_mfa": "enforced"}, "invalid_grant", "interaction_required"),
        ({"users.0.password_state": "expired"}, "invalid_grant", "user_password_expired"),
        ({"users.0.locked": True}, "invalid_grant", "unauthorized_client"),
    ],
)
def test_the_same_code_has_another_error_word_at_the_older_endpoint(make_asker, names, changes, newer, older):
    asker = make_asker(changes)
    assert body_of(asker.token())["error"] == newer
    form = {"resource": f"https://{names.org}"}
    assert body_of(asker.token(version="", form=form))["error"] == older


def test_a_client_that_is_not_public_is_answered_401(make_asker):
    reply = make_asker({"tenants.0.apps.0.public_client": False}).token()
    assert (reply.status, body_of(reply)["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("request_parts", "code"),
    [
        ({"tenant": "common"}, 9001023),
        ({"tenant": "consumers"}, 9001023),
        ({"tenant": "nowhere.example"}, 90002),
        ({"tenant": "Contoso"}, 90002),
        ({"tenant": "harrow.example"}, 900439),
        ({"host": "login.microsoftonline.us"}, 900439),
        ({"client": "no-guid"}, 700038),
        ({"scope": "contoso.crm4.dynamics.com/user_impersonation"}, 70011),
        ({"scope": "openid"}, 70011),
        ({"form": {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}}, 70003),
        ({"form": {"grant_type": ""}}, 900144),
        ({"form": {"username": ""}}, 900144),
        ({"form": {"password": ""}}, 900144),
        ({"form": {"client_id": ""}}, 900144),
    ],
)
def test_what_is_wrong_with_a_request_is_answered_by_its_number(make_asker, request_parts, code):
    assert body_of(make_asker().token(**request_parts))["error_codes"] == [code]


@pytest.mark.parametrize("tenant", ["contoso.example", "fed.contoso.example", "organizations"])
def test_a_tenant_can_be_named_by_any_of_its_domains_or_left_to_the_account(make_asker, tenant):
    assert make_asker().token(tenant=tenant).status == 200


@pytest.mark.parametrize(
    "scope",
    [
        "https://contoso.crm4.dynamics.com/user_impersonation",
        "https://contoso.crm4.dynamics.com//user_impersonation",
        "https://contoso.crm4.dynamics.com/.default openid",
        "https://CONTOSO.api.crm4.dynamics.com/user_impersonation",
    ],
)
def test_dataverse_scopes_are_read_in_every_form_clients_send(make_asker, scope):
    assert make_asker().token(scope=scope).status == 200


def test_a_body_that_is_no_form_has_no_fields():
    exchange = Exchange("login.microsoftonline.com", "POST", "/x", body=b"\xff\xfe=&scope")
    assert exchange.form == {}
    assert wanted_by(exchange).host == ""


def test_smart_lockout_and_a_blocked_address_are_told_apart_by_text_alone(make_asker):
    locked = body_of(make_asker({"users.0.locked": True}).token())
    blocked = body_of(make_asker({"tenants.0.blocked_addresses": ["198.51.100.7/32"]}).token(password="no"))
    assert locked["error_codes"] == blocked["error_codes"] == [50053]
    assert "locked" in locked["error_description"]
    assert "malicious" in blocked["error_description"]
