"""`--previous` on the commands that write reports: read before anything is asked, never replaced."""

import os

import pytest
from openpyxl import load_workbook


def written(path, header, value):
    """Write into the first finding of a workbook, and save it in place."""
    book = load_workbook(path)
    sheet = book["Findings"]
    column = next(cell.column for cell in sheet[1] if cell.value == header)
    sheet.cell(2, column).value = value
    book.save(path)


def column(path, header):
    sheet = load_workbook(path)["Findings"]
    at = next(cell.column for cell in sheet[1] if cell.value == header)
    return [sheet.cell(row, at).value for row in range(2, sheet.max_row + 1)]


@pytest.fixture
def worked(auditor, through, inventory, tmp_path):
    """Return a workbook that somebody worked in, and the run that it was written from."""
    assert auditor("audit", inventory, "--yes", "-o", "worked.xlsx", *through).code == 0
    written(tmp_path / "worked.xlsx", "Status", "Done")
    written(tmp_path / "worked.xlsx", "Owner", "Dana")
    (run,) = tmp_path.glob("*.audit-run")
    return tmp_path / "worked.xlsx", run


@pytest.mark.parametrize("command", ["report", "merge"])
def test_a_report_and_a_merge_carry_over_what_was_written(auditor, worked, tmp_path, command):
    workbook, run = worked
    done = auditor(command, run, "--previous", workbook, "-o", "next.xlsx")
    assert done.code == 0, done.err
    assert column(tmp_path / "next.xlsx", "Owner")[0] == "Dana"
    assert "carried over from worked.xlsx: 1 finding" in done.err


def test_a_report_of_the_same_run_does_not_say_that_what_is_done_still_fails(auditor, worked, tmp_path):
    workbook, run = worked
    done = auditor("report", run, "--previous", workbook, "-o", "next.xlsx")
    assert "marked Done: 1 finding; nobody has looked again since" in done.err
    assert column(tmp_path / "next.xlsx", "Status")[0] == "Done"
    told = load_workbook(tmp_path / "next.xlsx")["Changes"]["A2"].value
    assert told.endswith("no later run has found again what is marked Done.")


@pytest.mark.parametrize("named", ["worked.xlsx", "sub/../worked.xlsx", "linked.xlsx"])
def test_the_workbook_that_people_wrote_in_is_never_replaced(auditor, worked, tmp_path, named):
    workbook, run = worked
    (tmp_path / "sub").mkdir()
    os.link(workbook, tmp_path / "linked.xlsx")
    before = workbook.read_bytes()
    done = auditor("report", run, "--previous", workbook, "-o", named)
    assert done.code == 2
    assert "would be replaced by the report that carries it over" in " ".join(done.err.split())
    assert workbook.read_bytes() == before


def test_a_workbook_that_is_none_of_ours_is_said_before_a_password_is_sent(
    auditor, through, inventory, lab, tmp_path
):
    (tmp_path / "other.xlsx").write_text("no workbook", encoding="utf-8")
    done = auditor("audit", inventory, "--yes", "--previous", "other.xlsx", *through)
    assert (done.code, lab.submissions) == (2, {})
    assert "other.xlsx: not an Excel workbook" in done.err


def test_each_option_says_what_it_takes_where_the_other_ones_file_is_given(auditor, worked, tmp_path):
    workbook, run = worked
    (tmp_path / "accounts.csv").write_text("account\n", encoding="utf-8")
    for option, file, what, advice in (
        ("--previous", run, "not an Excel workbook", "name a report.xlsx that auditor wrote"),
        ("--previous", "accounts.csv", "not an Excel workbook", "name a report.xlsx that auditor wrote"),
        ("--baseline", workbook, "--baseline: worked.xlsx is no run file", "named with --previous"),
    ):
        done = auditor("report", run, option, file, "-o", "next.xlsx")
        assert done.code == 2
        assert what in done.err
        assert advice in done.err.replace("\n", " ")
