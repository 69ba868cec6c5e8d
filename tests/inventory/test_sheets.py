"""Excel workbooks as people keep them."""

import datetime as dt
import re
import zipfile
from pathlib import Path

import pytest

from auditor.errors import InventoryError, NothingToAudit
from auditor.inventory import sheets

DATA = Path(__file__).parent / "data"
HEAD = ["Account", "Environment"]
ANNA = ["anna.berger@contoso.com", "contoso.crm4.dynamics.com"]
BEN = ["ben.novak@contoso.com", "contoso.crm4.dynamics.com"]


def rezipped(path, change):
    """Write the workbook again with every part passed through `change(name, data)`."""
    with zipfile.ZipFile(path) as package:
        parts = {name: change(name, package.read(name)) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["accounts.xlsx", "accounts.xlsm"])
def test_a_workbook_is_read_and_every_case_knows_its_file_sheet_and_row(book, read, name):
    inventory = read(book({"Sales": [HEAD, ANNA, BEN]}, name))
    assert [str(case.origin) for case in inventory.cases] == [
        f"{name}, sheet Sales, row 2",
        f"{name}, sheet Sales, row 3",
    ]


def test_an_old_xls_is_read(read):
    inventory = read(DATA / "accounts.xls")
    assert [case.account for case in inventory.cases] == ["anna.berger@contoso.com", "svc-sync@contoso.com"]
    assert inventory.cases[0].owner == "12345"


def test_an_xls_under_the_name_of_an_xlsx_is_taken_for_encrypted(read, tmp_path):
    (tmp_path / "accounts.xlsx").write_bytes((DATA / "accounts.xls").read_bytes())
    with pytest.raises(InventoryError, match="encrypted"):
        read(tmp_path / "accounts.xlsx")


def test_the_sheet_whose_header_fits_best_is_read_and_named(book, read):
    inventory = read(
        book(
            {"Contents": [["This workbook"]], "Old": [HEAD, BEN], "Now": [[*HEAD, "Owner"], [*ANNA, "Team"]]}
        )
    )
    assert [case.account for case in inventory.cases] == [ANNA[0]]
    assert inventory.remarks[0].startswith('sheet "Now" was read')


def test_another_sheet_that_would_fit_too_is_named_as_not_read(book, read):
    remark = read(book({"North": [HEAD, ANNA], "South": [HEAD, BEN]})).remarks[0]
    assert '"North" was read' in remark
    assert '"South" would fit too and was not read (--sheet chooses)' in remark


def test_the_sheet_asked_for_is_read_whatever_its_case(book, read):
    inventory = read(book({"North": [HEAD, ANNA], "South": [HEAD, BEN]}), sheet=" south ")
    assert [case.account for case in inventory.cases] == [BEN[0]]


def test_a_sheet_that_is_not_there_is_an_error_that_names_those_that_are(book, read):
    with pytest.raises(InventoryError, match='no sheet "West"') as caught:
        read(book({"North": [HEAD, ANNA]}), sheet="West")
    assert '"North"' in caught.value.advice


def test_a_hidden_sheet_is_read_only_on_request(book, read):
    def hide(workbook):
        workbook["Old"].sheet_state = "hidden"

    path = book({"Old": [[*HEAD, "Owner"], [*BEN, "Team"]], "Now": [HEAD, ANNA]}, change=hide)
    assert [case.account for case in read(path).cases] == [ANNA[0]]
    assert [case.account for case in read(path, sheet="Old").cases] == [BEN[0]]


def test_hidden_rows_are_read_like_the_others_and_counted(book, read):
    def hide(workbook):
        workbook["A"].row_dimensions[3].hidden = True
        workbook["A"].row_dimensions[9].hidden = True

    inventory = read(book({"A": [HEAD, ANNA, BEN]}, change=hide))
    assert len(inventory.cases) == 2
    assert "hidden rows read like the others: 1" in inventory.remarks


def test_title_rows_and_blank_rows_do_not_disturb_and_row_numbers_stay_those_of_excel(book, read):
    inventory = read(
        book({"A": [["Accounts of 2024"], [], [None, "as of June"], HEAD, [], ANNA, ["  "], BEN]})
    )
    assert [case.origin.row for case in inventory.cases] == [6, 8]
    assert "the header is row 4; filled rows above it, passed over: 2" in inventory.remarks


def test_a_table_that_begins_further_right_is_found(book, read):
    inventory = read(book({"A": [[], [None, None, *HEAD], [None, None, *ANNA]]}))
    assert [(c.account, c.origin.row) for c in inventory.cases] == [(ANNA[0], 3)]


def test_cells_of_a_merged_block_count_for_all_its_rows(book, read):
    def merge(workbook):
        workbook["A"].merge_cells("B2:B3")
        workbook["A"].merge_cells("A4:A5")

    rows = [
        HEAD,
        ANNA,
        [BEN[0], None],
        ["cho@contoso.com", "a.crm4.dynamics.com"],
        [None, "b.crm4.dynamics.com"],
    ]
    inventory = read(book({"A": rows}, change=merge))
    assert [(c.account, c.environment) for c in inventory.cases] == [
        tuple(ANNA),
        tuple(BEN),
        ("cho@contoso.com", "a.crm4.dynamics.com"),
        ("cho@contoso.com", "b.crm4.dynamics.com"),
    ]


def test_a_blank_cell_outside_a_merged_block_stays_blank(book, read):
    (row,) = read(book({"A": [HEAD, ANNA, [BEN[0], None]]})).invalid
    assert [problem.wrong for problem in row.problems] == ["no environment"]


