"""What people type, in whatever program and language."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Status
from auditor.workbooks.cell_values import day_of, header_of, own_of, status_of, text_of

DAY = dt.date(2026, 12, 24)


@pytest.mark.parametrize(
    "typed", ["Accepted risk", "accepted RISK", " accepted  risk ", "accepted-risk", "AcceptedRisk"]
)
def test_a_status_is_known_whatever_its_case_and_blanks(typed):
    assert status_of(typed) is Status.ACCEPTED


@pytest.mark.parametrize("typed", ["Erledigt", "Done!?now", "Accepted", "1", "✓", "-", "?"])
def test_another_word_is_no_status(typed):
    assert status_of(typed) is None


@pytest.mark.parametrize("typed", ["", "  ", None])
def test_an_empty_status_is_open(typed):
    assert status_of(typed) is Status.OPEN


@pytest.mark.parametrize(
    "typed",
    [
        DAY,
        dt.datetime(2026, 12, 24, 13, 30),  # noqa: DTZ001 - cells know no zone
        46380.0,
        "2026-12-24",
        "2026/12/24",
        "2026. 12. 24.",
        "2026-12-24T00:00:00",
        "24.12.2026",
        "24. 12. 2026",
        "24/12/2026",
        "12/24/2026",
        "24-12-2026",
    ],
)
def test_a_day_is_read_in_any_usual_form(typed):
    assert day_of(typed) == DAY


@pytest.mark.parametrize(
    "typed", ["05/06/2026", "5-6-2026", "24/12/26", "2026", "after Easter", "31.02.2026", "12.0"]
)
def test_what_may_be_two_days_or_none_stays_text(typed):
    assert day_of(typed) == typed


def test_the_fifth_of_may_is_one_day_whichever_comes_first():
    assert day_of("05/05/2026") == dt.date(2026, 5, 5)


@pytest.mark.parametrize(
    ("typed", "read"), [(12.0, "12"), (True, "TRUE"), (109_575.0, "109575"), (None, None), ("", None)]
)
def test_other_values_in_due_are_text_or_nothing(typed, read):
    assert day_of(typed) == read


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_comes_back_from_its_usual_forms(day):
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d"):
        assert day_of(day.strftime(form)) == day
    assert day_of(float((day - dt.date(1899, 12, 30)).days)) == day
    assert day_of(day.strftime("%d/%m/%Y")) in {day, day.strftime("%d/%m/%Y")}


@given(st.text())
def test_any_text_is_a_day_or_the_text_itself(text):
    read = day_of(text)
    assert isinstance(read, dt.date) or read == (text.strip() or None)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (4711.0, 4711),
        (0.5, 0.5),
        (True, True),
        (dt.datetime(2026, 12, 24), DAY),  # noqa: DTZ001 - as above
        (dt.timedelta(hours=30), "1 day, 6:00:00"),
        (dt.time(13, 30), "13:30:00"),
        ("  text ", "text"),
        (" ", None),
    ],
)
def test_values_of_own_columns_keep_their_kind(cell, value):
    read = own_of(cell)
    assert (read, type(read)) == (value, type(value))


def test_a_header_stands_on_one_line_and_is_no_longer_than_a_table_allows():
    assert header_of(" Cost\r\ncentre\x07 ") == "Cost centre"
    assert len(header_of("x" * 300)) == 255


def test_text_is_what_people_see():
    assert [text_of(value) for value in (12.0, 12.5, DAY, None, " x ")] == [
        "12",
        "12.5",
        "2026-12-24",
        "",
        "x",
    ]
