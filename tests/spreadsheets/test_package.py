"""How far a sheet's cells spread is found out before it is laid out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.spreadsheets import package


@pytest.mark.parametrize("prefix", [b"", b"x:"])
@pytest.mark.parametrize("quote", [b'"', b"'"])
def test_rows_and_columns_are_counted_whatever_the_prefix_and_the_quotes(prefix, quote):
    sheet = b"<sheetData><row spans='1:2' r='7'/><row r='1048576'><c r='XFD1048576' t='s'><v>1</v></c></row>"
    sheet = sheet.replace(b"'", quote).replace(b"<", b"<" + prefix)
    assert package._rough_extent(iter([sheet])) == (1_048_576, 16_384)
    assert package._exact_extent(iter([sheet])) == (1_048_576, 16_384)


@given(st.lists(st.tuples(st.integers(1, 1_048_576), st.integers(1, 16_384)), min_size=1, max_size=5))
def test_the_quick_look_never_finds_less_than_the_exact_one(cells):
    letters = {column: _letters(column) for _, column in cells}
    rows = [f'<row r="{row}"><c r="{letters[column]}{row}"><v>1</v></c></row>' for row, column in cells]
    chunks = [line.encode() for line in rows]
    rough, exact = package._rough_extent(iter(chunks)), package._exact_extent(iter(chunks))
    assert exact == (max(row for row, _ in cells), max(column for _, column in cells))
    assert rough[0] >= exact[0]
    assert rough[1] >= exact[1]


def _letters(column):
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