def test_a_row_that_only_a_merged_block_reaches_is_blank(book, read):
    inventory = read(book({"A": [HEAD, ANNA, [None, None]]}, change=lambda w: w["A"].merge_cells("A2:A3")))
    assert (len(inventory.cases), inventory.invalid) == (1, ())


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        (12345, "12345"),
        (12345.0, "12345"),
        (1.5, "1.5"),
        (True, "true"),
        (dt.date(2024, 3, 1), "2024-03-01"),
        (dt.datetime(2024, 3, 1, 8, 30), "2024-03-01T08:30:00"),  # noqa: DTZ001 - Excel has no zones
        (dt.time(8, 30), "08:30:00"),
    ],
)
def test_numbers_and_dates_read_as_people_see_them(book, read, cell, seen):
    (case,) = read(book({"A": [[*HEAD, "Owner"], [*ANNA, cell]]})).cases
    assert case.owner == seen


def test_a_duration_reads_as_hours_and_minutes():
    assert sheets.cell_text(dt.timedelta(hours=30)) == "1 day, 6:00:00"


@pytest.mark.parametrize(("cell", "skip"), [(False, ""), (0, ""), (True, "marked skip"), (1, "marked skip")])
def test_a_tick_in_skip_counts(book, read, cell, skip):
    (case,) = read(book({"A": [[*HEAD, "Skip"], [*ANNA, cell]]})).cases
    assert case.skip == skip


def test_an_encrypted_workbook_says_so(read):
    with pytest.raises(InventoryError, match="encrypted"):
        read(DATA / "encrypted.xlsx")


def test_a_web_page_with_the_name_of_a_workbook_says_so(text, read):
    with pytest.raises(InventoryError, match="not an Excel workbook") as caught:
        read(text("<html><table></table></html>", "export.xls"))
    assert ".xlsx" in caught.value.advice


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing"])
def test_a_damaged_workbook_says_so(text, read, content):
    with pytest.raises(InventoryError, match=r"damaged|not an Excel workbook"):
        read(text(content, "accounts.xlsx"))


def test_a_workbook_cut_off_in_the_middle_says_so(book, read):
    path = book({"A": [HEAD, ANNA]})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InventoryError, match="damaged"):
        read(path)


def test_a_stray_cell_in_the_last_corner_is_an_error_and_not_the_end_of_the_process(book, read):
    def stray(workbook):
        workbook["A"]["XFD1048576"] = "x"

    with pytest.raises(InventoryError, match="1,048,576 rows by 16,384 columns"):
        read(book({"A": [HEAD, ANNA]}, change=stray))


def test_formatting_without_contents_far_away_does_no_harm(book, read):
    def styled(workbook):
        workbook["A"]["XFD1048576"].number_format = "0.00"

    assert len(read(book({"A": [HEAD, ANNA]}, change=styled)).cases) == 1


@pytest.mark.parametrize("cell", [b'<c r="XFD1048576" s="1"/>', b'<c r="XFD1048576" s="1"></c>'])
@pytest.mark.parametrize("size", [1, 7, 64, 1 << 20])
def test_an_empty_cell_far_away_is_one_however_it_is_written_and_wherever_the_reading_pauses(
    book, read, monkeypatch, cell, size
):
    def added(name, data):
        if not name.startswith("xl/worksheets/"):
            return data
        return data.replace(b"</sheetData>", b'<row r="1048576">' + cell + b"</row></sheetData>")

    monkeypatch.setattr("auditor.spreadsheets.package._CHUNK", size)
    assert len(read(rezipped(book({"A": [HEAD, ANNA]}), added)).cases) == 1


def test_a_cell_far_away_that_holds_something_is_refused_wherever_the_reading_pauses(book, read, monkeypatch):
    def added(name, data):
        cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return data.replace(b"</sheetData>", cell) if name.startswith("xl/worksheets/") else data

    monkeypatch.setattr("auditor.spreadsheets.package._CHUNK", 5)
    with pytest.raises(InventoryError, match="spread over"):
        read(rezipped(book({"A": [HEAD, ANNA]}), added))


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(book, read, monkeypatch):
    monkeypatch.setattr("auditor.spreadsheets.package._BYTES_AT_MOST", 1000)
    with pytest.raises(InventoryError, match="unpacks to more"):
        read(book({"A": [HEAD, ANNA]}))


def test_a_workbook_whose_parts_have_absolute_names_and_prefixes_is_read(book, read):
    def other_style(name, data):
        if name == "xl/_rels/workbook.xml.rels":
            return data.replace(b'Target="worksheets', b'Target="/xl/worksheets')
        if name.startswith("xl/worksheets/"):
            tagged = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", data)
            return tagged.replace(b"xmlns=", b"xmlns:x=")
        return data

    def hide(workbook):
        workbook["A"].row_dimensions[2].hidden = True

    inventory = read(rezipped(book({"A": [HEAD, ANNA]}, change=hide), other_style))
    assert len(inventory.cases) == 1
    assert "hidden rows read like the others: 1" in inventory.remarks


def test_a_workbook_that_names_no_sheet_part_is_damaged(book, read):
    def lost(name, data):
        return data.replace(b'Id="rId1"', b'Id="rId77"') if name.endswith("workbook.xml.rels") else data

    with pytest.raises(InventoryError, match="damaged"):
        read(rezipped(book({"A": [HEAD, ANNA]}), lost))


@pytest.mark.parametrize("rows", [[], [HEAD]])
def test_a_sheet_without_accounts_leaves_nothing_to_audit(book, read, rows):
    with pytest.raises(NothingToAudit):
        read(book({"A": rows}))
