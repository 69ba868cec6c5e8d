"""The check of the format finds what it is there for: each rule is broken once in a workbook of ours."""

import re
from zipfile import ZipFile

import pytest

from auditor.model import Brand
from auditor.writers.workbook.sheet import Limits
from auditor.writers.workbook.writer import WorkbookWriter
from tests.pictures import png
from tests.writers.workbook.ooxml import problems

SUMMARY, ACCOUNTS, FINDINGS = (f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3))
BOOK, TYPES, STYLES = "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"
TABLE, CHART = "xl/tables/table1.xml", "xl/charts/chart1.xml"


@pytest.fixture
def whole(tmp_path, audit):
    path = tmp_path / "report.xlsx"
    WorkbookWriter().write(audit, path)
    return path


@pytest.fixture
def spoilt(whole, tmp_path):
    """Return a function that replaces the first match of a pattern in one part, and returns the problems."""

    def spoil(part, pattern, replacement):
        target = tmp_path / "spoilt.xlsx"
        with ZipFile(whole) as package, ZipFile(target, "w") as copy:
            for name in package.namelist():
                data = package.read(name)
                if name == part:
                    text, times = re.subn(pattern, replacement, data.decode(), count=1, flags=re.DOTALL)
                    assert times == 1, "the pattern is in the part"
                    assert text != data.decode()
                    data = text.encode()
                copy.writestr(name, data)
        return problems(target)

    return spoil


def test_a_workbook_of_ours_is_whole(whole):
    assert problems(whole) == []


def test_a_workbook_with_tables_of_nothing_is_whole(quiet_audit, tmp_path):
    path = tmp_path / "quiet.xlsx"
    WorkbookWriter().write(quiet_audit, path)
    assert problems(path) == []


@pytest.mark.parametrize("rows", [3, 4, 7])
def test_a_workbook_whose_sheets_continue_is_whole(audit, tmp_path, rows):
    path = tmp_path / "long.xlsx"
    WorkbookWriter(limits=Limits(rows=rows, links=5)).write(audit, path)
    assert problems(path) == []


def test_a_workbook_with_a_logo_and_a_long_name_on_it_is_whole(audit, terms, tmp_path):
    path = tmp_path / "branded.xlsx"
    WorkbookWriter(terms(brand=Brand("Contoso & <Sons> Ltd " * 5, png(300, 60), "F2C811"))).write(audit, path)
    assert problems(path) == []


