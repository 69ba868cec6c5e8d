from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Answer, Confidence, Failure, Flow, Leg, Mark, Reading
from auditor.rulebook.answers import Readings, interpret, main_code

CODES = [
    (50076, "managed", "mfa_required", Mark.RIGHT),
    (50074, "managed", "mfa_required", Mark.RIGHT),
    (50079, "managed", "mfa_registration_required", Mark.RIGHT),
    (50079, "federated", "mfa_from_federation_required", Mark.RIGHT),
    (50072, "managed", "mfa_registration_required", Mark.RIGHT),
    (50158, "managed", "external_control_required", Mark.RIGHT),
    (53003, "managed", "blocked_by_conditional_access", Mark.RIGHT),
    (530032, "managed", "blocked_by_conditional_access", Mark.RIGHT),
    (530035, "managed", "blocked_by_security_defaults", Mark.UNKNOWN),
    (530034, "managed", "blocked_by_risk", Mark.UNKNOWN),
    (50131, "managed", "blocked_by_risk", Mark.PROBABLY_RIGHT),
    (53000, "managed", "device_required", Mark.PROBABLY_RIGHT),
    (530002, "managed", "device_required", Mark.PROBABLY_RIGHT),
    (530003, "managed", "device_required", Mark.RIGHT),
    (50097, "managed", "device_required", Mark.UNKNOWN),
    (50126, "managed", "wrong_password", Mark.WRONG),
    (50126, "federated", "federated_password_at_cloud", Mark.UNKNOWN),
    (50126, "unknown", "wrong_password", Mark.UNKNOWN),
    (50126, "", "wrong_password", Mark.UNKNOWN),
    (50053, "managed", "locked_or_ip_blocked", Mark.UNKNOWN),
    (500532, "managed", "account_locked", Mark.UNKNOWN),
    (50057, "managed", "account_disabled", Mark.PROBABLY_RIGHT),
    (500571, "managed", "account_disabled", Mark.UNKNOWN),
    (50034, "managed", "unknown_user", Mark.UNKNOWN),
    (50055, "managed", "password_expired", Mark.RIGHT),
    (50144, "managed", "password_expired", Mark.RIGHT),
    (50056, "managed", "password_not_stored", Mark.UNKNOWN),
    (50052, "managed", "password_malformed", Mark.UNKNOWN),
    (50020, "managed", "guest_or_foreign_account", Mark.UNKNOWN),
    (500212, "managed", "cross_tenant_policy", Mark.UNKNOWN),
    (65001, "managed", "consent_required", Mark.RIGHT),
    (90094, "managed", "admin_consent_required", Mark.RIGHT),
    (50105, "managed", "assignment_required", Mark.PROBABLY_RIGHT),
    (700016, "managed", "app_not_found", Mark.UNKNOWN),
    (7000112, "managed", "app_disabled", Mark.UNKNOWN),
    (7000218, "managed", "app_not_public_client", Mark.UNKNOWN),
    (650057, "managed", "app_permission_missing", Mark.UNKNOWN),
    (65005, "managed", "app_permission_missing", Mark.UNKNOWN),
    (65002, "managed", "first_party_not_preauthorized", Mark.UNKNOWN),
    (500011, "managed", "resource_not_found", Mark.UNKNOWN),
    (50001, "managed", "resource_not_found", Mark.UNKNOWN),
    (500014, "managed", "resource_disabled", Mark.UNKNOWN),
    (90002, "managed", "tenant_not_found", Mark.UNKNOWN),
    (90033, "managed", "service_unavailable", Mark.UNKNOWN),
    (80002, "managed", "password_agent_unavailable", Mark.UNKNOWN),
    (50107, "federated", "federation_misconfigured", Mark.UNKNOWN),
]


@pytest.mark.parametrize(("code", "realm", "outcome", "mark"), CODES)
def test_a_code_means_one_thing(book, kit, code, realm, outcome, mark):
    reading = interpret(book, kit.refused(code), realm)
    assert (reading.outcome, reading.mark, reading.code) == (outcome, mark, f"AADSTS{code}")


def test_a_number_nobody_mapped_is_not_taken_for_one_that_begins_alike(book, kit):
    for code in (530039, 500769, 6500, 5007, 99999999, 530, 0, -1):
        reading = interpret(book, kit.refused(code, text="something new"), "managed")
        assert reading.outcome == "unmapped"
        assert f"AADSTS{code}" in reading.meaning
        assert "something new" in reading.meaning


