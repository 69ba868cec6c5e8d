"""Times in replies: how long to wait, and whose clock is off."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Leg
from auditor.network.moments import clock_off, http_date, retry_after
from tests.network.conftest import reply

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("after", "date", "seconds"),
    [
        ("Sun, 22 Nov 2026 12:00:30 GMT", DATE, 30.0),
        ("Sunday, 22-Nov-26 12:00:30 GMT", DATE, 30.0),
        ("Sun Nov 22 12:00:30 2026", DATE, 30.0),
        ("Sun, 22 Nov 2026 12:01:30 GMT", "Sun, 22 Nov 2026 12:01:00 GMT", 30.0),
        ("Sun, 22 Nov 2026 12:00:45 GMT", "", 45.0),
        ("Sun, 22 Nov 2026 12:00:45 GMT", "some day", 45.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", DATE, 0.0),
        ("2.128", DATE, 2.128),
        ("0", "", 0.0),
        ("Sun, 99 Nov 2026 12:00:00 GMT", DATE, None),
        ("1e999", "", None),
        ("in a while", DATE, None),
        ("", DATE, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_services_clock_or_else_ours(after, date, seconds):
    assert retry_after({"retry-after": after, "date": date}, NOON) == seconds


def test_a_date_with_no_clock_to_count_from_says_nothing():
    assert retry_after({"retry-after": "Sun, 22 Nov 2026 12:00:45 GMT"}) is None


def test_the_pause_follows_a_date_within_bounds_by_the_injected_clock(open_door, scripted):
    dates = [format_datetime(NOON + timedelta(seconds=s), usegmt=True) for s in (7, 7_200)]
    server = scripted(*(reply(429, Retry_After=date) for date in dates), reply(200))
    assert open_door(now=lambda: NOON).get(server.url(), Leg.REALM).status == 200
    assert open_door.slept == [7.0, 30.0]


def test_a_throttled_password_keeps_the_date_as_seconds_and_is_not_sent_again(open_door, scripted):
    server = scripted(reply(429, Retry_After="Sun, 22 Nov 2026 12:00:12 GMT", Date=DATE), reply())
    door = open_door()
    with door.recording() as calls:
        got = door.post_secret(server.url(), Leg.TOKEN, {}, b"password=x", frozenset({"localhost"}))
    assert (got.retry_after, calls[0].retry_after) == (12.0, 12.0)
    assert len(server.received) == 1
    assert open_door.slept == []


@pytest.mark.parametrize(
    ("ours", "off"),
    [
        (NOON, None),
        (NOON + timedelta(minutes=4), None),
        (NOON + timedelta(hours=2), -7200.0),
        (NOON - timedelta(days=400), 34_560_000.0),
    ],
)
def test_a_clock_that_is_far_off_is_noticed(open_door, scripted, ours, off):
    door = open_door(now=lambda: ours)
    door.get(scripted(reply(Date=DATE)).url(), Leg.OPENID)
    assert door.clocks_off == ({} if off is None else {"localhost": off})


def test_a_reply_without_a_date_says_nothing_of_clocks():
    assert clock_off({}, NOON) is None
    assert clock_off({"date": "yesterday"}, NOON) is None


@given(st.text(max_size=80))
def test_no_header_raises(text):
    assert http_date(text) is None or http_date(text).tzinfo is not None
    found = retry_after({"retry-after": text, "date": text}, NOON)
    assert found is None or found >= 0


@given(st.integers(0, 7_000_000_000))
def test_dates_as_http_writes_them_are_read_to_the_second(seconds):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert http_date(format_datetime(moment, usegmt=True)) == moment
