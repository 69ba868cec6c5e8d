"""The sheet that nobody sees: what a reader of the edited workbook recognises run, rows and facts by."""

from typing import TYPE_CHECKING

from auditor.model import facts_checksum
from auditor.writers.tables import findings, keys
from auditor.writers.workbook.cell_text import cell_text
from auditor.writers.workbook.sheet import RecordSheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.model import RunInfo
    from auditor.writers.tables.content import Content
    from auditor.writers.workbook.layout import SheetLayout
    from auditor.writers.workbook.sheet import Book


class KeySheet:
    """Says how the sheet of findings was laid out, then for each of its rows the key and a checksum."""

    def __init__(self, book: "Book", run: "RunInfo", layout: "SheetLayout") -> None:
        """Begin the sheet; `layout` is that of the findings with everybody's own columns."""
        self._sheet = RecordSheet(book, keys.TABLE, keys.COLUMNS)
        ours = {column.key: column.header for column in layout.columns if column.key in findings.COLUMNS}
        facts = [key for key in ours if key not in findings.NO_FACTS]
        self._facts = [at for at, column in enumerate(layout.columns) if column.key in facts]
        for kept in keys.head(run, ours, facts):
            self._sheet.add(kept)

    def add(self, key: str, cells: "Sequence[Content]") -> None:
        """Take down what a row of the findings says, given all its cells."""
        told = (cells[at] for at in self._facts)
        self._sheet.add(keys.Kept(key, facts_checksum(cell_text(str(cell.value)) for cell in told)))

    def close(self) -> None:
        """Finish the sheet."""
        self._sheet.close()
