"""What follows from an application's own sign-in, and what falls silent beside it."""

from datetime import UTC, datetime

import pytest

from auditor.model import (
    Answer,
    Axis,
    Contract,
    Expected,
    Flow,
    Grant,
    Known,
    Leg,
    Observed,
    Question,
    Unknown,
    Why,
)
from auditor.model import evidence as subjects
from auditor.rulebook.answers import interpret
from auditor.rulebook.facts import build_estate, facts_of
from auditor.rulebook.judge import judge

CREDENTIALS = {
    7000215: "secret_wrong",
    7000222: "secret_expired",
    700027: "certificate_refused",
    700024: "assertion_time",
    70021: "federation_mismatch",
    700211: "federation_mismatch",
    700213: "federation_mismatch",
    50012: "refused",
    5002730: "refused",
}
SIGNED_IN = Answer(Flow.CLIENT_CREDENTIALS, Leg.TOKEN, success=True, http_status=200)


def refusal(code):
    return Answer(Flow.CLIENT_CREDENTIALS, Leg.TOKEN, http_status=401, error="invalid_client", codes=(code,))


@pytest.fixture
def case(kit):
    return kit.case(app=kit.app(Grant.APPLICATION), expected=Expected.APPLICATION)


@pytest.fixture
def judged(book, kit, case):
    """Return what an application's answer comes to, on a day, with the certificate's end."""

    def judged(answer, whoami=None, at=datetime(2030, 11, 22, 23, tzinfo=UTC), **details):
        looks = kit.looks(case).discovered()
        subject = subjects.case(case.key)
        details = {"credential": "certificate", **details}
        looks.items.append(Observed(subject, Question.APP_SIGN_IN, at, "x", kit.office, answer, details))
        looks.held_back(Question.PASSWORD, Why.APPLICATION_EXPECTED)
        looks.asked_dataverse(whoami or kit.good(Leg.WHOAMI))
        return judge(book, case, looks.items, build_estate([case]))

    return judged


@pytest.mark.parametrize(("code", "said"), CREDENTIALS.items())
def test_the_code_says_what_is_wrong_with_the_credential(judged, code, said):
    result = judged(refusal(code))
    assert result.facts["app_credential"].value == said
    assert result.contract is Contract.BROKEN
    assert result.verdicts[Axis.PATH].value == "fix, then ready"
    assert any(one.rule.startswith("app") and one.severity == "high" for one in result.findings)


def test_codes_that_no_source_explains_stay_unmapped(book):
    for code in (700212, 7000216, 70002150):
        assert interpret(book, refusal(code)).outcome == "unmapped"


def test_a_token_is_no_word_about_anybodys_mfa_consent_or_password(judged):
    result = judged(SIGNED_IN)
    assert {result.verdicts[axis].value for axis in (Axis.MFA, Axis.CONSENT, Axis.ROPC)} == {"unknown"}
    for name in ("mfa", "consent", "ropc", "password"):
        assert isinstance(result.facts[name], Unknown)
    assert result.readings[Question.APP_SIGN_IN].mark == "unknown"


@pytest.mark.parametrize(
    ("expires", "bucket", "words"),
    [
        ("2030-11-20", "expired", "expired 2 days ago"),
        ("2030-11-21", "expired", "expired yesterday"),
        ("2030-11-22", "within 30 days", "expires today"),
        ("2030-11-23", "within 30 days", "expires tomorrow"),
        ("2030-12-22", "within 30 days", "expires in 30 days"),
        ("2030-12-23", "within 90 days", "expires in 31 days"),
        ("2031-02-20", "within 90 days", "expires in 90 days"),
    ],
)
def test_days_are_counted_from_the_day_of_the_sign_in(judged, expires, bucket, words):
    result = judged(SIGNED_IN, expires=expires)
    assert result.facts["app_credential_expiry"] == Known(bucket, source="application sign-in")
    (told,) = [one for one in result.findings if one.rule == "application-credential-expires"]
    assert f"{words} ({expires})." in told.what


def test_a_certificate_that_lasts_needs_no_word(judged):
    result = judged(SIGNED_IN, expires="2031-02-21")
    assert result.facts["app_credential_expiry"].value == "later"
    assert [one.rule for one in result.findings] == ["application-user-signs-in"]


def test_the_end_of_a_secret_is_unknown_with_its_reason(judged):
    result = judged(SIGNED_IN, credential="secret")
    assert result.facts["app_credential_expiry"] == Unknown(
        "a secret does not tell its end, and no directory was read"
    )
    assert "application-signs-in-with-a-secret" in [one.rule for one in result.findings]


