"""The sheet that says how to fill in the inventory."""

from typing import TYPE_CHECKING

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.model import AppProfile
    from auditor.workbooks.layout import Template

_WIDTHS = {"A": 26, "B": 92}
_CHARACTERS_A_LINE = 112
_LINE_HEIGHT = 14


def add_guide(workbook: "Workbook", template: "Template", apps: "Sequence[AppProfile]") -> None:
    """Add the guide: passages, a table of the columns, a table of the apps."""
    sheet: Worksheet = workbook.create_sheet(template.guide_sheet)
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = template.colours.optional
    for row, (label, text) in enumerate(_lines(template, apps), start=1):
        _write(sheet, row, label, text, template)
    print_wide(sheet)


def print_wide(sheet: "Worksheet") -> None:
    """Set a sheet up for print: landscape, as wide as the page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _lines(template: "Template", apps: "Sequence[AppProfile]") -> "Iterator[tuple[str, str | None]]":
    """Yield (label, text) rows; a heading has no text, a row of a passage no label."""
    for passage in template.guide:
        yield passage.heading, None
        yield from (("", line) for line in passage.lines)
        yield "", ""
    yield template.columns_heading, None
    for column in template.columns:
        word = f" ({template.required_word})" if column.required else ""
        yield f"{column.title}{word}", column.note
    yield "", ""
    yield template.apps_heading, None
    yield from ((app.name, app.title) for app in apps)


def _write(sheet: "Worksheet", row: int, label: str, text: str | None, template: "Template") -> None:
    first, second = sheet.cell(row, 1, label or None), sheet.cell(row, 2)
    heading = text is None
    ink = template.colours.ink if heading else template.colours.required
    first.font = Font(name=template.font, size=11 if heading else 10, bold=True, color=ink)
    second.font = Font(name=template.font, size=10, color="1F1F1F")
    first.alignment = Alignment(vertical="center")
    second.alignment = Alignment(vertical="center", wrap_text=True)
    if heading:
        first.fill = second.fill = PatternFill("solid", fgColor=template.colours.required)
        sheet.row_dimensions[row].height = 20
    elif text:
        second.value = text
        _rule_off(sheet, row, text, template)


def _rule_off(sheet: "Worksheet", row: int, text: str, template: "Template") -> None:
    line = Border(bottom=Side("thin", template.colours.line))
    sheet.cell(row, 1).border = sheet.cell(row, 2).border = line
    lines = 1 + len(text) // _CHARACTERS_A_LINE
    sheet.row_dimensions[row].height = _LINE_HEIGHT * lines + 4
