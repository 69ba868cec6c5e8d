"""A small sheet laid out freely: cells placed in any order, then written row by row."""

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from openpyxl.utils import get_column_letter

from auditor.writers.tables.content import Place
from auditor.writers.workbook.markup import Column, link_within

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.writers.tables.content import Formula
    from auditor.writers.workbook.sheet import Book

_LEAST = 15.0  # points of a row that nobody gave a height


class _Placed(NamedTuple):
    value: "str | int | Formula"
    look: str
    link: Place | None


class Canvas:
    """Cells by row and column, both 1 first. Rows are as high as they are told: merged cells do not grow."""

    def __init__(self, book: "Book", sheet: "Worksheet") -> None:
        self.sheet = sheet
        self._book, self._part = book, book.part(sheet)
        self._rows: dict[int, dict[int, _Placed]] = defaultdict(dict)
        self._heights: dict[int, float] = {}
        self._columns: dict[str, Column] = {}

    def put(
        self, row: int, column: int, value: "str | int | Formula", look: str, link: Place | None = None
    ) -> None:
        """Place one cell; `link` leads to a record of the workbook."""
        self._rows[row][column] = _Placed(value, look, link)

    def span(
        self,
        row: int,
        columns: tuple[int, int],
        value: "str | int | Formula",
        look: str,
        link: Place | None = None,
    ) -> None:
        """Place one cell over columns of a row, from the first to the last."""
        first, last = columns
        self.put(row, first, value, look, link)
        for column in range(first + 1, last + 1):
            self.put(row, column, "", look)
        self.sheet.merged_cells.add(f"{get_column_letter(first)}{row}:{get_column_letter(last)}{row}")

    def height(self, row: int, points: float) -> None:
        """Give a row a height at least this high."""
        self._heights[row] = max(points, self._heights.get(row, 0))

    def write(self) -> None:
        """Write everything placed."""
        for row in sorted(self._rows):
            placed = sorted(self._rows[row].items())
            cells = "".join(self._cell(f"{get_column_letter(column)}{row}", cell) for column, cell in placed)
            height = f"{self._heights.get(row, _LEAST):g}"
            self._part.rows.add(f'<row r="{row}" ht="{height}" customHeight="1">{cells}</row>')
        widest = max(max(cells) for cells in self._rows.values())
        self._part.dimension = f"A1:{get_column_letter(widest)}{max(self._rows)}"

    def _cell(self, reference: str, placed: _Placed) -> str:
        if placed.link is not None:
            self._part.links.add(link_within(reference, self._book.location(placed.link)))
        if placed.look not in self._columns:
            self._columns[placed.look] = Column(self.sheet, self._book.styles, 0, placed.look)
        cell, _ = self._columns[placed.look].cell(placed.value, "", placed.link is not None)
        return f'<c r="{reference}{cell}'
