"""How high a row has to be: estimated, because not every program fits rows to wrapped text on opening."""

from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LINE = 13.0  # points of one line of body text
_PADDING = 4.0
_HIGHEST = 24 * LINE + _PADDING  # half a page: a longer text is read in its cell (Excel's own limit is 409)
_WIDE = ("W", "F")  # ideographs and most emoji take the room of two letters (Unicode Standard Annex 11)
_PER_WIDTH = 1.15  # letters of a running text per unit of column width, which is a digit and 7 pixels wide


def lines_needed(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of this width, rather one too many than one too few."""
    room = max(1, int(width * _PER_WIDTH))
    if not text.isascii():
        text = "".join(letter * 2 if east_asian_width(letter) in _WIDE else letter for letter in text)
    if len(text) <= room and "\n" not in text:
        return 1
    return sum(1 if len(line) <= room else _wrapped(line, room) for line in text.split("\n"))


def _wrapped(line: str, room: int) -> int:
    """Return how many lines a line takes that is wrapped at its blanks; words longer than one are broken.

    They are broken at their hyphens where they have some, which leaves the rest of a line empty.
    """
    lines, left = 1, room
    for word in line.split(" "):
        length = len(word)
        if length > left and left < room:
            lines, left = lines + 1, room
        if length > room:
            more = (length - 1) // room
            lines, length = lines + more + ("-" in word), length - more * room
        left -= length + 1
    return lines


def row_height(lines: int) -> float:
    """Return the height in points of a row with so many lines of body text."""
    return min(_HIGHEST, lines * LINE + _PADDING)


def set_height(sheet: "Worksheet", row: int, points: float) -> None:
    """Give a row that is about to be written its height, as a first guess: it still grows when edited.

    openpyxl's own row dimension would mark the height as the user's wish.
    """
    sheet.row_dimensions[row] = {"ht": f"{points:g}"}  # type: ignore[assignment]  # what openpyxl writes, typed as its own class
