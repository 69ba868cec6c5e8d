"""The sheet of changes: what became of findings since an earlier run or workbook, the most telling first."""

from dataclasses import dataclass, replace
from datetime import date

import pytest
from openpyxl import load_workbook

from auditor.baselines import baseline_of
from auditor.exit_codes import Demands, Watched, comparison_of
from auditor.model import FindingKey, Left, Severity, Status, Tracked
from auditor.writers.workbook.writer import WorkbookWriter
from tests.writers.workbook.ooxml import problems

DONE, LAPSED = Tracked(Status.DONE, "Dana", date(2026, 11, 1), "=done"), Tracked(lapsed=date(2026, 10, 31))
NO_MORE = Tracked(Status.IN_PROGRESS, "Alex", "in spring")


@dataclass(frozen=True)
class Previous:
    """An earlier workbook, as far as writers look at it."""

    rows: tuple = ()
    own_columns: tuple[str, ...] = ()
    source: str = "report.xlsx"
    remarks: tuple[str, ...] = ()

    def left(self):
        return self.rows


@pytest.fixture
def cases(make):
    """Return a way to make the cases of one run: accounts with their findings by rule and severity."""

    def made(**accounts):
        words = (("required",), ("granted",), ("eligible",), ("fix, then ready",))
        return tuple(
            make.result(
                f"{name}@contoso.example", make.app, make.host, words, row=2,
                findings=[
                    replace(make.finding(rule, rule.title(), severity, "What."), tracked=tracked)
                    for rule, (severity, tracked) in found.items()
                ],
            )
            for name, found in accounts.items()
        )  # fmt: skip

    return made


@pytest.fixture
def audit_of(make):
    return lambda found: make.audit(make.run(), make.summary(found, ()), found)


@pytest.fixture
def written(audit_of, terms, tmp_path):
    """Return a function that writes a run beside an earlier one or a workbook, and reads it back."""

    def write(now, then=None, previous=None):
        baseline = baseline_of("run-1", then) if then is not None else None
        watched = Watched(audit_of(now), Demands(baseline=baseline, worse_fails=False))
        under = terms(comparison=comparison_of(watched), follow_up=previous)
        WorkbookWriter(under).write(watched, tmp_path / "r.xlsx")
        assert problems(tmp_path / "r.xlsx") == []
        return load_workbook(tmp_path / "r.xlsx")

    return write


def rows(book):
    sheet = book["Changes"]
    head, *lines = sheet.iter_rows(values_only=True)
    return [
        dict(zip(head, ("" if value is None else value for value in line), strict=True)) for line in lines
    ]


def link(book, row, header):
    sheet = book["Changes"]
    column = [cell.value for cell in sheet[1]].index(header) + 1
    found = sheet.cell(row, column).hyperlink
    return found.location if found else None


HIGH, LOW, BLOCKER = Severity.HIGH, Severity.LOW, Severity.BLOCKER


@pytest.fixture
def then(cases):
    return cases(
        a={"x": (HIGH, None), "y": (LOW, None), "same": (HIGH, None)},
        b={"x": (HIGH, None), "lapsed": (HIGH, None)},
        gone={"x": (LOW, None)},
    )


@pytest.fixture
def now(cases):
    return cases(
        a={"x": (HIGH, DONE), "w": (LOW, None), "z": (BLOCKER, None), "same": (HIGH, None)},
        b={"lapsed": (HIGH, LAPSED)},
        c={"x": (LOW, None)},
    )


def test_the_most_telling_comes_first_and_what_is_unchanged_is_a_number(written, now, then):
    told = [
        (row["What became of it"], row["Account"][:1], row["Finding"]) for row in rows(written(now, then))
    ]
    assert [(kind.partition(" ")[2] if kind[:1] in "■▲●○►·" else kind, *who) for kind, *who in told] == [
        ("marked Done, still failing", "a", "X"),
        ("accepted until a day that has passed", "b", "Lapsed"),
        ("regressed", "a", "Z"),
        ("regressed", "a", "W"),
        ("new", "c", "X"),
        ("fixed", "b", "X"),
        ("fixed", "a", "Y"),
        ("could not be looked at again", "g", "X"),
        ("unchanged", "", "1 finding is as it was"),
    ]


def test_a_line_says_how_grave_it_was_and_is_why_and_what_people_wrote(written, now, then):
    claimed, lapsed, *_, new, _, fixed, absent, _ = rows(written(now, then))
    assert "high" in claimed["Before"]
    assert "high" in claimed["Now"]
    assert (claimed["Owner"], claimed["Due"].date(), claimed["Comment"]) == (
        "Dana",
        date(2026, 11, 1),
        "=done",
    )
    assert claimed["Status"].endswith("Done")
    assert lapsed["Why"] == "accepted until 2026-10-31"
    assert (new["Before"], new["Why"]) == ("", "the case is not in the earlier run")
    assert (fixed["Now"], fixed["Why"], fixed["Status"]) == ("", "", "")
    assert absent["Why"] == "the case is not in this run"


def test_lines_lead_to_the_finding_and_to_the_account(written, now, then):
    book = written(now, then)
    assert link(book, 2, "See") == "'Findings'!A2"
    assert link(book, 4, "See") == "'Findings'!A4"
    assert book["Findings"]["E4"].value == "Z"
    assert link(book, 3, "Account") == "'Accounts'!A3"
    assert (link(book, 7, "See"), link(book, 7, "Account")) == (None, "'Accounts'!A3")
    assert (link(book, 9, "See"), link(book, 9, "Account")) == (None, None)


def test_what_people_wrote_about_a_finding_that_is_no_more_stands_there_too(written, now, then):
    key = FindingKey(then[0].case.key, "y").digest()
    left = Left(key, "a", "b", "c", "Y", "y", NO_MORE, "fixed")
    other = Left("", "a", "b", "c", "Y", "y", DONE, "no key")
    fixed = next(row for row in rows(written(now, then, Previous((other, left)))) if row["Finding"] == "Y")
    assert (fixed["Owner"], fixed["Due"]) == ("Alex", "in spring")
    assert fixed["Status"].endswith("In progress")


def test_without_an_earlier_run_there_is_what_people_wrote(written, now):
    told = rows(written(now, previous=Previous()))
    assert [row["Finding"] for row in told] == ["X", "Lapsed"]
    assert [row["Why"] for row in told] == ["", "accepted until 2026-10-31"]


def test_the_account_is_written_as_on_the_other_sheets(written, now, then):
    def capitals(found):
        cases = (replace(one.case, account=one.case.account.capitalize()) for one in found)
        return tuple(replace(one, case=case) for one, case in zip(found, cases, strict=True))

    told = {row["Account"] for row in rows(written(capitals(now), capitals(then)))}
    assert told == {"A@contoso.example", "B@contoso.example", "C@contoso.example", "Gone@contoso.example", ""}
    told = {row["Account"] for row in rows(written(capitals(now), previous=Previous()))}
    assert told == {"A@contoso.example", "B@contoso.example"}


def test_with_nothing_to_compare_with_there_is_no_sheet(written, now):
    assert "Changes" not in written(now).sheetnames


def test_with_no_change_the_sheet_says_so(written, cases, audit_of):
    nothing = cases(a={})
    assert written(nothing, nothing)["Changes"]["A2"].value.startswith("Nothing to list")


def test_the_sheet_stands_behind_the_findings(written, now, then):
    names = written(now, then).sheetnames
    assert names.index("Changes") == names.index("Findings") + 1
