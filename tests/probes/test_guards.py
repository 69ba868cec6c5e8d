"""The password probe's guards, each by what would get out, or in, without it."""

import json
import logging
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import NetworkError
from auditor.model import Failure, Leg
from auditor.network import Reply
from auditor.probes.msal_door import Attempt, MsalDoor, _form
from auditor.probes.password import PasswordProbe, Target
from auditor.secrets import Secret
from tests.probes.conftest import LOGIN, TENANT, FakeDoor, as_json, as_text, case_of, outlook
from tests.probes.test_password import FEDERATED, RSTR, SAML, STS, realm, sign_in, token

TOKEN = "planted-token"
TEXT = st.text(st.characters(codec="utf-8"))
WSTRUST = f"https://{STS}/adfs/services/trust/13/usernamemixed"
ENVELOPE = "<s:Envelope>PasswordText</s:Envelope>"


@pytest.fixture
def probe():
    """A probe whose sign-ins all bring a token, and one more of each kind that nobody asked for."""
    more = {"refresh_token": "planted-refresh", "scope": "user_impersonation", "foci": "1"}
    return PasswordProbe(outlook(FakeDoor(wstrust=as_text(RSTR.format(type=SAML)), token=token(**more))))


@pytest.fixture
def loud_msal():
    """msal as it is before anybody silences it."""
    logger = logging.getLogger("msal")
    level = logger.level
    logger.setLevel(logging.NOTSET)
    yield
    logger.setLevel(level)


def signed_in(probe, where=None):
    target = Target(LOGIN, TENANT, frozenset({LOGIN, STS}))
    return probe.sign_in(case_of(), Secret("x"), where or realm(), target)


@pytest.mark.parametrize("where", [realm(), realm("Federated", **FEDERATED)], ids=["managed", "federated"])
def test_nothing_of_a_token_stays_in_msals_cache(probe, where):
    assert signed_in(probe, where).token.reveal() == TOKEN
    (app,) = probe._apps.values()
    assert app.token_cache._cache == {}
    assert app.get_accounts() == []


def test_msals_cache_takes_no_token_however_it_is_given(probe):
    signed_in(probe)
    (app,) = probe._apps.values()
    cache = app.token_cache
    cache.add({"client_id": "c", "scope": ["s"], "token_endpoint": "https://x/t", "response": {"a": "b"}})
    entry = {"home_account_id": "a", "environment": LOGIN, "client_id": "c", "target": "s", "secret": TOKEN}
    cache.modify("RefreshToken", entry, {"secret": TOKEN})
    assert cache._cache == {}


def test_a_password_goes_to_the_federation_server_once():
    client = MsalDoor(door := FakeDoor(wstrust=as_text("", 401)))
    with client.attempt(Attempt({}, frozenset({STS}))) as attempt:
        client.post(WSTRUST, data=ENVELOPE)
        with pytest.raises(NetworkError, match="once") as caught:
            client.post(WSTRUST, data=ENVELOPE)
    assert len(door.posts) == 1
    assert (caught.value.failure, attempt.sent) == (Failure.REFUSED_BY_DOOR, True)


def test_a_password_that_went_to_the_federation_server_does_not_go_to_entra_id_too():
    client = MsalDoor(door := FakeDoor(wstrust=as_text("", 401), token=token()))
    with client.attempt(Attempt({}, frozenset({LOGIN, STS}))):
        client.post(WSTRUST, data=ENVELOPE)
        with pytest.raises(NetworkError, match="once"):
            client.post(f"https://{LOGIN}/t", data={"grant_type": "password", "password": "x"})
    assert [leg for leg, *_ in door.posts] == [Leg.WSTRUST]


def test_a_password_whose_line_broke_is_not_sent_again():
    client = MsalDoor(door := FakeDoor(wstrust=NetworkError(Failure.RESET, STS, sent=True)))
    with client.attempt(Attempt({}, frozenset({STS}))):
        for _ in range(2):
            with pytest.raises(NetworkError):
                client.post(WSTRUST, data=ENVELOPE)
    assert len(door.posts) == 1


def test_the_assertion_goes_out_though_the_password_has_gone():
    client = MsalDoor(door := FakeDoor(wstrust=as_text(RSTR.format(type=SAML)), token=token()))
    with client.attempt(Attempt({}, frozenset({LOGIN, STS}))):
        client.post(WSTRUST, data=ENVELOPE)
        client.post(f"https://{LOGIN}/t", data={"grant_type": "x", "assertion": "y"})
    assert [leg for leg, *_ in door.posts] == [Leg.WSTRUST, Leg.TOKEN]


@pytest.mark.parametrize(
    "body", ["<html>planted ticket</html>", "access_token=planted ticket", '["planted ticket"]']
)
def test_msal_does_not_log_a_reply_that_it_cannot_read(loud_msal, caplog, capfd, body):
    with caplog.at_level(logging.DEBUG):
        signed = sign_in(FakeDoor(token=as_text(body)))
    assert not signed.evidence.answer.success
    captured = capfd.readouterr()
    assert "ticket" not in caplog.text + captured.out + captured.err


@pytest.mark.parametrize(
    "reply",
    [
        as_text("planted ticket", 204),
        as_json({"ticket": "planted ticket"}),
        as_json({"error_description": "planted ticket"}),
        as_json({"access_token": ["planted ticket"]}),
        as_json({"access_token": None, "error_description": "planted ticket"}),
    ],
)
def test_a_good_reply_that_is_no_token_is_not_understood_and_its_text_is_dropped(reply):
    signed = sign_in(FakeDoor(token=reply))
    assert signed.token is None
    assert signed.evidence.answer.failure is Failure.NOT_UNDERSTOOD
    assert "ticket" not in repr(signed.evidence)


def test_a_page_in_place_of_a_token_is_called_one_and_its_text_is_dropped():
    signed = sign_in(FakeDoor(token=as_text("<html>planted ticket</html>")))
    assert signed.token is None
    assert signed.evidence.answer.failure is Failure.PORTAL
    assert "ticket" not in repr(signed.evidence)


def test_what_a_federation_server_sends_instead_of_an_assertion_is_dropped_too():
    where = realm("Federated", **FEDERATED)
    signed = sign_in(FakeDoor(wstrust=as_text(RSTR.format(type="urn:planted:ticket"))), where=where)
    assert signed.evidence.answer.failure is Failure.NOT_UNDERSTOOD
    assert "ticket" not in repr(signed.evidence)


@pytest.mark.parametrize("status", [201, 202, 400, 401, 500])
def test_a_token_is_one_only_in_a_reply_of_status_200(status):
    data = {"token_type": "Bearer", "access_token": TOKEN, "expires_in": 3600}
    signed = sign_in(FakeDoor(token=as_json(data, status)))
    assert signed.token is None
    assert not signed.evidence.answer.success


def test_a_token_is_one_only_from_the_token_endpoint():
    portal = Reply(200, {}, json.dumps({"access_token": TOKEN}).encode(), STS)
    signed = sign_in(FakeDoor(wstrust=portal), where=realm("Federated", **FEDERATED))
    assert signed.token is None
    assert not signed.evidence.answer.success


@given(st.dictionaries(TEXT, TEXT | st.integers() | st.binary()))
def test_a_form_is_written_as_everybody_writes_it(data):
    assert _form(data) == urlencode(data).encode()
