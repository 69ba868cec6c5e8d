"""How soon a password expires, by the day of the run, which is 2026-11-02 in the kit, and what is said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Confidence, Contract, Known, Leg, Unknown
from auditor.rulebook.expiry import days_until, in_words, password_expires_soon
from auditor.rulebook.facts import build_estate
from auditor.rulebook.judge import judge
from auditor.rulebook.seen import see

READ = datetime(2026, 11, 2, 9, tzinfo=UTC)
BY_POLICY = {"password_expiry": "policy", "password_never_by": ""}


@pytest.fixture
def judged(book, kit):
    """Return what an integration's case comes to whose password the directory says more of."""

    def judged(answer=None, read=READ, **user):
        case = kit.case()
        looks = kit.looks(case).discovered().directory({**BY_POLICY, **user})
        looks.items = [
            replace(item, at=read) if item.question.startswith("directory") else item for item in looks.items
        ]
        if answer:
            looks.signed_in(answer).asked_dataverse(kit.good(Leg.WHOAMI))
        return judge(book, case, looks.items, build_estate([case]))

    return judged


def finding(result, rule="password-expires-by-policy"):
    return next((one for one in result.findings if one.rule == rule), None)


@pytest.mark.parametrize(
    ("day", "soon", "severity", "words"),
    [
        ("2026-11-01", "yes", "medium", "expired yesterday"),
        ("2026-11-02", "yes", "medium", "expires today"),
        ("2026-12-02", "yes", "medium", "expires in 30 days"),
        ("2026-12-03", "no", "low", "expires in 31 days"),
        ("2031-01-01", "no", "low", "expires in 1521 days"),
    ],
)
def test_a_password_that_expires_within_thirty_days_is_graver(judged, day, soon, severity, words):
    result = judged(password_expires=day)
    assert result.facts["password_expires_soon"].value == soon
    found = finding(result)
    assert found.severity == severity
    assert day in found.what
    assert words in found.what


def test_a_day_that_is_not_known_is_said_with_its_reason(judged):
    why = "how long passwords of contoso.example last is not said"
    result = judged(password_expires="", password_expires_why=why)
    assert result.facts["password_expires_soon"] == Unknown(why)
    assert finding(result).severity == "low"
    assert f"The day is not known: {why}." in finding(result).why


def test_evidence_of_before_domains_were_read_is_judged_as_it_was(judged):
    result = judged(password_expires="", password_expires_why="")
    assert finding(result).severity == "low"
    assert "the period of the domain was not read" in finding(result).why


def test_what_never_expires_is_no_finding_but_a_remark_that_says_by_what(judged):
    result = judged(password_expiry="never", password_never_by="domain", password_expires="never")
    assert result.facts["password_expires_soon"].value == "no"
    assert finding(result) is None
    assert "Passwords of the domain of sync@contoso.example" in finding(result, "password-never-expires").what
    by_account = judged(password_expiry="never", password_never_by="account", password_expires="never")
    assert "Entra ID exempts" in finding(by_account, "password-never-expires").what


def test_an_exempt_account_that_comes_from_elsewhere_is_not_said_to_have_no_end(judged):
    why = "the account is synchronised, and where it comes from decides when its password expires"
    result = judged(
        password_expiry="never", password_never_by="account", password_expires="", password_expires_why=why
    )
    assert result.facts["password_expires_soon"] == Unknown(why)
    assert f"It may expire all the same: {why}." in finding(result, "password-never-expires").what


def test_days_are_counted_from_the_run_and_not_from_an_older_export(judged):
    result = judged(read=datetime(2026, 9, 1, tzinfo=UTC), password_expires="2026-11-20")
    assert result.facts["password_expires_soon"] == Known("yes", Confidence.LIKELY, "directory user")
    assert "expires in 18 days" in finding(result).what
    fresh = judged(password_expires="2026-11-20").facts["password_expires_soon"]
    assert fresh.confidence is Confidence.CERTAIN


def test_a_password_that_works_after_its_day_has_not_expired(judged, kit):
    result = judged(kit.good(Leg.TOKEN), password_expires="2026-10-01")
    assert isinstance(result.facts["password_expires_soon"], Unknown)
    found = finding(result)
    assert found.severity == "low"
    assert "expired" not in found.what
    assert "A sign-in after that day still took it" in found.what
    assert result.contract in {Contract.MET, Contract.NOT_UNDER_CONTRACT}


def test_a_password_that_works_before_its_day_expires_all_the_same(judged, kit):
    result = judged(kit.good(Leg.TOKEN), password_expires="2026-11-12")
    assert result.facts["password_expires_soon"].value == "yes"
    assert "By that it expires in 10 days." in finding(result).what


def test_a_sign_in_of_before_that_day_proves_nothing_after_it(book, kit):
    case = kit.case()
    looks = kit.looks(case).discovered().directory({**BY_POLICY, "password_expires": "2026-10-20"})
    looks.signed_in(kit.good(Leg.TOKEN))
    looks.items[-1] = replace(looks.items[-1], at=datetime(2026, 10, 5, tzinfo=UTC))
    assert password_expires_soon(see(book, case, looks.items)).value == "yes"


def test_a_refusal_takes_nothing_back(judged, kit):
    result = judged(kit.refused(50076), password_expires="2026-10-01")
    assert result.facts["password_expires_soon"].value == "yes"
    assert finding(result) is None  # what cannot be used today needs no warning of its end


def test_no_verdict_hangs_on_the_day(judged):
    known, soon, open_ = (judged(password_expires=day).verdicts for day in ("2031-01-01", "2026-11-03", ""))
    assert known == soon == open_


def test_the_directory_that_was_not_read_leaves_the_fact_unknown(book, kit):
    case = kit.case()
    looks = kit.looks(case).discovered().no_directory()
    assert isinstance(password_expires_soon(see(book, case, looks.items)), Unknown)


@pytest.mark.parametrize("line", ["domains: not exported", "domains: refused (Domain.Read.All)"])
def test_unread_domains_are_among_what_was_not_read(judged, line):
    result = judged(unread=(line,), password_expires="", password_expires_why=line)
    assert result.facts["directory_read"].value == "no"
    assert line in finding(result, "directory-is-not-fully-read").what


@given(end=st.dates(), day=st.datetimes(timezones=st.just(UTC)))
def test_days_lead_from_the_one_to_the_other(end, day):
    days = days_until(end.isoformat(), day)
    assert day.date() + timedelta(days=days) == end
    assert ("expired" in in_words(days)) == (end < day.date())


def test_no_day_has_no_number_of_days():
    assert days_until("", READ) is None
    assert days_until(date(2026, 11, 5).isoformat(), READ) == 3
