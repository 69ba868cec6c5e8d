"""The application probe: what goes out, once, to whom, and what is read out of what comes back."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from auditor.errors import NetworkError
from auditor.lab.world.app_credentials import Certificate
from auditor.model import Failure, Flow, Leg, Question
from auditor.probes.client_credentials import ApplicationProbe
from auditor.probes.password import Target
from auditor.secrets import AppCredential, CredentialKind, Secret
from tests.probes.conftest import HOST, LOGIN, OPENID, TENANT, FakeDoor, as_json, as_text, outlook

SECRET = "Copper-lantern-31"
TARGET = Target(LOGIN, TENANT, frozenset({LOGIN}))
TOKEN = {"token_type": "Bearer", "expires_in": 3599, "access_token": "eyJhbGciOi.token-for-dataverse.sig"}
FEDERATED = AppCredential(
    CredentialKind.FEDERATED,
    Secret("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"),
    claims={"issuer": "https://token.builds.example", "subject": "repo:x", "audience": "api://x"},
)


@pytest.fixture(scope="module")
def certificate():
    made = Certificate(name="sync", days=20)
    ends = datetime(2027, 1, 2, tzinfo=UTC)
    return AppCredential(CredentialKind.CERTIFICATE, Secret(made.pem), made.public, ends, "ab" * 32)


def secret(value=SECRET):
    return AppCredential(CredentialKind.SECRET, Secret(value))


def signed_in(case, credential, **legs):
    door = FakeDoor(**legs)
    return ApplicationProbe(outlook(door)).sign_in(case, credential, TARGET), door


def form_of(door):
    ((leg, url, _, body),) = door.posts
    assert leg is Leg.TOKEN
    assert url == OPENID["token_endpoint"]
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def test_a_secret_goes_out_once_in_the_form_of_the_token_request(case):
    signed, door = signed_in(case, secret(), token=as_json(TOKEN))
    form = form_of(door)
    assert form["client_secret"] == SECRET
    assert (form["grant_type"], form["scope"]) == ("client_credentials", f"https://{HOST}/.default")
    assert not {"username", "password", "client_assertion"} & form.keys()
    assert signed.token.reveal() == TOKEN["access_token"]


def test_a_certificate_signs_and_its_key_stays(case, certificate):
    signed, door = signed_in(case, certificate, token=as_json(TOKEN))
    form = form_of(door)
    assert form["client_assertion"].count(".") == 2
    assert "client_secret" not in form
    assert b"PRIVATE" not in door.posts[0][3]
    assert signed.evidence.details["expires"] == "2027-01-02"
    assert signed.evidence.details["thumbprint"] == "ab" * 32


def test_a_workloads_token_is_handed_on_as_it_is(case):
    signed, door = signed_in(case, FEDERATED, token=as_json(TOKEN))
    assert form_of(door)["client_assertion"] == FEDERATED.value.reveal()
    assert signed.evidence.details["subject"] == "repo:x"
    assert "expires" not in signed.evidence.details


def test_nothing_but_the_openid_document_and_the_token_is_asked_for(case, certificate):
    for credential in (secret(), certificate, FEDERATED):
        _, door = signed_in(case, credential, token=as_json(TOKEN))
        assert [leg for leg, *_ in door.gets] == [Leg.OPENID]
        assert len(door.posts) == 1


def test_a_token_is_evidence_of_the_application_and_of_no_password(case):
    signed, _ = signed_in(case, secret(), token=as_json(TOKEN))
    answer = signed.evidence.answer
    assert signed.evidence.question is Question.APP_SIGN_IN
    assert (answer.flow, answer.success, answer.sent) == (Flow.CLIENT_CREDENTIALS, True, False)
    assert signed.evidence.details["credential"] == "secret"


@pytest.mark.parametrize("credential", [secret(), FEDERATED], ids=["secret", "federated"])
def test_a_refusal_is_read_and_shows_no_credential(case, credential):
    shown = credential.value.reveal()
    refusal = {
        "error": "invalid_client",
        "error_codes": [7000215],
        "error_description": f"AADSTS7000215: no {shown}",
    }
    signed, door = signed_in(case, credential, token=as_json(refusal, 401))
    assert signed.evidence.answer.codes == (7000215,)
    assert signed.token is None
    assert shown not in repr(signed)
    assert len(door.posts) == 1


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (NetworkError(Failure.RESET, LOGIN, sent=True), Failure.RESET),
        (NetworkError(Failure.TIMEOUT, LOGIN, sent=True), Failure.TIMEOUT),
        (as_text("<html>Welcome</html>"), Failure.PORTAL),
        (as_json({"access_token": 7}), Failure.NOT_UNDERSTOOD),
    ],
)
def test_what_is_no_answer_is_none_and_nothing_is_sent_again(case, reply, failure):
    signed, door = signed_in(case, secret(), token=reply)
    assert signed.evidence.answer.failure is failure
    assert signed.evidence.answer.sent is False
    assert len(door.posts) == 1


def test_a_document_that_names_another_token_endpoint_gets_no_credential(case, certificate):
    elsewhere = as_json({**OPENID, "token_endpoint": "https://evil.example/token"})
    for credential in (secret(), certificate, FEDERATED):
        signed, door = signed_in(case, credential, openid=elsewhere, token=as_json(TOKEN))
        assert door.posts == []
        assert signed.evidence.answer.failure is Failure.REFUSED_BY_DOOR


def test_a_library_that_sends_a_credential_twice_is_stopped(case, monkeypatch):
    import msal  # noqa: PLC0415 - patched here alone

    once = msal.ConfidentialClientApplication.acquire_token_for_client

    def twice(self, scopes):
        once(self, scopes)
        return once(self, scopes)

    monkeypatch.setattr(msal.ConfidentialClientApplication, "acquire_token_for_client", twice)
    for credential in (secret(), FEDERATED):
        _, door = signed_in(case, credential, token=as_json({"error": "invalid_client"}, 401))
        assert len(door.posts) == 1
