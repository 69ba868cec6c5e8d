"""Text from outside on its way into a cell: always text, always legal, never longer than a cell holds."""

import re

LONGEST = 32_767
LONGEST_LINK = 2_079
_CUT = " … [cut here: longer than a cell holds]"
_CONTROL = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
# neither XML nor a spreadsheet has these: halves of surrogate pairs, and two non-characters
_ILLEGAL = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
# Office reads _x0041_ in a cell as the letter A (ECMA-376, ST_Xstring)
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LINK = re.compile(r"https?://[^\s\"<>\\^`{|}\x00-\x20\x7f]+")
_FORMULA_LEADS = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell_text(text: str) -> str:
    """Return `text` as a cell can hold it: control characters as their pictures, cut with a mark."""
    if is_plain(text):
        return text
    return _cut(_ESCAPE.sub("_x005F_", legal_text(text)))


def legal_text(text: str) -> str:
    """Return `text` as any file can hold it: lines end alike, control characters are their pictures."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", lines.translate(_CONTROL))


def is_plain(text: str) -> bool:
    """Return whether a text needs none of this: true of nearly all, and cheap to see."""
    return (
        text.isascii()
        and (text.isprintable() or text.replace("\n", "").isprintable())
        and len(text) <= LONGEST
        and "_x" not in text
    )


def looks_like_formula(text: str) -> bool:
    """Return whether a spreadsheet would take the text for a formula if somebody typed it."""
    return text.startswith(_FORMULA_LEADS)


def usable_link(url: str) -> bool:
    """Return whether a URL can be a hyperlink: web only, no blanks, no longer than Excel allows."""
    return len(url) <= LONGEST_LINK and _LINK.fullmatch(url) is not None and not _ILLEGAL.search(url)


def _cut(text: str) -> str:
    """Cut by UTF-16 units, as Excel counts."""
    if len(text) * 2 <= LONGEST or len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    room = (LONGEST - len(_CUT)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + _CUT
