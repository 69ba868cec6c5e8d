"""The saved workbook: what openpyxl writes of it, with the rows and links of the records put in their places.

A sheet of records is openpyxl's in everything but these: its look on screen and paper, filters, header. So
whatever openpyxl can add to a sheet - tables, conditional formats, charts - stands there all the same.
"""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from auditor.writers.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_LEVEL = 4
_LARGE = 1_900_000_000
_ROWS_END = "</sheetData>"
_NO_ROWS = re.compile("<sheetData ?/>")
_DIMENSION = re.compile(r'<dimension ref="[^"]*" ?/>')
_BEHIND_LINKS = re.compile("<(?:printOptions|pageMargins)")
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_RELATIONS_END = "</Relationships>"


@dataclass(slots=True)
class Part:
    """A sheet, and what comes into it: rows below those it has, links, addresses, the cells it fills."""

    sheet: "Worksheet"
    rows: Spool = field(default_factory=Spool)
    links: Spool = field(default_factory=Spool)
    relations: Spool = field(default_factory=Spool)
    dimension: str = "A1"

    def close(self) -> None:
        """Let go of everything."""
        for spool in (self.rows, self.links, self.relations):
            spool.close()


def save(
    book: "Workbook", parts: "Iterable[Part]", stream: "BinaryIO", settle: "Callable[[str], str]"
) -> None:
    """Write the workbook; `settle` has the last word on every piece of rows and links."""
    shell = BytesIO()
    book.save(shell)
    with ZipFile(shell) as source, ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as target:
        whole = {name: source.read(name) for name in source.namelist()}
        for part in parts:
            path = part.sheet.path.lstrip("/")
            _write(
                target, path, _sheet(whole.pop(path).decode(), part, settle), part.rows.size + part.links.size
            )
            if part.relations.size:
                own = f"xl/worksheets/_rels/{path.rpartition('/')[2]}.rels"
                _write(target, own, _relations(whole.pop(own, b"").decode(), part), part.relations.size)
        for name, data in whole.items():
            target.writestr(name, data)


def _write(target: ZipFile, path: str, pieces: "Iterable[str]", size: int) -> None:
    """Write an entry piece by piece; one of 2 GB is marked as such, which not every program can read."""
    with target.open(path, "w", force_zip64=size > _LARGE) as stream:
        for piece in pieces:
            stream.write(piece.encode())


def _sheet(xml: str, part: Part, settle: "Callable[[str], str]") -> "Iterator[str]":
    head, end, tail = _NO_ROWS.sub("<sheetData></sheetData>", xml, count=1).partition(_ROWS_END)
    assert end, "a sheet has rows, and be it none"
    yield _DIMENSION.sub(f'<dimension ref="{part.dimension}"/>', head, count=1)
    yield from map(settle, part.rows)
    yield _ROWS_END
    behind = _BEHIND_LINKS.search(tail)
    assert behind, "every sheet is set up for paper"
    yield tail[: behind.start()]
    if part.links.size:
        yield f'<hyperlinks xmlns:r="{_R}">'
        yield from map(settle, part.links)
        yield "</hyperlinks>"
    yield tail[behind.start() :]


def _relations(xml: str, part: Part) -> "Iterator[str]":
    yield xml.removesuffix(_RELATIONS_END) or _RELATIONS
    yield from part.relations
    yield _RELATIONS_END
