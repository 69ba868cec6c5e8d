import io
import zipfile
from contextlib import closing

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from auditor.spreadsheets.cell_text import usable_link
from auditor.writers.layout import load_layout
from auditor.writers.tables.content import Line, Place
from auditor.writers.workbook import parts
from auditor.writers.workbook.markup import Column, link_outside, link_within, relation, settled
from auditor.writers.workbook.parts import Part, save
from auditor.writers.workbook.styles import Styles


@pytest.fixture
def sheet():
    """Return a sheet with a header, in a workbook of two."""
    book = Workbook()
    book.active.title = "Front"
    made = book.create_sheet("Records")
    made.append(["Name", "Number"])
    return made


def saved(part, settle=str):
    stream = io.BytesIO()
    with closing(part):
        save(part.sheet.parent, [part], stream, settle)
    stream.seek(0)
    return stream


def row(number, name, digits):
    cells = f'<c r="A{number}" t="inlineStr"><is><t>{name}</t></is></c><c r="B{number}"><v>{digits}</v></c>'
    return f'<row r="{number}">{cells}</row>'


def filled(sheet, count=3):
    part = Part(sheet, dimension=f"A1:B{count + 1}")
    for number in range(2, count + 2):
        part.rows.add(row(number, f"n{number}", number))
    return part


def test_rows_stand_below_those_that_openpyxl_wrote(sheet):
    read = load_workbook(saved(filled(sheet)))["Records"]
    assert list(read.iter_rows(values_only=True)) == [("Name", "Number"), ("n2", 2), ("n3", 3), ("n4", 4)]


def test_a_sheet_says_how_far_its_records_reach(sheet):
    with zipfile.ZipFile(saved(filled(sheet))) as archive:
        assert b'<dimension ref="A1:B4"/>' in archive.read("xl/worksheets/sheet2.xml")


def test_tables_conditional_formats_validations_and_charts_stand_beside_records(sheet):
    sheet.add_table(Table(displayName="Records", ref="A1:B4"))
    sheet.conditional_formatting.add(
        "B2:B4", CellIsRule("greaterThan", ["2"], fill=PatternFill(bgColor="FF0000"))
    )
    choice = DataValidation("list", '"a,b"')
    choice.add("A2:A4")
    sheet.add_data_validation(choice)
    chart = BarChart()
    chart.add_data(Reference(sheet, 2, 2, max_row=4))
    sheet.add_chart(chart, "D2")
    sheet.freeze_panes = "A2"
    part = filled(sheet)
    part.links.add(link_within("A2", "'Front'!A1"))
    part.links.add(link_outside("B2", "link1"))
    part.relations.add(relation("link1", "https://contoso.example/?a=1&b=2"))
    read = load_workbook(saved(part))["Records"]
    assert read.tables["Records"].ref == "A1:B4"
    assert [column.name for column in read.tables["Records"].tableColumns] == ["Name", "Number"]
    assert [str(found.sqref) for found in read.conditional_formatting] == ["B2:B4"]
    assert [str(found.sqref) for found in read.data_validations.dataValidation] == ["A2:A4"]
    assert (len(read._charts), read.freeze_panes) == (1, "A2")
    assert read["A2"].hyperlink.location == "'Front'!A1"
    assert read["B2"].hyperlink.target == "https://contoso.example/?a=1&b=2"


def test_the_parts_of_a_sheet_stand_in_the_order_that_the_standard_wants(sheet):
    sheet.auto_filter.ref = "A1:B4"
    sheet.merged_cells.add("A9:B9")
    sheet.print_options.gridLines = True
    part = filled(sheet)
    part.links.add(link_within("A2", "'Front'!A1"))
    with zipfile.ZipFile(saved(part)) as archive:
        xml = archive.read("xl/worksheets/sheet2.xml").decode()
    order = [
        "<sheetData>",
        "</sheetData>",
        "<autoFilter",
        "<mergeCells",
        "<hyperlinks",
        "<printOptions",
        "<pageMargins",
    ]
    places = [xml.index(tag) for tag in order]
    assert places == sorted(places)


def test_a_line_is_numbered_when_the_order_is_known():
    xml = f"fix \0n7\0, {link_within('A2', Line('fixes', 7, 'fix {}'))}"
    said = settled(xml, lambda line: Place("fixes", line + 1), lambda place: f"'Fixes'!A{place.record + 2}")
    assert said == 'fix 9, <hyperlink ref="A2" location="\'Fixes\'!A10"/>'


def test_settling_reaches_rows_and_links_of_every_block(sheet, monkeypatch):
    monkeypatch.setattr("auditor.writers.spool._BLOCK", 50)
    part = Part(sheet)
    for number in range(2, 40):
        part.rows.add(row(number, f"\0n{number}\0", 0))
        part.links.add(link_within(f"A{number}", Line("fixes", number, "{}")))
    stream = saved(
        part, lambda xml: settled(xml, lambda line: Place("f", line), lambda place: f"'F'!A{place.record}")
    )
    read = load_workbook(stream)["Records"]
    assert [cell.value for cell in read["A"][1:]] == [str(number + 1) for number in range(2, 40)]
    assert [cell.hyperlink.location for cell in read["A"][1:]] == [
        f"'F'!A{number}" for number in range(2, 40)
    ]


@pytest.mark.parametrize(("large", "needed"), [(1, 45), (10**9, 20)])
def test_only_a_sheet_beyond_two_gigabytes_asks_for_a_reader_that_knows_such(
    sheet, monkeypatch, large, needed
):
    monkeypatch.setattr(parts, "_LARGE", large)
    stream = saved(filled(sheet))
    offset = zipfile.ZipFile(stream).getinfo("xl/worksheets/sheet2.xml").header_offset
    assert stream.getvalue()[offset + 4] == needed


def test_a_shell_without_the_places_that_are_filled_is_no_workbook(sheet):
    with pytest.raises(AssertionError):
        "".join(parts._sheet("<worksheet/>", Part(sheet), str))


def test_no_text_from_outside_is_taken_for_a_line(sheet):
    column = Column(sheet, Styles(load_layout()), 20)
    xml, _ = column.cell("fix \0n7\0", "", linked=False)
    assert settled(xml, lambda _: pytest.fail("taken"), str) == xml
    assert not usable_link("https://contoso.example/\0l7\0")


@pytest.mark.parametrize(("text", "kept"), [("a b", False), (" a", True), ("a\n", True)])
def test_blanks_at_the_ends_of_a_text_are_said_to_belong_to_it(sheet, text, kept):
    xml, _ = Column(sheet, Styles(load_layout()), 20).cell(text, "", linked=False)
    assert ('xml:space="preserve"' in xml) is kept
