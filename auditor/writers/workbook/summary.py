"""The first sheet: what was audited, the verdicts as numbers and bars, the road, what nobody saw."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.model import Axis, Contract, Status
from auditor.writers.counts import Count, axis_table, change_table, scale_table, tiles
from auditor.writers.run_facts import facts_of, waivers_of
from auditor.writers.tables.content import Formula
from auditor.writers.workbook.bands import BANDS, LAST, Page
from auditor.writers.workbook.logo import place_logo
from auditor.writers.workbook.road import write_below, write_road

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.model import Audit, Brand, Comparison, RunInfo, Summary
    from auditor.writers.tables.fix_book import FixBook
    from auditor.writers.texts import Texts
    from auditor.writers.unseen import Unseen
    from auditor.writers.workbook.lookups import Lookups
    from auditor.writers.workbook.sheet import Book

_SHOWN_NAMES = 2
_TITLE, _TITLE_LINE, _SUBTITLE = 32, 27, 20  # points
_NUMBER, _LABEL = 36, 20  # points of the two rows of tiles


@dataclass(frozen=True, slots=True)
class Told:
    """What the summary is told when everything else is written.

    `statuses` are the findings by what people said of them.
    """

    audit: "Audit"
    work: "FixBook"
    unseen: "Unseen"
    statuses: "Mapping[Status, int]"
    lookups: "Lookups"
    comparison: "Comparison | None" = None

    @property
    def findings(self) -> int:
        """Return how many findings there are."""
        return sum(self.statuses.values())


class SummarySheet:
    """Lays the summary out on a sheet that was created before all others; `write` comes last."""

    def __init__(self, book: "Book", texts: "Texts", brand: "Brand") -> None:
        self._layout, self._texts, self._brand = book.layout, texts, brand
        own = book.layout.summary
        sheet = book.page(own.title, own.tab)
        sheet.sheet_view.showGridLines = False
        sheet.sheet_view.zoomScale = own.zoom
        sheet.page_setup.fitToHeight = 1
        sheet.print_options.horizontalCentered = True
        self._page = Page(book, sheet)

    def write(self, told: Told) -> None:
        """Write everything, top to bottom."""
        row = self._head(told.audit.run)
        row = self._facts(row, told.audit) + 1
        row = self._tiles(row, told) + 1
        row = self._verdicts(row, told)
        row = write_road(self._page, row, told.work, self._texts.summary) + 1
        row = write_below(self._page, row, told.work, told.unseen, self._texts) + 1
        self._page.wide(row, self._texts.summary.sensitive, "caution")
        self._page.canvas.write()

    def _head(self, run: "RunInfo") -> int:
        canvas, texts = self._page.canvas, self._texts.summary
        company = f"{self._brand.company}: " if self._brand.company else ""
        right = BANDS[-1] if self._brand.logo else LAST + 1
        title = company + texts.title
        canvas.span(1, (1, right - 1), title, "title")
        canvas.span(2, (1, right - 1), texts.subtitle, "subtitle")
        lines = self._page.lines(title, self._page.width_of(2 if self._brand.logo else 3), "title")
        high = max(_TITLE, lines * _TITLE_LINE)
        canvas.height(1, high)
        canvas.height(2, _SUBTITLE)
        if self._brand.logo:
            place_logo(self._page, self._brand.logo, high + _SUBTITLE)
        row = 3
        for text, look in self._banners(run):
            row = self._page.wide(row, text, look)
        return row + 1

    def _banners(self, run: "RunInfo") -> "Iterator[tuple[str, str]]":
        texts = self._texts.summary
        if run.simulated:
            yield texts.simulated, "simulated"
        if run.interrupted:
            yield texts.interrupted, "alarm"
        yield from ((f"{texts.missing} {line}", "alarm") for line in run.missing)
        for number, line in enumerate(run.stopped):
            yield (line if number else f"{texts.stopped} {line}"), "alarm"

    def _facts(self, row: int, audit: "Audit") -> int:
        known = facts_of(_briefly(audit.run), _SHOWN_NAMES) | self._counted(audit.summary)
        known |= waivers_of(audit.summary, _SHOWN_NAMES)
        labels = self._layout.summary.facts
        shown = [(labels[name], known[name]) for name in labels if name in known]
        for number, (label, value) in enumerate(shown):
            self._page.fact(row + number // len(BANDS), number % len(BANDS), label, value)
        return row + -(-len(shown) // len(BANDS))

    def _counted(self, summary: "Summary") -> dict[str, str]:
        texts, states = self._texts.summary, summary.contracts
        facts = {"coverage": texts.coverage.format(cases=summary.cases, accounts=summary.accounts)}
        if sum(number for state, number in states.items() if state is not Contract.NOT_UNDER_CONTRACT):
            numbers = {state.name.lower(): states.get(state, 0) for state in Contract}
            facts["expectations"] = texts.expectations.format(**numbers)
        return facts

    def _tiles(self, row: int, told: Told) -> int:
        canvas = self._page.canvas
        shown: list[tuple[int | str | Formula, str, str]] = [
            (self._done(told), self._layout.summary.counts["done"], "tile_plain")
        ]
        shown = [*((one.number, one.label, one.look) for one in self._numbers(told)), *shown]
        columns = [pair for first in BANDS for pair in ((first, first), (first + 1, first + 2))]
        for (first, last), (number, label, look) in zip(columns, shown, strict=True):
            if first == last:
                canvas.put(row, first, number, f"{look}_number")
                canvas.put(row + 1, first, label, look)
            else:
                canvas.span(row, (first, last), number, f"{look}_number")
                canvas.span(row + 1, (first, last), label, look)
        canvas.height(row, _NUMBER)
        canvas.height(row + 1, _LABEL)
        return row + 2

    def _numbers(self, told: Told) -> "Iterator[Count]":
        labels, summary = self._layout.summary.counts, told.audit.summary
        judged, ready, work, open_questions = tiles(self._layout, summary)
        if told.comparison is not None:
            before, _ = told.comparison.ready_before
            ready = Count(labels["ready_before"].format(before=before), ready.number, ready.look)
        left_out = Count(labels["left_out"], summary.skipped + summary.invalid, "tile_plain")
        yield from (judged, ready, work, open_questions, left_out)

    def _done(self, told: Told) -> Formula | str:
        return told.lookups.of_all(self._texts.summary.done, told.statuses.get(Status.DONE, 0), told.findings)

    def _verdicts(self, row: int, told: Told) -> int:
        summary, layout = told.audit.summary, self._layout
        severity = scale_table(layout, "severity", summary.findings)
        live: dict[str, Formula | int] = {}
        if told.comparison is not None:
            progress = change_table(layout, told.comparison)
        else:
            progress = scale_table(layout, "status", told.statuses)
            live = {status: told.lookups.of_status(status, told.statuses.get(status, 0)) for status in Status}
        first = [axis_table(layout, Axis.PATH, summary), severity, progress]
        row = self._page.counted(row, first, live) + 1
        others = [axis_table(layout, axis, summary) for axis in (Axis.ROPC, Axis.MFA, Axis.CONSENT)]
        return self._page.counted(row, others) + 1


def _briefly(run: "RunInfo") -> "RunInfo":
    """Return the run with its tenants' names alone; their ids stand on the sheet of the run."""
    return replace(run, scope_tenants=tuple(name.partition(" (")[0] for name in run.scope_tenants))
