"""What helps people fill in a column: choices, dates, colours that follow their words, notes at headers."""

from typing import TYPE_CHECKING

from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from auditor.model import Status

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.writers.layout import ColumnLayout, EntryTexts, Layout

_FIRST_DAY = "36526"  # 2000-01-01 as spreadsheets count
_NOTE_WIDTH, _NOTE_HEIGHT = 320, 130  # pixels


def guide(sheet: "Worksheet", column: "ColumnLayout", cells: str, layout: "Layout") -> None:
    """Put on a column, given as the range of its records, what its entries may be and how they look."""
    if column.entry == "status":
        words = ",".join(Status)
        choice = DataValidation("list", formula1=f'"{words}"', allow_blank=True, errorStyle="stop")
        _say(choice, layout.work.status, cells)
        sheet.add_data_validation(choice)
        _colour(sheet, cells, layout)
    elif column.entry == "date":
        day = DataValidation(
            "date", operator="greaterThanOrEqual", formula1=_FIRST_DAY, allow_blank=True, errorStyle="warning"
        )
        _say(day, layout.work.date, cells)
        sheet.add_data_validation(day)


def annotate(cell: "Cell", note: str) -> None:
    """Put a note at a header."""
    if note:
        cell.comment = Comment(note, "auditor", _NOTE_HEIGHT, _NOTE_WIDTH)


def _say(validation: DataValidation, texts: "EntryTexts", cells: str) -> None:
    validation.showErrorMessage = True
    validation.errorTitle, validation.error = texts.title, texts.message
    validation.add(cells)


def _colour(sheet: "Worksheet", cells: str, layout: "Layout") -> None:
    """Colour a column by its words: one rule a word for the whole column, so that it stays quick."""
    for word, name in layout.tones["status"].items():
        look = layout.looks[name]
        fill = PatternFill(bgColor=look.fill) if look.fill else None
        rule = CellIsRule(  # type: ignore[no-untyped-call]  # the stubs leave it out
            "equal", [f'"{word}"'], font=Font(color=look.ink, bold=look.bold), fill=fill
        )
        sheet.conditional_formatting.add(cells, rule)
