import re
import time
from datetime import datetime

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from auditor.writers.layout import load_layout
from auditor.writers.workbook.sheet import Limits
from auditor.writers.workbook.writer import WorkbookWriter

TODO = ["To do Entra", "To do Dataverse", "To do Federation", "To do App owner", "To do User"]
SHEETS = [
    "Summary",
    "Accounts",
    "Findings",
    *TODO,
    "Fixes",
    "Consent",
    "Evidence",
    "Not audited",
    "Run",
    "Glossary",
]
RECKONED = {"Summary", *TODO}
UNSEEN = "auditor"


@pytest.fixture
def target(audit, tmp_path):
    """Return the file of the fixed audit."""
    path = tmp_path / "report.xlsx"
    WorkbookWriter().write(audit, path)
    return path


@pytest.fixture
def book(target):
    """Return the fixed audit's workbook, read back."""
    return load_workbook(target)


def headers(sheet):
    return [cell.value for cell in sheet[1]]


def column(sheet, header):
    index = headers(sheet).index(header)
    return [row[index] for row in sheet.iter_rows(min_row=2)]


def link_target(book, cell):
    """Return the cell that an internal link leads to."""
    title, where = re.fullmatch(r"'(.+)'!(\w+)", cell.hyperlink.location).groups()
    return book[title][where]


def dump(book):
    """Return every cell's text, one a line."""
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value not in {None, ""}:
                    link = cell.hyperlink and (cell.hyperlink.target or cell.hyperlink.location)
                    value = cell.value.isoformat(" ") if isinstance(cell.value, datetime) else cell.value
                    text = str(value).replace("\n", "\\n")
                    yield f"{sheet.title}!{cell.coordinate}: {text}" + (f" -> {link}" if link else "")


def test_the_fixed_audit_reads_as_it_always_did(book, golden):
    golden("workbook.txt", "\n".join(dump(book)) + "\n")


def test_the_same_audit_gives_the_same_cells(audit, book, tmp_path):
    again = tmp_path / "again.xlsx"
    WorkbookWriter().write(audit, again)
    assert list(dump(load_workbook(again))) == list(dump(book))


def test_the_sheets_stand_in_reading_order(book):
    assert book.sheetnames == [*SHEETS, UNSEEN]


def test_another_reader_sees_the_same_sheets_and_texts(book, target):
    other = CalamineWorkbook.from_path(str(target))
    assert other.sheet_names == [*SHEETS, UNSEEN]
    for title in SHEETS[1:]:
        rows = other.get_sheet_by_name(title).to_python()
        assert rows[0] == headers(book[title])
        assert len(rows) == book[title].max_row


def test_there_is_one_row_per_case_and_one_per_finding(audit, book):
    assert book["Accounts"].max_row - 1 == len(audit.cases)
    assert book["Findings"].max_row - 1 == sum(len(found.findings) for found in audit.cases)


