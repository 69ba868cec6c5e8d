"""What people wrote stands at the findings of this run, and nothing that has none is dropped."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from auditor.follow_up import FollowedUp, held
from auditor.model import (
    ONCE,
    UNSURE,
    CaseKey,
    FindingKey,
    FindingName,
    Known,
    Left,
    LeftKind,
    Status,
    Tracked,
)
from auditor.workbooks.previous import Previous
from auditor.workbooks.written import Written
from tests.judged_cases import HOST, START, Made, finding, result

ANA, BEN = "ana@contoso.example", "ben@contoso.example"
TODAY = START.date()
ACCEPTED = Tracked(Status.ACCEPTED, "Lee", date(2027, 1, 31), "until the vendor ships")
BEFORE = datetime(2026, 10, 1, tzinfo=UTC)


def digest(account, rule):
    return FindingKey(CaseKey(account, "mobile", HOST), rule).digest()


def row(account, rule, tracked=ACCEPTED, key=None, number=2):
    name = FindingName(account, "Mobile", HOST, rule)
    return Written("Findings", number, digest(account, rule) if key is None else key, name, rule, tracked)


def previous(*rows, **changes):
    return Previous("report.xlsx", "r0", BEFORE, rows=rows, **changes)


def followed(results, *rows, refuted=lambda rule, result: True, **changes):
    return FollowedUp(Made(tuple(results)), previous(*rows, **changes), refuted)


def never(rule, result):
    return False


def tracked_of(audit):
    return {
        (one.case.account, found.rule): found.tracked for one in audit.results() for found in one.findings
    }


def kinds(audit):
    return [(left.account, left.kind) for left in audit.left()]


def test_what_was_written_stands_at_its_finding_and_at_no_other():
    results = result(ANA, finding("blocked"), finding("open")), result(BEN, finding("blocked"))
    audit = followed(results, row(ANA, "blocked"))
    assert tracked_of(audit) == {(ANA, "blocked"): ACCEPTED, (ANA, "open"): None, (BEN, "blocked"): None}
    assert audit.left() == []
    assert audit.remarks == ("carried over from report.xlsx: 1 finding",)


def test_without_a_key_a_finding_is_found_by_its_words_in_any_letter_case():
    audit = followed([result(ANA, finding("blocked"))], row(ANA.upper(), "blocked", key=""))
    assert tracked_of(audit) == {(ANA, "blocked"): ACCEPTED}


def test_a_finding_that_is_gone_is_listed_with_everything_that_was_written():
    audit = followed([result(ANA)], row(ANA, "blocked"))
    (left,) = audit.left()
    assert (left.key, left.tracked, left.rule) == (digest(ANA, "blocked"), ACCEPTED, "blocked")
    assert left.kind is LeftKind.FIXED


def test_what_could_not_be_seen_this_time_is_never_told_as_gone():
    unknown = followed([result(ANA, path="could not tell")], row(ANA, "blocked"))
    skipped = followed([result(ANA, not_audited="skipped")], row(ANA, "blocked"))
    hidden = followed([result(ANA)], row(ANA, "blocked"), refuted=lambda rule, result: False)
    assert {audit.left()[0].kind for audit in (unknown, skipped, hidden)} == {LeftKind.UNSEEN}
    assert "skipped" in skipped.left()[0].why


def test_a_case_that_this_run_does_not_hold_is_told_so():
    assert kinds(followed([result(ANA)], row(BEN, "blocked"))) == [(BEN, LeftKind.ABSENT)]


def test_a_row_whose_key_is_not_trusted_goes_nowhere():
    audit = followed([result(ANA, finding("blocked"))], row(ANA, "blocked", key=UNSURE))
    assert tracked_of(audit) == {(ANA, "blocked"): None}
    assert [(left.key, left.kind) for left in audit.left()] == [(UNSURE, LeftKind.UNSURE)]


def test_without_the_hidden_sheet_a_key_that_was_sorted_away_from_its_words_is_not_trusted():
    results = result(ANA, finding("blocked")), result(BEN, finding("blocked"))
    audit = FollowedUp(
        Made(results), Previous("report.xlsx", rows=(row(ANA, "blocked", key=digest(BEN, "blocked")),)), never
    )
    assert tracked_of(audit) == {(ANA, "blocked"): None, (BEN, "blocked"): None}
    (left,) = audit.left()
    assert (left.account, left.key, left.kind) == (ANA, UNSURE, LeftKind.UNSURE)


def test_without_the_hidden_sheet_a_key_that_fits_its_words_is_enough():
    rows = (row(ANA.upper(), "blocked", key=digest(ANA, "blocked")),)
    audit = FollowedUp(Made((result(ANA, finding("blocked")),)), Previous("report.xlsx", rows=rows), never)
    assert tracked_of(audit) == {(ANA, "blocked"): ACCEPTED}


def test_a_row_that_names_nothing_is_listed():
    nameless = Written("Findings", 9, "", FindingName("", "", "", ""), "", Tracked(comment="all by March"))
    assert followed([result(ANA)], nameless).left()[0].kind is LeftKind.NAMELESS


def test_words_that_fit_two_findings_stand_at_the_first_and_that_is_told():
    twins = [result(ANA, finding("blocked")), result(ANA.upper(), finding("blocked"))]
    audit = followed(twins, row(ANA, "blocked", key=""))
    assert tracked_of(audit) == {(ANA, "blocked"): ACCEPTED, (ANA.upper(), "blocked"): None}
    assert any("fits several findings" in line for line in audit.remarks)


def test_an_accepted_risk_holds_through_its_last_day():
    assert held(replace(ACCEPTED, due=TODAY), TODAY) == (replace(ACCEPTED, due=TODAY), "")


class EarlyInTheMorning(Made):
    """A run that began half an hour past midnight where it ran, and on the day before in UTC."""

    @property
    def run(self):
        return replace(
            super().run, started=datetime(2026, 11, 23, 0, 30, tzinfo=timezone(timedelta(hours=2)))
        )


def test_the_day_of_a_run_is_that_in_utc_wherever_it_ran():
    accepted = replace(ACCEPTED, due=date(2026, 11, 22))
    audit = FollowedUp(
        EarlyInTheMorning((result(ANA, finding("blocked")),)),
        previous(row(ANA, "blocked", accepted)),
        lambda rule, result: True,
    )
    assert tracked_of(audit) == {(ANA, "blocked"): accepted}


def test_an_accepted_risk_whose_last_day_has_passed_is_open_again_and_listed():
    ended = replace(ACCEPTED, due=date(2026, 11, 21))
    audit = followed([result(ANA, finding("blocked"))], row(ANA, "blocked", ended))
    (tracked,) = tracked_of(audit).values()
    assert tracked == replace(ended, status=Status.OPEN, lapsed=ended.due)
    (left,) = audit.left()
    assert (left.key, left.kind, left.tracked) == (ONCE, LeftKind.RUN_OUT, ended)
    assert "accepted until 2026-11-21, which has passed" in left.why


@pytest.mark.parametrize(
    ("tracked", "why"),
    [
        (replace(ACCEPTED, due=None), "needs its last day"),
        (replace(ACCEPTED, due="after Easter"), "needs its last day"),
        (replace(ACCEPTED, comment=""), "needs its reason"),
    ],
)
def test_an_accepted_risk_without_reason_or_last_day_is_open(tracked, why):
    read, said = held(tracked, TODAY)
    assert read == replace(tracked, status=Status.OPEN)
    assert why in said


@pytest.mark.parametrize("status", [Status.OPEN, Status.IN_PROGRESS, Status.DONE, Status.NOT_OURS])
def test_every_other_status_stays_as_it_was_written(status):
    tracked = Tracked(status, due=date(2020, 1, 1))
    assert held(tracked, TODAY) == (tracked, "")


def test_what_is_marked_done_and_still_found_stays_done_and_is_told():
    done = Tracked(Status.DONE, "Lee")
    audit = followed([result(ANA, finding("blocked"))], row(ANA, "blocked", done))
    assert tracked_of(audit) == {(ANA, "blocked"): done}
    assert "marked Done and still found: 1 finding" in audit.remarks
    assert audit.looked_since


def test_a_run_that_is_no_newer_than_the_workbook_says_that_nobody_looked_again():
    audit = FollowedUp(
        Made((result(ANA, finding("blocked")),)),
        replace(previous(row(ANA, "blocked", Tracked(Status.DONE))), as_of=START),
        lambda rule, result: True,
    )
    assert not audit.looked_since
    assert "marked Done: 1 finding; nobody has looked again since" in audit.remarks
    (case,) = audit.results()
    assert case.findings[0].tracked.status is Status.DONE
    assert not case.findings[0].claimed


@pytest.mark.parametrize(("written_from", "looked"), [("run-2", False), ("run-1", True)])
def test_a_later_part_of_united_runs_looked_again_and_the_run_of_the_workbook_itself_did_not(
    written_from, looked
):
    begun = replace(previous(), run=written_from, as_of=START - timedelta(seconds=1))
    audit = FollowedUp(Made((result(ANA),)), begun, lambda rule, result: True)
    assert audit.looked_since is looked


def test_where_nobody_knows_when_the_workbook_was_written_what_is_marked_done_is_taken_as_looked_at():
    done = row(ANA, "blocked", Tracked(Status.DONE))
    unknown = replace(previous(done), as_of=None)
    audit = FollowedUp(Made((result(ANA, finding("blocked")),)), unknown, lambda rule, result: True)
    assert [found.claimed for case in audit.results() for found in case.findings] == [True]


def test_notices_and_remarks_of_the_workbook_are_handed_on():
    notice = Left(ONCE, ANA, "Mobile", HOST, "t", "blocked", Tracked(), "why", LeftKind.NOT_TAKEN)
    audit = followed([result(ANA)], notices=(notice,), remarks=("a remark",), own_columns=("Team",))
    assert audit.left() == [notice]
    assert audit.remarks[-1] == "a remark"
    assert (audit.source, audit.own_columns) == ("report.xlsx", ("Team",))


def test_every_reading_says_the_same():
    audit = followed([result(ANA, finding("blocked"))], row(ANA, "blocked"), row(BEN, "blocked"))
    first = tracked_of(audit), audit.left(), audit.remarks
    assert (tracked_of(audit), audit.left(), audit.remarks) == first


def test_what_is_marked_done_is_not_called_failing_where_only_an_earlier_answer_is_repeated():
    """The ledger holds the account back: whether the fix helped, nobody has asked since."""
    blocked, role = finding("blocked"), finding("role")
    blocked = replace(blocked, evidence=("password: AADSTS50126",))
    role = replace(role, evidence=("directory: read",))
    done = Tracked(Status.DONE, "Kim")
    for answer_from, claimed in (("an earlier run", {"role"}), ("this run", {"blocked", "role"})):
        seen = replace(result(ANA, blocked, role), facts={"answer_from": Known(answer_from)})
        audit = followed([seen], row(ANA, "blocked", done), row(ANA, "role", done, number=3))
        (told,) = audit.results()
        assert {one.rule for one in told.findings if one.claimed} == claimed
        lines = "\n".join(audit.remarks)
        assert f"marked Done and still found: {len(claimed)} finding" in lines
        assert ("--retry ACCOUNT" in lines) is (answer_from == "an earlier run")
