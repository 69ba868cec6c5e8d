"""The inventory as a workbook people fill in: dropdowns, a note on every header, examples, a guide."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from auditor.atomic import replacing
from auditor.spreadsheets.cell_text import cell_text, looks_like_formula
from auditor.workbooks.guide import add_guide, print_wide
from auditor.workbooks.layout import Column, Template, load_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.model import AppProfile

_PATTERN = "own-registration"
_LISTS = "Lists"
_ROWS_TO_FILL = 2_000


def write_template(path: "Path", apps: "Mapping[str, AppProfile]") -> None:
    """Write the inventory template; `apps` fill the dropdown of the column App.

    Raises ReportError when the file cannot be written; an old one then stays as it was.
    """
    template = load_template()
    examples = [{c.field: c.examples[i] for c in template.columns} for i in range(2)]
    _write(path, template, examples, apps, faint=True)


def write_inventory(
    path: "Path", rows: "Iterable[Mapping[str, str]]", apps: "Mapping[str, AppProfile]"
) -> None:
    """Write an inventory of the template's layout with rows of field -> text; missing fields stay empty.

    Raises ValueError for a field that the template does not have, ReportError as write_template does.
    """
    _write(path, load_template(), list(rows), apps, faint=False)


def _write(
    path: "Path",
    template: Template,
    rows: "Sequence[Mapping[str, str]]",
    apps: "Mapping[str, AppProfile]",
    *,
    faint: bool,
) -> None:
    _check_fields(template, rows)
    offered = [apps[name] for name in sorted(apps) if name != _PATTERN]
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = template.sheet
    look = _Look.of(template, faint=faint)
    for position, column in enumerate(template.columns, start=1):
        _head(sheet.cell(1, position), column, template)
        _fill(sheet, position, [row.get(column.field, "") for row in rows], look)
    _furnish(sheet, template, len(rows))
    add_guide(workbook, template, offered)
    _add_dropdowns(workbook, sheet, template, [app.name for app in offered], len(rows))
    workbook.properties.title = "Inventory of accounts"
    workbook.properties.creator = "WS-Trust to OAuth migration auditor"
    with replacing(path) as stream:
        workbook.save(stream)


def _check_fields(template: Template, rows: "Iterable[Mapping[str, str]]") -> None:
    known = {column.field for column in template.columns}
    unknown = sorted({name for row in rows for name in row} - known)
    if unknown:
        raise ValueError(f"the inventory template has no column for {', '.join(unknown)}")


@dataclass(frozen=True, slots=True)
class _Look:
    """The styles that all cells below the header share."""

    font: Font
    fill: PatternFill
    border: Border
    alignment: Alignment

    @classmethod
    def of(cls, template: Template, *, faint: bool) -> "_Look":
        colours = template.colours
        ink = Font(name=template.font, size=10, italic=faint, color=colours.faint if faint else "1F1F1F")
        fill = PatternFill("solid", fgColor=colours.example) if faint else PatternFill()
        return cls(ink, fill, Border(bottom=Side("thin", colours.line)), Alignment(vertical="center"))

    def dress(self, cell: "Cell | MergedCell") -> None:
        cell.font, cell.fill, cell.border, cell.alignment = self.font, self.fill, self.border, self.alignment


def _head(cell: "Cell | MergedCell", column: Column, template: Template) -> None:
    colours = template.colours
    cell.value = column.title
    cell.font = Font(name=template.font, size=11, bold=True, color=colours.ink)
    cell.fill = PatternFill("solid", fgColor=colours.required if column.required else colours.optional)
    cell.alignment = Alignment(vertical="center")
    word = f" ({template.required_word})" if column.required else ""
    comment = Comment(f"{column.title}{word}\n{column.note}", "auditor")
    comment.width, comment.height = 320, 150
    cell.comment = comment


def _fill(sheet: "Worksheet", position: int, texts: "Sequence[str]", look: _Look) -> None:
    for row, text in enumerate(texts, start=2):
        cell = sheet.cell(row, position)
        look.dress(cell)
        if text:
            _write_text(cell, text)


def _write_text(cell: "Cell | MergedCell", text: str) -> None:
    """Write a text as a text: what begins with = is no formula, what a cell cannot hold is marked."""
    cell.value = cell_text(text)
    cell.data_type = "s"
    if looks_like_formula(text):
        cell.quotePrefix = True  # keeps the text a text when somebody edits the cell


def _furnish(sheet: "Worksheet", template: Template, rows: int) -> None:
    last = get_column_letter(len(template.columns))
    for position, column in enumerate(template.columns, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{last}{max(rows, 1) + 1}"
    sheet.sheet_properties.tabColor = template.colours.required
    sheet.print_title_rows = "1:1"
    print_wide(sheet)


def _add_dropdowns(
    workbook: Workbook, sheet: "Worksheet", template: Template, apps: "Sequence[str]", rows: int
) -> None:
    lists = workbook.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    for position, column in enumerate(template.columns, start=1):
        choices = apps if column.choices == "apps" else column.choices
        if choices:
            source = _listed(lists, column.title, choices)
            letter = get_column_letter(position)
            _offer(sheet, f"{letter}2:{letter}{rows + _ROWS_TO_FILL}", source, column)


def _listed(lists: "Worksheet", title: str, choices: "Sequence[str]") -> str:
    """Write the choices into a column of the hidden sheet; returns where they stand."""
    position = lists.max_column + 1
    for row, choice in enumerate((title, *choices), start=1):
        lists.cell(row, position, choice)
    letter = get_column_letter(position)
    return f"'{lists.title}'!${letter}$2:${letter}${len(choices) + 1}"


def _offer(sheet: "Worksheet", where: str, source: str, column: Column) -> None:
    options: dict[str, Any] = {"type": "list", "formula1": source, "allow_blank": True}
    validation = DataValidation(**options)
    validation.showErrorMessage = not column.others
    validation.errorTitle = column.title
    validation.error = "Choose one from the list, or leave the cell empty."
    validation.add(where)
    sheet.add_data_validation(validation)
