"""The two ways to write a report are measured against each other because they write the same."""

import pytest
from openpyxl import load_workbook

from benchmarks import report
from benchmarks.report_rows import prepare, read


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the stream, and the workbooks that both ways made of it."""
    folder = tmp_path_factory.mktemp("report")
    stream = folder / "some.rows"
    prepare(stream, 150)
    report.ours(stream, folder / "ours.xlsx")
    report.theirs(stream, folder / "theirs.xlsx")
    return stream, load_workbook(folder / "ours.xlsx"), load_workbook(folder / "theirs.xlsx")


def test_the_stream_holds_as_many_rows_as_were_asked_for_of_every_table(written):
    rows = list(read(written[0]))
    assert len(rows) == 150
    assert {row.table for row in rows} == {"accounts", "findings", "evidence", "not_audited"}


def test_both_workbooks_have_the_same_sheets_filters_and_widths(written):
    ours, theirs = (
        [
            (sheet.title, sheet.dimensions, sheet.freeze_panes, sheet.tables.items(), sheet.print_title_rows)
            for sheet in book
        ]
        for book in written[1:]
    )
    assert ours == theirs
    for sheet in written[1]:
        other = written[2][sheet.title].column_dimensions
        assert {key: col.width for key, col in sheet.column_dimensions.items()} == {
            key: col.width for key, col in other.items()
        }
        assert columns(sheet) == columns(written[2][sheet.title])


def test_both_workbooks_have_the_same_cells_looks_heights_and_links(written):
    _, ours, theirs = written
    cells = 0
    for sheet in ours:
        other = theirs[sheet.title]
        for row in sheet.iter_rows():
            number = row[0].row
            assert sheet.row_dimensions[number].height == other.row_dimensions[number].height
            for cell in row:
                cells += 1
                assert looks(cell) == looks(other[cell.coordinate]), cell
    assert cells > 150 * 8


def columns(sheet):
    return [column.name for table in sheet.tables.values() for column in table.tableColumns]


def looks(cell):
    """Return what a reader sees of a cell, and where it leads."""
    link = cell.hyperlink and (cell.hyperlink.target or cell.hyperlink.location)
    return (
        cell.value,
        link,
        (cell.font.name, cell.font.sz, cell.font.b, cell.font.i, cell.font.u, cell.font.color.rgb),
        cell.fill.fgColor.rgb,
        cell.border.bottom and cell.border.bottom.style,
        (cell.alignment.horizontal, cell.alignment.vertical, cell.alignment.wrap_text),
        cell.number_format,
    )


def test_every_way_is_measured_with_tiny_sizes():
    written, whole = report.tables(quick=True)
    assert [row[:2] for row in written.rows] == [("60 rows", "ours"), ("60 rows", "pandas.to_excel")]
    assert [row[:2] for row in whole.rows] == [("60 accounts", "ours")]