def test_the_umbrella_code_gives_way_to_the_one_behind_it(book, kit):
    assert interpret(book, kit.refused(70002, 50126), "managed").outcome == "wrong_password"
    assert interpret(book, kit.refused(500133, 70002), "managed").outcome == "grant_expired"
    secret = kit.refused(70002, text="The request body must contain: 'client_secret or client_assertion'.")
    assert interpret(book, secret, "managed").outcome == "app_not_public_client"


def test_a_known_code_counts_before_an_unknown_one(book, kit):
    assert main_code(book, kit.refused(99999, 50076)) == 50076


def test_codes_in_the_text_count_where_no_list_came(book, kit):
    answer = kit.refused(text="AADSTS70002: Error validating credentials.AADSTS50055: Password is expired.")
    assert interpret(book, answer, "managed").outcome == "password_expired"
    assert interpret(book, kit.refused(text="AADB2C90083: not ours"), "managed").outcome == "other_flow"
    longer = kit.refused(text="AADSTS530030123: no such code")
    assert interpret(book, longer, "managed").outcome == "unmapped"


@pytest.mark.parametrize(
    ("code", "text", "outcome"),
    [
        (
            50053,
            "Sign-in was blocked because it came from an IP address with malicious activity",
            "source_address_blocked",
        ),
        (50053, "The account is locked, you've tried to sign in too many times", "account_locked"),
        (
            50055,
            "Invalid password, entered expired password. Force Change Password",
            "password_change_required",
        ),
        (53005, "Access has been blocked by Conditional Access policies", "blocked_by_conditional_access"),
    ],
)
def test_one_number_with_two_meanings_is_told_apart_by_its_text(book, kit, code, text, outcome):
    assert interpret(book, kit.refused(code, text=text), "managed").outcome == outcome


def test_where_a_code_leaves_several_meanings_the_candidates_say_how_to_tell(book, kit):
    for code in (50126, 50053):
        reading = interpret(book, kit.refused(code), "")
        assert reading.confidence is Confidence.UNSURE
        assert len(reading.candidates) >= 2
        assert all(candidate.how_to_tell for candidate in reading.candidates)


@pytest.mark.parametrize("flow", [Flow.DISCOVERY, Flow.DATAVERSE, Flow.PASTED])
def test_only_a_password_of_ours_proves_anything(book, kit, flow):
    for code in (50076, 50126, 65001, 50057):
        reading = interpret(book, replace(kit.refused(code), flow=flow), "managed")
        assert reading.mark is Mark.UNKNOWN
        assert not reading.refusal


def test_an_answer_that_came_before_the_password_was_sent_proves_nothing(book, kit):
    reading = interpret(book, kit.refused(50126, sent=False), "managed")
    assert (reading.mark, reading.refusal) == (Mark.UNKNOWN, False)


def test_what_counts_for_the_breaker(book, kit):
    counted = {50126, 50053, 500532, 80001}
    for code in (*counted, 50076, 65001, 50057, 50034, 7000218):
        assert interpret(book, kit.refused(code), "managed").refusal is (code in counted), code


def test_successes_are_outcomes_of_their_own(book, kit):
    legs = {
        Leg.TOKEN: "token_issued",
        Leg.WHOAMI: "member",
        Leg.TABLE: "readable",
        Leg.REALM: "found",
        Leg.OPENID: "found",
        Leg.CHALLENGE: "found",
    }
    for leg, outcome in legs.items():
        reading = interpret(book, kit.good(leg))
        assert reading.outcome == outcome
        assert book.outcomes[outcome].benign
    assert interpret(book, kit.good(Leg.TOKEN)).mark is Mark.RIGHT


@pytest.mark.parametrize("failure", list(Failure))
def test_a_broken_exchange_after_the_password_went_out_counts_like_a_refusal(book, failure):
    answer = Answer(Flow.ROPC, Leg.TOKEN, failure=failure, sent=True)
    reading = interpret(book, answer, "managed")
    assert (reading.outcome, reading.mark, reading.refusal) == ("outcome_unknown", Mark.UNKNOWN, True)


