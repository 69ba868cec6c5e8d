"""What the readers of one file format and the reader of rows agree on."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read an inventory.

    `sheet` by name (None: the best), `mapping` column header -> field ("" ignores the column), whether a
    `password` column may be used, and the app for rows that name none.
    """

    sheet: str | None = None
    mapping: "Mapping[str, str]" = field(default_factory=dict)
    allow_plaintext: bool = False
    default_app: str = ""


class Record(NamedTuple):
    """One line that is not blank: its number as people see it, and its cells as text.

    A cell is None where a list or an object stands instead of a text (JSON). `fault` says why the whole
    line could not be read ("" when it could).
    """

    row: int
    cells: "Sequence[str | None]"
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of one sheet or text file, header and titles included, and what to tell about the reading."""

    file: str
    sheet: str
    records: "Iterator[Record]"
    remarks: tuple[str, ...] = ()


class CellError(ValueError):
    """A cell that cannot be used: what is wrong with it, and what would be right."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.right = right