@pytest.mark.parametrize("title", SHEETS[1:])
def test_a_sheet_of_records_is_a_table_frozen_and_fit_for_paper(book, title):
    sheet = book[title]
    assert sheet.freeze_panes in {"A2", "B2", "C2", "D2"}
    (table,) = sheet.tables.values()
    assert table.ref == table.autoFilter.ref == sheet.dimensions
    assert table.displayName == title.replace(" ", "_")
    assert table.tableStyleInfo.showRowStripes
    assert [column.name for column in table.tableColumns] == headers(sheet)
    assert sheet.auto_filter.ref is None, "a second filter beside the table's is a damaged file to Excel"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.pageOrder == "overThenDown"
    layout = next(one for one in load_layout().sheets.values() if one.title == title)
    last = get_column_letter(layout.on_paper)
    assert sheet.print_area == f"'{title}'!$A$1:${last}${sheet.max_row}"
    assert (sheet.page_setup.orientation, sheet.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
    assert all(
        cell.alignment.wrap_text or cell.alignment.horizontal == "fill"
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    )


def test_only_our_own_lookups_are_formulas_and_each_has_its_value_beside_it(book, target):
    values = load_workbook(target, data_only=True)
    for sheet in book:
        found = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert bool(found) is (sheet.title in RECKONED)
        for cell in found:
            words = set(re.findall(r"[A-Z][A-Z.]+(?=\()", cell.value))
            assert words <= {"COUNTIFS", "IFERROR"}, "neither volatile nor of some programs alone"
            assert not re.search(r"\[|#REF|@", cell.value.replace("'Findings'", ""))
            assert values[sheet.title][cell.coordinate].value is not None
    assert book.calculation.fullCalcOnLoad is False, "what they come to is known"


def test_an_account_leads_to_its_findings_and_they_lead_back(book):
    links = [cell for cell in column(book["Accounts"], "See") if cell.value]
    for cell in links:
        finding = link_target(book, cell)
        assert finding.value == book["Accounts"].cell(cell.row, 1).value
        assert link_target(book, finding).row == cell.row


def test_a_finding_leads_to_the_line_of_its_fix(book):
    findings = book["Findings"]
    titles = column(findings, "Fix")
    for see, title in zip(column(findings, "See"), titles, strict=True):
        if see.value:
            line = link_target(book, see)
            assert see.value == f"fix {line.value}"
            assert book["Fixes"].cell(line.row, 2).value == title.value


def test_an_account_leads_to_the_answer_it_is_judged_by(book):
    evidence = book["Evidence"]
    for cell in column(book["Accounts"], "Evidence"):
        if cell.hyperlink:
            question, _, answer = cell.value.partition(", ")[0].partition(": ")
            row = link_target(book, cell).row
            seen = {h: c.value for h, c in zip(headers(evidence), evidence[row], strict=True)}
            assert seen["Question"] == question
            assert answer in {seen["Code"], seen["Outcome"], "found"}


def test_a_link_to_the_outside_is_a_hyperlink(book):
    links = [cell for cell in column(book["Findings"], "Link") if cell.value]
    assert links
    assert all(cell.hyperlink.target == cell.value for cell in links)


def test_shared_evidence_stands_once(book):
    abouts = [cell.value for cell in column(book["Evidence"], "About")]
    assert abouts.count("tenant") == 1


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot be told where it is")
def test_times_are_told_in_utc_and_as_the_clocks_here_had_them(audit, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "America/St_Johns")
    time.tzset()
    WorkbookWriter().write(audit, tmp_path / "report.xlsx")
    sheet = load_workbook(tmp_path / "report.xlsx")["Evidence"]
    told = {
        utc.value: local.value
        for utc, local in zip(column(sheet, "Time (UTC)"), column(sheet, "Local time"), strict=True)
    }
    assert told["2026-11-22T08:15:30Z"] == "2026-11-22 04:45:30 -0330"


def test_severity_is_a_colour_a_word_and_a_symbol_that_sorts(book):
    cells = column(book["Findings"], "Severity")
    fills = {cell.value: cell.fill.fgColor.rgb for cell in cells}
    assert set(fills) == {"■■■■ blocker", "■■■ high", "■■ medium", "■ low", "· info"}
    assert len(set(fills.values())) == len(fills)
    gravest_last = ["· info", "■ low", "■■ medium", "■■■ high", "■■■■ blocker"]
    assert sorted(fills) == gravest_last, "whoever sorts the column gets them in their order"


def test_a_hostile_name_is_shown_and_does_nothing(book):
    name = next(c for c in column(book["Accounts"], "Account") if c.value.startswith("="))
    assert (name.data_type, name.quotePrefix, name.hyperlink) == ("s", True, None)


def test_the_document_says_what_it_is(book, audit):
    assert book.properties.title == "WS-Trust to OAuth audit (simulated)"
    assert book.properties.subject.startswith("Which accounts can sign in to Dataverse")
    assert book.properties.keywords.endswith(f"ROPC, {audit.run.id}")
    assert book.properties.creator == "auditor"
    assert book.properties.created == audit.run.ended.replace(tzinfo=None)


def test_a_simulated_report_says_so_on_every_page(book):
    assert {sheet.oddFooter.left.text for sheet in book} == {"SIMULATED - no real tenant was contacted"}


def test_an_audit_without_results_says_so_on_every_sheet(quiet_audit, tmp_path):
    path = tmp_path / "quiet.xlsx"
    WorkbookWriter().write(quiet_audit, path)
    layout, read = load_layout(), load_workbook(path)
    for sheet in layout.sheets.values():
        if sheet.title in TODO:
            assert sheet.title not in read.sheetnames, "a desk without work has no sheet"
        elif sheet.title == "Changes":
            assert sheet.title not in read.sheetnames, "there is nothing to compare with"
        elif sheet is layout.sheets["carried"]:
            assert sheet.title not in read.sheetnames, "there is no earlier workbook"
        elif sheet.title not in {"Run", "Glossary", UNSEEN}:
            assert not read[sheet.title].tables, "a table needs a row"
            assert read[sheet.title]["A2"].value == sheet.empty
            assert not read[sheet.title]["A2"].alignment.wrap_text, "it reads on over the columns beside it"
            last = get_column_letter(sheet.on_paper)
            assert read[sheet.title].print_area == f"'{sheet.title}'!$A$1:${last}$2"


def test_a_full_sheet_continues_on_a_second_one_and_links_follow(audit, tmp_path):
    path = tmp_path / "long.xlsx"
    WorkbookWriter(limits=Limits(rows=5, links=100)).write(audit, path)
    book = load_workbook(path)
    accounts = [title for title in book.sheetnames if title.startswith("Accounts")]
    assert accounts == ["Accounts", "Accounts (2)", "Accounts (3)"]
    assert book.sheetnames.index("Accounts (3)") < book.sheetnames.index("Findings")
    assert [book[title].max_row for title in accounts] == [5, 5, 5]
    for title in accounts:
        assert headers(book[title])[0] == "Account"
        for cell in column(book[title], "See"):
            if cell.value:
                assert link_target(book, cell).value == book[title].cell(cell.row, 1).value


def test_beyond_the_limit_of_links_the_text_stays(audit, tmp_path, book):
    path = tmp_path / "few.xlsx"
    WorkbookWriter(limits=Limits(links=3)).write(audit, path)
    few = load_workbook(path)
    linked = [cell for row in few["Findings"].iter_rows() for cell in row if cell.hyperlink]
    assert len(linked) == 3
    assert [c.value for c in few["Findings"]["A"]] == [c.value for c in book["Findings"]["A"]]
    told = [row[2].value for row in few["Run"].iter_rows() if row[1].value == "Rows without links"]
    assert [line.partition(",")[0] for line in told] == [
        "Accounts",
        "Findings",
        "Consent",
        "Evidence",
        "Fixes",
    ]
    assert told[1].startswith(f"Findings, from row {linked[-1].row} on: Excel takes")
    assert "Rows without links" not in [cell.value for cell in book["Run"]["B"]]


def test_a_consent_link_is_a_hyperlink_and_one_that_is_too_long_stays_a_text(book):
    sheet = book["Consent"]
    row = next(cells for cells in sheet.iter_rows() if cells[4].value == "=1+1")
    headers = {cell.value: index for index, cell in enumerate(sheet[1])}
    first, long = row[headers["Link to open first"]], row[headers["Otherwise, third link"]]
    assert first.hyperlink.target == first.value
    assert "evil.example" in first.value
    assert "%22https%3A%2F%2Fevil.example%22" in first.value, "a name adds nothing to a link"
    assert long.hyperlink is None
    assert len(long.value) > 2_079
