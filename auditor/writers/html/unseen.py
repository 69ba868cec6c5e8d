"""What could not be looked at, counted as results pass."""

from collections import Counter
from typing import TYPE_CHECKING

from auditor.model import NotObserved
from auditor.writers.tables.not_audited import NO_GAP

if TYPE_CHECKING:
    from auditor.model import CaseResult, Question, Why


class Unseen:
    """Questions that nobody could ask, and why, with the number of cases."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Question, Why]] = Counter()

    def add(self, result: "CaseResult") -> None:
        """Count what nobody could ask of a case, reasons by design aside."""
        if not result.not_audited:
            self._counts.update(
                (item.question, item.why)
                for item in result.evidence
                if isinstance(item, NotObserved) and item.why not in NO_GAP
            )

    def lines(self) -> "list[tuple[Question, Why, int]]":
        """Return each question and reason with its cases, the most frequent first."""
        return [(question, why, cases) for (question, why), cases in self._counts.most_common()]
