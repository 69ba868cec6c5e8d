"""What every probe has: the door, a clock, a vantage - and the way evidence is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.model import Answer, Detail, NotObserved, Observed, Question, Subject, Vantage, Why
from auditor.network import Door


@dataclass(frozen=True, slots=True)
class Outlook:
    """From where and through what a probe looks; `now` returns the time in UTC."""

    door: Door
    vantage: Vantage
    now: Callable[[], datetime]

    def saw(
        self,
        subject: Subject,
        question: Question,
        answer: Answer,
        details: Mapping[str, Detail] | None = None,
    ) -> Observed:
        """Return evidence of an answer, stamped with time and vantage."""
        return Observed(subject, question, self.now(), answer.host, self.vantage, answer, details or {})

    def could_not_look(self, subject: Subject, question: Question, why: Why, detail: str = "") -> NotObserved:
        """Return the reason for not asking, stamped with time and vantage."""
        return NotObserved(subject, question, self.now(), why, detail, self.vantage)
