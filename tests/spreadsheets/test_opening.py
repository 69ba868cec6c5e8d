"""A workbook from outside: what it says of itself is checked before calamine lays it out."""

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
