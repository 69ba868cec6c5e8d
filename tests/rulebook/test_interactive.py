"""What a person's own sign-in says of a case: it leads, speaks of one account, and proves no password."""

from datetime import timedelta

import pytest

from auditor.model import (
    Answer,
    Axis,
    Contract,
    Expected,
    Flow,
    Grant,
    Kind,
    Known,
    Leg,
    Observed,
    Question,
    Why,
)
from auditor.model import evidence as subjects
from auditor.rulebook.facts import build_estate
from auditor.rulebook.judge import judge

SIGNED_IN = Answer(Flow.INTERACTIVE, Leg.TOKEN, success=True, http_status=200)
MEANT = {"way": "browser", "account": "meant", "mfa": "performed", "methods": ("pwd", "mfa")}


def refusal(code, flow=Flow.INTERACTIVE, error="access_denied"):
    return Answer(flow, Leg.TOKEN, http_status=400, error=error, codes=(code,))


@pytest.fixture
def case(kit):
    app = kit.app(Grant.INTERACTIVE)
    return kit.case("ada@contoso.example", kind=Kind.PERSON, app=app, expected=Expected.INTERACTIVE)


@pytest.fixture
def judged(book, kit, case):
    """Return what a person's sign-in comes to; `looks` may have seen more before."""

    def judged(answer=SIGNED_IN, details=None, whoami=None, looks=None, case=case, later=1):
        looks = looks or kit.looks(case).discovered().held_back(Question.PASSWORD, Why.NOT_ASKED)
        subject, at = subjects.case(case.key), looks.items[0].at + timedelta(hours=later)
        seen = MEANT if details is None else details
        looks.items.append(Observed(subject, Question.INTERACTIVE, at, "x", kit.office, answer, seen))
        if whoami is not None:
            looks.items.append(
                Observed(subject, Question.INTERACTIVE_WHOAMI, at, "x", kit.office, whoami, {})
            )
        return judge(book, case, looks.items, build_estate([case]))

    return judged


def value(result, name):
    fact = result.facts[name]
    return fact.value if isinstance(fact, Known) else None


def rules(result):
    return {finding.rule for finding in result.findings}


def test_a_sign_in_that_works_meets_what_is_expected(judged, kit):
    result = judged(whoami=kit.good(Leg.WHOAMI))
    assert (result.contract, result.verdicts[Axis.PATH].value) == (Contract.MET, "ready")
    assert value(result, "password") is None
    assert value(result, "ropc") is None
    assert result.readings[Question.INTERACTIVE].mark == "unknown"


def test_without_dataverses_word_nothing_is_met(judged):
    assert judged().contract is Contract.UNANSWERED


@pytest.mark.parametrize("account", ["another", "not told"])
def test_a_sign_in_of_nobody_or_another_says_nothing_of_the_case(judged, kit, account):
    result = judged(details=MEANT | {"account": account}, whoami=kit.good(Leg.WHOAMI))
    assert result.contract is Contract.UNANSWERED
    assert {result.verdicts[axis].value for axis in (Axis.MFA, Axis.CONSENT, Axis.ROPC)} == {"unknown"}
    assert ("another-account-signed-in" in rules(result)) is (account == "another")


@pytest.mark.parametrize(
    ("code", "finding", "path"),
    [
        (65004, "consent-is-missing", "fix, then ready"),
        (90094, "consent-needs-an-administrator", "fix, then ready"),
        (50105, "account-is-not-assigned-to-app", "fix, then ready"),
        (53003, "conditional-access-blocks-sign-in", "fix, then ready"),
        (530035, "security-defaults-block-sign-in", "fix, then ready"),
    ],
)
def test_a_refusal_in_the_browser_breaks_the_contract_and_is_found(judged, code, finding, path):
    result = judged(refusal(code), {"way": "browser"})
    assert finding in rules(result)
    assert (result.contract, result.verdicts[Axis.PATH].value) == (Contract.BROKEN, path)


@pytest.mark.parametrize("code", [530035, 53003, 53000])
def test_a_device_code_that_is_blocked_leaves_the_browser_open(judged, code):
    result = judged(refusal(code, Flow.DEVICE_CODE), {"way": "device code"})
    assert "device-code-flow-is-blocked" in rules(result)
    assert not rules(result) & {"security-defaults-block-sign-in", "conditional-access-blocks-sign-in"}
    assert (result.contract, result.verdicts[Axis.MFA].value) == (Contract.UNANSWERED, "unknown")


def test_what_was_seen_in_person_leads_over_the_directory(judged, kit, case):
    looks = kit.looks(case).discovered().held_back(Question.PASSWORD, Why.NOT_ASKED)
    looks.directory(access={"interactive": "blocked", "interactive_by": ("No browsers",)})
    result = judged(details=MEANT | {"mfa": "password alone"}, looks=looks)
    assert result.verdicts[Axis.MFA].value == "not required"
    assert value(result, "mfa_sources") == "disagree"


@pytest.mark.parametrize(
    ("kind", "said"), [("none", "given now"), ("user", "given before"), ("all", "given before")]
)
def test_a_directory_that_was_read_before_tells_when_consent_was_given(judged, kit, case, kind, said):
    looks = kit.looks(case).discovered().held_back(Question.PASSWORD, Why.NOT_ASKED)
    looks.directory(consent={"consent": kind})
    result = judged(looks=looks)
    assert value(result, "interactive_consent") == said
    assert value(result, "consent_sources") != "disagree"
    assert result.verdicts[Axis.CONSENT].value.startswith("granted")


def test_without_anything_from_before_nobody_knows_when_consent_was_given(judged):
    result = judged()
    assert value(result, "interactive_consent") is None
    assert result.verdicts[Axis.CONSENT].value == "granted"


def test_a_directory_that_was_read_afterwards_does_not_tell_either(judged, kit, case):
    looks = kit.looks(case).discovered().held_back(Question.PASSWORD, Why.NOT_ASKED).directory()
    assert value(judged(looks=looks, later=-1), "interactive_consent") is None


def test_a_password_that_only_lacks_mfa_still_meets_it_where_nobody_signed_in(book, kit, case):
    looks = kit.looks(case).discovered().signed_in(kit.refused(50076))
    looks.held_back(Question.INTERACTIVE, Why.NO_SIGN_IN_IN_TIME)
    result = judge(book, case, looks.items, build_estate([case]))
    assert result.contract is Contract.MET
    assert "person-was-not-reached" in rules(result)


def test_whoever_was_not_reached_is_not_checked_and_the_reason_is_said(book, kit, case):
    looks = kit.looks(case).discovered().held_back(Question.PASSWORD, Why.NOT_ASKED)
    looks.held_back(Question.INTERACTIVE, Why.STOPPED)
    result = judge(book, case, looks.items, build_estate([case]))
    assert (result.contract, result.contract_why) == (Contract.UNANSWERED, Why.STOPPED.value)


def test_nobody_should_get_in_where_no_sign_in_is_expected(judged, kit):
    case = kit.case(
        "ada@contoso.example", kind=Kind.PERSON, app=kit.app(Grant.INTERACTIVE), expected=Expected.NONE
    )
    looks = kit.looks(case).discovered().held_back(Question.PASSWORD, Why.NOT_ASKED)
    result = judged(whoami=kit.good(Leg.WHOAMI), looks=looks, case=case)
    assert result.contract is Contract.BROKEN
