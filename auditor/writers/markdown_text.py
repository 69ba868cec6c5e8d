"""Text as Markdown that stays text, without links, HTML and mentions; tables of limited size."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST = 300  # characters of a cell; other formats hold the rest
_BREAKS = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~!&$]|:(?=//)|(?<=[wW]{3})\.")
_MENTION = re.compile(r"(?<![\w.])@")
_ZERO_WIDTH = "\u200b"


def plain(text: str) -> str:
    """Return text for a cell or a line, in which no mark means anything to Markdown or to GitHub."""
    marked = _MARKS.sub(lambda found: f"\\{found.group()}", _line(text))
    return _MENTION.sub(f"@{_ZERO_WIDTH}", marked)


def code(text: str) -> str:
    """Return a name as code, where it can stand as code; "" for nothing."""
    line = _line(text)
    return f"`{line}`" if line and not set(line) & set("`|\\") else plain(line)


def _line(text: str) -> str:
    """Return text on one line, without characters that cannot be seen, and cut where it is too long."""
    line = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", _BREAKS.sub(" ", text)).strip()
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def table(header: "Sequence[str]", rows: "Sequence[Sequence[str]]", total: int, room: int) -> "Iterator[str]":
    """Yield the lines of a table of `total` rows of which `rows` are the first, in `room` bytes of UTF-8.

    What does not fit is left out from the end, and the number of rows left out stands below.
    """
    head = [_row(header), _row(["---"] * len(header))]
    room -= sum(len(line.encode()) for line in head)
    shown = 0
    yield from head
    for row in rows:
        line = _row(row)
        room -= len(line.encode())
        if room < 0:
            break
        shown += 1
        yield line
    yield "\n"
    if shown < total:
        more = total - shown
        yield f"{more:,} more {'row is' if more == 1 else 'rows are'} not shown here.\n\n"


def _row(cells: "Sequence[str]") -> str:
    return f"| {' | '.join(cells)} |\n"
