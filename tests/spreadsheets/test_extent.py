"""How far a sheet's cells spread is found out before it is laid out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.spreadsheets.extent import exact_extent, quick_extent

LAST = (
    b"<sheetData><row spans='1:2' r='7'/>"
    b"<row r='1048576'><c r='XFD1048576' t='s'><v>1</v></c></row></sheetData>"
)
ONE = b"<sheetData><row r='1'><c r='A1' t='s'><v>1</v></c></row>"


@pytest.mark.parametrize("prefix", [b"", b"x:", b"x-y:"])
@pytest.mark.parametrize("quote", [b'"', b"'"])
def test_rows_and_columns_are_counted_whatever_the_prefix_and_the_quotes(prefix, quote):
    sheet = LAST.replace(b"'", quote).replace(b"</", b"</" + prefix)
    sheet = sheet.replace(b"<row", b"<%brow" % prefix).replace(b"<c", b"<%bc" % prefix)
    sheet = sheet.replace(b"<v", b"<%bv" % prefix).replace(b"<sheet", b"<%bsheet" % prefix)
    assert exact_extent(iter([sheet])) == (1_048_576, 16_384)
    assert quick_extent(iter([sheet])) == (None if prefix or quote == b"'" else (1_048_576, 16_384))


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        (b'<row r="9"><c r = "XFD1048576"><v>1</v></c></row>', (1_048_576, 16_384)),
        (b'<row r="9"><c\nr="XFD8"><v>1</v></c></row>', (8, 16_384)),
        (b'<row r="9"><c r="xfd8"><v>1</v></c></row>', (8, 16_384)),
        (b'<row r="9"><x:c r="XFD8"><x:v>1</x:v></x:c></row>', (8, 16_384)),
        (b'<row r="9"><c t="&gt;" r="XFD8"><v>1</v></c></row>', (8, 16_384)),
        (b'<row r="9"><c t=">" r="XFD8"><v>1</v></c></row>', (8, 16_384)),
        (b'<row r="1048575"/><row><c><v>1</v></c></row>', (1_048_576, 1)),
        (b"<row>" + b"<c/>" * 30 + b"<c><v>1</v></c></row>", (2, 31)),
        (b'<row r="9"><c r="AZ9"/><c><is/></c></row>', (9, 53)),
        (b'<row r="9"><c r="Z9"/><c r="C9"><f/></c></row>', (9, 3)),
    ],
)
def test_a_cell_is_found_however_it_says_where_it_stands(cell, place):
    sheet = ONE.replace(b"'", b'"') + cell + b"</sheetData>"
    quick = quick_extent(iter([sheet]))
    assert exact_extent(iter([sheet])) == place
    assert quick is None or (quick[0] >= place[0] and quick[1] >= place[1])


@pytest.mark.parametrize(
    "cell",
    [
        b'<row r="1"><c r="A5000000000"><v>1</v></c></row>',
        b'<row r="5000000000"><c><v>1</v></c></row>',
        b'<row r="1"><c r="AAAA1"><v>1</v></c></row>',
        b'<row r="1"><c r="A0"><v>1</v></c></row>',
        b'<row r="1"><c r="A1" r="XFD9"><v>1</v></c></row>',
        b'<row r="1"><c r="A1" t="s" r = "ZZZ9999999"><v>1</v></c></row>',
        b'<row r="1"><c r="$A$1"><v>1</v></c></row>',
        b'<row r="1"><c>',
    ],
)
def test_a_cell_that_stands_nowhere_is_damage(cell):
    sheet = ONE.replace(b"'", b'"') + cell + b"</sheetData>"
    assert quick_extent(iter([sheet])) is None or cell.endswith(b"<c>")
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is the parser's own
        exact_extent(iter([sheet]))


def test_what_a_sheet_says_of_its_letters_changes_nothing():
    """Readers take it for UTF-8; in the letters that it claims it would say something else."""
    declared = b'<?xml version="1.0" encoding="cp037"?>'
    with pytest.raises(ValueError, match=r"well-formed|mismatched|token"):
        exact_extent(iter([declared + ONE + "<x/></sheetData><".encode("cp037")]))
    assert exact_extent(iter([declared + ONE + b"</sheetData>"])) == (1, 1)


def test_entities_that_multiply_are_refused_where_they_are_declared():
    declared = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(ValueError, match="document type"):
        exact_extent(iter([declared + ONE + b"&b;</sheetData>"]))


@given(st.lists(st.tuples(st.integers(1, 1_048_576), st.integers(1, 16_384)), min_size=1, max_size=5))
def test_the_quick_look_never_finds_less_than_the_exact_one(cells):
    letters = {column: _letters(column) for _, column in cells}
    rows = [f'<row r="{row}"><c r="{letters[column]}{row}"><v>1</v></c></row>' for row, column in cells]
    chunks = [line.encode() for line in ("<x>", *rows, "</x>")]
    expected = max(row for row, _ in cells), max(column for _, column in cells)
    assert exact_extent(iter(chunks)) == expected
    assert quick_extent(iter(chunks)) == expected


def _letters(column):
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
