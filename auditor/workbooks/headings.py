"""Which column is which on a sheet that people worked on: found by headers, wherever they stand now."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.workbooks.cell_values import header_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WORK = ("status", "owner", "due", "comment")
NAME = ("account", "app", "environment", "rule")
WITHIN = 30
"""How many rows from the top the headers are looked for."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The headers of a sheet: their row (0 first), our columns by key, people's own by index.

    A header that stands twice counts once: the first is ours, the other people's own.
    """

    row: int
    ours: "Mapping[str, int]"
    own: "Mapping[int, str]" = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Return whether findings stand below it: something to write into, and something to know them by."""
        named = "key" in self.ours or all(key in self.ours for key in NAME)
        return named and any(key in self.ours for key in WORK)


def heading_in(rows: "Iterable[Sequence[object]]", known: "Mapping[str, str]") -> Heading | None:
    """Return the heading among the first rows of a sheet that fits and knows most of `known` (header -> key).

    `known` has its headers in lower case.
    """
    found = [_heading(number, cells, known) for number, cells in enumerate(rows)]
    fitting = [heading for heading in found if heading.fits]
    return max(fitting, key=lambda heading: len(heading.ours), default=None)


def _heading(number: int, cells: "Sequence[object]", known: "Mapping[str, str]") -> Heading:
    ours: dict[str, int] = {}
    own: dict[int, str] = {}
    for index, cell in enumerate(cells):
        header = header_of(cell)
        key = known.get(header.lower())
        if key is not None and key not in ours:
            ours[key] = index
        elif header:
            own[index] = header
    return Heading(number, ours, own)
