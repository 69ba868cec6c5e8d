"""A sheet of records, written row by row: header, filter, links, paper, continuation when it is full."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins, PrintPageSetup
from openpyxl.worksheet.properties import PageSetupProperties

from auditor.errors import RulesError
from auditor.writers.tables.content import Line, Place
from auditor.writers.workbook.cell_text import usable_link
from auditor.writers.workbook.heights import row_height, set_height
from auditor.writers.workbook.markup import Column, link_outside, link_within, relation
from auditor.writers.workbook.parts import Part

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.writers.tables.content import Columns
    from auditor.writers.workbook.layout import ColumnLayout, Layout, SheetLayout
    from auditor.writers.workbook.styles import Styles

E = TypeVar("E")
_A4 = 9
_FOOTER_SIZE = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """What a sheet can hold in Excel: rows with the header, and hyperlinks."""

    rows: int = 1_048_576
    links: int = 65_530

    def page_and_row(self, record: int) -> tuple[int, int]:
        """Return the sheet (0 first) and the row (1 first) where a record stands below the header."""
        page, offset = divmod(record, self.rows - 1)
        return page, offset + 2


def page_title(title: str, page: int) -> str:
    """Return the name of a sheet or of its continuation."""
    return title if page == 0 else f"{title} ({page + 1})"


@dataclass(frozen=True, slots=True)
class Book:
    """The workbook being written, and what all its sheets share."""

    workbook: "Workbook"
    styles: "Styles"
    limits: Limits
    footer: str
    parts: list[Part] = field(default_factory=list)

    @property
    def layout(self) -> "Layout":
        """Return the layout."""
        return self.styles.layout

    def location(self, place: Place) -> str:
        """Return where a place stands in the workbook, as a hyperlink names it."""
        page, row = self.limits.page_and_row(place.record)
        return f"'{page_title(self.layout.sheets[place.table].title, page)}'!A{row}"

    def part(self, sheet: "Worksheet") -> Part:
        """Return what records of a sheet go into."""
        self.parts.append(Part(sheet))
        return self.parts[-1]

    def close(self) -> None:
        """Let go of all records."""
        for part in self.parts:
            part.close()

    def page(self, title: str, tab: str, after: int | None = None) -> "Worksheet":
        """Return a new sheet, set up for paper: landscape A4, one page wide, a footer with its name."""
        sheet: Worksheet = self.workbook.create_sheet(title, after)
        sheet.sheet_properties.tabColor = tab
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup = PrintPageSetup(sheet, paperSize=_A4, orientation="landscape", fitToHeight=0)
        sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.4, bottom=0.65, footer=0.3)
        left, center, right = (
            _HeaderFooterPart(text, size=_FOOTER_SIZE) for text in (self.footer, "&A", "&P / &N")
        )
        sheet.oddFooter = HeaderFooterItem(left=left, center=center, right=right)
        return sheet


class RecordSheet(Generic[E]):
    """One table of the workbook. Rows leave memory as they are added; `count` says how many there are."""

    def __init__(self, book: Book, name: str, columns: "Columns[E]") -> None:
        self.count = 0
        self._book = book
        self._layout: SheetLayout = book.layout.sheets[name]
        shown = _checked(name, self._layout, columns)
        self._links = 0
        self._part = self._page(0)
        self._columns = [
            (
                get_column_letter(number),
                columns[column.key],
                Column(self._part.sheet, book.styles, column.width).cell,
            )
            for number, column in enumerate(shown, 1)
        ]

    def add(self, entry: E) -> None:
        """Write one record."""
        page, row = self._book.limits.page_and_row(self.count)
        if page and row == 2:  # noqa: PLR2004 - the first row below a header
            self._finish(self._book.limits.rows)
            self._part = self._page(page)
        cells: list[str] = []
        most = 1
        for letter, content, render in self._columns:  # runs for every cell there is: each step counts
            value, tone, link = content(entry)
            linked = bool(link) and value != "" and self._linked(f"{letter}{row}", link)
            cell, lines = render(value, tone, linked)
            cells.append(f'<c r="{letter}{row}{cell}')
            if lines > most:  # noqa: PLR1730 - as above: max() is a call
                most = lines
        height = f"{row_height(most):g}"
        self._part.rows.add(f'<row r="{row}" ht="{height}">{"".join(cells)}</row>')
        self.count += 1

    def close(self) -> None:
        """Finish the sheet; one without records says so."""
        if self.count == 0:
            sheet = self._part.sheet
            sheet.append([self._book.styles.cell(sheet, self._layout.empty, "note")])
        self._finish(self._book.limits.page_and_row(max(self.count - 1, 0))[1])

    def _linked(self, reference: str, link: str | Place | Line) -> bool:
        """Make a cell a link where that is possible; returns whether it is one."""
        if self._links >= self._book.limits.links or (isinstance(link, str) and not usable_link(link)):
            return False
        self._links += 1
        if isinstance(link, str):
            name = f"link{self._links}"
            self._part.relations.add(relation(name, link))
            self._part.links.add(link_outside(reference, name))
        else:
            where = self._book.location(link) if isinstance(link, Place) else link
            self._part.links.add(link_within(reference, where))
        return True

    def _page(self, page: int) -> Part:
        after = self._book.workbook.index(self._part.sheet) + 1 if page else None
        sheet = self._book.page(page_title(self._layout.title, page), self._layout.tab, after)
        sheet.print_title_rows = "1:1"
        sheet.page_setup.fitToWidth = self._layout.pages_wide
        if self._layout.frozen:
            sheet.print_title_cols = f"A:{get_column_letter(self._layout.frozen)}"
        sheet.freeze_panes = f"{get_column_letter(self._layout.frozen + 1)}2"
        for number, column in enumerate(self._layout.columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = column.width
        headers = [column.header for column in self._layout.columns]
        set_height(sheet, 1, row_height(2))
        sheet.append([self._book.styles.cell(sheet, header, "header") for header in headers])
        self._links = 0
        return self._book.part(sheet)

    def _finish(self, last_row: int) -> None:
        self._part.dimension = f"A1:{get_column_letter(len(self._layout.columns))}{last_row}"
        self._part.sheet.auto_filter.ref = self._part.dimension


def _checked(name: str, layout: "SheetLayout", columns: "Columns[E]") -> "tuple[ColumnLayout, ...]":
    unknown = [column.key for column in layout.columns if column.key not in columns]
    if unknown:
        raise RulesError(
            f"reports/workbook.yaml: sheets.{name}: unknown columns {', '.join(unknown)}",
            f"the columns of this sheet are: {', '.join(columns)}",
        )
    return layout.columns