@pytest.mark.parametrize("failure", list(Failure))
def test_a_broken_exchange_before_the_password_is_a_network_failure(book, failure):
    for leg, flow in ((Leg.TOKEN, Flow.ROPC), (Leg.REALM, Flow.DISCOVERY), (Leg.WHOAMI, Flow.DATAVERSE)):
        reading = interpret(book, Answer(flow, leg, failure=failure), "managed")
        assert (reading.outcome, reading.refusal) == ("network_failure", False)


@pytest.mark.parametrize("sent", [True, False])
def test_throttling_and_outages_keep_their_names_with_or_without_a_password(book, sent):
    for status, outcome in ((429, "throttled"), (500, "service_unavailable"), (503, "service_unavailable")):
        answer = Answer(Flow.ROPC, Leg.TOKEN, http_status=status, text="<html>", sent=sent)
        reading = interpret(book, answer, "managed")
        assert (reading.outcome, reading.mark, reading.refusal) == (outcome, Mark.UNKNOWN, False)
        assert reading.code == f"HTTP {status}"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(Flow.DISCOVERY, Leg.CHALLENGE, failure=Failure.DNS), "environment_not_found"),
        (Answer(Flow.DISCOVERY, Leg.CHALLENGE, http_status=404), "environment_not_found"),
        (
            Answer(Flow.DISCOVERY, Leg.CHALLENGE, http_status=401, error="no_challenge"),
            "environment_not_found",
        ),
        (
            Answer(
                Flow.DISCOVERY, Leg.CHALLENGE, failure=Failure.CONNECT, text="Tunnel connection failed: 502"
            ),
            "environment_not_found",
        ),
        (Answer(Flow.DISCOVERY, Leg.CHALLENGE, failure=Failure.CONNECT), "network_failure"),
        (Answer(Flow.DISCOVERY, Leg.CHALLENGE, failure=Failure.TIMEOUT), "network_failure"),
        (Answer(Flow.DISCOVERY, Leg.CHALLENGE, http_status=503), "service_unavailable"),
        (Answer(Flow.DISCOVERY, Leg.OPENID, http_status=400, error="invalid_tenant"), "tenant_not_found"),
        (Answer(Flow.DISCOVERY, Leg.OPENID, http_status=400, codes=(90002,)), "tenant_not_found"),
        (Answer(Flow.ROPC, Leg.MEX, failure=Failure.TIMEOUT), "federation_unreachable"),
        (Answer(Flow.ROPC, Leg.MEX, http_status=503), "federation_unreachable"),
        (Answer(Flow.ROPC, Leg.MEX, http_status=404), "federation_misconfigured"),
        (Answer(Flow.ROPC, Leg.MEX, http_status=200, exception="ParseError"), "federation_misconfigured"),
        (
            Answer(Flow.ROPC, Leg.MEX, http_status=200, failure=Failure.NOT_UNDERSTOOD),
            "federation_misconfigured",
        ),
        (Answer(Flow.ROPC, Leg.WSTRUST, failure=Failure.TLS), "federation_unreachable"),
        (Answer(Flow.ROPC, Leg.WSTRUST, failure=Failure.TIMEOUT, sent=True), "outcome_unknown"),
        (Answer(Flow.ROPC, Leg.WSTRUST, http_status=503, sent=True), "federation_unreachable"),
        (
            Answer(Flow.ROPC, Leg.WSTRUST, http_status=500, fault="FailedAuthentication", sent=True),
            "federated_sign_in_refused",
        ),
        (
            Answer(Flow.ROPC, Leg.WSTRUST, http_status=500, text="MSIS7068: Access denied.", sent=True),
            "federated_sign_in_refused",
        ),
        (
            Answer(
                Flow.ROPC, Leg.WSTRUST, http_status=500, fault="RequestFailed", text="MSIS3127", sent=True
            ),
            "federation_misconfigured",
        ),
    ],
)
def test_answers_without_a_number(book, answer, outcome):
    assert interpret(book, answer, "federated").outcome == outcome


def test_a_refusal_by_the_federation_provider_means_a_wrong_password_there(book):
    answer = Answer(Flow.ROPC, Leg.WSTRUST, http_status=500, fault="a:FailedAuthentication", sent=True)
    reading = interpret(book, answer, "federated")
    assert (reading.mark, reading.refusal) == (Mark.WRONG, True)


