"""What Excel is strict about in a workbook, read from the parts of its package (ECMA-376 parts 1 and 2).

Other programs repair in silence, or leave out, what Excel refuses with a message about unreadable content; so
the rules are checked here, where no Excel is. `problems` returns a sentence for each rule that is broken.
"""

import posixpath
import re
from collections import Counter
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from openpyxl.utils import range_boundaries

from tests.writers.workbook.ooxml_sheet import MAIN, RELATED, Book, Sheet, read_sheet

PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
SHEET_NAME = re.compile(r"(?!')[^\[\]:*?/\\\x00-\x1f]{1,31}(?<!')")
TABLE_NAME = re.compile(r"[A-Za-z_\\][\w.\\]{0,254}")
A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*")
AREA = re.compile(r"'((?:[^']|'')+)'!\$([A-Z]+)\$(\d+)(?::\$([A-Z]+)\$(\d+))?")
STYLE_LISTS = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}


@dataclass(frozen=True)
class Relation:
    """A relationship of a part: its kind (the last word of its type) and where it leads."""

    kind: str
    target: str
    external: bool


def problems(path) -> list[str]:
    """Return what is wrong with a workbook, in sentences; none if nothing is."""
    with ZipFile(path) as package:
        names = package.namelist()
        found = [f"{name} is in the package twice" for name, times in Counter(names).items() if times > 1]
        found += [f"{package.testzip()} is damaged"] if package.testzip() else []
        found += list(type_problems(package, set(names)))
        relations, wrong = relations_of(package, set(names))
        found += wrong
        found += list(style_problems(ET.fromstring(package.read("xl/styles.xml"))))
        sheets, wrong = sheets_of(package, relations)
        found += wrong
        tables = list(tables_of(package, relations, sheets))
        found += list(table_problems(tables))
        for name, sheet in sheets.items():
            found += [f"{name}: {problem}" for problem in (*sheet.problems, *place_problems(sheet, sheets))]
        found += list(chart_problems(package, sheets))
    return found


def type_problems(package, names):
    """Every part has a type, and every type has its part (part 2, 10.1.2)."""
    root = ET.fromstring(package.read("[Content_Types].xml"))
    defaults = {one.get("Extension").lower() for one in root.iter(f"{TYPES}Default")}
    overrides = [one.get("PartName").lstrip("/") for one in root.iter(f"{TYPES}Override")]
    for name, times in Counter(overrides).items():
        if times > 1:
            yield f"{name} has two types"
        if name not in names:
            yield f"{name} has a type and is not there"
    plain = re.compile(r"_rels/|docProps/|\[Content_Types\]|\.vml$|\.png$|\.jpe?g$")
    for name in sorted(names - set(overrides)):
        if name.rpartition(".")[2].lower() not in defaults or not plain.search(name):
            yield f"{name} has no type of its own"


def relations_of(package, names):
    """Return the relationships of each part by id, and what is wrong with them (part 2, 9.3)."""
    found, wrong = {}, []
    for name in (one for one in names if one.endswith(".rels")):
        folder, _, file = name.rpartition("_rels/")
        part = found.setdefault(folder + file.removesuffix(".rels"), {})
        for one in ET.fromstring(package.read(name)).iter(f"{PACKAGE}Relationship"):
            external = one.get("TargetMode") == "External"
            target = (
                one.get("Target")
                if external
                else posixpath.normpath(posixpath.join("/", folder, one.get("Target"))).lstrip("/")
            )
            if one.get("Id") in part:
                wrong.append(f"{name} has the id {one.get('Id')} twice")
            if not external and target not in names:
                wrong.append(f"{name} leads to {target}, which is not there")
            part[one.get("Id")] = Relation(one.get("Type").rpartition("/")[2], target, external)
    return found, wrong


def style_problems(root):
    """The lists of styles hold as many as they say, and refer to what is there (part 1, 18.8)."""
    lists = {child.tag.removeprefix(MAIN): child for child in root}
    for name, one in lists.items():
        if one.get("count") is not None and int(one.get("count")) != len(one):
            yield f"styles: {name} says {one.get('count')} and holds {len(one)}"
    for number, form in enumerate(lists["cellXfs"]):
        for attribute, name in STYLE_LISTS.items():
            if int(form.get(attribute, 0)) >= len(lists[name]):
                yield f"styles: the {number}th format has a {attribute} that is not there"


def sheets_of(package, relations):
    """Return the sheets by name, in the order of their tabs, and what is wrong with their list."""
    root = ET.fromstring(package.read("xl/workbook.xml"))
    listed = list(root.iter(f"{MAIN}sheet"))
    wrong = [f"a sheet cannot be called {one.get('name')!r}" for one in listed if not named(one)]
    for what, values in (
        ("name", [one.get("name").casefold() for one in listed]),
        ("number", [one.get("sheetId") for one in listed]),
    ):
        wrong += [f"two sheets have the {what} {one}" for one, times in Counter(values).items() if times > 1]
    if listed[int(next(root.iter(f"{MAIN}workbookView")).get("activeTab", 0))].get("state") != "visible":
        wrong.append("the sheet that opens is hidden")
    book = book_of(package)
    sheets = {}
    for one in listed:
        part = relations["xl/workbook.xml"][one.get(RELATED)].target
        sheets[one.get("name")] = read_sheet(package, part, relations.get(part, {}), book)
    wrong += list(name_problems(root, sheets))
    return sheets, wrong


def named(sheet) -> bool:
    """Tell if a sheet's name is one that Excel takes."""
    return SHEET_NAME.fullmatch(sheet.get("name")) is not None


