"""A cell before any format: its value, what it signals, and where it leads."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from datetime import date, datetime

    from auditor.model import Axis, CaseResult, Verdict

E = TypeVar("E")
_LONG_REASON = 80  # letters


class Place(NamedTuple):
    """A record of a table: the table's name and the record's number, 0 first."""

    table: str
    record: int


class Line(NamedTuple):
    """A record of a table that is put in order when it is complete: its number as it came, 0 first.

    `words` is what a reader sees, with {} for the record's final number, 1 first; without words it is that
    number alone, to be counted by.
    """

    table: str
    line: int
    words: str


class Formula(NamedTuple):
    """What a spreadsheet reckons: its formula without the sign before it, and what comes of it now."""

    text: str
    now: "str | int"


Value: TypeAlias = "str | int | float | bool | date | datetime | Line | Formula"
"""What a cell holds: numbers, days and times as such, so that they can be reckoned with."""


class Content(NamedTuple):
    """What a cell holds.

    `tone` names what it signals (`severity:high`, `path:ready`, "" for nothing); `link` is a URL, a place in
    the same report, or "".
    """

    value: Value
    tone: str = ""
    link: "str | Place | Line" = ""


NOT_AUDITED = Content("not audited", "gap:skipped")
"""What is said of a case that nobody looked at: never that nothing was found."""

Columns: TypeAlias = Mapping[str, Callable[[E], Content]]


def verdict_content(result: "CaseResult", axis: "Axis") -> Content:
    """Return a verdict as it is read: value, why in brackets, how sure unless certain, seen from where."""
    verdict = result.verdicts.get(axis)
    if verdict is None:
        return NOT_AUDITED
    return Content(_spoken(verdict), f"{axis}:{verdict.value}")


def _spoken(verdict: "Verdict") -> str:
    sure = "" if verdict.confidence == "certain" else f" [{verdict.confidence}]"
    seen = f", seen from {verdict.vantage}" if verdict.vantage else ""
    why = f" ({_first(verdict.why)})" if verdict.why else ""
    return f"{verdict.value}{why}{sure}{seen}"


def _first(why: str) -> str:
    """Return the first of many reasons and how many more there are: a verdict is no list."""
    first, *others = why.split("; ")
    return f"{first}; and {len(others)} more" if others and len(why) > _LONG_REASON else why


def numbered(steps: tuple[str, ...]) -> str:
    """Return steps as numbered lines; a single one stands without its number."""
    if len(steps) == 1:
        return steps[0]
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
