"""One worksheet's part, read as a stream: its rules, and what other parts say of it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from openpyxl.utils import coordinate_to_tuple, range_boundaries

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
ORDER = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
]
"""The children of a worksheet, in the order of its sequence (ECMA-376 part 1, 18.3.1.99)."""

MOST_LINKS, LONGEST_TEXT, LONGEST_FORMULA, LAST_ROW = 65_530, 32_767, 8_192, 1_048_576
# ask, each time, for the work of a whole sheet; or are unknown to LibreOffice
UNWANTED = re.compile(
    r"\b(?:NOW|TODAY|RAND|RANDBETWEEN|OFFSET|INDIRECT|INFO|CELL|FILTER|UNIQUE|SORT|SORTBY|XLOOKUP|XMATCH|LET"
    r"|LAMBDA|SEQUENCE|TEXTJOIN|HYPERLINK)\(|\[|#"
)
KINDS = {"inlineStr", "n", "b", "str", "s", "e", "d"}
LENGTHS = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 225}


@dataclass(frozen=True)
class Book:
    """How many formats, differential formats and shared texts a workbook has."""

    formats: int
    differential: int
    shared: int


@dataclass
class Sheet:
    """What is wrong with a sheet, and what others need of it."""

    part: str
    last_row: int = 0
    heads: dict[int, str] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    places: Counter = field(default_factory=Counter)
    formulas: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_sheet(package, part, relations, book) -> Sheet:
    """Read a sheet as a stream: a report of thousands of accounts has tens of megabytes of rows."""
    sheet, depth, children = Sheet(part), 0, []
    with package.open(part) as stream:
        for event, element in ET.iterparse(stream, ("start", "end")):
            if event == "start":
                depth += 1
                children += [element.tag.removeprefix(MAIN)] if depth == 2 else []
                continue
            depth -= 1
            if element.tag == f"{MAIN}row":
                row_of(element, sheet, book)
                element.clear()
            elif depth == 1 and element.tag != f"{MAIN}sheetData":
                sheet.problems += CHECKS.get(element.tag.removeprefix(MAIN), nothing)(
                    element, sheet, relations, book
                )
    sheet.problems += order_problems(children)
    return sheet


def nothing(element, sheet, relations, book):
    """Find nothing wrong."""
    return ()


def order_problems(children):
    """Children stand in the order of the sequence, each once unless it may come again."""
    if children != sorted(children, key=ORDER.index):
        yield f"its children are out of order: {children}"
    times = Counter(children)
    yield from (f"{one} is there twice" for one in times if times[one] > 1 and one != "conditionalFormatting")


def row_of(row, sheet, book):
    """Read a row; rows and cells ascend, and cells hold what their kind says (18.3.1.4, 18.3.1.73)."""
    number = int(row.get("r"))
    if not sheet.last_row < number <= LAST_ROW:
        sheet.problems.append(f"row {number} follows row {sheet.last_row}")
    sheet.last_row, last = number, 0
    for cell in row:
        at, column = coordinate_to_tuple(cell.get("r"))
        if at != number or column <= last:
            sheet.problems.append(f"{cell.get('r')} is out of place")
        last = column
        sheet.problems += (f"{cell.get('r')} {problem}" for problem in cell_problems(cell, book))
        formula = cell.find(f"{MAIN}f")
        if formula is not None:
            sheet.formulas.append(formula.text)
        if number == 1:
            sheet.heads[column] = "".join(one.text or "" for one in cell.iter(f"{MAIN}t"))


def cell_problems(cell, book):
    """Yield what is wrong with a cell."""
    kind, value, formula = cell.get("t", "n"), cell.find(f"{MAIN}v"), cell.find(f"{MAIN}f")
    if kind not in KINDS:
        yield f"is of no kind: {kind}"
    if int(cell.get("s", 0)) >= book.formats:
        yield "has a format that is not there"
    if kind == "s" and int(value.text) >= book.shared:
        yield "has a shared text that is not there"
    if kind == "n" and value is not None:
        try:
            float(value.text)
        except ValueError:
            yield f"is no number: {value.text}"
    if (kind == "inlineStr") != (cell.find(f"{MAIN}is") is not None):
        yield "says that it has its text with it, and does not have it, or the other way round"
    yield from text_problems(cell)
    if formula is not None:
        yield from formula_problems(formula.text, value)


def text_problems(cell):
    """Yield what is wrong with a cell's text: its length, and blanks at its ends that readers drop."""
    texts = list(cell.iter(f"{MAIN}t"))
    whole = "".join(one.text or "" for one in texts)
    if len(whole.encode("utf-16-le")) > 2 * LONGEST_TEXT:
        yield "has a text that is too long"
    for one in texts:
        if one.text and one.text != one.text.strip() and one.get(SPACE) != "preserve":
            yield "loses the blanks at the ends of its text"


