"""The cells of one row: which text stands under which field, what it means, and what was wrong with it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from auditor.inventory.interface import CellError
from auditor.inventory.texts import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.inventory.columns import Header
    from auditor.inventory.interface import Record

T = TypeVar("T")
_KEPT_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with one field of a row ("" is the row itself)."""

    field: str
    wrong: str
    right: str


class Row(NamedTuple):
    """One record while it is read, and what was found wrong so far."""

    record: "Record"
    flaws: list[Flaw]

    def flaw(self, name: str, wrong: str, right: str) -> None:
        """Note that something is wrong with a field; the same thing only once."""
        found = Flaw(name, wrong, right)
        if found not in self.flaws:
            self.flaws.append(found)

    def check_width(self, width: int) -> None:
        """Note filled cells beyond the header, which is so many cells wide."""
        cells = self.record.cells
        beyond = sum(bool(cell and cell.strip()) for cell in cells[width:]) if len(cells) > width else 0
        if beyond:
            self.flaw(
                "",
                f"the row has {beyond} filled cells more than the header",
                "put quotation marks around texts that hold the separator",
            )


class Place(NamedTuple):
    """Where the cells of one field stand; `position` is -1 where no column has it."""

    name: str
    position: int

    def raw(self, row: Row) -> str:
        """Return the field's cell as it stands, "" where there is none."""
        cells = row.record.cells
        if not 0 <= self.position < len(cells):
            return ""
        cell = cells[self.position]
        if cell is None:
            row.flaw(self.name, "a list or an object stands here", "write a single text")
            return ""
        return cell


def place(header: "Header", name: str) -> Place:
    """Return where a field stands under a header."""
    return Place(name, header.positions.get(name, -1))


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A field whose texts repeat: each is read once, and equal values are one object in memory.

    `parse` gets the cleaned text and raises CellError; `otherwise` says what stands for a text that cannot
    be read. What was read is kept for so many texts and no more, because notes may differ in every row.
    """

    place: Place
    parse: "Callable[[str], T]"
    otherwise: "Callable[[str], T]"
    read_before: dict[str | None, T] = field(default_factory=dict)

    def value(self, row: Row) -> T:
        """Return what the row's cell means; what is wrong with it becomes a flaw of the row."""
        position, cells = self.place.position, row.record.cells
        cell = cells[position] if 0 <= position < len(cells) else ""
        if cell in self.read_before:
            return self.read_before[cell]
        return self._read(row, cell)

    def _read(self, row: Row, cell: str | None) -> T:
        text = clean(self.place.raw(row))
        try:
            value = self.parse(text)
        except CellError as error:
            row.flaw(self.place.name, error.wrong, error.right)
            return self.otherwise(text)
        if cell is not None and len(self.read_before) < _KEPT_AT_MOST:
            self.read_before[cell] = value
        return value


def required(name: str, parse: "Callable[[str], T]") -> "Callable[[str], T]":
    """Return `parse` for a field that may not be empty."""

    def read(text: str) -> T:
        if not text:
            raise CellError(f"no {name}", "fill in the cell, or delete the row")
        return parse(text)

    return read
