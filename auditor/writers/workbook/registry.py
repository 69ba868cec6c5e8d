"""The sheet that nobody sees: what a reader of the edited workbook recognises run, rows and facts by."""

from typing import TYPE_CHECKING

from auditor.model import ColumnUse, FindingName, RegistryColumn, RegistryRow, registry_head, registry_row
from auditor.spreadsheets.cell_text import cell_text
from auditor.writers.tables import findings, registry
from auditor.writers.workbook.sheet import RecordSheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.model import RunInfo
    from auditor.writers.layout import SheetLayout
    from auditor.writers.tables.content import Content
    from auditor.writers.tables.findings import FindingEntry
    from auditor.writers.workbook.sheet import Book


class RegistrySheet:
    """Says how the sheet of findings is laid out, then for each of its rows the key and checksums."""

    def __init__(self, book: "Book", run: "RunInfo", layout: "SheetLayout") -> None:
        """Begin the sheet; `layout` is that of the findings with everybody's own columns."""
        self._workbook, self._layout = book.workbook, book.layout
        self._sheet = RecordSheet(book, registry.TABLE, registry.COLUMNS)
        ours = list(_ours(layout))
        facts = {column.key for column in ours if column.use is ColumnUse.FACT}
        self._facts = [at for at, column in enumerate(layout.columns) if column.key in facts]
        for row in registry_head(run, ours):
            self._sheet.add(row)

    def add(self, entry: "FindingEntry", cells: "Sequence[Content]") -> None:
        """Take down what a row of the findings says, given all its cells."""
        case = entry.result.case
        name = (case.account, case.app.title, case.environment, entry.finding.rule)
        facts = [self._written(cells[at]) for at in self._facts]
        self._sheet.add(registry_row(entry.key, facts, FindingName(*map(cell_text, name))))

    def _written(self, cell: "Content") -> str:
        return cell_text(self._layout.worded(str(cell.value), cell.tone))

    def close(self) -> None:
        """Say which sheets are ours, and finish the sheet: all others are there."""
        for title in self._workbook.sheetnames:
            self._sheet.add((RegistryRow.SHEET, title))
        self._sheet.close()


def _ours(layout: "SheetLayout") -> "Iterator[RegistryColumn]":
    """Yield our columns of the findings, left to right, and not those that people added."""
    for column in layout.columns:
        if column.key in findings.COLUMNS:
            fact = ColumnUse.BESIDE if column.key in findings.BESIDE else ColumnUse.FACT
            use = ColumnUse.WORK if column.entry else fact
            yield RegistryColumn(column.key, column.header, use)
