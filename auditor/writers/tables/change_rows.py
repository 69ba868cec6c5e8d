"""The rows of the table of changes: gathered while cases pass, put in order when all are known."""

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import CaseKey, Changed, ChangeKind
from auditor.writers.tables.changes import ChangeEntry, changes_of, digest_of, weight
from auditor.writers.tables.kept_changes import KeptChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import CaseResult, Comparison, FollowUp, Tracked
    from auditor.writers.tables.kept_changes import KeptChanges

_GONE = frozenset({ChangeKind.FIXED, ChangeKind.UNTOLD})
_NO_CASE = CaseKey("", "", "")


class ChangeRows:
    """What became of findings since an earlier run, an earlier workbook, or both."""

    def __init__(
        self, kept: "KeptChanges", comparison: "Comparison | None", follow_up: "FollowUp | None"
    ) -> None:
        self._kept, self._comparison, self._follow_up = kept, comparison, follow_up

    def take(self, result: "CaseResult", account: int, first: int) -> None:
        """Take a case in: its row among the accounts, and that of its first finding."""
        for change in changes_of(result, self._comparison, first):
            self._kept.keep(KeptChange(change, account), weight(change))

    def entries(self) -> "Iterator[ChangeEntry]":
        """Yield everything in order; to be asked for once, when all results were read."""
        for change in self._comparison.missing() if self._comparison else ():
            self._kept.keep(KeptChange(change, None), weight(change))
        words = self._left()
        for change, account in self._kept:
            found = words.get(digest_of(change)) if change.kind in _GONE else change.tracked
            yield ChangeEntry(replace(change, tracked=found), account)
        unchanged = self._comparison.counts.get(ChangeKind.UNCHANGED, 0) if self._comparison else 0
        if unchanged:
            said = "1 finding is as it was" if unchanged == 1 else f"{unchanged:,} findings are as they were"
            yield ChangeEntry(Changed(ChangeKind.UNCHANGED, _NO_CASE, "", "", said, "", ""))

    def _left(self) -> "dict[str, Tracked]":
        """Return what people wrote about findings that are no more, by their keys."""
        if self._follow_up is None:
            return {}
        return {left.key: left.tracked for left in self._follow_up.left() if left.key}
