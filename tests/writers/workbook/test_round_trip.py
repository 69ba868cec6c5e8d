"""From workbook to workbook: written, worked in, read back, written again."""

import datetime as dt
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from auditor.cli.previous import earlier_in
from auditor.follow_up import FollowedUp
from auditor.model import LeftKind, Status
from auditor.writers.workbook.sheet import Limits
from auditor.writers.workbook.writer import WorkbookWriter
from tests.writers.workbook.ooxml import problems

OFFICE = shutil.which("libreoffice") or shutil.which("soffice")
SYSTEM_PYTHON = "/usr/bin/python3"
SESSION = Path(__file__).with_name("office_session.py")


def _knows_uno():
    if OFFICE is None or not Path(SYSTEM_PYTHON).exists():
        return False
    return (
        subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode == 0
    )


@pytest.fixture
def report(audit, tmp_path):
    """Return the workbook of the fixed audit."""
    path = tmp_path / "report.xlsx"
    WorkbookWriter().write(audit, path)
    return path


@pytest.fixture
def again(audit, terms, tmp_path):
    """Return a function that writes the same audit with the words of an earlier workbook; and that audit."""

    def written(path, gone=(), limits=Limits()):  # noqa: B008 - frozen
        cases = tuple(case for case in audit.cases if case.case.account not in gone)
        followed = FollowedUp(replace(audit, cases=cases), earlier_in(path).says, lambda rule, result: True)
        target = tmp_path / f"next-{path.name}"
        WorkbookWriter(terms(follow_up=followed), limits).write(followed, target)
        assert problems(target) == []
        return target, followed

    return written


def rows(path, title="Findings"):
    """Return the rows of a sheet by key, each by header."""
    headers, *lines = CalamineWorkbook.from_path(path).get_sheet_by_name(title).to_python()
    found = (dict(zip(headers, line, strict=True)) for line in lines)
    return {row["Key"]: row for row in found}


def work(path, changes, edit=lambda sheet, at: None):
    """Write into the first findings of a workbook with openpyxl, a row each, and save it."""
    book = load_workbook(path)
    sheet = book["Findings"]
    at = {cell.value: cell.column for cell in sheet[1]}
    for number, change in enumerate(changes, 2):
        for header, value in change.items():
            sheet.cell(number, at[header]).value = value
    edit(sheet, at)
    book.save(path)


WORDS = {"Status": "Accepted risk", "Owner": "Dana", "Due": dt.date(2099, 3, 31), "Comment": "vendor"}


def test_what_was_written_with_openpyxl_stands_in_the_next_workbook(report, again):
    work(report, [WORDS, {"Status": "Done"}, {"Comment": "+41 79, ask for עדי 🙂"}])
    target, followed = again(report)
    first, second, third, *others = rows(target).values()
    assert [first[name] for name in WORDS] == list(WORDS.values())
    assert second["Status"] == "Done"
    assert third["Comment"] == "+41 79, ask for עדי 🙂"
    assert {row["Status"] for row in others} == {"Open"}
    assert followed.left() == []
    assert "facts" not in " ".join(followed.remarks)


def test_a_workbook_that_nobody_touched_carries_nothing_and_complains_of_nothing(report, again):
    _, followed = again(report)
    assert followed.remarks == ("carried over from report.xlsx: 0 findings",)


def test_own_columns_come_back_with_their_values_generation_after_generation(report, again):
    def edit(sheet, at):
        column = sheet.max_column + 1
        for number, value in enumerate(["=Cost, centre", 4711, dt.date(2026, 1, 2), True, "x"], 1):
            sheet.cell(number, column).value = value
        sheet.cell(1, column).data_type = "s"

    work(report, [], edit)
    for _ in range(2):
        report, followed = again(report)
        values = [row["=Cost, centre"] for row in rows(report).values()]
        assert values[:5] == [4711, dt.date(2026, 1, 2), True, "x", ""]
    assert followed.own_columns == ("=Cost, centre",)


def test_what_has_no_finding_now_is_kept_until_it_has_one_again(report, again):
    work(report, [WORDS])
    key, row = next(iter(rows(report).items()))
    without, followed = again(report, gone={row["Account"]})
    assert [left.kind for left in followed.left()] == [LeftKind.ABSENT]
    kept = rows(without, "Carried over")[key]
    assert [kept[name] for name in WORDS] == list(WORDS.values())
    still, _ = again(without, gone={row["Account"]})
    assert rows(still, "Carried over")[key] == kept
    back, followed = again(still)
    assert [rows(back)[key][name] for name in WORDS] == list(WORDS.values())
    assert followed.left() == []


def test_of_a_workbook_of_another_estate_everything_that_was_written_is_listed(report, audit, again):
    found = rows(report)
    work(report, [WORDS] * len(found))
    other, followed = again(report, gone={case.case.account for case in audit.cases})
    assert {left.kind for left in followed.left()} == {LeftKind.ABSENT}
    kept = rows(other, "Carried over")
    assert set(kept) == set(found)
    assert all([row[name] for name in WORDS] == list(WORDS.values()) for row in kept.values())


def test_findings_that_continue_on_further_sheets_are_all_read_back(report, again):
    found = len(rows(report))
    work(report, [WORDS] * found)
    long, _ = again(report, limits=Limits(rows=7))
    assert set(rows(long, "Findings (2)"))
    _, followed = again(long)
    tracked = [one.tracked for case in followed.results() for one in case.findings if one.tracked]
    assert [one.status for one in tracked] == [Status.ACCEPTED] * found
    assert followed.remarks == (f"carried over from {long.name}: {found} findings",)


@pytest.mark.skipif(not _knows_uno(), reason="LibreOffice, or its bridge to Python, is not installed here")
def test_a_session_in_libreoffice_is_understood(report, again, tmp_path):
    """Sorted, a column inserted and one moved, rows deleted and hidden, dates typed, saved as .xlsx."""
    worked = tmp_path / "worked.xlsx"
    done = subprocess.run(
        [SYSTEM_PYTHON, str(SESSION), OFFICE, str(report), str(worked)],
        check=True,
        capture_output=True,
        timeout=300,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    written = json.loads(done.stdout)
    target, followed = again(worked)
    found = rows(target)
    for key, (status, owner, due, comment, team) in written.items():
        row = found[key]
        assert (row["Status"].lower(), row["Owner"]) == (status.lower(), owner)
        assert str(row["Due"]) == due
        assert (row["Comment"], row["Team"]) == (comment, team)
    assert sum(row["Team"] != "" for row in found.values()) == len(found) - 2
    told = " ".join(followed.remarks)
    assert "rows that were deleted: 2" in told
    assert "facts" not in told
    assert followed.left() == []
