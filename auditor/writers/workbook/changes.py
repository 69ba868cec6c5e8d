"""The sheet of changes: there is one where an earlier run or an earlier workbook was named."""

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import CaseKey, Changed, ChangeKind
from auditor.writers.tables import changes
from auditor.writers.tables.kept_changes import KeptChange
from auditor.writers.workbook.sheet import RecordSheet

if TYPE_CHECKING:
    from auditor.model import CaseResult, Comparison, FollowUp, Tracked
    from auditor.writers.tables.kept_changes import KeptChanges
    from auditor.writers.workbook.sheet import Book

_GONE = frozenset({ChangeKind.FIXED, ChangeKind.UNTOLD})
_NO_CASE = CaseKey("", "", "")


class ChangesSheet:
    """Takes cases in as they pass and writes what became of their findings when all are known."""

    def __init__(
        self,
        book: "Book",
        kept: "KeptChanges",
        comparison: "Comparison | None",
        follow_up: "FollowUp | None",
    ) -> None:
        self._sheet = RecordSheet(book, changes.TABLE, changes.COLUMNS)
        self._kept, self._comparison, self._follow_up = kept, comparison, follow_up

    def take(self, result: "CaseResult", account: int, first: int) -> None:
        """Take a case in: its row on the sheet of accounts, and that of its first finding."""
        for change in changes.changes_of(result, self._comparison, first):
            self._kept.keep(KeptChange(change, account), changes.weight(change))

    def close(self) -> None:
        """Write everything, and finish the sheet; to be called when all results were read."""
        for change in self._comparison.missing() if self._comparison else ():
            self._kept.keep(KeptChange(change, None), changes.weight(change))
        words = self._left()
        for change, account in self._kept:
            found = words.get(changes.digest_of(change)) if change.kind in _GONE else change.tracked
            self._sheet.add(changes.ChangeEntry(replace(change, tracked=found), account))
        unchanged = self._comparison.counts.get(ChangeKind.UNCHANGED, 0) if self._comparison else 0
        if unchanged:
            said = "1 finding is as it was" if unchanged == 1 else f"{unchanged:,} findings are as they were"
            line = Changed(ChangeKind.UNCHANGED, _NO_CASE, "", "", said, "", "")
            self._sheet.add(changes.ChangeEntry(line, None))
        self._sheet.close()

    def _left(self) -> "dict[str, Tracked]":
        """Return what people wrote about findings that are no more, by their keys."""
        if self._follow_up is None:
            return {}
        return {left.key: left.tracked for left in self._follow_up.left() if left.key}
