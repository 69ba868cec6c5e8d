"""Looks as openpyxl styles, each built once, and cells that are what they say: text, number or time."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.indexed_list import IndexedList

from auditor.spreadsheets.cell_text import cell_text, looks_like_formula

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.writers.layout import Layout, Look

_LINK_INK = "0B5394"
_FORMATS: dict[type, str] = {datetime: "yyyy-mm-dd hh:mm:ss", date: "yyyy-mm-dd"}


def measure_by(book: "Workbook", layout: "Layout") -> None:
    """Make the layout's font the workbook's own, before any sheet is there.

    Programs measure the widths of columns by its digits (ECMA-376 part 1, 18.3.1.13); openpyxl would name one
    that many systems do not have, and every program would put another one in its place.
    """
    own = Font(name=layout.font, size=layout.looks["body"].size, family=2)
    book._fonts = IndexedList([own])  # type: ignore[attr-defined]  # noqa: SLF001 - the one way to it
    book._named_styles["Normal"].font = own  # type: ignore[attr-defined]  # noqa: SLF001 - as above


class Variant(NamedTuple):
    """What a cell's style follows from: its look, whether it is a link or looks like a formula, its type."""

    look: str
    linked: bool
    quoted: bool
    type: type


class Styles:
    """The styles of one workbook, shared between cells: a style per cell would cost most of the time."""

    def __init__(self, layout: "Layout") -> None:
        self.layout = layout
        self._known: dict[Variant, Any] = {}
        self._numbers: dict[Variant, int] = {}

    def cell(
        self,
        sheet: "Worksheet",
        value: str | int | datetime,
        look: str = "body",
        *,
        linked: bool = False,
    ) -> "Cell":
        """Return a cell. A string is a string whatever it begins with; times are taken as UTC."""
        if isinstance(value, datetime):
            cell = WriteOnlyCell(sheet, value.replace(tzinfo=None))
            variant = Variant(look, linked, quoted=False, type=datetime)
        elif isinstance(value, str):
            cell = WriteOnlyCell(sheet, cell_text(value))
            cell.data_type = "s"
            variant = Variant(look, linked, looks_like_formula(value), str)
        else:
            cell = WriteOnlyCell(sheet, value)
            variant = Variant(look, linked, quoted=False, type=int)
        cell._style = self._style(sheet, variant)  # type: ignore[attr-defined]  # noqa: SLF001 - openpyxl's one way to share a style
        return cell

    def number(self, sheet: "Worksheet", variant: Variant) -> int:
        """Return the number under which the workbook of this sheet keeps a style."""
        if variant not in self._numbers:
            cell = WriteOnlyCell(sheet)
            cell._style = self._style(sheet, variant)  # type: ignore[attr-defined]  # noqa: SLF001 - see above
            self._numbers[variant] = cell.style_id
        return self._numbers[variant]

    def _style(self, sheet: "Worksheet", variant: Variant) -> Any:
        if variant not in self._known:
            self._known[variant] = self._built(sheet, variant, self.layout.looks[variant.look])
        return self._known[variant]

    def _built(self, sheet: "Worksheet", variant: Variant, look: "Look") -> Any:
        model = WriteOnlyCell(sheet)
        model.font = Font(
            name=self.layout.font,
            size=look.size,
            bold=look.bold,
            italic=look.italic,
            color=_LINK_INK if variant.linked and look.fill is None else look.ink,
            underline="single" if variant.linked else None,
        )
        if look.fill:
            model.fill = PatternFill("solid", fgColor=look.fill)
        if look.line:
            line = Side("thin", look.line)
            model.border = (
                Border(bottom=line, left=line, right=line)
                if look.fill or not look.wrap
                else Border(bottom=line)
            )
        aligned = "left" if look.indent else None  # what a program aligns by itself, it does not indent
        horizontal = look.horizontal or ("center" if variant.type is int else aligned)
        model.alignment = Alignment(horizontal, look.vertical, wrap_text=look.wrap, indent=look.indent)
        model.number_format = _FORMATS.get(variant.type, "General")
        # keeps the text a text when somebody edits the cell
        model.quotePrefix = variant.quoted
        return model._style  # type: ignore[attr-defined]  # noqa: SLF001 - see above
