import json
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from msal.mex import Mex
from msal.wstrust_response import parse_error, parse_response

STS = "sts.contoso.example"


def mex(asker, host=STS):
    return asker.send(host, "GET", "/adfs/services/trust/mex")


def federated(**changes):
    return {"tenants.0.domains.1.federation": {"host": STS, **changes}}


def test_msal_finds_the_newer_endpoint_in_the_metadata(make_asker):
    found = Mex(mex(make_asker()).body.decode()).get_wstrust_username_password_endpoint()
    assert found == {
        "address": f"https://{STS}/adfs/services/trust/13/usernamemixed",
        "action": Mex.ACTION_13,
    }


def test_msal_falls_back_to_2005_where_only_that_is_enabled(make_asker):
    body = mex(make_asker(federated(endpoints=[2005]))).body.decode()
    found = Mex(body).get_wstrust_username_password_endpoint()
    assert found == {
        "address": f"https://{STS}/adfs/services/trust/2005/usernamemixed",
        "action": Mex.ACTION_2005,
    }


@pytest.mark.parametrize(
    "changes", [{"metadata": "windows-only"}, {"metadata": "no-username-endpoint"}, {"scheme": "http"}]
)
def test_metadata_without_a_usable_endpoint_offers_none(make_asker, changes):
    assert (
        Mex(mex(make_asker(federated(**changes))).body.decode()).get_wstrust_username_password_endpoint()
        is None
    )


def test_metadata_can_be_malformed_missing_or_unavailable(make_asker):
    with pytest.raises(ET.ParseError):
        Mex(mex(make_asker(federated(metadata="malformed"))).body.decode())
    assert mex(make_asker(federated(metadata="not-found"))).status == 404
    assert mex(make_asker(federated(metadata="unavailable"))).status == 503


@pytest.mark.parametrize("version", [13, 2005])
def test_the_right_password_gets_an_assertion_that_buys_a_token(make_asker, version):
    asker = make_asker()
    reply = asker.rst("fay@fed.contoso.example", "Right-horse-2", version)
    assert reply.status == 200
    parsed = parse_response(reply.body.decode())
    assert parsed["type"] == "urn:oasis:names:tc:SAML:1.0:assertion"
    assert "access_token" in json.loads(asker.saml_grant(parsed["token"]).body)


@pytest.mark.parametrize(
    ("version", "namespace"),
    [
        (13, "http://docs.oasis-open.org/ws-sx/ws-trust/200512"),
        (2005, "http://schemas.xmlsoap.org/ws/2005/02/trust"),
    ],
)
def test_a_refusal_is_a_fault_over_http_500_in_the_endpoints_namespace(make_asker, version, namespace):
    reply = make_asker().rst("fay@fed.contoso.example", "wrong", version)
    assert (reply.status, reply.content_type.partition(";")[0]) == (500, "application/soap+xml")
    error = parse_error(reply.body.decode())
    assert error["code"] == "a:FailedAuthentication"
    assert error["reason"].startswith("ID3242")
    assert f'xmlns:a="{namespace}"' in reply.body.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"users.1.password": "Another-1"},
        {"users.1.enabled": False},
        {"users.1.locked": True},
        {"users.1.password_state": "expired"},
        {"users.1.password_state": "must-change"},
        {"users.1.sign_in_hours": "denied"},
        {"users.1.upn": "somebody-else@fed.contoso.example"},
    ],
)
def test_ad_fs_does_not_say_why_it_refuses(make_asker, changes):
    reply = make_asker(changes).rst("fay@fed.contoso.example", "Right-horse-2")
    assert parse_error(reply.body.decode())["reason"].startswith("ID3242")


def test_a_user_whom_the_rules_deny_gets_another_text(make_asker):
    reply = make_asker({"users.1.federation_access": "denied"}).rst(
        "fay@fed.contoso.example", "Right-horse-2"
    )
    assert parse_error(reply.body.decode())["reason"].startswith("MSIS7068")


def test_a_user_of_another_domain_is_a_stranger_here(make_asker):
    assert make_asker().rst("ada@contoso.example", "Right-horse-1").status == 500


def test_a_request_for_another_audience_is_no_request(make_asker):
    reply = make_asker().rst("fay@fed.contoso.example", "Right-horse-2", applies_to="urn:somebody:else")
    assert parse_error(reply.body.decode()) == {
        "reason": "MSIS3127: The specified request failed.",
        "code": "a:RequestFailed",
    }


@pytest.mark.parametrize("body", [b"", b"<a", b"<a/>", b"\xff"])
def test_what_is_no_soap_is_answered_by_a_fault(make_asker, body):
    reply = make_asker().send(STS, "POST", "/adfs/services/trust/13/usernamemixed", body=body)
    assert (reply.status, b"RequestFailed" in reply.body) == (500, True)


def test_an_endpoint_that_is_not_enabled_is_503(make_asker):
    assert (
        make_asker(federated(endpoints=[2005])).rst("fay@fed.contoso.example", "Right-horse-2", 13).status
        == 503
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tenants.0.domains.1.federation": {"host": STS, "trust": "issuer-unknown"}}, 50107),
        ({"tenants.0.domains.1.federation": {"host": STS, "trust": "certificate-unknown"}}, 50008),
        ({"users.1.immutable_id": "mismatch"}, 51004),
        ({"tenants.0.grants": []}, 65001),
        ({"users.1.per_user_mfa": "enforced"}, 50079),
        ({"users.1.per_user_mfa": "enforced", "users.1.mfa_method": "entra"}, 50076),
        (
            {
                "users.1.per_user_mfa": "enforced",
                "users.1.mfa_method": "entra",
                "tenants.0.domains.1.federation": {"host": STS, "mfa": "provider"},
            },
            50079,
        ),
    ],
)
def test_entra_judges_the_assertions_user_as_any_other(make_asker, changes, code):
    asker = make_asker(changes)
    assertion = parse_response(asker.rst("fay@fed.contoso.example", "Right-horse-2").body.decode())["token"]
    assert json.loads(asker.saml_grant(assertion).body)["error_codes"] == [code]


def test_a_changed_foreign_or_expired_assertion_is_not_believed(make_asker, names):
    now = [names.noon]
    asker = make_asker(clock=lambda: now[0])
    assertion = parse_response(asker.rst("fay@fed.contoso.example", "Right-horse-2").body.decode())["token"]
    changed = assertion.replace(b"fay@", b"ada@")
    assert json.loads(asker.saml_grant(changed).body)["error_codes"] == [50008]
    assert json.loads(make_asker().saml_grant(assertion).body)["error_codes"] == [50008]
    assert json.loads(asker.saml_grant(b"not base64 at all").body)["error_codes"] == [50008]
    now[0] += timedelta(hours=2)
    assert json.loads(asker.saml_grant(assertion).body)["error_codes"] == [50008]


def test_the_fault_has_the_elements_of_an_observed_one(make_asker, shared):
    observed = (shared / "fixtures" / "wstrust" / "msal-dotnet" / "WsTrustResponseNoToken.xml").read_text(
        "utf-8-sig"
    )
    ours = make_asker().rst("fay@fed.contoso.example", "wrong", 2005).body.decode()
    tags = {element.tag for element in ET.fromstring(ours).iter()}
    assert {element.tag for element in ET.fromstring(observed).iter()} - tags <= {
        "{http://www.w3.org/2005/08/addressing}RelatesTo",
        "{http://www.w3.org/2003/05/soap-envelope}Detail",
    }
