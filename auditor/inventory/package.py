"""What calamine does not tell of an .xlsx: which rows are hidden, and how far its cells spread.

The second matters because calamine lays a sheet out as a full rectangle: one stray cell in the last
column of the last row asks for half a terabyte, and the process is aborted rather than an error raised.
"""

import html
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import InventoryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CELLS_AT_MOST = 20_000_000
_BYTES_AT_MOST = 2 * 1024**3
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    LookupError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OSError,
)
_CHUNK = 1024 * 1024
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*?\b\w+:id=[\"']([^\"']+)")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb"\b(Id|Target)=[\"']([^\"']*)")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b(?=[^>]*\shidden=[\"'](?:1|true)[\"'])[^>]*?\sr=[\"'](\d+)")
_BEYOND_Z = (re.compile(rb"r=\"([A-Z]{2,3})\d"), re.compile(rb"r='([A-Z]{2,3})\d"))
_ROWS = (re.compile(rb"<row\b[^>]*?\sr=[\"'](\d+)"), re.compile(rb":row\b[^>]*?\sr=[\"'](\d+)"))
_FILLED = re.compile(rb"<(?:\w+:)?c\b[^>]*?\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*(?<!/)>(?!\s*</)")
_LAST_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*>\Z")


@dataclass(frozen=True, slots=True)
class Package:
    """The zip file that an .xlsx is."""

    path: Path

    def hidden_rows(self, index: int, name: str) -> frozenset[int]:
        """Return the numbers of a sheet's hidden rows, counted from 1; `index` counts from 0.

        Raises InventoryError when the sheet is too large to lay out: both are seen in one pass.
        """
        hidden: set[int] = set()
        rows, columns = _rough_extent(_noting_hidden(self.chunks(index), hidden))
        if rows * columns > _CELLS_AT_MOST:
            rows, columns = _exact_extent(self.chunks(index))
        if rows * columns > _CELLS_AT_MOST:
            raise InventoryError(
                f"{self.path.name}, sheet {name}: its cells spread over {rows:,} rows by {columns:,} columns",
                "delete the stray cells far below or to the right of the table, or save it as .csv",
            )
        return frozenset(hidden)

    def chunks(self, index: int) -> "Iterator[bytes]":
        """Yield the sheet's XML in pieces that end where a tag ends."""
        try:
            with zipfile.ZipFile(self.path) as package:
                yield from _whole_tags(package, _part(package, index))
        except _DAMAGE:
            raise InventoryError(
                f"{self.path.name}: the workbook is damaged", "open it in Excel and save it again as .xlsx"
            ) from None


def _part(package: zipfile.ZipFile, index: int) -> str:
    """Return the name of a sheet's part, following relations from the package's root."""
    if sum(info.file_size for info in package.infolist()) > _BYTES_AT_MOST:
        raise InventoryError(
            f"{Path(package.filename or '').name}: unpacks to more than an inventory needs",
            "save the sheet with the accounts as .csv",
        )
    workbook = _target(package, "", lambda tag: b'/officeDocument"' in tag.replace(b"'", b'"'))
    relation = _SHEET.findall(package.read(workbook))[index]
    return _target(package, workbook, lambda tag: dict(_ATTRIBUTE.findall(tag)).get(b"Id") == relation)


def _target(package: zipfile.ZipFile, part: str, wanted: "Callable[[bytes], bool]") -> str:
    """Return the part that a relation of a part leads to; raises KeyError when there is none."""
    folder, _, name = part.rpartition("/")
    relations = package.read(f"{folder}/_rels/{name}.rels".removeprefix("/"))
    for tag in filter(wanted, _RELATION.findall(relations)):
        target = html.unescape(dict(_ATTRIBUTE.findall(tag))[b"Target"].decode())
        return target.removeprefix("/") if target.startswith("/") else f"{folder}/{target}".removeprefix("/")
    raise KeyError(part)


def _whole_tags(package: zipfile.ZipFile, part: str) -> "Iterator[bytes]":
    rest = b""
    with package.open(part) as file:
        while chunk := file.read(_CHUNK):
            whole, bracket, rest = (rest + chunk).rpartition(b">")
            yield whole + bracket
    yield rest


def _noting_hidden(chunks: "Iterator[bytes]", hidden: set[int]) -> "Iterator[bytes]":
    for chunk in chunks:
        if b"hidden=" in chunk:  # hardly ever: found much faster than the rows themselves
            hidden.update(map(int, _HIDDEN_ROW.findall(chunk)))
        yield chunk


def _rough_extent(chunks: "Iterator[bytes]") -> tuple[int, int]:
    """Return at least the rows and columns, cells without contents included: quick, mostly small enough."""
    rows, letters = 0, {b"Z"}
    for chunk in chunks:
        for beyond in _BEYOND_Z:
            letters.update(beyond.findall(chunk))
        for row in _ROWS:
            rows = max(rows, max(map(int, row.findall(chunk)), default=0))
    return rows, max(map(_column, letters))


def _exact_extent(chunks: "Iterator[bytes]") -> tuple[int, int]:
    """Return the rows and columns of the cells that hold something."""
    rows, columns = 0, 0
    for chunk in _with_their_ends(chunks):
        for letters, row in _FILLED.findall(chunk):
            rows, columns = max(rows, int(row)), max(columns, _column(letters))
    return rows, columns


def _with_their_ends(chunks: "Iterator[bytes]") -> "Iterator[bytes]":
    """Yield the pieces so that what follows a cell's tag, its contents or its end, is in the same piece."""
    held = b""
    for chunk in chunks:
        text = held + chunk
        last = _LAST_CELL.search(text, max(0, text.rfind(b"<")))
        held = last.group() if last else b""
        yield text[: last.start()] if last else text
    yield held


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
