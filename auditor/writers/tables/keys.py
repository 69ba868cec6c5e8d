"""The table that nobody sees: which run wrote the workbook, and what each finding's row said when it did.

Whoever reads an edited workbook back knows by it which rows were there, and which facts in them were changed.
"""

from typing import TYPE_CHECKING, NamedTuple

from auditor.writers.tables.content import Columns, Content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditor.model import RunInfo

TABLE = "keys"
FORMAT = "1"
COLUMN = "column "
"""Stands before a column's name, in a record that says which header the findings have there."""


class Kept(NamedTuple):
    """A finding's key with the checksum of its facts, or something said of the whole workbook by its name."""

    name: str
    value: str


def head(run: "RunInfo", headers: "Mapping[str, str]", facts: "Sequence[str]") -> "Iterator[Kept]":
    """Yield what is said of the workbook: its run, the header of each of our columns of findings by its name.

    `facts` are the names of the columns that a checksum is over, in their order.
    """
    yield Kept("format", FORMAT)
    yield Kept("run", run.id)
    yield Kept("tool", run.tool_version)
    yield Kept("started", run.started.isoformat())
    for name, header in headers.items():
        yield Kept(f"{COLUMN}{name}", header)
    yield Kept("facts", "\n".join(facts))


COLUMNS: Columns[Kept] = {
    "name": lambda kept: Content(kept.name),
    "value": lambda kept: Content(kept.value),
}
