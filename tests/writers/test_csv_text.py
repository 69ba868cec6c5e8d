"""CSV that every reader of RFC 4180 reads back, and in which no spreadsheet finds a formula."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.spreadsheets.cell_text import legal_text
from auditor.writers.csv_text import csv_line, defused, undefused
from auditor.writers.tables.content import Formula

LEADS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TEXTS = st.text(st.sampled_from("=+-@'\t\r\n ,;\"ab\u00a0\u200b\ufeff\uff1d\U0001f600\u05d0"), max_size=8)


def read(line):
    ((*fields,),) = csv.reader(io.StringIO(line, newline=""))
    return fields


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u200b", "\ufeff", "'"])
def test_what_a_spreadsheet_would_reckon_with_begins_with_an_apostrophe(lead, before):
    text = f'{before}{lead}HYPERLINK("https://evil.example")'
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "a=1", "'quoted'", "5 - 3", "a@contoso.example", "\u05d0\u05d1", "' ", "(+1)"]
)
def test_what_is_no_formula_stays_as_it_is(text):
    assert defused(text) == text


@given(TEXTS)
def test_a_script_gets_the_text_back(text):
    assert undefused(defused(text)) == text


@given(TEXTS)
def test_no_field_begins_like_a_formula_however_many_blanks_are_taken_off(text):
    (field,) = read(csv_line([f"{text}."]))
    assert not field.lstrip("\u200b\ufeff \u00a0").startswith(LEADS)


@given(st.lists(st.text(max_size=6) | TEXTS, min_size=1, max_size=4))
def test_a_line_is_one_record_of_the_same_fields(texts):
    line = csv_line(["", *texts])
    assert line.endswith("\r\n")
    assert [undefused(field) for field in read(line)] == ["", *map(legal_text, texts)]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7, "7"),
        (-7, "-7"),
        (1.5, "1.5"),
        (Formula("1+1", 2), "2"),
        (Formula("A1", "=x"), "'=x"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2027, 3, 31), "2027-03-31"),
        (datetime(2026, 11, 22, 8, 15, 30, 250000, tzinfo=UTC), "2026-11-22T08:15:30Z"),
        (datetime(2026, 11, 22, 10, 15, tzinfo=timezone(timedelta(hours=2))), "2026-11-22T08:15:00Z"),
        (datetime(2026, 11, 22, 8, 15), "2026-11-22T08:15:00"),  # noqa: DTZ001 - a cell has no zone
    ],
)
def test_numbers_days_times_and_truth_are_written_as_scripts_read_them(value, shown):
    assert csv_line([value]) == f"{shown}\r\n"


def test_control_characters_are_shown_and_halves_of_characters_replaced():
    assert read(csv_line(["a\x00b\x1b[31m\ud800"])) == ["a\u2400b\u241b[31m\ufffd"]
