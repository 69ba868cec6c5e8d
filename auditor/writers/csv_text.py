"""Text as CSV (RFC 4180) that a spreadsheet may open: nothing in it is taken for a formula.

Scripts read it back with `undefused`: what was put before a text can be told from the text.
"""

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from auditor.spreadsheets.cell_text import legal_text
from auditor.writers.tables.content import Formula

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.writers.tables.content import Value

BOM = "\ufeff"
"""What Excel takes a file for UTF-8 by."""
_UNSEEN = r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
# the wide forms are formulas to programs in East Asian languages
_FORMULA = re.compile(rf"'*{_UNSEEN}[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# true of most fields, and cheap to see: they are written as they are
_SIMPLE = re.compile(r"(?:[A-Za-z0-9][ !#-+\--:<-~]*(?<! ))?")
_QUOTED = re.compile(r'[",;\t\r\n]|^\s|\s$')


def defused(text: str) -> str:
    """Return a text as a field: an apostrophe stands before what a spreadsheet would reckon with."""
    return f"'{text}" if _FORMULA.match(text) else text


def undefused(field: str) -> str:
    """Return the text that a field was made of."""
    return field[1:] if field.startswith("'") and _FORMULA.match(field) else field


def csv_line(values: "Iterable[Value]") -> str:
    """Return a record, with its line's end."""
    return ",".join([_field(value) for value in values]) + "\r\n"


def _field(value: "Value") -> str:
    if isinstance(value, Formula):
        value = value.now
    if isinstance(value, str) and _SIMPLE.fullmatch(value):
        return str(value)
    text = defused(legal_text(value)) if isinstance(value, str) else _plain(value)
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _plain(value: "Value") -> str:
    """Return what is no text as text: times in UTC, days as in ISO 8601, truth as spreadsheets write it."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(UTC)
        return moment.replace(tzinfo=None).isoformat(timespec="seconds") + ("Z" if value.tzinfo else "")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)
