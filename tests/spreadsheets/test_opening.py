"""A workbook from outside: what it says of itself is checked before calamine lays it out."""

import os
import struct
import zipfile

import pytest

from auditor.errors import InventoryError
from auditor.spreadsheets import Bounds, Package, opened, package
from tests.handmade import handmade

BOUNDS = Bounds(InventoryError, spread="delete stray cells", unpacked="save it as .csv")
TEXTS = "xl/sharedStrings.xml"


@pytest.fixture
def book(tmp_path):
    return lambda rows: handmade(tmp_path / "book.xlsx", {"Sheet": rows})


def test_a_workbook_is_read_with_its_hidden_rows_and_formulas(book):
    path = book([["Account", "Sum"], ["ana@contoso.com", ("formula", "1+1", 2)], ["ben@contoso.com", 2]])
    with opened(path, BOUNDS) as (workbook, parts):
        assert workbook.get_sheet_by_index(0).to_python()[0] == ["Account", "Sum"]
        assert dict(parts.survey(0, "Sheet").formulas) == {"B": 1}


def with_cell(path, cell):
    """Put a cell in the place of B2, as another program writes it."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data.replace(b'<c r="B2"><v>1</v></c>', cell.encode()))


@pytest.mark.parametrize(
    ("cell", "formulas"),
    [
        ('<c r="B2" t="b"><f aca="false">TRUE()</f><v>1</v></c>', {}),
        ('<c r="B2" t="b"><f>FALSE()</f><v>0</v></c>', {}),
        ('<c r="B2" t="b"><f> TRUE </f><v>1</v></c>', {}),
        ('<c r="B2" t="b"><f aca="false">NOT(TRUE())</f><v>0</v></c>', {"B": 1}),
        ('<c r="B2" t="b"><f>TRUE()=A2</f><v>0</v></c>', {"B": 1}),
        ('<c r="B2"><f t="shared" si="0"/><v>0</v></c>', {"B": 1}),
        ('<c r="B2"><f/><v>0</v></c>', {"B": 1}),
        ('<c r="B2"><f>A2</f><v>0</v></c>', {"B": 1}),
    ],
)
def test_true_and_false_are_values_also_where_a_spreadsheet_writes_them_as_functions(book, cell, formulas):
    path = book([["Account", "Asked"], ["ana@contoso.com", 1]])
    with_cell(path, cell)
    with opened(path, BOUNDS) as (_, parts):
        assert dict(parts.survey(0, "Sheet").formulas) == formulas


def test_a_part_that_unpacks_to_more_than_it_says_is_damage(book):
    path = book([["Account"]])
    with zipfile.ZipFile(path) as parts:
        info = parts.getinfo(TEXTS)
    data = bytearray(path.read_bytes())
    entry = data.index(TEXTS.encode(), data.index(b"PK\x01\x02")) - 46
    data[entry + 24 : entry + 28] = struct.pack("<L", info.file_size - 5)
    path.write_bytes(data)
    with pytest.raises(InventoryError, match="damaged"):
        Package(path, BOUNDS).check()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [TEXTS, TEXTS.upper()])
def test_two_parts_of_one_name_are_damage(book, name):
    path = book([["Account"]])
    with zipfile.ZipFile(path, "a") as parts:
        parts.writestr(name, b"<sst/>")
    with pytest.raises(InventoryError, match="damaged"), opened(path, BOUNDS):
        pass


def test_shared_texts_that_unpack_to_gigabytes_are_refused_before_they_are_read(book, monkeypatch):
    path = book([["Account" * 500]])
    monkeypatch.setattr(package, "_BYTES_AT_MOST", 2_000)
    with pytest.raises(InventoryError, match="unpacks to more"), opened(path, BOUNDS):
        pytest.fail("calamine has read it")


def test_one_long_text_in_very_many_cells_is_refused_before_each_gets_its_own(book, monkeypatch):
    path = book([["x" * 1_000]] * 100)
    monkeypatch.setattr(package, "_BYTES_AT_MOST", 90_000)
    with opened(path, BOUNDS) as (_, parts), pytest.raises(InventoryError, match="unpacks to more"):
        parts.survey(0, "Sheet")


@pytest.mark.parametrize("size", [3, 50, 10_000])
def test_a_long_text_in_one_cell_and_many_short_ones_are_no_bomb(book, monkeypatch, size):
    path = book([["x" * 5_000], *[["short"]] * 100])
    monkeypatch.setattr(package, "_BYTES_AT_MOST", 60_000)
    monkeypatch.setattr(package, "_CHUNK", size)
    with opened(path, BOUNDS) as (_, parts):
        assert not parts.survey(0, "Sheet").hidden


def test_a_list_of_sheets_that_is_no_list_is_damage(book, monkeypatch):
    monkeypatch.setattr(package, "_LIST_AT_MOST", 50)
    with pytest.raises(InventoryError, match="damaged"):
        Package(book([["Account"]]), BOUNDS).survey(0, "Sheet")


def test_a_part_without_an_end_of_a_tag_is_damage_before_it_fills_the_memory(book, monkeypatch):
    """Looking for that end again and again took a minute for each gigabyte."""
    path = book([["x" * 50_000]])
    monkeypatch.setattr(package, "_CHUNK", 1_000)
    monkeypatch.setattr(package, "_BETWEEN_TAGS", 40_000)
    with pytest.raises(InventoryError, match="damaged"), opened(path, BOUNDS):
        pytest.fail("calamine has read it")


def test_very_many_parts_are_damage(book, monkeypatch):
    monkeypatch.setattr(package, "_PARTS_AT_MOST", 5)
    with pytest.raises(InventoryError, match="damaged"), opened(book([["Account"]]), BOUNDS):
        pytest.fail("calamine has read it")


def test_a_package_that_stands_behind_another_is_damage(book):
    path = book([["Account"]])
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(InventoryError, match="damaged"), opened(path, BOUNDS):
        pytest.fail("calamine has read it")


def test_of_cells_that_have_to_be_parsed_not_any_number_is(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "_PARSED_AT_MOST", 1_000)
    rows = "<row><c><v>1</v></c></row>" * 100
    sheet = {"xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>"}
    path = handmade(tmp_path / "book.xlsx", {"Sheet": []}, extra=sheet)
    with opened(path, BOUNDS) as (_, parts), pytest.raises(InventoryError, match="unpacks to more"):
        parts.survey(0, "Sheet")


@pytest.mark.parametrize("cell", ['<c r = "XFD1048576"><v>1</v></c>', '<c r="xfd1048576"><v>1</v></c>'])
def test_a_far_cell_is_refused_however_its_place_is_written(tmp_path, cell):
    path = handmade(
        tmp_path / "book.xlsx",
        {"Sheet": [["Account"]]},
        extra={
            "xl/worksheets/sheet1.xml": (
                f'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row>{cell}</row>'
                "</sheetData></worksheet>"
            )
        },
    )
    with opened(path, BOUNDS) as (_, parts), pytest.raises(InventoryError, match="1,048,576 rows by 16,384"):
        parts.survey(0, "Sheet")


@pytest.mark.parametrize(
    ("part", "what"), [("content.xml", "an OpenDocument file"), ("xl/workbook.bin", "a binary workbook")]
)
def test_other_kinds_of_workbooks_are_told_by_their_name(tmp_path, part, what):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr(part, b"")
    with pytest.raises(InventoryError, match=what) as caught, opened(path, BOUNDS):
        pytest.fail("calamine has read it")
    assert "save it as .xlsx" in caught.value.advice


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    path = tmp_path / "book.xlsx"
    os.mkfifo(path)
    with pytest.raises(InventoryError, match="pipe"), opened(path, BOUNDS):
        pytest.fail("calamine has read it")


@pytest.mark.parametrize(
    ("name", "said"), [("a.csv", "not an Excel workbook$"), ("a.xlsx", "workbook, whatever its name says$")]
)
def test_a_text_file_is_told_by_what_its_name_promises(tmp_path, name, said):
    path = tmp_path / name
    path.write_text("Account;Status", encoding="utf-8")
    with pytest.raises(InventoryError, match=said), opened(path, BOUNDS):
        pytest.fail("calamine has read it")
