"""The columns of an inventory, the headers people give them, and finding the header row."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from auditor.errors import InventoryError, NothingToAudit
from auditor.inventory.aliases import ALIASES, FIELDS
from auditor.inventory.texts import clean, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.inventory.interface import Record, Table

REQUIRED = ("account", "environment")
HEADER_ROWS = 20
_NAMED_AT_MOST = 12


def squash(text: str) -> str:
    """Return a text without case, accents, blanks and punctuation, for comparing names."""
    bare = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return "".join(c for c in bare if c.isalnum())


@cache
def _fields_by_alias() -> "Mapping[str, str]":
    return {squash(alias): name for name, aliases in ALIASES.items() for alias in aliases}


def _field(title: str) -> str | None:
    known = _fields_by_alias()
    without_brackets = re.sub(r"[(\[].*?[)\]]", "", title)
    return known.get(squash(title)) or known.get(squash(without_brackets))


@dataclass(frozen=True, slots=True)
class Header:
    """Where each field stands: `positions` field -> index of the cell, `titles` field -> header as written.

    `ignored` are headers that mean no field, `width` is the number of cells of the header row.
    """

    row: int
    positions: "Mapping[str, int]"
    titles: "Mapping[str, str]"
    ignored: tuple[str, ...]
    width: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """A row read as if it were the header: field -> every position that claims it."""

    record: "Record"
    titles: tuple[str, ...]
    claims: "Mapping[str, tuple[int, ...]]"

    @property
    def fit(self) -> tuple[int, int]:
        return sum(name in self.claims for name in REQUIRED), len(self.claims)


def _read_as_header(record: "Record", mapping: "Mapping[str, str]") -> _Reading:
    titles = tuple(" ".join(clean(cell or "").split()) for cell in record.cells)
    mapped = {squash(column): name for column, name in mapping.items()}
    claims: dict[str, tuple[int, ...]] = {}
    for position, title in enumerate(titles):
        name = mapped[squash(title)] if squash(title) in mapped else _unmapped_field(title, mapped)
        if title and name:
            claims[name] = (*claims.get(name, ()), position)
    return _Reading(record, titles, claims)


def _unmapped_field(title: str, mapped: "Mapping[str, str]") -> str | None:
    name = _field(title)
    return None if name in mapped.values() else name


def header_fit(records: "Iterable[Record]", mapping: "Mapping[str, str]") -> tuple[int, int]:
    """Return how well the best of the first rows reads as a header: (required fields, fields) found."""
    readings = [_read_as_header(record, mapping) for record in islice(records, HEADER_ROWS)]
    return max((reading.fit for reading in readings), default=(0, 0))


def find_header(
    table: "Table", mapping: "Mapping[str, str]"
) -> "tuple[Header, Iterator[Record], tuple[str, ...]]":
    """Return the header, the records below it, and remarks.

    Raises InventoryError when no row of the first 20 reads as a header, a required column is missing,
    two columns claim one field, or `mapping` names a field or a column that does not exist;
    NothingToAudit when the table is empty.
    """
    _check_fields(mapping)
    first = list(islice(table.records, HEADER_ROWS))
    if not first:
        raise NothingToAudit(f"{_where(table)}: there is nothing in it", "fill in one row per account")
    readings = [_read_as_header(record, mapping) for record in first]
    best = max(readings, key=lambda reading: reading.fit)
    _check_found(table, best, mapping)
    header = _header(best)
    below = first[readings.index(best) + 1 :]
    return header, chain(below, table.records), _remarks(readings.index(best), header)


def _header(reading: _Reading) -> Header:
    positions = {name: claimed[0] for name, claimed in reading.claims.items()}
    used = set(positions.values())
    ignored = tuple(t for i, t in enumerate(reading.titles) if t and i not in used)
    titles = {name: reading.titles[position] for name, position in positions.items()}
    return Header(reading.record.row, positions, titles, ignored, len(reading.titles))


def _remarks(titles_above: int, header: Header) -> tuple[str, ...]:
    remarks = []
    if titles_above:
        remarks.append(f"the header is row {header.row}; filled rows above it, passed over: {titles_above}")
    if header.ignored:
        remarks.append(
            f"columns that mean nothing here were ignored: {listed(header.ignored, _NAMED_AT_MOST)}"
        )
    return tuple(remarks)


def _check_fields(mapping: "Mapping[str, str]") -> None:
    unknown = [name for name in mapping.values() if name and name not in FIELDS]
    if unknown:
        raise InventoryError(
            f"--map: there is no field {listed(unknown)}", f"the fields are {', '.join(FIELDS)}"
        )


def _check_found(table: "Table", best: _Reading, mapping: "Mapping[str, str]") -> None:
    if not best.claims:
        raise InventoryError(
            f"{_where(table)}: no header found in the first {HEADER_ROWS} filled rows",
            "write a row with the column names above the accounts, at least Account and Environment",
        )
    _check_required(table, best)
    _check_mapped(table, best, mapping)
    _check_unambiguous(table, best)


def _check_required(table: "Table", best: _Reading) -> None:
    missing = [name for name in REQUIRED if name not in best.claims]
    if missing:
        raise InventoryError(
            f"{_where(table)}, row {best.record.row}: no column for {' and '.join(missing)}{_seen(best)}",
            f'rename the column, or say which it is: --map "Column={missing[0]}"',
        )


def _seen(best: _Reading) -> str:
    # One hit alone may be a data row of a file without a header: its cells, a password maybe, stay unsaid.
    if len(best.claims) < len(REQUIRED):
        return ""
    return f"; the columns are {listed([t for t in best.titles if t], _NAMED_AT_MOST)}"


def _check_mapped(table: "Table", best: _Reading, mapping: "Mapping[str, str]") -> None:
    present = {squash(title) for title in best.titles}
    absent = [column for column in mapping if squash(column) not in present]
    if absent:
        raise InventoryError(
            f"--map: {_where(table)} has no column {listed(absent)}{_seen(best)}",
            "give the column's header as it stands in the file",
        )


def _check_unambiguous(table: "Table", best: _Reading) -> None:
    for name, claimed in best.claims.items():
        if len(claimed) > 1:
            titles = [best.titles[position] for position in claimed]
            raise InventoryError(
                f"{_where(table)}, row {best.record.row}: columns {listed(titles)} all mean {name}",
                f'say which one it is: --map "{titles[0]}={name}"; --map "Column=" ignores a column',
            )


def _where(table: "Table") -> str:
    return f"{table.file}, sheet {table.sheet}" if table.sheet else table.file
