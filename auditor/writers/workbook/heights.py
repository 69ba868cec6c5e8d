"""How high a row has to be: estimated, because not every program fits rows to wrapped text on opening."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LINE = 13.0  # points of one line of body text
_PADDING = 4.0
_HIGHEST = 409.0  # Excel's limit
_PER_WIDTH = 1.3  # letters of a running text per unit of column width
_LOST = 2  # letters lost to wrapping at words


def lines_needed(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of this width, rather one too many than one too few."""
    room = max(1, int(width * _PER_WIDTH) - _LOST)
    return sum(max(1, -(-len(line) // room)) for line in text.split("\n"))


def row_height(lines: int) -> float:
    """Return the height in points of a row with so many lines of body text."""
    return min(_HIGHEST, lines * LINE + _PADDING)


def set_height(sheet: "Worksheet", row: int, points: float) -> None:
    """Give a row that is about to be written its height, as a first guess: it still grows when edited.

    openpyxl's own row dimension would mark the height as the user's wish.
    """
    sheet.row_dimensions[row] = {"ht": f"{points:g}"}  # type: ignore[assignment]  # what openpyxl writes, typed as its own class
