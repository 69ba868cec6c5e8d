"""The sheets of what each desk has to do; a desk without work has none."""

from typing import TYPE_CHECKING

from auditor.model import Desk
from auditor.writers.tables import fixes, todo
from auditor.writers.tables.content import Content
from auditor.writers.workbook.sheet import RecordSheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.writers.tables.content import Columns
    from auditor.writers.tables.fix_book import FixBook
    from auditor.writers.tables.todo import TodoEntry
    from auditor.writers.texts import Texts
    from auditor.writers.workbook.lookups import Lookups
    from auditor.writers.workbook.sheet import Book


def write_desks(book: "Book", work: "FixBook", texts: "Texts", lookups: "Lookups") -> None:
    """Write a sheet for each desk that has something to do, before the sheet of all fixes."""
    busy = {desk: count for desk in Desk if (count := work.busy(desk)[0])}
    for desk, share in shares(busy, lookups.affordable).items():
        begun = len(book.workbook.worksheets)
        sheet = RecordSheet(book, todo.table_of(desk), _live(lookups, share))
        for number, line in work.todo(desk):
            sheet.add(todo.TodoEntry(number, line, texts))
        sheet.close()
        _to_its_place(book, begun)


def shares(lines: "Mapping[Desk, int]", affordable: int) -> "dict[Desk, int]":
    """Return how many of each desk's lines look up their progress: all alike, where all can not be had."""
    found: dict[Desk, int] = {}
    for desks, desk in zip(range(len(lines), 0, -1), sorted(lines, key=lines.__getitem__), strict=True):
        found[desk] = min(lines[desk], (affordable - sum(found.values())) // desks)
    return {desk: found[desk] for desk in lines}


def _live(lookups: "Lookups", share: int) -> "Columns[TodoEntry]":
    """Return the columns with the progress looked up in the first lines, so many of them."""
    left = iter(range(share))

    def status(entry: "TodoEntry") -> Content:
        live = next(left, None) is not None
        return Content(lookups.of_fix(entry) if live else todo.progress(entry, entry.texts.progress_then))

    return {**todo.COLUMNS, "status": status}


def _to_its_place(book: "Book", begun: int) -> None:
    """Move the sheets from this number on before the sheet of all fixes."""
    workbook = book.workbook
    for sheet in workbook.worksheets[begun:]:
        before = workbook[book.layout.sheets[fixes.TABLE].title]
        workbook.move_sheet(sheet, workbook.index(before) - workbook.index(sheet))
