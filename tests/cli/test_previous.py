"""`--previous` on the commands that write reports: read before anything is asked, never replaced."""

import csv
import itertools
import os

import pytest
from openpyxl import load_workbook

from auditor.run.sessions import SignIns
from tests.cli.conftest import read_json


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


@pytest.mark.parametrize(("command", "first", "second"), [
    ("report", "report.xlsx", "report-2.xlsx"), ("merge", "merged.xlsx", "merged-2.xlsx"),
])  # fmt: skip
def test_without_a_target_the_next_report_stands_beside_the_earlier_ones(
    auditor, worked, tmp_path, command, first, second
):
    workbook, run = worked
    for name in (first, second):
        done = auditor(command, run, "--previous", workbook)
        assert done.code == 0, done.err
        assert column(tmp_path / name, "Owner")[0] == "Dana"
        assert name in done.out.replace("\n", "")


def test_without_a_target_an_audit_stands_beside_the_workbook_that_it_carries_over(
    auditor, through, inventory, tmp_path
):
    assert auditor("audit", inventory, "--yes", *through).code == 0
    first = inventory.with_name("report.xlsx")
    written(first, "Owner", "Dana")
    before = first.read_bytes()
    done = auditor("audit", inventory, "--yes", "--previous", first, *through)
    assert done.code == 0, done.err
    assert first.read_bytes() == before
    assert column(first.with_name("report-2.xlsx"), "Owner")[0] == "Dana"


def test_a_merge_of_the_same_run_has_looked_at_nothing_again(auditor, worked):
    workbook, run = worked
    done = auditor("merge", run, "--previous", workbook, "-o", "next.xlsx")
    assert "marked Done: 1 finding; nobody has looked again since" in done.err


def test_a_report_of_the_same_run_does_not_say_that_what_is_done_still_fails(auditor, worked, tmp_path):
    workbook, run = worked
    done = auditor("report", run, "--previous", workbook, "-o", "next.xlsx")
    assert "marked Done: 1 finding; nobody has looked again since" in done.err
    assert column(tmp_path / "next.xlsx", "Status")[0] == "Done"
    told = load_workbook(tmp_path / "next.xlsx")["Changes"]["A2"].value
    assert told.endswith("no later run has found again what is marked Done.")


def test_a_run_that_is_gone_on_with_carries_over_the_workbook_that_it_began_with(
    auditor, worked, through, inventory, monkeypatch, tmp_path
):
    workbook, _ = worked
    sessions, whole = itertools.count(), SignIns.session

    def session(self, plan):
        if next(sessions):
            raise KeyboardInterrupt
        return whole(self, plan)

    options = ("--yes", "--previous", workbook, "-o", "next/", "--concurrency", 1, "--format", "xlsx,csv")
    with monkeypatch.context() as patched:
        patched.setattr(SignIns, "session", session)
        assert auditor("audit", inventory, *options, *through).code == 4
    (run,) = (tmp_path / "next").glob("*.audit-run")
    done = auditor("audit", "--resume", run, *through)
    assert done.code == 0, done.err
    assert "carried over from worked.xlsx: 1 finding" in done.err
    assert column(tmp_path / "next" / "report.xlsx", "Owner")[0] == "Dana"


def test_every_format_says_what_people_wrote(auditor, worked, tmp_path):
    workbook, run = worked
    formats = "xlsx,html,csv,jira,azure-devops,json"
    written(workbook, "Status", "In progress")
    done = auditor(
        "report", run, "--previous", workbook, "--baseline", run, "--format", formats, "-o", "out/"
    )
    assert done.code == 0, done.err
    assert column(tmp_path / "out" / "report.xlsx", "Owner")[0] == "Dana"
    with (tmp_path / "out" / "report.findings.csv").open(encoding="utf-8-sig", newline="") as stream:
        first = next(csv.DictReader(stream))
    assert (first["Status"], first["Owner"]) == ("In progress", "Dana")
    for name in ("report.html", "report.jira.csv", "report.devops.csv"):
        assert "Dana" in (tmp_path / "out" / name).read_text(encoding="utf-8"), name
    found = [one for case in read_json(tmp_path / "out" / "report.json")["cases"] for one in case["findings"]]
    assert [one["tracked"]["owner"] for one in found if one["tracked"]] == ["Dana"]


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
