import re
import zipfile
from dataclasses import replace
from types import MappingProxyType

import pytest
from openpyxl import load_workbook

from auditor.model import Axis, Brand, ChangeKind, Lane, Severity
from auditor.writers.colours import contrast
from auditor.writers.layout import load_layout
from auditor.writers.workbook.writer import WorkbookWriter
from tests.pictures import png


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
    words = [(cell, str(cell.value).lstrip("■●▲►○· ")) for row in sheet.iter_rows() for cell in row]
    cells = [cell for cell, word in words if word == label]
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
    assert right_of(full, "blocker") == [1]
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


def linked(sheet):
    """Return where the links of a sheet lead, by what stands left of them or in them."""
    return {
        str(cell.value): cell.hyperlink.location
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink
    }


def test_the_road_has_three_lanes_side_by_side_that_lead_to_the_desks(audit, summary_of, tmp_path):
    sheet = summary_of(audit)
    book = load_workbook(tmp_path / "report.xlsx")
    lanes = {str(cell.value): cell for row in sheet.iter_rows() for cell in row if cell.value in list(Lane)}
    assert list(lanes) == list(Lane)
    assert len({cell.row for cell in lanes.values()}) == 1
    for lane, head in lanes.items():
        for row in range(head.row + 1, head.row + 5):
            number = sheet.cell(row, head.column + 1)
            if number.value is not None:
                desk, cell = re.fullmatch(r"'(.+)'!(\w+)", number.hyperlink.location).groups()
                line = [found.value for found in book[desk][int(cell[1:])]]
                assert line[1].endswith(lane)
                assert line[2] == sheet.cell(row, head.column).value
                assert line[3] == sheet.cell(row, head.column + 2).value


def test_a_lane_says_how_much_more_there_is_and_an_empty_one_that_there_is_nothing(make, audit, summary_of):
    many = []
    for number in range(7):
        fix = replace(make.fixes.role, id=f"fix-{number}", title=f"Fix {number}")
        found = replace(make.finding(f"r-{number}", "T", Severity.HIGH, "", (fix,)), lane=Lane.NOW)
        verdicts = (("unknown",), ("missing",), ("not eligible",), ("fix, then ready",))
        many.append(
            make.result(f"u{number}@contoso.example", make.app, make.host, verdicts, row=2, findings=(found,))
        )
    told = texts(sheet := summary_of(make.audit(audit.run, audit.summary, tuple(many))))
    assert "and 3 more: see the to-do sheets" in told
    assert linked(sheet)["and 3 more: see the to-do sheets"].startswith("'To do Dataverse'!")
    assert told.count("Nothing in this lane.") == 2


def test_each_desk_says_how_many_accounts_it_frees_and_leads_to_its_sheet(audit, quiet_audit, summary_of):
    full = summary_of(audit)
    assert linked(full)["Microsoft Entra ID"] == "'To do Entra'!A2"
    empty = summary_of(quiet_audit)
    assert right_of(empty, "Microsoft Entra ID") == [0]
    assert "Microsoft Entra ID" not in linked(empty)


def test_what_could_not_be_looked_at_is_counted_by_reason_and_leads_there(
    audit, quiet_audit, summary_of, tmp_path
):
    sheet = summary_of(audit)
    gaps = load_workbook(tmp_path / "report.xlsx")["Not audited"]
    column = [cell.value for cell in gaps[1]].index("Why")
    head = next(c for row in sheet.iter_rows() for c in row if str(c.value).startswith("What could not be"))
    below = [sheet.cell(row, head.column) for row in range(head.row + 1, head.row + 5)]
    reasons = [cell for cell in below if sheet.cell(cell.row, cell.column + 1).value]
    assert "stopped by the breaker" in [cell.value for cell in reasons]
    for cell in reasons:
        place = sheet.cell(cell.row, cell.column + 1).hyperlink.location
        row = int(place.rpartition("A")[2])
        assert gaps.cell(row, column + 1).value.startswith(cell.value)
    assert "Everything was looked at as asked." in texts(summary_of(quiet_audit))


def test_without_an_earlier_run_the_progress_is_that_of_the_work_and_looked_up(audit, summary_of, tmp_path):
    sheet = summary_of(audit)
    formulas = right_of(sheet, "Done")
    assert formulas == ["=COUNTIFS('Findings'!$F$2:$F$9,\"Done\")"]
    values = load_workbook(tmp_path / "report.xlsx", data_only=True)["Summary"]
    assert right_of(values, "Done") == [0]
    assert right_of(values, "Open") == [8]
    assert "0 of 8" in texts(values)


class Comparison:
    """An earlier run to compare with."""

    name = "run-1"
    ready_before = (1, 12)
    counts = MappingProxyType({kind: number for number, kind in enumerate(ChangeKind)})

    def of(self, result):
        return ()

    def missing(self):
        return ()


