"""What the interactive probe makes of tokens, pages and codes, with msal's part played by the door."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest

from auditor.errors import NetworkError
from auditor.model import Failure, NotObserved, Observed, Why
from auditor.probes.identity import identity_details
from auditor.probes.interactive import CodeFlow, InteractiveProbe, port_of
from auditor.probes.msal_door import Attempt, MsalDoor
from auditor.probes.password import Target
from auditor.secrets import Secret
from tests.probes.conftest import LOGIN, OPENID, TENANT, FakeDoor, as_json, case_of, outlook

PERSON = "ada@contoso.example"
HERE = Target(LOGIN, TENANT, frozenset({LOGIN}))
CODE = {
    "user_code": "ABCD2345E",
    "device_code": "d" * 60,
    "verification_uri": "https://microsoft.com/devicelogin",
    "expires_in": 900,
    "interval": 5,
}
WITH_CODES = OPENID | {"device_authorization_endpoint": f"https://{LOGIN}/{TENANT}/oauth2/v2.0/devicecode"}


def token_of(**claims):
    def part(data):
        return urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.x"


def access(**changes):
    return token_of(**{"tid": TENANT, "upn": PERSON, "oid": "o-1", "amr": ["pwd", "mfa"], **changes})


def signed_in(claims=None, **changes):
    identity = {"tid": TENANT, "preferred_username": PERSON, "oid": "o-1"} if claims is None else claims
    return identity_details({"id_token_claims": identity}, Secret(access(**changes)), case_of(PERSON), TENANT)


@pytest.mark.parametrize(
    ("claims", "changes", "account"),
    [
        (None, {}, "meant"),
        ({"tid": TENANT, "preferred_username": "ADA@contoso.example"}, {}, "meant"),
        ({}, {}, "meant"),
        ({"tid": TENANT, "preferred_username": "ben@contoso.example"}, {}, "another"),
        ({"tid": TENANT, "preferred_username": PERSON, "oid": "o-2"}, {}, "another"),
        ({"tid": "9" * 8, "preferred_username": PERSON}, {}, "another"),
        ({}, {"tid": "9" * 8}, "another"),
        ({}, {"upn": "xada@contoso.example"}, "another"),
        ({}, {"upn": None}, "not told"),
        ({}, {"tid": None}, "not told"),
    ],
)
def test_who_signed_in_is_compared_by_tenant_name_and_object_id(claims, changes, account):
    assert signed_in(claims, **changes)["account"] == account


def test_a_guest_goes_by_the_name_at_home():
    guest = case_of("ada_fabrikam.example#EXT#@contoso.example")
    claims = {"tid": TENANT, "preferred_username": "ada@fabrikam.example"}
    found = identity_details({"id_token_claims": claims}, Secret(access()), guest, TENANT)
    assert found["account"] == "meant"


@pytest.mark.parametrize(
    ("methods", "mfa"),
    [
        (["pwd", "mfa"], "performed"),
        (["pwd"], "password alone"),
        (["rsa"], "not told"),
        ([], "not told"),
        (None, "not told"),
        ("mfa", "not told"),
        (["pwd", "otp"], "not told"),
    ],
)
def test_methods_say_whether_a_second_factor_was_given(methods, mfa):
    assert signed_in(amr=methods)["mfa"] == mfa


def test_of_tokens_nothing_is_kept_but_these_claims():
    details = signed_in(acrs=["c1"], secret_claim="planted")
    assert set(details) == {"account", "mfa", "methods", "contexts"}
    assert "planted" not in str(details)


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("http://localhost:8400", 8400),
        ("http://localhost", None),
        ("https://localhost:8400", None),
        ("http://localhost:99999", None),
        ("app://x", None),
        ("", None),
    ],
)
def test_the_port_is_the_apps_own_where_it_has_one(address, port):
    assert port_of(address) == port


@pytest.fixture
def codes():
    """A probe over a door that hands out a device code and answers as told."""

    def made(*answers, first=None):
        left = iter(answers)
        door = FakeDoor(
            openid=as_json(WITH_CODES),
            device_code=first or as_json(CODE),
            token=lambda url, body: next(left),
        )
        return InteractiveProbe(outlook(door)), door

    return made


def pending(error="authorization_pending", code=70016):
    body = {"error": error, "error_description": f"AADSTS{code}: x", "error_codes": [code]}
    return as_json(body, 400)


def issued(**changes):
    identity = token_of(tid=TENANT, preferred_username=PERSON, oid="o-1", **changes)
    return as_json({"access_token": access(), "id_token": identity, "token_type": "Bearer", "expires_in": 60})


def test_a_code_is_asked_about_until_somebody_has_signed_in(codes):
    probe, door = codes(pending(), pending("slow_down"), issued())
    flow = probe.begin(case_of(PERSON), HERE)
    assert isinstance(flow, CodeFlow)
    assert (flow.shown, flow.page) == (CODE["user_code"], CODE["verification_uri"])
    assert CODE["device_code"] not in repr(flow)
    assert probe.poll(flow) is None
    assert flow.interval == 5
    assert probe.poll(flow) is None
    assert flow.interval == 10
    came = probe.poll(flow)
    assert came.token is not None
    assert came.evidence.details["account"] == "meant"
    assert CODE["device_code"] not in repr(came)
    assert len(door.posts) == 4


def test_a_refused_code_is_an_answer_and_not_a_key_error(codes):
    refused = as_json({"error": "invalid_client", "error_codes": [7000218], "error_description": "x"}, 401)
    probe, _ = codes(first=refused)
    came = probe.begin(case_of(PERSON), HERE)
    assert came.evidence.answer.codes == (7000218,)
    assert came.token is None


def test_a_code_that_has_run_out_is_nobody_reached(codes):
    probe, door = codes(pending("expired_token", 70020))
    flow = probe.begin(case_of(PERSON), HERE)
    came = probe.poll(flow)
    assert (type(came.evidence), came.evidence.why) == (NotObserved, Why.NO_SIGN_IN_IN_TIME)
    flow.until -= timedelta(hours=1)
    asked = len(door.posts)
    assert probe.poll(flow).evidence.why is Why.NO_SIGN_IN_IN_TIME
    assert len(door.posts) == asked, "after its end nobody asks any more"


def test_a_broken_line_is_no_answer_of_the_person(codes):
    probe, _ = codes(NetworkError(Failure.RESET, LOGIN, sent=True))
    flow = probe.begin(case_of(PERSON), HERE)

    came = probe.poll(flow)
    assert isinstance(came.evidence, Observed)
    assert (came.evidence.answer.failure, came.evidence.answer.sent) == (Failure.RESET, False)


def test_the_code_of_a_page_is_redeemed_once(codes):
    door = FakeDoor(token=issued())
    client, attempt = MsalDoor(door), Attempt({}, HERE.agreed)
    form = {"grant_type": "authorization_code", "code": "c" * 40}
    with client.attempt(attempt):
        client.post(OPENID["token_endpoint"], data=form)
        with pytest.raises(NetworkError):
            client.post(OPENID["token_endpoint"], data=form)
    assert len(door.posts) == 1


def test_codes_go_to_the_agreed_host_alone(codes):
    probe, door = codes(pending())
    elsewhere = Target(LOGIN, TENANT, frozenset({"login.elsewhere.example"}))
    came = probe.begin(case_of(PERSON), elsewhere)
    assert came.evidence.answer.failure is Failure.REFUSED_BY_DOOR
    assert door.posts == []
