"""What people type into a cell, in whatever program and language: words, days, values."""

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from auditor.model import Status

if TYPE_CHECKING:
    from auditor.model import CellValue

_STATUSES = {re.sub(r"\W", "", status).lower(): status for status in Status}
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*\.?(?:[T ]\d{1,2}:\d\d.*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})\s*\.?")
_DAY_ZERO = date(1899, 12, 30)
_DAYS = (36_526, 109_575)
"""The first days of 2000 and of 2200, as a cell without a date's format shows them."""
_TWELVE = 12
_LONGEST_HEADER = 255


def text_of(value: object) -> str:
    """Return a cell's text as people see it: 12.0 is "12", midnight is a day; outer blanks are gone."""
    match value:
        case str():
            return value.strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return f"{value:.0f}"
        case None:
            return ""
        case _:
            own = own_of(value)
            return own.isoformat() if isinstance(own, date) else str(own)


def header_of(value: object) -> str:
    """Return a header on one line, no longer than a table's header may be."""
    return " ".join("".join(c if c.isprintable() else " " for c in text_of(value)).split())[:_LONGEST_HEADER]


def status_of(value: object) -> Status | None:
    """Return a status, whatever its case and blanks; Open for an empty cell, None for all else."""
    text = text_of(value)
    return _STATUSES.get(re.sub(r"[\W_]", "", text).lower()) if text else Status.OPEN


def day_of(value: object) -> date | str | None:
    """Return a day, None for an empty cell, and the text where it is none or may be two: 05/06/2026."""
    match value:
        case datetime():
            return value.date()
        case date():
            return value
        case float() | int() if _DAYS[0] <= value < _DAYS[1]:
            return _DAY_ZERO + timedelta(days=int(value))
    text = text_of(value)
    return _day_in(text) or text or None


def own_of(value: object) -> "CellValue":
    """Return the value of a cell in a column that people added; times of day and durations are text."""
    match value:
        case str():
            return value.strip() or None
        case datetime():
            return value.date() if value.time() == time() else value
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case bool() | int() | float() | date():
            return value
        case None:
            return None
        case _:
            return str(value)


def _day_in(text: str) -> date | None:
    """Return the day that a text names in any usual order, None where it names none or may name two."""
    if found := _YEAR_FIRST.fullmatch(text):
        return _made(*map(int, found.groups()))
    if found := _YEAR_LAST.fullmatch(text):
        first, separator, second, year = found.groups()
        one, two = int(first), int(second)
        if separator == "." or one > _TWELVE or one == two:  # with dots the day stands first everywhere
            return _made(int(year), two, one)
        return _made(int(year), one, two) if two > _TWELVE else None
    return None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
