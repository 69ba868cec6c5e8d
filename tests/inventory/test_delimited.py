"""Separated text: encodings, separators, quotation marks."""

import codecs

import pytest

from auditor.errors import InventoryError, NothingToAudit

HEAD = "Account,Environment,Owner\n"
ROW = "anna.berger@contoso.com,contoso.crm4.dynamics.com,Jürgen\n"
ENCODINGS = {
    "UTF-8": lambda t: t.encode(),
    "UTF-8 with a byte order mark": lambda t: t.encode("utf-8-sig"),
    "UTF-16 little endian with a mark": lambda t: codecs.BOM_UTF16_LE + t.encode("utf-16-le"),
    "UTF-16 big endian with a mark": lambda t: codecs.BOM_UTF16_BE + t.encode("utf-16-be"),
    "UTF-16 little endian without a mark": lambda t: t.encode("utf-16-le"),
    "UTF-16 big endian without a mark": lambda t: t.encode("utf-16-be"),
    "UTF-32 with a mark": lambda t: t.encode("utf-32"),
    "Windows-1252": lambda t: t.encode("cp1252"),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_every_usual_encoding_is_recognised_and_named(text, read, encode):
    inventory = read(text(encode(HEAD + ROW)))
    assert [case.owner for case in inventory.cases] == ["Jürgen"]
    assert "read as" in inventory.remarks[0]


def test_bytes_that_windows_1252_does_not_know_are_no_reason_to_stop(text, read):
    (case,) = read(text(HEAD.encode() + ROW.encode("cp1252").replace(b"J", b"\x81"))).cases
    assert case.owner.startswith("\ufffd")


@pytest.mark.parametrize(
    ("separator", "word"), [(";", "semicolons"), (",", "commas"), ("\t", "tabs"), ("|", "bars")]
)
@pytest.mark.parametrize("name", ["accounts.csv", "accounts.tsv"])
def test_the_separator_is_recognised_by_the_header(text, read, separator, word, name):
    content = "Owner,Account,Environment\n".replace(",", separator) + separator.join(
        ['"Doe, Jane; Sales"', "jane@contoso.com", "contoso.crm4.dynamics.com"]
    )
    inventory = read(text(content, name))
    assert [case.owner for case in inventory.cases] == ["Doe, Jane; Sales"]
    assert word in inventory.remarks[0]


@pytest.mark.parametrize("title", ["sep=;\n", "Report of June, July, August, September\n\n", ",,,,,\n"])
def test_lines_above_the_header_do_not_mislead(text, read, title):
    assert len(read(text(title + (HEAD + ROW).replace(",", ";"))).cases) == 1


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_rows_are_physical_lines_whatever_ends_them(text, read, ending):
    content = (
        HEAD + '\n"anna@contoso.com",a.crm4.dynamics.com,"two\nlines"\nben@contoso.com,a.crm4.dynamics.com,\n'
    )
    inventory = read(text(content.replace("\n", ending)))
    assert [case.origin.row for case in inventory.cases] == [3, 5]
    assert inventory.cases[0].owner.split() == ["two", "lines"]


def test_a_quotation_mark_that_never_closes_is_an_error_with_its_row(text, read):
    with pytest.raises(InventoryError, match="row 3: a quotation mark opens a text that never ends"):
        read(text(HEAD + ROW + '"ben@contoso.com,a.crm4.dynamics.com,\n' + ROW * 3))


def test_an_endless_cell_is_an_error_with_its_row(text, read):
    with pytest.raises(InventoryError, match="row 2: cannot be read"):
        read(text(HEAD + '"' + ROW * 5000))


def test_more_cells_than_columns_are_an_error_for_they_mean_a_separator_in_a_text(text, read):
    (row,) = read(text(HEAD + "anna@contoso.com,a.crm4.dynamics.com,Doe, Jane\n")).invalid
    assert row.problems[0].wrong == "the row has 1 filled cells more than the header"


def test_empty_cells_beyond_the_header_are_none(text, read):
    assert len(read(text(HEAD + "anna@contoso.com,a.crm4.dynamics.com,,,,\n")).cases) == 1


def test_a_short_row_has_empty_cells(text, read):
    (case,) = read(text(HEAD + "anna@contoso.com,a.crm4.dynamics.com\n")).cases
    assert case.owner == ""


def test_lines_of_blanks_and_separators_are_no_rows(text, read):
    assert len(read(text(HEAD + ",,\n   \n\u200b,\u00a0,\n" + ROW)).cases) == 1


def test_sheets_mean_nothing_here_and_that_is_said(text, read):
    with pytest.raises(InventoryError, match="has no sheets"):
        read(text(HEAD + ROW), sheet="A")


@pytest.mark.parametrize("content", ["", "\n\n", HEAD, "\ufeff"])
def test_a_file_without_rows_leaves_nothing_to_audit(text, read, content):
    with pytest.raises(NothingToAudit):
        read(text(content))


def test_a_hundred_thousand_rows_are_read_one_by_one(text, read):
    rows = "".join(f"user{i}@contoso.com,org{i % 7}.crm4.dynamics.com,T\n" for i in range(100_000))
    inventory = read(text(HEAD + rows))
    assert len(inventory.cases) == 100_000
    assert inventory.cases[-1].origin.row == 100_001


def test_a_workbook_with_the_name_of_a_text_file_says_so(text, read):
    with pytest.raises(InventoryError, match="a workbook, whatever its name says"):
        read(text(b"PK\x03\x04" + bytes(100)))
