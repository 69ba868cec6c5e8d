import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from auditor.model import Axis
from auditor.writers.workbook.layout import load_layout
from auditor.writers.workbook.writer import WorkbookWriter


@pytest.fixture
def summary_of(tmp_path):
    """Return a function that writes an audit and reads its summary back."""

    def read(audit):
        path = tmp_path / "report.xlsx"
        WorkbookWriter().write(audit, path)
        return load_workbook(path)["Summary"]

    return read


def texts(sheet):
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value not in {None, ""}]


def right_of(sheet, label):
    """Return the numbers that stand right of a label."""
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == label]
    return [sheet.cell(cell.row, cell.column + 1).value for cell in cells]


def test_the_run_is_told_by_source_time_mode_vantage_and_scope(audit, summary_of):
    told = texts(summary_of(audit))
    for part in (
        "accounts.xlsx",
        "2026-11-22 08:15 UTC",
        "discovery, password, Dataverse",
        "consultant's office (203.0.113.7)",
        "contoso.example\nfabrikam.example",
        "sts.fabrikam.example",
    ):
        assert part in told


def test_every_verdict_is_counted_and_zero_is_a_number(audit, quiet_audit, summary_of):
    full = summary_of(audit)
    assert right_of(full, "fix, then ready") == [4]
    assert right_of(full, "not eligible") == [5]
    assert right_of(full, "blocker") == [1, 1]
    assert right_of(summary_of(quiet_audit), "ready") == [0]


def test_a_simulated_run_is_marked_and_a_real_one_is_not(audit, quiet_audit, summary_of):
    assert any(text.startswith("SIMULATED") for text in texts(summary_of(audit)))
    assert not any("SIMULATED" in text for text in texts(summary_of(quiet_audit)))


def test_a_stopped_run_says_so_in_red_above_all_numbers(audit, summary_of):
    sheet = summary_of(audit)
    cell = next(c for row in sheet.iter_rows(max_row=6) for c in row if "STOPPED" in str(c.value))
    assert audit.run.stopped[0] in cell.value
    assert cell.fill.fgColor.rgb.endswith(load_layout().looks["alarm"].fill)


def test_an_interrupted_run_says_so(make, quiet_audit, summary_of):
    run = make.run(interrupted=True, stopped=(), ended=None)
    told = texts(summary_of(make.audit(run, quiet_audit.summary, ())))
    assert any(text.startswith("INTERRUPTED") for text in told)
    assert "did not end" in told


def test_a_report_that_lacks_a_part_of_the_estate_names_it_in_red(make, quiet_audit, summary_of):
    run = make.run(stopped=(), missing=("shard 3/8 of accounts.xlsx",))
    sheet = summary_of(make.audit(run, quiet_audit.summary, ()))
    cell = next(c for row in sheet.iter_rows(max_row=6) for c in row if "3/8" in str(c.value))
    assert cell.value == "NOT THE WHOLE ESTATE: shard 3/8 of accounts.xlsx"
    assert cell.fill.fgColor.rgb.endswith(load_layout().looks["alarm"].fill)


def test_the_five_most_common_fixes_lead_to_their_lines(audit, summary_of):
    sheet = summary_of(audit)
    links = [c.hyperlink.location for row in sheet.iter_rows() for c in row if c.hyperlink]
    assert links == [f"'Fixes'!A{row}" for row in range(2, 7)]


def test_the_report_is_called_sensitive_and_explains_its_use(quiet_audit, summary_of):
    told = texts(summary_of(quiet_audit))
    assert any(text.startswith("This workbook is sensitive") for text in told)
    assert sum(text.startswith(("1.  ", "2.  ", "3.  ", "4.  ")) for text in told) == 4


def test_the_chart_reads_the_cells_of_the_path_table(audit, summary_of, tmp_path):
    sheet = summary_of(audit)
    first = next(c for row in sheet.iter_rows() for c in row if c.value == "Where each case should go")
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert f"'Summary'!$A${first.row + 1}:$A${first.row + 6}" in chart
    assert f"'Summary'!$B${first.row + 1}:$B${first.row + 6}" in chart


def test_it_prints_on_one_page(audit, summary_of):
    setup = summary_of(audit).page_setup
    assert (setup.orientation, setup.fitToHeight) == ("landscape", 1)


def test_a_verdict_that_the_layout_does_not_know_is_still_counted(make, audit, summary_of):
    verdicts = {**audit.summary.verdicts, Axis.MFA: {"asked by a rule of one's own": 3}}
    sheet = summary_of(make.audit(audit.run, replace(audit.summary, verdicts=verdicts), audit.cases))
    assert right_of(sheet, "asked by a rule of one's own") == [3]


def test_waivers_are_told_where_there_are_any(quiet_audit, summary_of):
    assert "Waivers" not in texts(summary_of(quiet_audit))
    ran_out = "waivers.yaml:2: x of *: ran out on 2026-01-01, 1 finding counts again (it)"
    summary = replace(
        quiet_audit.summary, waived=3, expired=(ran_out,), unused=("waivers.yaml:9: y of *: gone",)
    )
    told = texts(summary_of(replace(quiet_audit, summary=summary)))
    assert "Waivers" in told
    assert f"3 findings are waived\n{ran_out}\nwaivers.yaml:9: y of *: gone" in told
