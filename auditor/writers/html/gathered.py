"""A judged run on its way onto the page: once through the stream, every row on its table."""

from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from auditor.writers.html.table import RecordTable
from auditor.writers.tables import (
    accounts,
    carried,
    changes,
    consent,
    evidence,
    findings,
    fixes,
    glossary,
    not_audited,
    run,
)
from auditor.writers.tables.change_rows import ChangeRows
from auditor.writers.tables.content import Content
from auditor.writers.tables.entries import Entries
from auditor.writers.tables.kept import KeptFixes
from auditor.writers.tables.kept_changes import KeptChanges
from auditor.writers.tables.own import own_columns
from auditor.writers.texts import load_glossary
from auditor.writers.unseen import Unseen

if TYPE_CHECKING:
    from types import TracebackType

    from auditor.model import Audit, Desk, Lane
    from auditor.writers.html.design import Design
    from auditor.writers.interface import Terms
    from auditor.writers.tables.content import Columns
    from auditor.writers.tables.fix_book import FixBook
    from auditor.writers.tables.fixes import FixEntry

_PASSING: "dict[str, Columns[Any]]" = {
    accounts.TABLE: accounts.COLUMNS,
    findings.TABLE: findings.COLUMNS,
    consent.TABLE: consent.COLUMNS,
    evidence.TABLE: evidence.COLUMNS,
    not_audited.TABLE: not_audited.COLUMNS,
}


class Gathered:
    """The tables, what comes first, and what nobody saw; used as a context, for rows wait on disk."""

    def __init__(self, design: "Design", terms: "Terms") -> None:
        self.unseen = Unseen()
        self.lanes: Counter[Lane] = Counter()
        self._design = design
        self._terms = terms
        self._open = ExitStack()
        self._entries = Entries(design.texts, self._open.enter_context(KeptFixes()))
        self._changes = self._changed()
        own = len(design.own or ())
        passing = {**_PASSING, findings.TABLE: {**findings.COLUMNS, **own_columns(own)}}
        self.tables = {name: self._table(name, columns) for name, columns in passing.items()}
        self.ends = {
            changes.TABLE: self._table(changes.TABLE, changes.COLUMNS),
            carried.TABLE: self._table(carried.TABLE, {**carried.COLUMNS, **carried.own_of_left(own)}),
            run.TABLE: self._table(run.TABLE, run.COLUMNS),
            glossary.TABLE: self._table(glossary.TABLE, glossary.COLUMNS),
        }
        self.fixes: dict[Desk, RecordTable] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        """Let go of all rows."""
        self._open.close()

    def take(self, audit: "Audit") -> "FixBook":
        """Read the whole audit; returns the fixes in order."""
        for result in audit.results():
            self.lanes.update(found.lane for found in result.findings if found.waived is None)
            self.unseen.add(result)
            if self._changes:
                count = self._entries.count
                self._changes.take(result, count[accounts.TABLE], count[findings.TABLE])
            for table, entry in self._entries.of_case(result):
                self.tables[table].add(entry)
        for table, entry in self._entries.of_rows(audit):
            self.tables[table].add(entry)
        self._end(audit)
        book = self._entries.book()
        self._take_fixes(book)
        return book

    @property
    def idle(self) -> frozenset[str]:
        """Return the tables that a run without anything earlier beside it has not."""
        named = {changes.TABLE: self._changes, carried.TABLE: self._terms.follow_up}
        return frozenset(name for name, given in named.items() if given is None)

    def _changed(self) -> ChangeRows | None:
        comparison, follow_up = self._terms.comparison, self._terms.follow_up
        if comparison is None and follow_up is None:
            return None
        return ChangeRows(self._open.enter_context(KeptChanges()), comparison, follow_up)

    def _end(self, audit: "Audit") -> None:
        """Take in what is known when all results were read."""
        for change in self._changes.entries() if self._changes else ():
            self.ends[changes.TABLE].add(change)
        for left in self._terms.follow_up.left() if self._terms.follow_up else ():
            self.ends[carried.TABLE].add(left)
        for line in run.lines(audit, self._terms, self._design.texts.run):
            self.ends[run.TABLE].add(line)
        for term in load_glossary():
            self.ends[glossary.TABLE].add(term)

    def _take_fixes(self, book: "FixBook") -> None:
        for number, line in enumerate(book.lines(), 1):
            desk = line.fix.desk
            if desk not in self.fixes:
                heading = self._design.page.words.fixes_of.format(desk=self._design.texts.desks[desk])
                self.fixes[desk] = self._table(fixes.TABLE, {**fixes.COLUMNS, "findings": _answered}, heading)
            self.fixes[desk].add(fixes.FixEntry(number, line, self._design.texts), number - 1)

    def _table(self, name: str, columns: "Columns[Any]", heading: str = "") -> RecordTable:
        table = RecordTable(self._design, name, columns, heading)
        self._open.callback(table.close)
        return table


def _answered(entry: "FixEntry") -> Content:
    """Return the findings that a fix answers; they lead back to the first of them."""
    return fixes.COLUMNS["findings"](entry)._replace(link=entry.line.task or "")
