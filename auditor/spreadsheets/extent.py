"""How far the cells of a sheet spread, as calamine would lay it out.

A cell stands where its attribute `r` says, or else behind the one before it. Nearly every program writes
cells in one form, and that is counted quickly; whatever is written in another is left to a parser, so that no
way of writing goes past the bounds.
"""

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ANY_CELL = re.compile(rb"<c[\s/>]")
_PREFIXED_CELL = re.compile(rb":c[\s/>]")
# to the end of the tag: of two places in one tag readers take the last
_CELL = re.compile(
    rb"<c r=\"([A-Z]{1,3})([1-9]\d{0,6})\"(?: (?:s|t|cm|vm|ph)=\"[A-Za-z0-9]{0,20}\"){0,5} ?/?>"
)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_NUMBER = re.compile(r"[1-9]\d{0,6}")
_CONTENTS = frozenset({"v", "is", "f"})


def quick_extent(chunks: "Iterable[bytes]") -> tuple[int, int] | None:
    """Return the last row and column of all cells, empty ones too; None where some are written otherwise.

    Each piece ends where a tag ends. All of them are read in any case.
    """
    rows, columns, plain = 0, 0, True
    for chunk in chunks:
        cells = _CELL.findall(chunk)
        rows = max(rows, max(map(int, {row for _, row in cells}), default=0))
        columns = max(columns, max(map(_column, {letters.decode() for letters, _ in cells}), default=0))
        plain = plain and len(cells) == len(_ANY_CELL.findall(chunk)) and not _PREFIXED_CELL.search(chunk)
    return (rows, columns) if plain else None


def exact_extent(chunks: "Iterable[bytes]") -> tuple[int, int]:
    """Return the last row and column of the cells that hold something, however they are written.

    Raises ValueError for what is no XML, declares a document type, or has a cell that is nowhere.
    """
    cells = _Cells()
    parser = expat.ParserCreate("utf-8")  # whatever it declares: readers take it so
    parser.StartElementHandler, parser.EndElementHandler = cells.begun, cells.ended
    parser.StartDoctypeDeclHandler = _refused
    try:
        for chunk in chunks:
            parser.Parse(chunk)
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by its place alone
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    return cells.rows, cells.columns


class _Cells:
    """Follows the cells of a sheet; one without a place stands behind the one before, as for readers."""

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self._row = self._column = 1
        self._at = (0, 0)

    def begun(self, name: str, attributes: "Mapping[str, str]") -> None:
        """Take up the beginning of an element."""
        match name.rpartition(":")[2]:
            case "row" if "r" in attributes:
                self._row = int(_matched(_NUMBER, attributes["r"]).group())
            case "c" if "r" in attributes:
                letters, row = _matched(_REFERENCE, attributes["r"].upper()).groups()
                self._at = int(row), _column(letters)
                self._column = self._at[1]
            case "c":
                self._at = self._row, self._column
            case inner if inner in _CONTENTS:
                self.rows = max(self.rows, self._at[0])
                self.columns = max(self.columns, self._at[1])

    def ended(self, name: str) -> None:
        """Take up the end of an element."""
        match name.rpartition(":")[2]:
            case "row":
                self._row, self._column = self._row + 1, 1
            case "c":
                self._column += 1


def _refused(*_: object) -> None:
    raise ValueError("a document type")


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
