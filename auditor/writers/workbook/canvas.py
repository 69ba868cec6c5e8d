"""A small sheet laid out freely: cells placed in any order, then written row by row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from auditor.writers.workbook.heights import set_height

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.writers.workbook.styles import Styles


@dataclass(frozen=True, slots=True)
class _Placed:
    value: str | int
    look: str
    location: str = ""


class Canvas:
    """Cells by row and column, both 1 first."""

    def __init__(self, sheet: "Worksheet", styles: "Styles") -> None:
        self.sheet = sheet
        self._styles = styles
        self._cells: dict[tuple[int, int], _Placed] = {}
        self._heights: dict[int, float] = {}

    def put(self, row: int, column: int, value: str | int, look: str, location: str = "") -> None:
        """Place one cell; `location` makes it a link within the workbook."""
        self._cells[row, column] = _Placed(value, look, location)

    def span(self, row: int, first: int, last: int, value: str | int, look: str, location: str = "") -> None:
        """Place one cell over several columns of a row."""
        self.put(row, first, value, look, location)
        for column in range(first + 1, last + 1):
            self.put(row, column, "", look)
        self.sheet.merged_cells.add(f"{get_column_letter(first)}{row}:{get_column_letter(last)}{row}")

    def height(self, row: int, points: float) -> None:
        """Give a row a height at least this high; merged cells do not grow with their text."""
        self._heights[row] = max(points, self._heights.get(row, 0))

    def write(self) -> None:
        """Write everything placed."""
        for row, points in self._heights.items():
            set_height(self.sheet, row, points)
        last_row = max(row for row, _ in self._cells)
        for row in range(1, last_row + 1):
            columns = [column for placed_row, column in self._cells if placed_row == row]
            self.sheet.append([self._cell(row, column) for column in range(1, max(columns, default=0) + 1)])

    def _cell(self, row: int, column: int) -> "Cell | None":
        placed = self._cells.get((row, column))
        if placed is None:
            return None
        cell = self._styles.cell(self.sheet, placed.value, placed.look, linked=bool(placed.location))
        if placed.location:
            cell.hyperlink = Hyperlink(ref="", location=placed.location)
            cell.hyperlink.ref = f"{get_column_letter(column)}{row}"
        return cell