@pytest.mark.parametrize(
    ("code", "text", "outcome"),
    [
        ("0x80072560", "", "not_a_member"),
        ("0x80042F09", "", "no_security_role"),
        (
            "0x80040220",
            "Principal user (roleCount=8, accessMode='0 Read-Write') is missing prvReadAccount",
            "privilege_missing",
        ),
        (
            "0x80040220",
            "Principal user (roleCount=0, accessMode='0 Read-Write') is missing prvReadAccount",
            "no_security_role",
        ),
        (
            "0x80040220",
            "roleCount=3, accessMode='1 Administrative' is missing prvReadAccount",
            "access_mode_insufficient",
        ),
        ("0x8004d24b", "", "licence_missing"),
        ("0x80095ffe", "", "ip_firewall"),
        ("0x8004a104", "", "environment_unavailable"),
        ("0x80072322", "", "throttled"),
        ("0x80999999", "", "unmapped"),
    ],
)
def test_dataverse_answers_by_code(book, kit, code, text, outcome):
    assert interpret(book, kit.dataverse(code, text)).outcome == outcome


def test_dataverse_answers_without_json_by_their_text(book, kit):
    answer = kit.dataverse(
        "", "The request ... is rejected as access to your ip is blocked. Contact your admin"
    )
    assert interpret(book, answer).outcome == "ip_firewall"


def test_an_app_that_the_environment_does_not_admit_is_known_without_json(book, kit):
    answer = kit.dataverse("", "Access to Dataverse API is restricted for this application Id : 'x'.")
    assert interpret(book, answer).outcome == "app_not_allowed"


def test_an_unknown_user_behind_a_federation_may_be_a_mismatch_of_data(book, kit):
    reading = interpret(book, kit.refused(50034), "federated")
    assert {candidate.outcome for candidate in reading.candidates} == {
        "unknown_user",
        "federation_misconfigured",
    }


def test_both_spellings_of_the_ws_trust_retirement_are_known(book, kit):
    for word in ("Ws-Trust", "Ws-Tust"):
        text = f"You are using {word} authentication which has been deprecated"
        assert interpret(book, kit.dataverse("", text)).outcome == "wstrust_retired"


numbers = st.integers(-(10**12), 10**12)
anything = st.text(max_size=60) | st.sampled_from(
    ["AADSTS50076", "a:FailedAuthentication", "access to your IP is blocked"]
)
answers = st.builds(
    Answer,
    flow=st.sampled_from(Flow),
    leg=st.none() | st.sampled_from(Leg),
    success=st.booleans(),
    http_status=st.none() | numbers,
    error=anything,
    codes=st.lists(numbers | st.sampled_from([50076, 70002, 50126]), max_size=4).map(tuple),
    suberror=anything,
    text=anything,
    dataverse_code=st.just("") | anything,
    failure=st.none() | st.sampled_from(Failure),
    exception=anything,
    sent=st.booleans(),
    fault=anything,
)


@settings(max_examples=400)
@given(answer=answers, realm=st.sampled_from(["managed", "federated", "unknown", "personal", "", "nonsense"]))
def test_no_answer_is_too_strange_to_be_read(book, answer, realm):
    reading = interpret(book, answer, realm)
    assert isinstance(reading, Reading)
    assert reading.outcome in book.outcomes
    if reading.mark is not Mark.UNKNOWN:
        assert answer.flow is Flow.ROPC
        assert answer.sent


@given(text=st.text(max_size=200))
def test_no_code_is_invented(book, text):
    code = main_code(book, Answer(Flow.ROPC, text=text))
    assert code is None or str(code) in text


@given(one=answers, other=answers, realm=st.sampled_from(["managed", "federated", ""]))
def test_a_remembered_reading_is_the_one_the_answer_has(book, one, other, realm):
    readings = Readings(book)
    mixed = replace(other, text=one.text), replace(one, correlation_id="x", host="y")
    for answer in (one, other, *mixed, one):
        assert readings(answer, realm) == interpret(book, answer, realm)
        assert readings(answer, "personal") == interpret(book, answer, "personal")


def test_answers_that_differ_in_nothing_that_tells_are_read_once(book, kit):
    readings = Readings(book)
    first = readings(replace(kit.refused(50126), correlation_id="a"), "managed")
    assert readings(replace(kit.refused(50126), correlation_id="b"), "managed") is first


def test_readings_are_not_kept_without_end(book, kit):
    readings = Readings(book)
    for number in range(5_000):
        readings(kit.refused(50126, text=str(number)), "managed")
    assert len(readings._known) <= 2_048
