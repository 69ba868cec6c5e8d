"""The first sheet: what was audited, the verdicts as numbers and as a chart, the most common fixes."""

from itertools import cycle
from typing import TYPE_CHECKING

from auditor.model import Axis
from auditor.writers.run_facts import facts_of, waivers_of
from auditor.writers.tables.content import Place
from auditor.writers.tables.fixes import TABLE as FIXES
from auditor.writers.workbook.canvas import Canvas
from auditor.writers.workbook.chart import Block, bar_chart, between
from auditor.writers.workbook.counts import axis_table, coverage_table, scale_table, tiles
from auditor.writers.workbook.heights import lines_needed, row_height

if TYPE_CHECKING:
    from auditor.model import Audit, RunInfo, Summary
    from auditor.writers.tables.fix_book import CommonFix, FixBook
    from auditor.writers.texts import SummaryTexts
    from auditor.writers.workbook.counts import CountTable
    from auditor.writers.workbook.sheet import Book

_BANDS = (1, 4, 7, 10)  # the label columns of four pairs of label and number
_LAST = 11
_SHOWN_FIXES = 5
_FIX_COLUMNS = ((1, 3, "fixes"), (4, 4, "fix_accounts"), (5, 8, "fix_who"), (9, _LAST, "fix_effort"))


class SummarySheet:
    """Lays the summary out on a sheet that was created before all others; `write` comes last."""

    def __init__(self, book: "Book", texts: "SummaryTexts") -> None:
        self._book = book
        self._layout = book.layout
        self._own = book.layout.summary
        self._texts = texts
        self._sheet = book.page(self._own.title, self._own.tab)
        self._sheet.sheet_view.showGridLines = False
        self._sheet.page_setup.fitToHeight = 1
        self._sheet.print_options.horizontalCentered = True
        self._canvas = Canvas(self._sheet, book.styles)
        widths = (self._own.label_width, self._own.number_width, self._own.gap_width)
        for column, width in zip("ABCDEFGHIJK", cycle(widths), strict=False):
            self._sheet.column_dimensions[column].width = width

    def write(self, audit: "Audit", fixes: "FixBook") -> None:
        """Write everything, top to bottom."""
        row = self._head(audit.run)
        row = self._tiles(row, audit.summary)
        chart_row, row = row, self._facts(row, audit)
        row = self._verdicts(row + 1, chart_row, audit.summary)
        row = self._others(row + 1, audit.summary)
        row = self._fixes(row + 1, fixes)
        self._notes(row + 1)
        self._canvas.write()

    def _head(self, run: "RunInfo") -> int:
        self._canvas.span(1, 1, _LAST, self._texts.title, "title")
        self._canvas.height(1, 30)
        self._canvas.span(2, 1, _LAST, self._texts.subtitle, "subtitle")
        self._canvas.height(2, 20)
        row = 3
        if run.simulated:
            row = self._wide(row, self._texts.simulated, "simulated")
        if run.interrupted:
            row = self._wide(row, self._texts.interrupted, "alarm")
        for line in run.missing:
            row = self._wide(row, f"{self._texts.missing} {line}", "alarm")
        for number, line in enumerate(run.stopped):
            row = self._wide(row, line if number else f"{self._texts.stopped} {line}", "alarm")
        return row + 1

    def _wide(self, row: int, text: str, look: str) -> int:
        """Place text across the page, as high as it needs; returns the next row."""
        self._canvas.span(row, 1, _LAST, text, look)
        self._canvas.height(row, row_height(self._lines(text, _LAST)) + 2)
        return row + 1

    def _lines(self, text: str, columns: int) -> int:
        band = self._own.label_width + self._own.number_width + self._own.gap_width
        return lines_needed(text, band * columns / 3)

    def _tiles(self, row: int, summary: "Summary") -> int:
        for column, count in zip(_BANDS, tiles(self._layout, summary), strict=True):
            self._canvas.span(row, column, column + 1, count.number, f"{count.look}_number")
            self._canvas.span(row + 1, column, column + 1, count.label, count.look)
        self._canvas.height(row, 34)
        self._canvas.height(row + 1, 20)
        return row + 3

    def _facts(self, row: int, audit: "Audit") -> int:
        self._canvas.span(row, 1, 5, self._own.headings["facts"], "section")
        for name, value in (facts_of(audit.run) | waivers_of(audit.summary)).items():
            row += 1
            self._canvas.put(row, 1, self._own.facts[name], "label")
            self._canvas.span(row, 2, 5, value, "value")
            self._canvas.height(row, row_height(self._lines(value, 4)))
        return row + 1

    def _verdicts(self, row: int, chart_row: int, summary: "Summary") -> int:
        axes = (Axis.PATH, Axis.ROPC, Axis.MFA, Axis.CONSENT)
        tables = [axis_table(self._layout, axis, summary) for axis in axes]
        path = tables[0]
        block = Block(1, row + 1, row + len(path.lines))
        looks = (self._layout.looks[count.look] for count in path.lines)
        colours = [look.bar or look.ink for look in looks]
        chart = bar_chart(self._sheet, block, colours, self._layout.font)
        chart.anchor = between((_BANDS[2], chart_row + 1), (_LAST, row - 2))  # type: ignore[assignment]  # the stub knows only the name of a cell
        self._sheet.add_chart(chart)
        self._canvas.span(chart_row, _BANDS[2], _LAST, self._own.headings["chart"], "section")
        return self._beside(row, tables)

    def _others(self, row: int, summary: "Summary") -> int:
        tables = [
            scale_table(self._layout, "severity", summary.findings),
            scale_table(self._layout, "worst", summary.worst),
            scale_table(self._layout, "contract", summary.contracts),
            coverage_table(self._layout, summary),
        ]
        return self._beside(row, tables)

    def _beside(self, row: int, tables: "list[CountTable]") -> int:
        for column, table in zip(_BANDS, tables, strict=True):
            self._canvas.span(row, column, column + 1, table.heading, "section")
            for below, count in enumerate(table.lines, row + 1):
                self._canvas.put(below, column, count.label, count.look)
                self._canvas.put(below, column + 1, count.number, "number")
        return row + 1 + max(len(table.lines) for table in tables)

    def _fixes(self, row: int, fixes: "FixBook") -> int:
        heading = self._own.headings
        for first, last, name in _FIX_COLUMNS:
            self._canvas.span(row, first, last, heading[name], "section")
        for fix in fixes.common(_SHOWN_FIXES):
            row += 1
            self._fix(row, fix)
        return row + 1

    def _fix(self, row: int, common: "CommonFix") -> None:
        place = self._book.location(Place(FIXES, common.record))
        actions = "1 action" if common.actions == 1 else f"{common.actions} actions"
        effort = f"{actions} · {common.fix.effort} · {common.fix.disposition}"
        self._canvas.span(row, 1, 3, common.fix.title, "value", place)
        self._canvas.put(row, 4, common.accounts, "value")
        self._canvas.span(row, 5, 8, common.fix.role, "value")
        self._canvas.span(row, 9, _LAST, effort, "value")
        self._canvas.height(row, row_height(self._lines(common.fix.title, 5)))

    def _notes(self, row: int) -> None:
        self._canvas.span(row, 1, _LAST, self._own.headings["how_to"], "section")
        row += 1
        for number, line in enumerate(self._texts.how_to, 1):
            row = self._wide(row, f"{number}.  {line}", "plain")
        self._wide(row + 1, self._texts.sensitive, "caution")
