"""Where observations stand that several cases share."""

from array import array
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model import Observed, Question, Subject

_NOWHERE = 0


class SharedPlaces:
    """The records of shared evidence. What there is of every account is kept in four bytes for each."""

    def __init__(self) -> None:
        self._others: dict[tuple[Subject, Question], int] = {}
        self._accounts: defaultdict[Question, array[int]] = defaultdict(lambda: array("I"))

    def record(self, item: "Observed", number: int) -> int | None:
        """Return where an observation stands, None where it has to be written; `number` is the account's."""
        if item.subject.kind == "account":
            records = self._accounts[item.question]
            found = records[number] if number < len(records) else _NOWHERE
            return None if found == _NOWHERE else found - 1
        return self._others.get((item.subject, item.question))

    def stands(self, item: "Observed", number: int, record: int) -> None:
        """Take down where an observation stands; one of a case is shared with nobody."""
        if item.subject.kind == "account":
            records = self._accounts[item.question]
            records.extend([_NOWHERE] * (number + 1 - len(records)))
            records[number] = record + 1
        elif item.subject.kind != "case":
            self._others[item.subject, item.question] = record
