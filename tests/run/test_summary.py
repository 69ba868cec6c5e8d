"""The numbers of an audit: why sign-ins were not made, in words."""

from dataclasses import replace
from datetime import UTC, datetime

from auditor.model import NotObserved, Question, Why
from auditor.model import evidence as about
from auditor.run.summary import Count
from tests.judged_cases import result

AT = datetime(2026, 11, 2, tzinfo=UTC)


def unseen(question, why, detail=""):
    made = result()
    return replace(made, evidence=(NotObserved(about.case(made.case.key), question, AT, why, detail),))


def counted(*results):
    count = Count()
    for one in results:
        count.add(one)
    return count.summary(0)


def test_what_was_not_asked_for_is_told_by_its_detail_and_all_else_by_its_reason():
    summary = counted(
        unseen(Question.PASSWORD, Why.NOT_ASKED, "people sign in interactively"),
        unseen(Question.PASSWORD, Why.NOT_ASKED, "people sign in interactively"),
        unseen(Question.PASSWORD, Why.NOT_ASKED, "the run was asked to send no password"),
        unseen(Question.PASSWORD, Why.NOT_ASKED),
        unseen(Question.PASSWORD, Why.NOT_AGREED, "tenant 1"),
        unseen(Question.INTERACTIVE, Why.NOT_ASKED, "not among those named with --only"),
    )
    assert summary.unasked == {
        "people sign in interactively": 2,
        "the run was asked to send no password": 1,
        "not asked": 1,
        Why.NOT_AGREED: 1,
    }
    assert summary.unmet == {"not among those named with --only": 1}


def test_an_application_that_did_not_sign_in_is_no_password_that_was_not_sent():
    summary = counted(
        unseen(Question.APP_SIGN_IN, Why.NO_CREDENTIAL),
        unseen(Question.PASSWORD, Why.APPLICATION_EXPECTED),
        unseen(Question.APP_SIGN_IN, Why.INTERRUPTED),
        unseen(Question.PASSWORD, Why.INTERRUPTED),
    )
    assert summary.unsigned == {Why.NO_CREDENTIAL: 1}
    assert summary.unasked == {Why.INTERRUPTED: 1}
