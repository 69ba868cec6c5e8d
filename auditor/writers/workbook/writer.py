"""Fills the workbook from a judged run: once through the stream, never a list of results."""

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from openpyxl import Workbook

from auditor.atomic import replacing
from auditor.model import Brand, Status
from auditor.writers.consent_texts import load_consent_texts
from auditor.writers.layout import load_layout
from auditor.writers.tables import (
    accounts,
    carried,
    consent,
    evidence,
    findings,
    fixes,
    glossary,
    not_audited,
    run,
)
from auditor.writers.tables.entries import Entries
from auditor.writers.tables.kept import KeptFixes
from auditor.writers.tables.kept_changes import KeptChanges
from auditor.writers.tables.own import own_columns, own_headers, own_key
from auditor.writers.texts import load_texts
from auditor.writers.unseen import Unseen
from auditor.writers.workbook.changes import ChangesSheet
from auditor.writers.workbook.desks import write_desks
from auditor.writers.workbook.lookups import Lookups
from auditor.writers.workbook.markup import settled
from auditor.writers.workbook.parts import save
from auditor.writers.workbook.registry import RegistrySheet
from auditor.writers.workbook.sheet import Book, Limits, RecordSheet
from auditor.writers.workbook.styles import Styles, measure_by
from auditor.writers.workbook.summary import SummarySheet, Told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from auditor.model import Audit, CaseResult, Left, RunInfo
    from auditor.writers.interface import Terms
    from auditor.writers.layout import SheetLayout
    from auditor.writers.tables.fix_book import FixBook
    from auditor.writers.texts import SummaryTexts, Texts


_TABS = 850  # thousandths of a window's width for the names of the sheets, the rest for its scroll bar


