"""The rows of a sheet that people worked on: what each is about, and what they wrote there."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from auditor.model import FindingName, Status, Tracked
from auditor.workbooks.cell_values import day_of, own_of, status_of, text_of
from auditor.workbooks.headings import NAME, WORK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.model import CellValue
    from auditor.workbooks.headings import Heading


class Written(NamedTuple):
    """A row as it was read; `status` is the word where it is none of ours, `facts` the cells of facts."""

    sheet: str
    number: int
    key: str
    name: FindingName
    finding: str
    tracked: Tracked
    status: str = ""
    facts: tuple[str, ...] | None = None

    @property
    def where(self) -> str:
        """Return where it stands."""
        return f"sheet {self.sheet}, row {self.number}"

    @property
    def named(self) -> bool:
        """Return whether it says which finding it is about."""
        return bool(self.key or self.name.rule)


@dataclass(slots=True)
class OwnColumns:
    """The columns that people added, over all sheets: the same header, the same column."""

    positions: dict[str, int] = field(default_factory=dict)

    def position(self, header: str) -> int:
        """Return the column's number, 0 first; a new one stands behind the others."""
        return self.positions.setdefault(header, len(self.positions))

    @property
    def headers(self) -> tuple[str, ...]:
        """Return their headers in order."""
        return tuple(self.positions)

    def padded(self, tracked: Tracked) -> Tracked:
        """Return what was written with a value for each column: those found later are empty."""
        missing = len(self.positions) - len(tracked.own)
        return replace(tracked, own=(*tracked.own, *[None] * missing)) if missing else tracked


class SheetRows:
    """Reads the rows of one sheet. `first` is the number of its first column, `facts` keys in their order."""

    def __init__(
        self, title: str, heading: "Heading", own: OwnColumns, first: int, facts: "Sequence[str]"
    ) -> None:
        self._title, self._ours, self._own, self._first = title, heading.ours, own, first
        self._positions = _positions(heading, own)
        self._taken = frozenset(heading.ours.values())
        self._facts = [heading.ours[key] for key in facts] if set(facts) <= set(heading.ours) else None

    @property
    def checks(self) -> bool:
        """Return whether all facts stand on the sheet, so that a checksum says something."""
        return bool(self._facts)

    def read(self, number: int, cells: "Sequence[object]") -> Written:
        """Return a row; `number` is the one that spreadsheets show."""
        state, owner, due, comment = (self._cell(cells, key) for key in WORK)
        status = status_of(state)
        own = self._own_values(cells)
        tracked = Tracked(
            status or Status.OPEN, owner=text_of(owner), due=day_of(due), comment=text_of(comment), own=own
        )
        return Written(
            self._title,
            number,
            text_of(self._cell(cells, "key")).lower(),
            FindingName(*(text_of(self._cell(cells, key)) for key in NAME)),
            text_of(self._cell(cells, "finding")),
            tracked,
            status="" if status else text_of(state),
            facts=tuple(text_of(cells[at]) for at in self._facts) if self._facts else None,
        )

    def _cell(self, cells: "Sequence[object]", key: str) -> object:
        at = self._ours.get(key)
        return None if at is None else cells[at]

    def _own_values(self, cells: "Sequence[object]") -> "tuple[CellValue, ...]":
        found: dict[int, CellValue] = {}
        for index, cell in enumerate(cells):
            if cell != "" and index not in self._taken and (value := own_of(cell)) is not None:
                found[self._position(index)] = value
        return tuple(found.get(number) for number in range(max(found) + 1)) if found else ()

    def _position(self, index: int) -> int:
        """Return the number of a column of people's own; one without a header is named by where it stands."""
        if index not in self._positions:
            self._positions[index] = self._own.position(f"Column {self._first + index}")
        return self._positions[index]


def _positions(heading: "Heading", own: OwnColumns) -> dict[int, int]:
    """Return the number of each column that people gave a header; one that stands twice has its own."""
    used: set[str] = set()
    positions: dict[int, int] = {}
    for index, header in heading.own.items():
        name, again = header, 1
        while name.lower() in used:
            again += 1
            name = f"{header} ({again})"
        used.add(name.lower())
        positions[index] = own.position(name)
    return positions