def book_of(package) -> Book:
    """Return what sheets refer to: how many formats, differential formats and shared texts there are."""
    root = ET.fromstring(package.read("xl/styles.xml"))
    sizes = {child.tag.removeprefix(MAIN): len(child) for child in root}
    shared = 0
    if "xl/sharedStrings.xml" in package.namelist():
        shared = len(ET.fromstring(package.read("xl/sharedStrings.xml")))
    return Book(sizes["cellXfs"], sizes.get("dxfs", 0), shared)


def name_problems(root, sheets):
    """Names are there once for each sheet, and lead to sheets that are there (part 1, 18.2.5)."""
    names = [(one.get("name"), one.get("localSheetId")) for one in root.iter(f"{MAIN}definedName")]
    yield from (f"the name {name} is there twice" for name, times in Counter(names).items() if times > 1)
    for one in root.iter(f"{MAIN}definedName"):
        if int(one.get("localSheetId", 0)) >= len(sheets):
            yield f"the name {one.get('name')} belongs to a sheet that is not there"
        for sheet in re.findall(r"'((?:[^']|'')+)'!", one.text):
            if sheet.replace("''", "'") not in sheets:
                yield f"the name {one.get('name')} leads to {sheet}, which is not there"


@dataclass(frozen=True)
class Table:
    """A table, and the sheet that it is on."""

    root: ET.Element
    sheet: Sheet

    @property
    def name(self) -> str:
        """Return its name as formulas have it."""
        return self.root.get("displayName")

    @property
    def headers(self) -> list[str]:
        """Return the names of its columns."""
        return [one.get("name") for one in self.root.iter(f"{MAIN}tableColumn")]


def tables_of(package, relations, sheets):
    """Yield the tables of all sheets."""
    for sheet in sheets.values():
        for reference in sheet.tables:
            target = relations[sheet.part][reference].target
            if target in package.namelist():  # said already where it is not
                yield Table(ET.fromstring(package.read(target)), sheet)


def table_problems(tables):
    """Tables have ids and names of their own, a row of data, and their headers stand in cells (18.5.1)."""
    for what in ("id", "name", "displayName"):
        values = Counter(one.root.get(what).casefold() for one in tables)
        yield from (f"two tables have the {what} {value}" for value, times in values.items() if times > 1)
    for one in tables:
        if not TABLE_NAME.fullmatch(one.name) or A_CELL.fullmatch(one.name):
            yield f"a table cannot be called {one.name}"
        yield from (f"table {one.name}: {problem}" for problem in columns_problems(one))


def columns_problems(table):
    """Yield what is wrong with a table's area and columns."""
    left, top, right, bottom = range_boundaries(table.root.get("ref"))
    if bottom <= top:
        yield "no row of data"
    if bottom > table.sheet.last_row:
        yield "goes on where the sheet has ended"
    filtered = table.root.find(f"{MAIN}autoFilter")
    if filtered is not None and filtered.get("ref") != table.root.get("ref"):
        yield "filters another area"
    said = table.root.find(f"{MAIN}tableColumns").get("count")
    if not int(said) == len(table.headers) == right - left + 1:
        yield f"{said} columns are said, {len(table.headers)} named, {right - left + 1} covered"
    if len({one.casefold() for one in table.headers}) < len(table.headers):
        yield "two columns have one name"
    if len({one.get("id") for one in table.root.iter(f"{MAIN}tableColumn")}) < len(table.headers):
        yield "two columns have one id"
    cells = [table.sheet.heads.get(column) for column in range(left, right + 1)]
    if top == 1 and [plain(one) for one in table.headers] != cells:
        yield "its columns have other names than the cells above them"


def plain(header: str) -> str:
    """Return a header as its cell has it: breaks are written as _x000a_ in a table's part."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda one: chr(int(one[1], 16)), header)


def place_problems(sheet, sheets):
    """Yield the links and formulas of a sheet that lead to nowhere."""
    for place in sheet.places:
        found = re.fullmatch(r"'((?:[^']|'')+)'!([A-Z]+)(\d+)", place)
        if found is None:
            yield f"a link leads to {place}, which is no place"
        elif found[1].replace("''", "'") not in sheets:
            yield f"a link leads to {place}, and that sheet is not there"
        elif int(found[3]) > sheets[found[1].replace("''", "'")].last_row:
            yield f"a link leads to {place}, below the last row"
    for formula in sheet.formulas:
        yield from (f"a formula {problem}" for problem in area_problems(formula, sheets))


def area_problems(formula, sheets):
    """Yield what is wrong with the areas that a formula or a chart reads."""
    for name, _, top, _, bottom in AREA.findall(formula):
        sheet = sheets.get(name.replace("''", "'"))
        if sheet is None:
            yield f"reads {name}, which is not there"
        elif int(bottom or top) > sheet.last_row:
            yield f"reads {name} down to row {bottom or top}, below the last row"


def chart_problems(package, sheets):
    """Charts read areas that are there, from the sheet that they are on (issue 8: from summary cells)."""
    for part in sorted(one for one in package.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", one)):
        read = [one.text for one in ET.fromstring(package.read(part)).iter(f"{CHART}f")]
        if not read:
            yield f"{part} reads nothing"
        for area in read:
            if not AREA.fullmatch(area) or not area.startswith("'Summary'!"):
                yield f"{part} reads {area}, which is no area of the summary"
            yield from (f"{part} {problem}" for problem in area_problems(area, sheets))
