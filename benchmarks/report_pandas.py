"""A report as people write one: a DataFrame per sheet, to_excel, then openpyxl over every cell.

It writes what ours does (`tests/benchmarks/test_report.py`), and not clumsily: each style is made once and
then copied from cell to cell, which is several times as fast as giving every cell its font and fill.
"""

from copy import copy
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo

from auditor.writers.layout import ColumnLayout, Layout, SheetLayout, load_layout
from auditor.writers.tables.content import Content, Formula, Line, Place
from auditor.writers.workbook.heights import lines_needed, row_height
from benchmarks.report_rows import TABLES, read

if TYPE_CHECKING:
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.writers.tables.content import Value

_MOST_LINKS = 65_530
_LINK_INK = "0B5394"
Look: TypeAlias = tuple[str, type, bool]


def write(stream: Path, target: Path) -> None:
    """Write the rows of a stream as a workbook."""
    layout = load_layout()
    sheets: dict[str, list[list[Content]]] = {table: [] for table in TABLES}
    for row in read(stream):
        columns = layout.sheets[row.table].columns
        shown = zip(row.cells, columns, strict=True)
        sheets[row.table].append([cell if column.look else _worded(layout, cell) for cell, column in shown])
    with pd.ExcelWriter(target, engine="openpyxl") as writer:
        for table, rows in sheets.items():
            sheet = layout.sheets[table]
            values = [[_value(cell.value) for cell in row] for row in rows]
            frame = pd.DataFrame(values, columns=[column.header for column in sheet.columns])
            frame.to_excel(writer, sheet_name=sheet.title, index=False)
        styles: dict[Look, Any] = {}
        for table, rows in sheets.items():
            _Dress(writer.sheets[layout.sheets[table].title], layout, layout.sheets[table], styles).all(rows)


def _worded(layout: Layout, cell: Content) -> Content:
    return cell._replace(value=layout.worded(cell.value, cell.tone)) if isinstance(cell.value, str) else cell


def _value(value: "Value") -> str | float | date:
    assert not isinstance(value, Line | Formula), "the stream holds settled rows"
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


class _Dress:
    """Dresses one sheet: paper, header, then every cell."""

    def __init__(
        self,
        sheet: "Worksheet",
        layout: Layout,
        own: SheetLayout,
        styles: "dict[Look, Any]",
    ) -> None:
        self._sheet, self._layout, self._own, self._styles = sheet, layout, own, styles
        self._links = 1  # the first header's

    def all(self, rows: list[list[Content]]) -> None:
        self._set_up()
        below = self._sheet.iter_rows()
        for at, (cell, column) in enumerate(zip(next(below), self._own.columns, strict=True)):
            look = "header_entry" if column.entry else "header" if at else "header_back"
            self._dress(cell, look, str, linked=not at)
        own = self._layout.summary
        back = Hyperlink(ref="A1", location=f"'{own.title}'!A1", tooltip=own.headings["back"])
        self._sheet["A1"].hyperlink = back
        self._sheet.row_dimensions[1].height = row_height(2)
        for number, (row, cells) in enumerate(zip(rows, below, strict=True), 2):
            for cell, content, column in zip(cells, row, self._own.columns, strict=True):
                self._cell(cell, content, column.look or self._layout.look_of(content.tone))
            lines = map(self._lines, row, self._own.columns)
            self._sheet.row_dimensions[number].height = row_height(max(lines))

    def _set_up(self) -> None:
        sheet, own = self._sheet, self._own
        sheet.sheet_properties.tabColor = own.tab
        sheet.freeze_panes = f"{get_column_letter(own.frozen + 1)}2"
        table = Table(displayName=own.title.replace(" ", "_"), ref=sheet.dimensions)
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        sheet.add_table(table)
        sheet.print_title_rows = "1:1"
        self._widths = [column.width for column in own.columns]
        for number, width in enumerate(self._widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width

    def _cell(self, cell: "Cell | MergedCell", content: Content, look: str) -> None:
        linked = bool(content.link) and content.value != "" and self._links < _MOST_LINKS
        if linked:
            self._links += 1
            if isinstance(content.link, Place):
                title = self._layout.sheets[content.link.table].title
                where = f"'{title}'!A{content.link.record + 2}"
                cell.hyperlink = Hyperlink(ref=cell.coordinate, location=where)
            else:
                cell.hyperlink = Hyperlink(ref=cell.coordinate, target=str(content.link))
        self._dress(cell, look, type(content.value), linked=linked)

    def _dress(self, cell: "Cell | MergedCell", look: str, kind: type, *, linked: bool) -> None:
        cell._style = copy(self._style(look, kind, linked=linked))  # type: ignore[union-attr]  # noqa: SLF001 - the way to share a style

    def _lines(self, content: Content, column: ColumnLayout) -> int:
        look = self._layout.looks[column.look or self._layout.look_of(content.tone)]
        if not isinstance(content.value, str) or not look.wrap:
            return 1
        said = content.value if column.look else self._layout.worded(content.value, content.tone)
        return lines_needed(said, look.room(column.width))

    def _style(self, name: str, kind: type, *, linked: bool) -> Any:
        """Return what openpyxl keeps of a style, made once on a cell that is in no sheet."""
        if (name, kind, linked) not in self._styles:
            look, cell = self._layout.looks[name], Cell(self._sheet, 1, 1)
            cell.font = Font(
                name=self._layout.font,
                size=look.size,
                bold=look.bold,
                italic=look.italic,
                color=_LINK_INK if linked and look.fill is None else look.ink,
                underline="single" if linked else None,
            )
            if look.fill:
                cell.fill = PatternFill("solid", fgColor=look.fill)
            if look.line:
                line = Side("thin", look.line)
                cell.border = (
                    Border(bottom=line, left=line, right=line)
                    if look.fill or not look.wrap
                    else Border(bottom=line)
                )
            horizontal = look.horizontal or ("center" if kind is int else "left" if look.indent else None)
            cell.alignment = Alignment(horizontal, look.vertical, wrap_text=look.wrap, indent=look.indent)
            if kind is datetime:
                cell.number_format = "yyyy-mm-dd hh:mm:ss"
            self._styles[name, kind, linked] = cell._style  # type: ignore[attr-defined]  # noqa: SLF001 - as above
        return self._styles[name, kind, linked]
