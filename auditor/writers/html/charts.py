"""The charts: horizontal bars of numbers that stand beside them, as shares of the longest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.writers.counts import Count

_STEP = 40  # pixels from one bar to the next: a line of text and the bar below it


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, number and look, its share of the width in percent, and the top of it in pixels."""

    label: str
    number: int
    look: str
    share: float
    top: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars under a heading; `height` in pixels."""

    id: str
    heading: str
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        """Return how high it is."""
        return _STEP * len(self.bars)


def chart_of(name: str, heading: str, counts: "Iterable[Count]") -> Chart:
    """Return the numbers as bars, in their order; one that is not zero is always to be seen."""
    lines = tuple(counts)
    most = max((line.number for line in lines), default=0) or 1
    bars = (
        Bar(line.label, line.number, line.look, round(100 * line.number / most, 2), _STEP * number)
        for number, line in enumerate(lines)
    )
    return Chart(name, heading, tuple(bars))
