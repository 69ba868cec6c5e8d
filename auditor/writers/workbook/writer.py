"""Fills the workbook from a judged run: once through the stream, never a list of results."""

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from openpyxl import Workbook

from auditor.atomic import replacing
from auditor.model import Brand, Observed, Status
from auditor.writers.consent_texts import load_consent_texts
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
from auditor.writers.tables.content import Place
from auditor.writers.tables.kept import KeptFixes
from auditor.writers.tables.kept_changes import KeptChanges
from auditor.writers.tables.own import own_columns, own_headers, own_key
from auditor.writers.tables.tally import FixTally
from auditor.writers.texts import load_texts
from auditor.writers.unseen import Unseen
from auditor.writers.workbook.changes import ChangesSheet
from auditor.writers.workbook.desks import write_desks
from auditor.writers.workbook.layout import load_layout
from auditor.writers.workbook.lookups import Lookups
from auditor.writers.workbook.markup import settled
from auditor.writers.workbook.parts import save
from auditor.writers.workbook.places import SharedPlaces
from auditor.writers.workbook.registry import RegistrySheet
from auditor.writers.workbook.sheet import Book, Limits, RecordSheet
from auditor.writers.workbook.styles import Styles, measure_by
from auditor.writers.workbook.summary import SummarySheet, Told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from auditor.model import Audit, CaseResult, Left, RunInfo
    from auditor.writers.interface import Terms
    from auditor.writers.tables.fix_book import FixBook
    from auditor.writers.texts import Texts
    from auditor.writers.workbook.layout import SheetLayout


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
            workbook = _new_workbook(audit.run, texts)
            measure_by(workbook, layout)
            book = Book(workbook, Styles(layout), self._limits, footer)
            with closing(book):
                pages = _Pages(book, texts, _Kept(kept, changed), audit.run, self._terms)
                for result in audit.results():
                    pages.case(result)
                for row in audit.invalid():
                    for gap in not_audited.gaps_of_row(row):
                        pages.gaps.add(gap)
                todo = pages.finish(audit)
                save(book.workbook, book.parts, stream, lambda xml: settled(xml, todo.place, book.location))


def _new_workbook(run: "RunInfo", texts: "Texts") -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title = texts.summary.title + (" (simulated)" if run.simulated else "")
    book.properties.creator = "auditor"
    book.properties.lastModifiedBy = "auditor"
    book.properties.subject = run.id
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
        self._accounts = RecordSheet(book, accounts.TABLE, accounts.COLUMNS)
        self._working = _with_own(book.layout.sheets[findings.TABLE], own, book.layout.work.own_width)
        columns = {**findings.COLUMNS, **own_columns(len(own))}
        self._findings = RecordSheet(book, findings.TABLE, columns, self._working)
        self._changes: ChangesSheet | None = None
        if terms and (terms.comparison or terms.follow_up):
            self._changes = ChangesSheet(book, kept.changes, terms.comparison, terms.follow_up)
        self._carried = _carried(book, own) if terms and terms.follow_up else None
        self._fixes = RecordSheet(book, fixes.TABLE, fixes.COLUMNS)
        self._consent = RecordSheet(book, consent.TABLE, consent.COLUMNS)
        self._consent_texts = load_consent_texts()
        self._kinds = glossary.places(self._consent_texts)
        self._evidence = RecordSheet(book, evidence.TABLE, evidence.COLUMNS)
        self.gaps = RecordSheet(book, not_audited.TABLE, not_audited.COLUMNS)
        self._run = RecordSheet(book, run.TABLE, run.COLUMNS)
        self._glossary = RecordSheet(book, glossary.TABLE, glossary.COLUMNS)
        self._registry = RegistrySheet(book, info, self._working)
        self._numbers: dict[str, int] = {}
        self._tally = FixTally(kept.fixes)
        self._shared = SharedPlaces()

    def case(self, result: "CaseResult") -> None:
        """Write a case on every sheet that it has something for."""
        number = self._numbers.setdefault(result.case.account_id, len(self._numbers))
        case = Place(accounts.TABLE, self._accounts.count)
        proofs = self._proofs(result, case, number)
        item = evidence.telling(result)
        self._accounts.add(
            accounts.AccountEntry(
                result,
                self._texts,
                Place(findings.TABLE, self._findings.count) if result.findings else None,
                item,
                proofs.get(item.question) if item else None,
            )
        )
        if self._changes:
            self._changes.take(result, case.record, self._findings.count)
        for finding, fix in zip(result.findings, self._tally.add(result, number), strict=True):
            cited = (evidence.question_of(citation) for citation in finding.evidence)
            proof = next((proofs[question] for question in cited if question in proofs), None)
            entry = findings.FindingEntry(result, finding, self._texts, case, fix, proof)
            self._registry.add(entry, self._findings.add(entry))
        if result.consent is not None:
            told = consent.ConsentEntry(result, result.consent, self._consent_texts, self._kinds)
            self._consent.add(told)
        self._unseen.add(result, self.gaps.count)
        self._statuses.update(
            found.tracked.status if found.tracked else Status.OPEN for found in result.findings
        )
        for gap in not_audited.gaps_of_case(result, self._texts):
            self.gaps.add(gap)

    def _proofs(self, result: "CaseResult", case: Place, number: int) -> dict[str, Place]:
        """Write the case's observations, shared ones once; returns where each answer stands."""
        places: dict[str, Place] = {}
        for item in result.evidence:
            if isinstance(item, Observed):
                record = self._shared.record(item, number)
                if record is None:
                    record = self._evidence.count
                    self._evidence.add(evidence.EvidenceEntry(result, item, case))
                    self._shared.stands(item, number, record)
                places[item.question] = Place(evidence.TABLE, record)
        return places

    def finish(self, audit: "Audit") -> "FixBook":
        """Write what is known only at the end, and close every sheet; returns the fixes in order."""
        todo = self._tally.book()
        for number, fix in enumerate(todo.lines(), 1):
            self._fixes.add(fixes.FixEntry(number, fix, self._texts))
        if self._carried and self._terms and self._terms.follow_up:
            for left in self._terms.follow_up.left():
                self._carried.add(left)
            self._carried.close()
        for line in run.lines(audit, self._terms, self._texts.run):
            self._run.add(line)
        for entry in glossary.terms(self._consent_texts):
            self._glossary.add(entry)
        lookups = Lookups(self._working, self._book.limits, self._findings.count)
        write_desks(self._book, todo, self._texts, lookups)
        before = self._terms.comparison if self._terms else None
        self._summary.write(Told(audit, todo, self._unseen, self._statuses, lookups, before))
        records = (self._accounts, self._findings, self._fixes, self._consent)
        if self._changes:
            self._changes.close()
        for sheet in (*records, self._evidence, self.gaps, self._run, self._glossary, self._registry):
            sheet.close()
        return todo


def _with_own(layout: "SheetLayout", own: "Sequence[str]", width: float) -> "SheetLayout":
    """Return the sheet of findings with the columns that people added."""
    headers = own_headers(own, (column.header for column in layout.columns))
    return layout.with_own({own_key(at): header for at, header in enumerate(headers)}, width)


def _carried(book: Book, own: "Sequence[str]") -> "RecordSheet[Left]":
    """Return the sheet of what an earlier workbook says of findings that are not there."""
    layout = _with_own(book.layout.sheets[carried.TABLE], own, book.layout.work.own_width)
    return RecordSheet(book, carried.TABLE, {**carried.COLUMNS, **carried.own_of_left(len(own))}, layout)
