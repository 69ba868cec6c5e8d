"""Cells as text: what people cannot see is taken out, what they wrote stays."""

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\x00]"
)
_BLANKS = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_ODD = re.compile("[\\s\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_QUOTES = "\"'`\u00ab\u00bb\u2018\u2019\u201a\u201c\u201d\u201e"
_SHOWN_AT_MOST = 80


def cell_text(value: object) -> str:
    """Return a spreadsheet cell as the text people see: 12345.0 is "12345", midnight is a date."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return f"{value:.0f}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def clean(text: str) -> str:
    """Return a text without zero-width characters and outer blanks; odd blanks become plain ones."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip()


def has_text(cells: "Sequence[object]") -> bool:
    """Return whether any cell of a row holds something to see."""
    for cell in cells:  # noqa: SIM110 - the first cell of a row mostly says it; any() costs more than that
        if clean(cell) if isinstance(cell, str) else cell is not None:
            return True
    return False


def unquoted(text: str) -> str:
    """Return a cleaned text without the straight or typographic quotation marks around it."""
    return text.strip(_QUOTES).strip()


def has_odd_characters(text: str) -> bool:
    """Return whether a text holds blanks, control characters or what could not be decoded."""
    return _ODD.search(text) is not None


def shown(text: str) -> str:
    """Return a cell's text for a message: in quotation marks, on one line, not too long."""
    line = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
    return f'"{line[:_SHOWN_AT_MOST]}{"..." if len(line) > _SHOWN_AT_MOST else ""}"'


def listed(names: "Sequence[str]", at_most: int = 10) -> str:
    """Return names for a message, each in quotation marks, with the number of those left out."""
    more = f" and {len(names) - at_most} more" if len(names) > at_most else ""
    return ", ".join(shown(name) for name in names[:at_most]) + more


def counted_rows(rows: "Sequence[int]", at_most: int = 10) -> str:
    """Return row numbers for a message: "row 4", "rows 4, 9 and 12 more"."""
    more = f" and {len(rows) - at_most} more" if len(rows) > at_most else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:at_most]))}{more}"