@pytest.mark.parametrize(
    ("part", "pattern", "replacement", "said"),
    [
        (TYPES, r'<Override PartName="/xl/tables/table1\.xml"[^>]*/>', "", "table1.xml has no type"),
        (TYPES, r"/xl/tables/table1\.xml", "/xl/tables/table99.xml", "has a type and is not there"),
        ("xl/worksheets/_rels/sheet2.xml.rels", r"table1\.xml", "table77.xml", "table77.xml, which is not"),
        (BOOK, 'name="Findings"', 'name="Find:ings"', "a sheet cannot be called 'Find:ings'"),
        (BOOK, 'name="Findings"', 'name="accounts"', "two sheets have the name accounts"),
        (BOOK, 'sheetId="3"', 'sheetId="2"', "two sheets have the number 2"),
        (BOOK, 'state="visible"', 'state="hidden"', "the sheet that opens is hidden"),
        (BOOK, r"'Accounts'!\$1", "'Acounts'!$1", "leads to Acounts, which is not there"),
        (BOOK, 'localSheetId="1"', 'localSheetId="99"', "belongs to a sheet that is not there"),
        (BOOK, 'localSheetId="2"', 'localSheetId="1"', "is there twice"),
        (STYLES, r'cellXfs count="\d+"', 'cellXfs count="1"', "cellXfs says 1"),
        (STYLES, r'fontId="1"', 'fontId="999"', "has a fontId that is not there"),
        (
            TABLE,
            'name="Accounts" displayName="Accounts"',
            'name="A1" displayName="A1"',
            "cannot be called A1",
        ),
        (
            TABLE,
            'displayName="Accounts"',
            'displayName="Findings"',
            "two tables have the displayName findings",
        ),
        (TABLE, 'table id="1"', 'table id="2"', "two tables have the id 2"),
        (TABLE, 'id="2" name="Kind"', 'id="2" name="Sort"', "other names than the cells"),
        (TABLE, 'id="2" name="Kind"', 'id="2" name="account"', "two columns have one name"),
        (TABLE, 'tableColumn id="2"', 'tableColumn id="1"', "two columns have one id"),
        (TABLE, r'tableColumns count="\d+"', 'tableColumns count="3"', "3 columns are said"),
        (TABLE, r'ref="A1:(\w)\d+" header', r'ref="A1:\g<1>1" header', "no row of data"),
        (TABLE, r'ref="A1:(\w)\d+" header', r'ref="A1:\g<1>99999" header', "where the sheet has ended"),
        (TABLE, r'autoFilter ref="A1', 'autoFilter ref="A2', "filters another area"),
        (CHART, "'Summary'!", "'Accounts'!", "is no area of the summary"),
        (CHART, r"\$(\d+)</", "$9999</", "below the last row"),
        (ACCOUNTS, r"(<cols>.*</cols>)(<sheetData>.*</sheetData>)", r"\2\1", "out of order"),
        (
            ACCOUNTS,
            r"<sheetProtection",
            "<sheetProtection/><sheetProtection",
            "sheetProtection is there twice",
        ),
        (ACCOUNTS, '<row r="3"', '<row r="2"', "row 2 follows row 2"),
        (ACCOUNTS, '<c r="B2"', '<c r="A2"', "A2 is out of place"),
        (ACCOUNTS, r'<c r="A2" s="\d+"', '<c r="A2" s="9999"', "A2 has a format that is not there"),
        (ACCOUNTS, 't="inlineStr"', 't="text"', "is of no kind"),
        (ACCOUNTS, 't="inlineStr"', 't="n"', "its text with it"),
        (ACCOUNTS, r'<c r="B2"( s="\d+") t="inlineStr">.*?</c>', r'<c r="B2"\1><v>x</v></c>', "is no number"),
        (ACCOUNTS, r'<c r="B2"( s="\d+") t="inlineStr">.*?</c>', r'<c r="B2"\1 t="s"><v>9</v></c>', "shared"),
        (ACCOUNTS, "<t>Kind</t>", "<t> Kind</t>", "loses the blanks"),
        (ACCOUNTS, "<t>Kind</t>", f"<t>{'K' * 32_768}</t>", "too long"),
        (ACCOUNTS, 'min="2" max="2"', 'min="1" max="2"', "the columns from 1 are described twice"),
        (ACCOUNTS, "location=\"'Findings'!A2\"", "location=\"'Findings'!A9999\"", "below the last row"),
        (ACCOUNTS, "location=\"'Findings'!A2\"", "location=\"'Nowhere'!A2\"", "that sheet is not there"),
        (ACCOUNTS, "location=\"'Findings'!A2\"", 'location="Findings"', "which is no place"),
        (ACCOUNTS, "location=\"'Findings'!A2\"", "", "leads nowhere"),
        (ACCOUNTS, r"<hyperlink [^>]*/>", r"\g<0>\g<0>", "A1 has two links"),
        (ACCOUNTS, r"<hyperlinks[^>]*>", '<autoFilter ref="A1:B2"/>\\g<0>', "a filter of the sheet"),
        (FINDINGS, r'errorTitle="', f'errorTitle="{"x" * 33}', "errorTitle of a validation"),
        (
            FINDINGS,
            'dataValidations count="2"',
            'dataValidations count="3"',
            "validations are counted wrongly",
        ),
        (FINDINGS, r"<formula1>", f"<formula1>{'x' * 300}", "the list of a validation"),
        (FINDINGS, 'dxfId="0"', 'dxfId="99"', "a conditional format is not there"),
        (FINDINGS, 'r:id="anysvml"', 'r:id="gone"', "its vmlDrawing is not there"),
        (FINDINGS, 'tableParts count="1"', 'tableParts count="2"', "tables are counted wrongly"),
        (SUMMARY, r'(<mergeCell ref="[^"]+"/>)', r"\1\1", "merged areas"),
        (SUMMARY, r"<f>[^<]*</f>", "<f>TODAY()</f>", "never at rest"),
        (SUMMARY, r"<f>[^<]*</f>", "<f>SUM(FILTER('Findings'!$A$2:$A$3,1))</f>", "not every program knows"),
        (SUMMARY, r"<f>[^<]*</f>", "<f>COUNTA('Findngs'!$A$2:$A$3)</f>", "reads Findngs"),
        (SUMMARY, r"</f><v>[^<]*</v>", "</f>", "a formula without a value"),
    ],
)
def test_a_broken_rule_is_said(spoilt, part, pattern, replacement, said):
    assert said in "\n".join(spoilt(part, pattern, replacement))


def test_a_part_that_is_there_twice_is_said(whole, tmp_path):
    target = tmp_path / "twice.xlsx"
    target.write_bytes(whole.read_bytes())
    with ZipFile(target, "a") as package, pytest.warns(UserWarning, match="Duplicate name"):
        package.writestr(STYLES, package.read(STYLES))
    assert f"{STYLES} is in the package twice" in problems(target)
