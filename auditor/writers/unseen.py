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
        self._first: dict[tuple[Question, Why], int] = {}

    def add(self, result: "CaseResult", record: int = 0) -> None:
        """Count what nobody could ask of a case, reasons by design aside.

        `record` is where the first of it will stand on the table of what was not audited.
        """
        if result.not_audited:
            return
        gaps = (item for item in result.evidence if isinstance(item, NotObserved) and item.why not in NO_GAP)
        for at, item in enumerate(gaps, record):
            self._counts[item.question, item.why] += 1
            self._first.setdefault((item.question, item.why), at)

    def lines(self) -> "list[tuple[Question, Why, int]]":
        """Return each question and reason with its cases, the most frequent first."""
        return [(question, why, cases) for (question, why), cases in self._counts.most_common()]

    def first(self, question: "Question", why: "Why") -> int:
        """Return the record of the first case of a question and reason."""
        return self._first[question, why]
