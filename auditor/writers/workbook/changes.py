"""The sheet of changes: there is one where an earlier run or an earlier workbook was named."""

from typing import TYPE_CHECKING

from auditor.writers.tables import changes
from auditor.writers.tables.change_rows import ChangeRows
from auditor.writers.workbook.sheet import RecordSheet

if TYPE_CHECKING:
    from auditor.model import CaseResult, Comparison, FollowUp
    from auditor.writers.tables.kept_changes import KeptChanges
    from auditor.writers.workbook.sheet import Book


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
        self._rows = ChangeRows(kept, comparison, follow_up)

    def take(self, result: "CaseResult", account: int, first: int) -> None:
        """Take a case in: its row on the sheet of accounts, and that of its first finding."""
        self._rows.take(result, account, first)

    def close(self) -> None:
        """Write everything, and finish the sheet; to be called when all results were read."""
        for entry in self._rows.entries():
            self._sheet.add(entry)
        self._sheet.close()
