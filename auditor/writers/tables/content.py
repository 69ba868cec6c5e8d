"""A cell before any format: its value, what it signals, and where it leads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.model import CaseResult, Verdict

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Place:
    """A record of a table: the table's name and the record's number, 0 first."""

    table: str
    record: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a cell holds.

    `tone` names what it signals (`severity:high`, `path:ready`, "" for nothing); `link` is a URL, a place in
    the same report, or "".
    """

    value: "str | int | datetime"
    tone: str = ""
    link: "str | Place" = ""


Columns: TypeAlias = Mapping[str, Callable[[E], Content]]


def verdict_content(result: "CaseResult", axis: str) -> Content:
    """Return a verdict as it is read: value, why in brackets, how sure unless certain, seen from where."""
    verdict = next((found for name, found in result.verdicts.items() if name == axis), None)
    if verdict is None:
        return Content("not audited", "gap:skipped")
    return Content(_spoken(verdict), f"{axis}:{verdict.value}")


def _spoken(verdict: "Verdict") -> str:
    sure = "" if verdict.confidence == "certain" else f" [{verdict.confidence}]"
    seen = f", seen from {verdict.vantage}" if verdict.vantage else ""
    return f"{verdict}{sure}{seen}"


def numbered(steps: tuple[str, ...]) -> str:
    """Return steps as numbered lines; a single one stands without its number."""
    if len(steps) == 1:
        return steps[0]
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