def test_an_expired_certificate_is_named_as_the_cause(judged):
    result = judged(refusal(700027), expires="2030-11-01", thumbprint="ab" * 32)
    (told,) = [one for one in result.findings if one.rule == "application-certificate-is-refused"]
    assert "It expired 21 days ago (2030-11-01); a date in the past is the cause." in told.what


def test_nothing_of_the_account_speaks_for_the_application(book, kit, case, judged):
    looks = kit.looks(case).discovered(account_type="Federated", federation="no_endpoint")
    looks.directory(
        user={"enabled": "no"}, access={"ropc": "mfa", "ropc_by": ("MFA",)}, consent={"consent": "none"}
    )
    plain = judged(SIGNED_IN)
    for item in looks.items:
        assert item.question is not Question.APP_SIGN_IN
    result = judge(
        book,
        case,
        [*looks.items, *[one for one in plain.evidence if one.subject.kind == "case"]],
        build_estate([case]),
    )
    assert {axis: verdict.value for axis, verdict in result.verdicts.items()} == {
        axis: verdict.value for axis, verdict in plain.verdicts.items()
    }
    assert [one.rule for one in result.findings] == [one.rule for one in plain.findings]


def test_a_directory_says_why_an_application_that_nobody_asked_cannot_work(book, kit, case):
    looks = kit.looks(case).discovered().directory(consent={"app_enabled": "no"})
    looks.held_back(Question.APP_SIGN_IN, Why.NOT_ASKED)
    result = judge(book, case, looks.items, build_estate([case]))
    assert str(result.verdicts[Axis.PATH]) == "fix, then ready (app disabled)"
    assert result.contract is Contract.UNANSWERED


def test_a_run_of_before_that_sent_a_password_keeps_its_answer(book, kit, case):
    looks = kit.looks(case).discovered().signed_in(kit.good(Leg.TOKEN)).asked_dataverse(kit.good(Leg.WHOAMI))
    result = judge(book, case, looks.items, build_estate([case]))
    assert result.contract is Contract.UNANSWERED
    assert result.facts["ropc"].value == "works"
    assert result.verdicts[Axis.PATH].value == "move to an application user"


@pytest.mark.parametrize(
    "why", [Why.NO_CREDENTIAL, Why.CREDENTIAL_UNRESOLVED, Why.NOT_AGREED, Why.INTERRUPTED]
)
def test_what_could_not_be_asked_is_no_answer_and_says_why(book, kit, case, why):
    looks = kit.looks(case).discovered().held_back(Question.APP_SIGN_IN, why)
    looks.held_back(Question.PASSWORD, Why.APPLICATION_EXPECTED)
    result = judge(book, case, looks.items, build_estate([case]))
    assert result.contract is Contract.UNANSWERED
    assert result.contract_why.startswith(why.value)
    assert str(result.verdicts[Axis.PATH]) == f"could not tell ({why.value})"
    facts = facts_of(book, case, looks.items, build_estate([case]))
    assert facts["submission"].value == why.value


@pytest.mark.parametrize(
    ("ends", "why", "known"),
    [
        (("2030-12-02",), "", "within 30 days"),
        (("2020-01-01", "2030-12-02"), "", "within 30 days"),
        (("2032-01-01",), "", "later"),
        (
            ("2030-12-02", "2031-12-02"),
            "",
            "2 secrets, and nothing says which one this is; one ends on 2030-12-02",
        ),
        (("2020-01-01",), "", "the registration shows no secret that still holds"),
        ((), "app registrations: not exported", "app registrations: not exported"),
    ],
)
def test_a_directory_says_when_a_secret_ends_where_there_is_no_doubt_which_it_is(
    book, kit, case, judged, ends, why, known
):
    own = [one for one in judged(SIGNED_IN, credential="secret").evidence if one.subject.kind == "case"]
    looks = kit.looks(case).discovered()
    looks.directory(consent={"secret_ends": ends, "secret_ends_why": why})
    result = judge(book, case, [*looks.items, *own], build_estate([case]))
    fact = result.facts["app_credential_expiry"]
    assert fact.value == known if isinstance(fact, Known) else known in fact.why
    told = [one.what for one in result.findings if one.rule == "application-credential-expires"]
    assert bool(told) == (known == "within 30 days")
    if told:
        assert "expires in 10 days (2030-12-02)" in told[0]


def test_a_directory_that_was_not_read_is_the_reason(book, kit, case, judged):
    own = [one for one in judged(SIGNED_IN, credential="secret").evidence if one.subject.kind == "case"]
    looks = kit.looks(case).discovered().no_directory()
    result = judge(book, case, [*looks.items, *own], build_estate([case]))
    assert "no export of contoso.example" in result.facts["app_credential_expiry"].why
