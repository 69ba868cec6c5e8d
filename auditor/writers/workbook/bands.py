"""The page of the summary: three bands side by side, each a label, a number and a wide column."""

from itertools import cycle
from typing import TYPE_CHECKING

from auditor.writers.workbook.canvas import Canvas
from auditor.writers.workbook.chart import Block, aligned_bars
from auditor.writers.workbook.heights import lines_needed, row_height

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.writers.counts import CountTable
    from auditor.writers.tables.content import Formula, Place
    from auditor.writers.workbook.sheet import Book

BANDS = (1, 5, 9)
"""The first column of each band; number and wide column stand right of it."""
LAST = 11
_LINE = 15.5  # points of a line of numbers
_AIR = 5  # points around text


class Page:
    """A sheet of three bands, filled from the top."""

    def __init__(self, book: "Book", sheet: "Worksheet") -> None:
        self.layout = book.layout
        self.own = book.layout.summary
        self.sheet = sheet
        self.canvas = Canvas(book, sheet)
        own = self.own
        self._widths = (own.label_width, own.number_width, own.wide_width)
        widths = cycle((*self._widths, own.gap_width))
        for letter, width in zip("ABCDEFGHIJK", widths, strict=False):
            sheet.column_dimensions[letter].width = width

    def width_of(self, bands: int) -> float:
        """Return how wide so many bands are with the gaps between them, in characters."""
        return bands * sum(self._widths) + (bands - 1) * self.own.gap_width

    def wide(self, row: int, text: str, look: str) -> int:
        """Place text across the page, as high as it needs; returns the next row."""
        self.canvas.span(row, (1, LAST), text, look)
        self.canvas.height(row, row_height(self.lines(text, self.width_of(len(BANDS)), look)) + _AIR)
        return row + 1

    def heading(self, row: int, band: int, text: str, number: str = "", wide: str = "") -> None:
        """Place the heading of a block; what is said of its other columns stands beside it."""
        column = BANDS[band]
        self.canvas.height(row, row_height(1))
        if not number and not wide:
            self.canvas.span(row, (column, column + 2), text, "section")
            return
        self.canvas.put(row, column, text, "section")
        self.canvas.put(row, column + 1, number, "section_number")
        self.canvas.put(row, column + 2, wide, "section")

    def line(
        self,
        row: int,
        band: int,
        texts: "tuple[str, str | int | Formula, str]",
        look: str = "small",
        link: "Place | None" = None,
    ) -> None:
        """Place a label, a number and a note; the row is as high as label and note need.

        The number is the link, and so is a label of one line: not every program breaks the lines of links.
        """
        column, (label, number, note) = BANDS[band], texts
        lines = self.lines(label, self._widths[0], look)
        self.canvas.put(row, column, label, look, link if lines == 1 else None)
        self.canvas.put(row, column + 1, number, "number", link)
        self.canvas.put(row, column + 2, note, "beside")
        lines = max(lines, self.lines(note, self._widths[2], "beside"))
        self.canvas.height(row, row_height(lines) + _AIR)

    def fact(self, row: int, band: int, label: str, value: str) -> None:
        """Place a label and a text beside it."""
        column = BANDS[band]
        self.canvas.put(row, column, label, "label")
        self.canvas.span(row, (column + 1, column + 2), value, "value")
        self.canvas.height(row, row_height(self.lines(value, self._widths[1] + self._widths[2], "value")))

    def note(self, row: int, band: int, text: str, link: "Place | None" = None) -> None:
        """Place text over all columns of a band."""
        self.canvas.span(row, (BANDS[band], BANDS[band] + 2), text, "small", link)
        self.canvas.height(row, row_height(self.lines(text, sum(self._widths), "small")) + _AIR)

    def counted(
        self, row: int, tables: "Sequence[CountTable]", live: "Mapping[str, Formula | int] | None" = None
    ) -> int:
        """Place tables side by side, their numbers drawn as bars beside them; returns the row below.

        `live` are numbers that are looked up, by label.
        """
        looked_up = live or {}
        for band, table in enumerate(tables):
            column = BANDS[band]
            self.heading(row, band, table.heading)
            for below, count in enumerate(table.lines, row + 1):
                symbol = self.layout.looks[count.look].symbol
                self.canvas.put(below, column, f"{symbol} {count.label}".strip(), count.look)
                self.canvas.put(below, column + 1, looked_up.get(count.label, count.number), "number")
                self.canvas.height(below, _LINE)
            self._bars(row + 1, column, table)
        return row + 1 + max(len(table.lines) for table in tables)

    def lines(self, text: str, width: float, look: str) -> int:
        """Return how many lines a text takes in this look."""
        return lines_needed(text, self.layout.looks[look].room(width))

    def _bars(self, row: int, column: int, table: "CountTable") -> None:
        if table.lines:
            looks = [self.layout.looks[count.look] for count in table.lines]
            colours = [look.bar or look.ink for look in looks]
            block = Block(column, row, row + len(table.lines) - 1)
            self.sheet.add_chart(aligned_bars(self.sheet, block, colours))
