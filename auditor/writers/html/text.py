"""Text from outside on its way into the page: legible, and never more than text."""

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from auditor.writers.tables.content import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.writers.tables.content import Place

MARK = "\0"
"""In no text that was made legible: what stands between two of them is settled at the end."""
_UNSETTLED = re.compile(f"{MARK}([0-9]+){MARK}")
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
# what HTML does not allow in a text, as references or otherwise, and what UTF-8 cannot hold
_ILLEGAL = re.compile(r"[\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def legible(text: str) -> str:
    """Return a text as a page holds it: control characters as their pictures, halves of pairs as U+FFFD."""
    if text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable()):
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", lines.translate(_PICTURES))


def spoken(value: object) -> object:
    """Return what a template is about to write, made legible where it is a text from outside."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else legible(value)


def unsettled(line: Line) -> Markup:
    """Return a mark for the number of a line that is put in order later."""
    return Markup(f"{MARK}{line.line}{MARK}")  # noqa: S704 - a number between marks


def settled(html: str, place: "Callable[[int], Place]") -> Markup:
    """Return rendered rows with the number of every line in them, 1 first."""
    whole = _UNSETTLED.sub(lambda found: str(place(int(found[1])).record + 1), html) if MARK in html else html
    return Markup(whole)  # noqa: S704 - was rendered with autoescape
