"""A report on 5,000 accounts: whole by the rules of the format, and LibreOffice takes it as it is.

LibreOffice repairs in silence what it cannot read. So what it saves again is counted: a table, a dropdown, a
link or a chart that is not in its copy was not understood.
"""

import os
import shutil
import subprocess
from contextlib import closing
from typing import NamedTuple
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from openpyxl.utils import range_boundaries

from auditor.journal import Journal
from auditor.rulebook.load import load_rulebook
from auditor.run.judged import judge
from auditor.writers.workbook.writer import WorkbookWriter
from benchmarks.runfiles import write_run_file
from tests.writers.workbook.ooxml import problems

OFFICE = shutil.which("libreoffice") or shutil.which("soffice")
ACCOUNTS = 5_000
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"


class Shape(NamedTuple):
    """What of a sheet must outlive being opened and saved."""

    rows: int
    links: int
    validated: int
    conditions: int
    hidden_columns: int
    hidden: bool


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("5000")
    write_run_file(folder / "run.audit-run", ACCOUNTS)
    with closing(Journal.open(folder / "run.audit-run")) as journal:
        audit = judge(journal, load_rulebook())
        WorkbookWriter().write(audit, folder / "report.xlsx")
        return folder / "report.xlsx", audit.summary


def test_the_workbook_keeps_the_rules_of_the_format(written):
    path, _ = written
    assert problems(path) == []


def test_every_case_and_every_finding_has_its_row(written):
    path, summary = written
    shapes = shapes_of(path)
    assert shapes["Accounts"].rows == summary.cases + 1 == ACCOUNTS + 1
    assert shapes["Findings"].rows == sum(summary.findings.values()) + 1


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed here; the workbook is not opened")
def test_libreoffice_opens_and_saves_it_and_nothing_is_lost(written, tmp_path):
    path, _ = written
    saved = saved_by_office(path, tmp_path)
    assert shapes_of(saved) == shapes_of(path)
    assert tables_of(saved) == tables_of(path)
    assert count_of(saved, "xl/charts/chart") == count_of(path, "xl/charts/chart")


def saved_by_office(path, folder):
    """Open a workbook in LibreOffice and save it as .xlsx; returns the copy."""
    subprocess.run(
        [
            OFFICE,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=300,
        env={**os.environ, "HOME": str(folder)},
    )
    return folder / path.name


def shapes_of(path):
    """Return each sheet's shape by its name."""
    with ZipFile(path) as package:
        return {name: shape_of(package, part, state) for name, part, state in sheets_of(package)}


def sheets_of(package):
    """Yield name, part and state of each sheet, in the order of the tabs."""
    rels = ET.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {
        one.get("Id"): one.get("Target").removeprefix("/xl/") for one in rels.iter(f"{PACKAGE}Relationship")
    }
    for sheet in ET.fromstring(package.read("xl/workbook.xml")).iter(f"{MAIN}sheet"):
        yield sheet.get("name"), f"xl/{targets[sheet.get(RELATED)]}", sheet.get("state", "visible")


def shape_of(package, part, state):
    """Return a sheet's shape; rows that hold nothing do not count."""
    rows, links, validated, conditions, hidden = 0, set(), 0, 0, 0
    with package.open(part) as stream:
        for _, element in ET.iterparse(stream):
            if element.tag == f"{MAIN}row":
                rows += any(len(cell) for cell in element)
                element.clear()
            elif element.tag == f"{MAIN}hyperlink":
                links.add(element.get("ref"))
            elif element.tag == f"{MAIN}dataValidation":
                validated += sum(cells_in(area) for area in element.get("sqref").split())
            elif element.tag == f"{MAIN}cfRule":
                conditions += 1
            elif element.tag == f"{MAIN}col" and element.get("hidden") in {"1", "true"}:
                hidden += int(element.get("max")) - int(element.get("min")) + 1
    # LibreOffice knows hidden sheets only, none that its own menu does not show
    return Shape(rows, len(links), validated, conditions, hidden, state != "visible")


def cells_in(area):
    """Return how many cells an area such as B2:B9 has."""
    left, top, right, bottom = range_boundaries(area)
    return (right - left + 1) * (bottom - top + 1)


def tables_of(package_path):
    """Return every table's name, area and headers."""
    with ZipFile(package_path) as package:
        names = [name for name in package.namelist() if name.startswith("xl/tables/")]
        roots = [ET.fromstring(package.read(name)) for name in names]
    return sorted(
        (
            root.get("displayName"),
            root.get("ref"),
            tuple(c.get("name") for c in root.iter(f"{MAIN}tableColumn")),
        )
        for root in roots
    )


def count_of(package_path, start):
    """Return how many parts of a package have a name that begins so."""
    with ZipFile(package_path) as package:
        return sum(name.startswith(start) for name in package.namelist())
