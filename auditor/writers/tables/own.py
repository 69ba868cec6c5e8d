"""The columns that people added to the findings: their headers and values come from outside."""

from functools import partial
from typing import TYPE_CHECKING

from auditor.writers.tables.content import Columns, Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.writers.tables.findings import FindingEntry

_LONGEST = 240  # of 255 that the column of a table may have: room for a number


def own_headers(given: "Sequence[str]", taken: "Iterable[str]") -> tuple[str, ...]:
    """Return the headers on one line each, none empty, none like another one or one that is taken.

    They differ in more than upper and lower case, as the columns of a table have to.
    """
    used = {header.casefold() for header in taken}
    found: list[str] = []
    for number, header in enumerate(given, 1):
        base = " ".join(header.split())[:_LONGEST].strip() or f"Column {number}"
        name, again = base, 1
        while name.casefold() in used:
            again += 1
            name = f"{base} ({again})"
        used.add(name.casefold())
        found.append(name)
    return tuple(found)


def own_key(number: int) -> str:
    """Return the name of the column with this number, 0 first."""
    return f"own:{number}"


def own_columns(count: int) -> "Columns[FindingEntry]":
    """Return so many columns, in the order of `Tracked.own`."""
    return {own_key(number): partial(_own, number=number) for number in range(count)}


def _own(entry: "FindingEntry", number: int) -> Content:
    tracked = entry.finding.tracked
    value = tracked.own[number] if tracked and number < len(tracked.own) else None
    return Content("" if value is None else value)
