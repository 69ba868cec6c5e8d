"""The numbers of the summary as small tables, each scale in the order of the layout."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from auditor.model import Axis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model import Comparison, Summary
    from auditor.writers.layout import Layout

S = TypeVar("S", bound=str)


@dataclass(frozen=True, slots=True)
class Count:
    """One line: a label, its number, and the look of the label."""

    label: str
    number: int
    look: str


@dataclass(frozen=True, slots=True)
class CountTable:
    """A heading and its lines."""

    heading: str
    lines: tuple[Count, ...]


def axis_table(layout: "Layout", axis: Axis, summary: "Summary") -> CountTable:
    """Return the cases per value of one verdict."""
    return scale_table(layout, axis.value, summary.verdicts.get(axis, {}))


def scale_table(layout: "Layout", scale: str, counts: "Mapping[S, int]") -> CountTable:
    """Return a scale's values in the layout's order, values the layout does not know after them."""
    tones = layout.tones.get(scale, {})
    given = {str(value): number for value, number in counts.items()}
    values = [*tones, *(value for value in given if value not in tones)]
    lines = (Count(value, given.get(value, 0), tones.get(value, "body")) for value in values)
    return CountTable(layout.summary.headings[scale], tuple(lines))


def coverage_table(layout: "Layout", summary: "Summary") -> CountTable:
    """Return how much of the inventory was audited."""
    numbers = {
        "accounts": summary.accounts,
        "cases": summary.cases,
        "skipped": summary.skipped,
        "invalid": summary.invalid,
        "unanswered": summary.unanswered,
    }
    lines = (Count(layout.summary.counts[name], number, "body") for name, number in numbers.items())
    return CountTable(layout.summary.headings["coverage"], tuple(lines))


def change_table(layout: "Layout", comparison: "Comparison") -> CountTable:
    """Return what became of findings since an earlier run."""
    table = scale_table(layout, "changes", comparison.counts)
    return CountTable(table.heading.format(run=comparison.name), table.lines)


def tiles(layout: "Layout", summary: "Summary") -> tuple[Count, ...]:
    """Return the four numbers that a reader looks for first."""
    paths = summary.verdicts.get(Axis.PATH, {})
    ready, open_questions = paths.get("ready", 0), paths.get("could not tell", 0)
    work = sum(paths.values()) - ready - open_questions
    labels = layout.summary.counts
    return (
        Count(labels["judged"], sum(paths.values()), "tile"),
        Count(labels["ready"], ready, "tile_good"),
        Count(labels["work"], work, "tile_act"),
        Count(labels["open"], open_questions, "tile_open"),
    )
