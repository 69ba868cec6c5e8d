"""Cells and links of the sheets of records as the XML that a workbook holds (ECMA-376 part 1, 18.3).

openpyxl makes an object of every cell, and takes most of the time of a long report for it; so these rows are
written as text. A cell is given without its start, which says where it stands.
"""

import math
import re
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils.datetime import to_excel

from auditor.spreadsheets.cell_text import cell_text, looks_like_formula
from auditor.writers.tables.content import Formula, Line
from auditor.writers.workbook.heights import lines_needed
from auditor.writers.workbook.styles import Variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl.worksheet.worksheet import Worksheet

    from auditor.writers.tables.content import Place, Value
    from auditor.writers.workbook.styles import Styles

_REMEMBERED = 256
_LARGEST = 1 << 53  # the integers up to it are numbers of their own to a spreadsheet
_FIRST_DAY = date(1900, 3, 1).timetuple()
_MARK = "\0"  # legal in no XML: what stands between two of them is settled at the end
_UNSETTLED = re.compile(f"{_MARK}([nl])([0-9]+){_MARK}")


class Column:
    """One column of a sheet. Most columns hold few words, so that what was rendered is remembered a while."""

    def __init__(self, sheet: "Worksheet", styles: "Styles", width: float, look: str = "") -> None:
        """Take the width in characters, and the look of every cell; without one their tones decide."""
        self._sheet, self._styles, self._width, self._look = sheet, styles, width, look
        self.cell = lru_cache(maxsize=_REMEMBERED, typed=True)(self._cell)  # typed: True is no 1

    def _cell(self, value: "Value", tone: str, linked: bool) -> tuple[str, int]:  # noqa: FBT001 - a part of the key under which it is remembered
        """Return the cell behind its reference, and how many lines of text it takes."""
        look = self._look or self._styles.layout.look_of(tone)
        form = self._styles.layout.looks[look]
        if isinstance(value, str):
            said = value if self._look else self._styles.layout.worded(value, tone)
            style = self._styles.number(self._sheet, Variant(look, linked, looks_like_formula(said), str))
            lines = lines_needed(said, form.room(self._width)) if form.wrap else 1
            return _text(style, cell_text(said)), lines
        if isinstance(value, Line):
            kind = str if value.words else int
            style = self._styles.number(self._sheet, Variant(look, linked, quoted=False, type=kind))
            number = _mark("n", value)
            return (_text(style, value.words.format(number)) if value.words else _number(style, number)), 1
        if isinstance(value, Formula):
            style = self._styles.number(
                self._sheet, Variant(look, linked, quoted=False, type=type(value.now))
            )
            return _formula(style, value), 1
        if not _countable(value):
            return self._cell(str(value), tone, linked)
        style = self._styles.number(self._sheet, Variant(look, linked, quoted=False, type=type(value)))
        if isinstance(value, bool):
            return f'" s="{style}" t="b"><v>{value:d}</v></c>', 1
        return _number(style, _digits(value)), 1


def _countable(value: "int | float | date | datetime") -> bool:
    """Return whether a spreadsheet has such a number or day: none before 1900, whose February is wrong."""
    if isinstance(value, date):
        return value.timetuple() >= _FIRST_DAY
    return abs(value) <= _LARGEST if isinstance(value, int) else math.isfinite(value)


def _digits(value: "int | float | date | datetime") -> str:
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
    if isinstance(value, date):
        return f"{to_excel(value):.16g}"  # type: ignore[no-untyped-call]  # the stubs leave it out
    return repr(value)


def _text(style: int, text: str) -> str:
    """Return a text as an inline string: a table of shared ones would have to be held until the end."""
    if not text:
        return f'" s="{style}"/>'
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f'" s="{style}" t="inlineStr"><is><t{space}>{escape(text)}</t></is></c>'


def _number(style: int, digits: str) -> str:
    return f'" s="{style}"><v>{digits}</v></c>'


def _formula(style: int, formula: Formula) -> str:
    """Return a formula with what comes of it, so that nobody has to reckon before it can be read."""
    kind = ' t="str"' if isinstance(formula.now, str) else ""
    return f'" s="{style}"{kind}><f>{escape(formula.text)}</f><v>{escape(str(formula.now))}</v></c>'


def link_within(reference: str, location: "str | Line", hint: str = "") -> str:
    """Return a link from a cell to a place in the workbook; the hint is shown by whoever points at it."""
    told = _mark("l", location) if isinstance(location, Line) else location
    tip = f" tooltip={quoteattr(hint)}" if hint else ""
    return f'<hyperlink ref="{reference}" location={quoteattr(told)}{tip}/>'


def link_outside(reference: str, relation: str) -> str:
    """Return a link from a cell to the address that the sheet's relations know under this name."""
    return f'<hyperlink ref="{reference}" r:id="{relation}"/>'


def relation(name: str, address: str) -> str:
    """Return what a sheet's relations say of a web address."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    return f'<Relationship Id="{name}" Type="{kind}" Target={quoteattr(address)} TargetMode="External"/>'


def settled(xml: str, place: "Callable[[int], Place]", location: "Callable[[Place], str]") -> str:
    """Return the XML with every line's number and location in it, now that the order of lines is known."""

    def said(found: "re.Match[str]") -> str:
        where = place(int(found[2]))
        return str(where.record + 1) if found[1] == "n" else location(where)

    return _UNSETTLED.sub(said, xml) if _MARK in xml else xml


def _mark(what: str, line: Line) -> str:
    return f"{_MARK}{what}{line.line}{_MARK}"