def formula_problems(formula, value):
    """Yield what is wrong with a formula."""
    if value is None or value.text is None:
        yield "has a formula without a value; readers that do not calculate see nothing"
    if len(formula) > LONGEST_FORMULA:
        yield "has a formula that is too long"
    if UNWANTED.search(re.sub(r'"[^"]*"', '""', formula)):
        yield f"has a formula that not every program knows, or that is never at rest: {formula}"


def columns(element, sheet, relations, book):
    """Ranges of columns ascend and do not overlap (18.3.1.13)."""
    last = 0
    for one in element:
        if not last < int(one.get("min")) <= int(one.get("max")):
            yield f"the columns from {one.get('min')} are described twice"
        last = int(one.get("max"))


def merges(element, sheet, relations, book):
    """Merged areas do not overlap, and are counted."""
    areas = [range_boundaries(one.get("ref")) for one in element]
    if element.get("count") is not None and int(element.get("count")) != len(areas):
        yield "merged areas are counted wrongly"
    for number, one in enumerate(areas):
        if any(overlap(one, other) for other in areas[:number]):
            yield f"merged areas overlap at {one}"


def overlap(one, other) -> bool:
    """Tell if two areas (left, top, right, bottom) share a cell."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def conditions(element, sheet, relations, book):
    """Formats that depend on values are there."""
    for rule in element:
        if int(rule.get("dxfId", 0)) >= book.differential:
            yield "a conditional format is not there"


def validations(element, sheet, relations, book):
    """Lists and messages are as short as Excel wants them (18.3.1.32; 225 letters in its dialog)."""
    if int(element.get("count")) != len(element):
        yield "validations are counted wrongly"
    for one in element:
        yield from (
            f"the {what} of a validation is longer than {longest}"
            for what, longest in LENGTHS.items()
            if len(one.get(what, "")) > longest
        )
        if any(len(text.text) > 257 for text in one.iter(f"{MAIN}formula1")):
            yield "the list of a validation is longer than 255"


def links(element, sheet, relations, book):
    """Links are at most 65,530, one for a cell, and lead somewhere (18.3.1.47)."""
    if len(element) > MOST_LINKS:
        yield f"{len(element)} links"
    cells = Counter(one.get("ref") for one in element)
    yield from (f"{cell} has two links" for cell, times in cells.items() if times > 1)
    for one in element:
        related, place = one.get(RELATED), one.get("location")
        if related is not None and relations.get(related) is None:
            yield f"the link of {one.get('ref')} has no target"
        elif related is None and place is None:
            yield f"the link of {one.get('ref')} leads nowhere"
        elif related is None:
            sheet.places[place] += 1


def parts(kind):
    """Return a check that a part which the sheet names is there, and is of its kind."""

    def check(element, sheet, relations, book):
        found = relations.get(element.get(RELATED))
        if found is None or found.kind != kind:
            yield f"its {kind} is not there"

    return check


def table_parts(element, sheet, relations, book):
    """Tables are counted, and are there."""
    sheet.tables += [one.get(RELATED) for one in element]
    if int(element.get("count")) != len(element):
        yield "tables are counted wrongly"
    for one in element:
        yield from parts("table")(one, sheet, relations, book)


def filters(element, sheet, relations, book):
    """A sheet's own filter is not used here: tables have theirs, and Excel refuses both over one area."""
    yield f"a filter of the sheet over {element.get('ref')}"


CHECKS = {
    "cols": columns,
    "mergeCells": merges,
    "conditionalFormatting": conditions,
    "dataValidations": validations,
    "hyperlinks": links,
    "drawing": parts("drawing"),
    "legacyDrawing": parts("vmlDrawing"),
    "tableParts": table_parts,
    "autoFilter": filters,
}
