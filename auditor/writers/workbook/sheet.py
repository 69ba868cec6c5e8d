"""A sheet of records, written row by row: header, filter, links, paper, continuation when it is full."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins, PrintPageSetup
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.protection import SheetProtection

from auditor.errors import RulesError
from auditor.spreadsheets.cell_text import usable_link
from auditor.writers.tables.content import Line, Place
from auditor.writers.workbook.entries import annotate, guide
from auditor.writers.workbook.heights import row_height, set_height
from auditor.writers.workbook.list_object import list_object
from auditor.writers.workbook.markup import Column, link_outside, link_within, relation
from auditor.writers.workbook.parts import Part

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.writers.layout import ColumnLayout, Layout, SheetLayout
    from auditor.writers.tables.content import Columns, Content
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
        """Return a new sheet, set up for paper: landscape A4, one page wide, a footer with its name.

        It is protected without a password: read, filtered and made wider, but not changed by mistake.
        """
        sheet: Worksheet = self.workbook.create_sheet(title, after)
        sheet.protection = SheetProtection(
            sheet=True, autoFilter=False, sort=False, formatColumns=False, formatRows=False
        )
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

    def __init__(
        self, book: Book, name: str, columns: "Columns[E]", layout: "SheetLayout | None" = None
    ) -> None:
        """Begin the sheet of this name; `layout` is another one than the shipped."""
        self.count = 0
        self._book = book
        self._layout: SheetLayout = layout or book.layout.sheets[name]
        shown = _checked(name, self._layout, columns)
        self._links = 0
        self.unlinked: dict[str, int] = {}
        """The first row that had to do without a link, by sheet: Excel takes no more of them."""
        self._part = self._page(0)
        self._columns = [
            (
                get_column_letter(number),
                columns[column.key],
                Column(self._part.sheet, book.styles, column.width, column.look).cell,
            )
            for number, column in enumerate(shown, 1)
        ]

    def add(self, entry: E) -> "list[Content]":
        """Write one record; returns what its cells hold, in their order."""
        page, row = self._book.limits.page_and_row(self.count)
        if page and row == 2:  # noqa: PLR2004 - the first row below a header
            self._finish(self._book.limits.rows)
            self._part = self._page(page)
        contents = [content(entry) for _, content, _ in self._columns]
        cells: list[str] = []
        most = 1
        # runs for every cell there is: each step counts
        for (letter, _, render), (value, tone, link) in zip(self._columns, contents, strict=True):
            linked = bool(link) and value != "" and self._linked(f"{letter}{row}", link)
            cell, lines = render(value, tone, linked)
            cells.append(f'<c r="{letter}{row}{cell}')
            if lines > most:  # noqa: PLR1730 - as above: max() is a call
                most = lines
        height = f"{row_height(most):g}"
        self._part.rows.add(f'<row r="{row}" ht="{height}">{"".join(cells)}</row>')
        self.count += 1
        return contents

    def close(self) -> None:
        """Finish the sheet; one without records says so."""
        if self.count == 0:
            sheet = self._part.sheet
            sheet.append([self._book.styles.cell(sheet, self._layout.empty, "note")])
            self._part.dimension = self._reference(2)
            self._print(2)
        else:
            self._finish(self._book.limits.page_and_row(self.count - 1)[1])

    def _linked(self, reference: str, link: str | Place | Line) -> bool:
        """Make a cell a link where that is possible; returns whether it is one."""
        if isinstance(link, str) and not usable_link(link):
            return False
        if self._links >= self._book.limits.links:
            row = self._book.limits.page_and_row(self.count)[1]
            self.unlinked.setdefault(self._part.sheet.title, row)
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
        sheet.page_setup.pageOrder = "overThenDown"
        if self._layout.frozen:
            sheet.print_title_cols = f"A:{get_column_letter(self._layout.frozen)}"
        sheet.freeze_panes = f"{get_column_letter(self._layout.frozen + 1)}2"
        sheet.protection.sheet = not self._layout.open
        if self._layout.hidden:
            sheet.sheet_state = "veryHidden"
        for number, column in enumerate(self._layout.columns, 1):
            dimension = sheet.column_dimensions[get_column_letter(number)]
            dimension.width, dimension.hidden = column.width, column.hidden
        self._head(sheet)
        part = self._book.part(sheet)
        self._links = 1
        own = self._book.layout.summary
        part.links.add(link_within("A1", f"'{own.title}'!A1", own.headings["back"]))
        return part

    def _head(self, sheet: "Worksheet") -> None:
        set_height(sheet, 1, row_height(2))
        looks = ["header" if column.entry is None else "header_entry" for column in self._layout.columns]
        looks[0] = "header_back"
        cells = [
            self._book.styles.cell(sheet, column.header, look, linked=not number)
            for number, (column, look) in enumerate(zip(self._layout.columns, looks, strict=True))
        ]
        for cell, column in zip(cells, self._layout.columns, strict=True):
            annotate(cell, column.note)
        sheet.append(cells)

    def _reference(self, last_row: int) -> str:
        return f"A1:{get_column_letter(len(self._layout.columns))}{last_row}"

    def _print(self, last_row: int) -> None:
        self._part.sheet.print_area = f"A1:{get_column_letter(self._layout.on_paper)}{last_row}"

    def _finish(self, last_row: int) -> None:
        """Make a table of the records of a sheet, and say what its columns take."""
        sheet, columns = self._part.sheet, self._layout.columns
        self._part.dimension = self._reference(last_row)
        if not self._layout.hidden:
            self._print(last_row)
            headers = [column.header for column in columns]
            sheet.add_table(list_object(sheet.title, self._part.dimension, headers))
        for number, column in enumerate(columns, 1):
            letter = get_column_letter(number)
            guide(sheet, column, f"{letter}2:{letter}{last_row}", self._book.layout)


def _checked(name: str, layout: "SheetLayout", columns: "Columns[E]") -> "tuple[ColumnLayout, ...]":
    unknown = [column.key for column in layout.columns if column.key not in columns]
    if unknown:
        raise RulesError(
            f"reports/workbook.yaml: sheets.{name}: unknown columns {', '.join(unknown)}",
            f"the columns of this sheet are: {', '.join(columns)}",
        )
    return layout.columns
