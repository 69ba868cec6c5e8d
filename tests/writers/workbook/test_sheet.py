import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import RulesError
from auditor.writers.layout import load_layout
from auditor.writers.workbook.heights import lines_needed, row_height
from auditor.writers.workbook.sheet import Limits, page_title
from auditor.writers.workbook.writer import WorkbookWriter


@pytest.mark.parametrize(
    ("record", "place"), [(0, (0, 2)), (3, (0, 5)), (4, (1, 2)), (7, (1, 5)), (8, (2, 2))]
)
def test_records_are_counted_off_onto_sheets_below_their_headers(record, place):
    assert Limits(rows=5).page_and_row(record) == place


def test_excels_own_limits_are_the_default():
    limits = Limits()
    assert limits.page_and_row(1_048_574) == (0, 1_048_576)
    assert limits.page_and_row(1_048_575) == (1, 2)


def test_a_continuation_is_numbered_from_two():
    assert [page_title("Findings", page) for page in range(3)] == ["Findings", "Findings (2)", "Findings (3)"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", 1), ("short", 1), ("one\ntwo", 2), ("a" * 100, 5), ("aa bb " * 8, 3), ("one\n\nthree", 3)],
)
def test_lines_are_estimated_by_length_and_breaks(text, lines):
    assert lines_needed(text, 20) == lines


def test_names_that_break_at_their_hyphens_and_wide_letters_take_more_lines():
    guest = "iris.bell_bracken-installers.example#EXT#@fabrikam-machinery.onmicrosoft.com"
    assert lines_needed(guest, 34) == 3
    assert lines_needed("\u5009\u5eab" * 15, 34) == 2, "thirty ideographs are as wide as sixty letters"
    assert lines_needed("\u0441\u043a\u043b\u0430\u0434" * 6, 34) == 1, "Cyrillic ones are not"


def test_a_row_is_never_higher_than_half_a_page():
    assert row_height(1) < row_height(2)
    assert row_height(1_000) == row_height(24) < 409 * 0.8, "409 is what Excel allows"


WORDS = st.lists(st.text("abc", min_size=1, max_size=30), min_size=1, max_size=40).map(" ".join)


@given(text=WORDS, width=st.integers(8, 60))
def test_no_text_is_taken_for_shorter_than_a_wrapper_of_texts_makes_it(text, width):
    room = int(width * 1.15)
    lines, wrapped = lines_needed(text, width), textwrap.wrap(text, room)
    assert lines >= len(wrapped)
    if max(map(len, text.split())) <= room:
        assert lines == len(wrapped)


def test_a_column_that_no_table_has_is_an_error_of_the_layout(monkeypatch, quiet_audit, tmp_path):
    layout = load_layout()
    accounts = layout.sheets["accounts"]
    strange = accounts.columns[0].model_copy(update={"key": "mood"})
    sheets = layout.sheets | {"accounts": accounts.model_copy(update={"columns": (strange,)})}
    spoilt = layout.model_copy(update={"sheets": sheets})
    monkeypatch.setattr("auditor.writers.workbook.writer.load_layout", lambda: spoilt)
    with pytest.raises(RulesError, match="unknown columns mood"):
        WorkbookWriter().write(quiet_audit, tmp_path / "report.xlsx")