def test_the_progress_since_an_earlier_run_stands_in_its_place(audit, terms, tmp_path):
    path = tmp_path / "compared.xlsx"
    WorkbookWriter(terms(comparison=Comparison())).write(audit, path)
    sheet = load_workbook(path)["Summary"]
    assert "Since run run-1" in texts(sheet)
    assert "ready for OAuth (1 before)" in texts(sheet)
    for number, kind in enumerate(ChangeKind):
        assert right_of(sheet, kind) == [number]


def test_company_and_logo_stand_on_top_and_the_accent_where_the_colour_was(audit, terms, tmp_path):
    path = tmp_path / "branded.xlsx"
    WorkbookWriter(terms(brand=Brand("Contoso Ltd", png(300, 60), "F2C811"))).write(audit, path)
    book = load_workbook(path)
    sheet = book["Summary"]
    assert sheet["A1"].value == "Contoso Ltd: WS-Trust to OAuth audit"
    assert sheet.sheet_properties.tabColor.rgb.endswith("F2C811")
    header = book["Accounts"]["B1"]
    assert header.fill.fgColor.rgb.endswith("F2C811")
    assert contrast(header.font.color.rgb[-6:], "F2C811") >= 4.5
    assert contrast(sheet["A1"].font.color.rgb[-6:], "FFFFFF") >= 4.5
    with zipfile.ZipFile(path) as archive:
        assert archive.read("xl/media/image1.png") == png(300, 60)
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    (size,) = re.findall(r'oneCellAnchor>.*?<(?:\w+:)?ext cx="(\d+)" cy="(\d+)"', drawing)
    assert book.properties.creator == "Contoso Ltd"
    assert int(size[0]) / int(size[1]) == pytest.approx(5, rel=0.02)


def anchored(path):
    with zipfile.ZipFile(path) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    (found,) = re.findall(r"oneCellAnchor>.*?oneCellAnchor>", drawing)
    column, offset = (int(re.search(rf"<(?:\w+:)?{name}>(\d+)<", found)[1]) for name in ("col", "colOff"))
    return column, offset, int(re.search(r'cx="(\d+)"', found)[1])


@pytest.mark.parametrize("shape", [(300, 60), (2000, 100), (40, 400)])
def test_a_logo_ends_where_the_page_ends(audit, terms, tmp_path, shape):
    path = tmp_path / "branded.xlsx"
    WorkbookWriter(terms(brand=Brand("Contoso Ltd", png(*shape), ""))).write(audit, path)
    own = load_layout().summary
    band = (own.label_width, own.number_width, own.wide_width, own.gap_width)
    widths = [round(width * 7) for width in (band * 3)[:-1]]
    column, offset, width = anchored(path)
    assert sum(widths[:column]) + (offset + width) / 9525 == sum(widths)


def test_a_long_company_name_is_whole_in_as_many_lines_as_it_takes(audit, terms, tmp_path):
    heights = []
    for company in (
        "Contoso",
        "The Water and Municipal Services of the Greater Northern Region (Holding) " * 3,
    ):
        path = tmp_path / "branded.xlsx"
        WorkbookWriter(terms(brand=Brand(company.strip(), png(300, 60), ""))).write(audit, path)
        heights.append(load_workbook(path)["Summary"].row_dimensions[1].height)
    assert heights[0] == 32
    assert heights[1] >= 3 * 24


def test_the_report_is_called_sensitive_and_explains_its_use(quiet_audit, summary_of):
    told = texts(summary_of(quiet_audit))
    assert any(text.startswith("This workbook is sensitive") for text in told)
    assert sum(text.startswith(("1.  ", "2.  ", "3.  ", "4.  ")) for text in told) == 4


def test_the_charts_read_the_cells_beside_them(audit, summary_of, tmp_path):
    sheet = summary_of(audit)
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        charts = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/charts/chart")]
    headings = ("Where each case should go", "Findings by severity", "How far the work is")
    assert len(charts) == 6
    for heading in headings:
        top = next(c for row in sheet.iter_rows() for c in row if c.value == heading)
        number = sheet.cell(top.row + 1, top.column + 1).column_letter
        (chart,) = [chart for chart in charts if f"'Summary'!${number}${top.row + 1}:" in chart]
        last = int(re.search(rf"'Summary'!\${number}\$\d+:\${number}\$(\d+)", chart)[1])
        assert sheet[f"{number}{last}"].value is not None
        assert not str(sheet[f"{number}{last + 1}"].value or "").isdigit()
        assert set(re.findall(r"<(?:c:)?f>'([^']+)'!", chart)) == {"Summary"}


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
    assert f"3 findings are waived\n{ran_out}\nand 1 more" in told
