"""The application probe: what it asks, what it reads, and that no code outlives it."""

import json
import logging
from dataclasses import asdict
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import NetworkError
from auditor.model import Failure, Flow, Leg, Question
from auditor.network import Reply
from auditor.probes.application import Wanted, ask_application
from auditor.probes.password import scope_of
from auditor.rulebook.answers import interpret
from auditor.rulebook.load import load_rulebook
from tests.probes.conftest import HOST, LOGIN, TENANT, FakeDoor, as_json, as_text, case_of, outlook

CLIENT = "00000000-aaaa-bbbb-cccc-000000000001"
WANTED = Wanted(LOGIN, TENANT, CLIENT, HOST)
CODE, USER_CODE = "planted-device-code-1234567890", "PLANTED99"
CODES = {
    "user_code": USER_CODE,
    "device_code": CODE,
    "verification_uri": "https://microsoft.com/devicelogin",
    "expires_in": 900,
    "interval": 5,
    "message": f"Enter the code {USER_CODE} to authenticate.",
}


@pytest.fixture(scope="module")
def book():
    return load_rulebook()


def refusal(code, error="unauthorized_client", status=400, text="Refused."):
    data = {"error": error, "error_description": f"AADSTS{code}: {text}", "error_codes": [code]}
    return as_json(data, status)


PENDING = refusal(70016, "authorization_pending")


def door_of(first, redeemed=PENDING):
    """A door that answers the request for a code, and then the code."""
    return FakeDoor(device_code=lambda url, _: _given(redeemed if url.endswith("/token") else first))


def _given(answer):
    if isinstance(answer, Exception):
        raise answer
    return answer


def ask(door):
    return ask_application(outlook(door), WANTED)


def form_of(request):
    return {name: values[0] for name, values in parse_qs(request[3].decode()).items()}


def test_it_asks_as_the_password_sign_in_would_and_names_no_account():
    door = door_of(as_json(CODES))
    ask(door)
    ((leg, url, _, _),) = door.forms
    assert (leg, url) == (Leg.DEVICE_CODE, f"https://{LOGIN}/{TENANT}/oauth2/v2.0/devicecode")
    scope = f"{scope_of(case_of())} openid profile"
    assert form_of(door.forms[0]) == {"client_id": CLIENT, "scope": scope}


def test_a_code_is_redeemed_once_and_is_the_answer_that_app_and_environment_are_known(book):
    door = door_of(as_json(CODES))
    seen = ask(door)
    assert len(door.posts) == 1
    assert form_of(door.posts[0])["device_code"] == CODE
    assert (seen.question, seen.answer.success, seen.details["public_client"]) == (
        Question.APPLICATION,
        True,
        "yes",
    )
    assert seen.subject.key == f"{TENANT} | {CLIENT} | {HOST}"
    assert interpret(book, seen.answer).outcome == "found"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (700016, "app_not_found"),
        (7000112, "app_disabled"),
        (500011, "resource_not_found"),
        (500014, "resource_disabled"),
        (90002, "tenant_not_found"),
        (900439, "wrong_cloud"),
    ],
)
def test_a_refusal_is_read_like_one_of_a_password_sign_in_but_says_nothing_of_a_password(book, code, outcome):
    door = door_of(refusal(code))
    seen = ask(door)
    reading = interpret(book, seen.answer)
    assert (reading.outcome, reading.mark.value, seen.answer.sent) == (outcome, "unknown", False)
    assert door.posts == []


def test_an_app_that_has_to_keep_a_secret_is_refused_when_its_code_is_redeemed(book):
    seen = ask(door_of(as_json(CODES), refusal(7000218, "invalid_client", 401)))
    assert interpret(book, seen.answer).outcome == "app_not_public_client"
    assert (seen.answer.success, "public_client" in seen.details) == (False, False)


@pytest.mark.parametrize(
    "redeemed",
    [
        NetworkError(Failure.RESET, LOGIN, sent=True),
        as_text("<html>no</html>", 503),
        as_text("Too many requests", 429),
        as_json({"error": "slow_down"}, 400),
    ],
)
def test_a_code_that_could_not_be_redeemed_leaves_what_was_found(book, redeemed):
    seen = ask(door_of(as_json(CODES), redeemed))
    assert interpret(book, seen.answer).outcome == "found"
    assert not seen.answer.sent
    pending = isinstance(redeemed, Reply) and "slow_down" in redeemed.text
    assert seen.details["public_client"] == ("yes" if pending else "not checked")


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (as_text("Too many requests", 429), "throttled"),
        (as_text("<html>Service unavailable</html>", 503), "service_unavailable"),
        (as_text("<html>Welcome to the guest network</html>"), "network_failure"),
        (NetworkError(Failure.TIMEOUT, LOGIN, sent=True), "network_failure"),
        (NetworkError(Failure.REDIRECT, LOGIN, "HTTP 307"), "network_failure"),
        (as_json({}), "network_failure"),
        (as_json({"device_code": 7}), "network_failure"),
        (refusal(7654321), "unmapped"),
        (refusal(53003), "blocked_by_conditional_access"),
    ],
)
def test_what_is_no_answer_about_app_or_environment_is_kept_as_it_came(book, reply, outcome):
    seen = ask(door_of(reply))
    assert interpret(book, seen.answer).outcome == outcome
    assert (seen.answer.success, seen.answer.sent) == (False, False)


ECHOES = [
    PENDING,
    refusal(70020, "expired_token", text=f"The device_code {CODE} has expired."),
    as_text(f"<html>{CODE}</html>", 500),
    as_json(CODES),
]


@pytest.mark.parametrize("redeemed", ECHOES)
def test_no_code_stands_in_evidence_or_log(redeemed, caplog):
    caplog.set_level(logging.DEBUG)
    seen = ask(door_of(as_json(CODES), redeemed))
    written = f"{asdict(seen)} {caplog.text}"
    assert CODE not in written
    assert USER_CODE not in written


@given(st.integers(min_value=0, max_value=len(json.dumps(CODES)) - 1))
def test_half_a_reply_leaves_no_half_a_code(length):
    half = Reply(200, {"content-type": "application/json"}, json.dumps(CODES)[:length].encode(), LOGIN)
    seen = ask(door_of(half))
    assert (seen.answer.success, seen.answer.text) == (False, "")


def test_its_requests_can_be_found_in_the_services_log():
    door = door_of(as_json(CODES))
    seen = ask(door)
    sent = {request[2]["client-request-id"] for request in (*door.forms, *door.posts)}
    assert sent == {seen.answer.correlation_id}
    assert seen.answer.flow is Flow.DEVICE_CODE