class WorkbookWriter:
    """Writes the workbook under terms, or none; `limits` are Excel's, smaller only in tests."""

    suffix = ".xlsx"

    def __init__(
        self,
        terms: "Terms | None" = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self._terms, self._limits = terms, limits

    def write(self, audit: "Audit", target: "Path") -> None:
        """Write the audit; raises ReportError for the target, RulesError for the layout."""
        brand = self._terms.brand if self._terms else Brand()
        layout, texts = load_layout().branded(brand.accent), load_texts()
        footer = texts.footer_simulated if audit.run.simulated else texts.footer
        with replacing(target) as stream, KeptFixes() as kept, KeptChanges() as changed:
            workbook = _new_workbook(audit.run, texts.summary, brand)
            measure_by(workbook, layout)
            book = Book(workbook, Styles(layout), self._limits, footer)
            with closing(book):
                pages = _Pages(book, texts, _Kept(kept, changed), audit.run, self._terms)
                for result in audit.results():
                    pages.case(result)
                todo = pages.finish(audit)
                save(book.workbook, book.parts, stream, lambda xml: settled(xml, todo.place, book.location))


def _new_workbook(run: "RunInfo", texts: "SummaryTexts", brand: Brand) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title = texts.title + (" (simulated)" if run.simulated else "")
    book.properties.creator = brand.company or "auditor"
    book.properties.lastModifiedBy = "auditor"
    book.properties.subject = texts.subtitle
    book.properties.keywords = f"{texts.keywords}, {run.id}"
    book.properties.description = texts.sensitive
    book.views[0].tabRatio = _TABS
    book.calculation.fullCalcOnLoad = False  # what formulas come to is written beside them
    book.properties.created = (run.ended or run.started).replace(tzinfo=None)
    return book


class _Kept(NamedTuple):
    """What waits on disk until it can be put in order."""

    fixes: KeptFixes
    changes: KeptChanges


class _Pages:
    """The sheets of one workbook in reading order."""

    def __init__(
        self, book: Book, texts: "Texts", kept: _Kept, info: "RunInfo", terms: "Terms | None"
    ) -> None:
        self._book, self._texts, self._terms = book, texts, terms
        own = terms.follow_up.own_columns if terms and terms.follow_up else ()
        self._summary = SummarySheet(book, texts, terms.brand if terms else Brand())
        self._unseen, self._statuses = Unseen(), Counter[Status]()
        of_accounts = RecordSheet(book, accounts.TABLE, accounts.COLUMNS)
        self._working = _with_own(book.layout.sheets[findings.TABLE], own, book.layout.work.own_width)
        columns = {**findings.COLUMNS, **own_columns(len(own))}
        self._findings = RecordSheet(book, findings.TABLE, columns, self._working)
        self._changes: ChangesSheet | None = None
        if terms and (terms.comparison or terms.follow_up):
            self._changes = ChangesSheet(book, kept.changes, terms.comparison, terms.follow_up)
        self._carried = _carried(book, own) if terms and terms.follow_up else None
        self._fixes = RecordSheet(book, fixes.TABLE, fixes.COLUMNS)
        self._passing: dict[str, RecordSheet[Any]] = {
            accounts.TABLE: of_accounts,
            findings.TABLE: self._findings,
            consent.TABLE: RecordSheet(book, consent.TABLE, consent.COLUMNS),
            evidence.TABLE: RecordSheet(book, evidence.TABLE, evidence.COLUMNS),
            not_audited.TABLE: RecordSheet(book, not_audited.TABLE, not_audited.COLUMNS),
        }
        self._run = RecordSheet(book, run.TABLE, run.COLUMNS)
        self._glossary = RecordSheet(book, glossary.TABLE, glossary.COLUMNS)
        self._registry = RegistrySheet(book, info, self._working)
        self._consent_texts = load_consent_texts()
        self._entries = Entries(texts, kept.fixes, glossary.places(self._consent_texts))

    def case(self, result: "CaseResult") -> None:
        """Write a case on every sheet that it has something for."""
        self._unseen.add(result, self._passing[not_audited.TABLE].count)
        self._statuses.update(
            found.tracked.status if found.tracked else Status.OPEN for found in result.findings
        )
        if self._changes:
            self._changes.take(result, self._passing[accounts.TABLE].count, self._findings.count)
        for table, entry in self._entries.of_case(result):
            cells = self._passing[table].add(entry)
            if isinstance(entry, findings.FindingEntry):
                self._registry.add(entry, cells)

    def finish(self, audit: "Audit") -> "FixBook":
        """Write what is known only at the end, and close every sheet; returns the fixes in order."""
        for table, entry in self._entries.of_rows(audit):
            self._passing[table].add(entry)
        todo = self._entries.book()
        for number, fix in enumerate(todo.lines(), 1):
            self._fixes.add(fixes.FixEntry(number, fix, self._texts))
        if self._carried and self._terms and self._terms.follow_up:
            for left in self._terms.follow_up.left():
                self._carried.add(left)
            self._carried.close()
        full = {sheet: row for table in self._passing.values() for sheet, row in table.unlinked.items()}
        for line in run.lines(audit, self._terms, self._texts.run, full | self._fixes.unlinked):
            self._run.add(line)
        for term in glossary.terms(self._consent_texts):
            self._glossary.add(term)
        lookups = Lookups(self._working, self._book.limits, self._findings.count)
        write_desks(self._book, todo, self._texts, lookups)
        before = self._terms.comparison if self._terms else None
        self._summary.write(Told(audit, todo, self._unseen, self._statuses, lookups, before))
        if self._changes:
            self._changes.close()
        for sheet in self._passing.values():
            sheet.close()
        for ended in (self._fixes, self._run, self._glossary, self._registry):
            ended.close()
        return todo


def _with_own(layout: "SheetLayout", own: "Sequence[str]", width: float) -> "SheetLayout":
    """Return the sheet of findings with the columns that people added."""
    headers = own_headers(own, (column.header for column in layout.columns))
    return layout.with_own({own_key(at): header for at, header in enumerate(headers)}, width)


def _carried(book: Book, own: "Sequence[str]") -> "RecordSheet[Left]":
    """Return the sheet of what an earlier workbook says of findings that are not there."""
    layout = _with_own(book.layout.sheets[carried.TABLE], own, book.layout.work.own_width)
    return RecordSheet(book, carried.TABLE, {**carried.COLUMNS, **carried.own_of_left(len(own))}, layout)
