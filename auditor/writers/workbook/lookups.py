"""Formulas that look up in the sheet of findings how far the work is, each with what comes of it now.

They use nothing but COUNTIFS and IFERROR, over ranges that neither sorting nor a continued sheet escapes.
Fixes are counted in a hidden column of plain numbers: LibreOffice takes a millisecond to compare a link.
"""

from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from auditor.model import Status
from auditor.writers.tables import findings, todo
from auditor.writers.tables.content import Formula
from auditor.writers.workbook.sheet import page_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.writers.layout import SheetLayout
    from auditor.writers.tables.todo import TodoEntry
    from auditor.writers.workbook.sheet import Limits

_MOST_CELLS = 20_000_000
_MOST_FORMULAS = 500
_PARTS = 3  # ranges that the formula of one fix reads


class Lookups:
    """The formulas over so many findings, written under a layout and limits."""

    def __init__(self, layout: "SheetLayout", limits: "Limits", count: int) -> None:
        self._layout, self._limits, self._count = layout, limits, count
        keys = [column.key for column in layout.columns]
        self._status, self._fix = (
            get_column_letter(keys.index(key) + 1) for key in (findings.WORK[0], "counted")
        )

    @property
    def affordable(self) -> int:
        """Return how many fixes may look up their progress, so that a change of one word stays quick."""
        return min(_MOST_FORMULAS, _MOST_CELLS // max(1, self._count * _PARTS))

    def of_status(self, status: Status, now: int) -> "Formula | int":
        """Return how many findings have a status; the number alone where there are no findings."""
        return Formula(self._counted(status=status), now) if self._count else now

    def of_all(self, words: str, done: int, of: int) -> "Formula | str":
        """Return how many of all findings are done, in words; these alone where there are no findings."""
        now = words.format(done=done, of=of)
        if not self._count:
            return now
        return Formula(_joined(words, self._counted(status=Status.DONE), f'"{of}"'), now)

    def of_fix(self, entry: "TodoEntry") -> Formula:
        """Return how many findings of a fix are done, in words."""
        done, of = self._counted(entry.number, Status.DONE), self._counted(entry.number)
        text = _joined(entry.texts.progress, done, of)
        return Formula(f'IFERROR({text},"")', todo.progress(entry))

    def _counted(self, fix: int | None = None, status: str = "") -> str:
        """Return the formula that counts the findings of a fix, of a status, or of both."""
        parts = []
        for sheet, last in self._pages():
            asked = ((self._fix, str(fix or "")), (self._status, f'"{status}"' if status else ""))
            told = (f"{sheet}!${letter}$2:${letter}${last},{value}" for letter, value in asked if value)
            parts.append(f"COUNTIFS({','.join(told)})")
        return parts[0] if len(parts) == 1 else f"({'+'.join(parts)})"

    def _pages(self) -> "Iterator[tuple[str, int]]":
        last_page, last_row = self._limits.page_and_row(max(self._count - 1, 0))
        for page in range(last_page + 1):
            yield (
                f"'{page_title(self._layout.title, page)}'",
                last_row if page == last_page else self._limits.rows,
            )


def _joined(words: str, done: str, of: str) -> str:
    """Return words as a formula, with formulas in the places of their numbers."""
    said = words.format(done=f'"&{done}&"', of=f'"&{of}&"')
    return f'"{said}"'.removeprefix('""&').removesuffix('&""')
