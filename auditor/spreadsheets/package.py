"""What calamine does not tell of an .xlsx: hidden rows, formulas, and how much it would lay out in memory.

The last matters because calamine lays a sheet out as a full rectangle, and writes a text out for every cell
that shares it: one stray cell in the last column of the last row asks for half a terabyte, and the process is
aborted rather than an error raised.
"""

import collections
import html
import re
import zipfile
import zlib
from array import array
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.spreadsheets.extent import exact_extent, quick_extent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.errors import AuditorError

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
_PARSED_AT_MOST = 512 * 1024**2
_CHUNK = 1024 * 1024
_LIST_AT_MOST = 10 * 1024 * 1024
_BETWEEN_TAGS = 4 * 1024 * 1024
_PARTS_AT_MOST = 20_000
_OTHER_KINDS = {"content.xml": "an OpenDocument file", "xl/workbook.bin": "a binary workbook (.xlsb)"}
_TEXTS = "sharedstrings.xml"
_SHARED = (_TEXTS, "styles.xml", "workbook.xml", ".rels")
_TEXT_END = re.compile(rb"</(?:\w+:)?si\s*>")
_VALUE = re.compile(rb"<(?:\w{1,99}:)?v\b[^<>]*>\s*(\d{1,9})")
_SHEET = re.compile(rb"<(?:\w{1,99}:)?sheet\b[^<>]{0,2000}?\b\w{1,99}:id=[\"']([^\"']+)")
_RELATION = re.compile(rb"<(?:\w{1,99}:)?Relationship\b[^<>]*>")
_ATTRIBUTE = re.compile(rb"\b(Id|Target|Type)=[\"']([^\"']*)")
_HIDDEN_ROW = re.compile(
    rb"<(?:\w{1,99}:)?row\b(?=[^<>]{0,2000}\shidden=[\"'](?:1|true)[\"'])[^<>]{0,2000}?\sr=[\"'](\d{1,7})"
)
_FORMULA = re.compile(
    rb"<(?:\w{1,99}:)?c\b[^<>]{0,99}?\sr=[\"']([A-Z]{1,3})\d{1,7}[\"'][^<>]{0,999}>\s*"
    rb"<(?:\w{1,99}:)?f(?:[\s/][^<>]{0,999})?>(?!\s*(?:TRUE|FALSE)(?:\(\s*\))?\s*<)"
)
"""A cell's formula; LibreOffice writes what is true or false as one, and that is a value."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a workbook is read, and what to say where it is more: a room's own error and advice.

    `another` is the advice where a file is no workbook at all.
    """

    error: "type[AuditorError]"
    spread: str
    unpacked: str
    cells: int = 20_000_000
    another: str = "open it in Excel and save it again as .xlsx"


@dataclass(slots=True)
class Survey:
    """What was seen of a sheet without laying it out: hidden rows by number, formulas by column letter.

    TRUE() and FALSE() are values and no formulas.
    """

    hidden: set[int] = field(default_factory=set)
    formulas: collections.Counter[str] = field(default_factory=collections.Counter)


@dataclass(frozen=True, slots=True)
class Package:
    """The zip file that an .xlsx is."""

    path: "Path"
    bounds: Bounds

    def survey(self, index: int, name: str) -> Survey:
        """Return what is to be known of a sheet before it is laid out; `index` counts from 0, rows from 1.

        Raises the bounds' error when the sheet is too large to lay out.
        """
        seen = Survey()
        quick = quick_extent(_noting(self.chunks(index), seen))
        if quick is None or quick[0] * quick[1] > self.bounds.cells:
            quick = self._exact(index)
        rows, columns = quick
        if rows * columns > self.bounds.cells:
            raise self.bounds.error(
                f"{self.path.name}, sheet {name}: its cells spread over {rows:,} rows by {columns:,} columns",
                self.bounds.spread,
            )
        if rows * columns * max(lengths := self._lengths(), default=0) > _BYTES_AT_MOST:
            self._check_bytes(_written_out(self.chunks(index), lengths))
        return seen

    def chunks(self, index: int) -> "Iterator[bytes]":
        """Yield the sheet's XML in pieces that end where a tag ends."""
        with self._opened() as package:
            sheets = _sheets(package)
            others = set(sheets) - {sheets[index]}
            self._check_bytes(sum(one.file_size for one in package.infolist() if one.filename not in others))
            yield from _whole_tags(package, sheets[index])

    def _exact(self, index: int) -> tuple[int, int]:
        with self._told():
            return exact_extent(self._parsed(index))

    def _parsed(self, index: int) -> "Iterator[bytes]":
        read = 0
        for chunk in self.chunks(index):
            read += len(chunk)
            self._check_bytes(read, _PARSED_AT_MOST)
            yield chunk

    def check(self) -> None:
        """Read what is read with every sheet, once and in pieces: its size is what it says, and not too much.

        Raises the bounds' error, also where two parts have one name or the parts stand behind something else:
        readers differ on what counts.
        """
        with self._opened() as package:
            names = [name.lower() for name in package.namelist()]
            for part, what in _OTHER_KINDS.items():
                if part in names:
                    raise self.bounds.error(f"{self.path.name}: {what}", "save it as .xlsx")
            behind = min((one.header_offset for one in package.infolist()), default=0)
            if behind or len(set(names)) != len(names) or len(names) > _PARTS_AT_MOST:
                raise zipfile.BadZipFile
            shared = [name for name in package.namelist() if name.lower().endswith(_SHARED)]
            self._check_bytes(sum(package.getinfo(name).file_size for name in shared))
            for name in shared:
                collections.deque(_whole_tags(package, name), maxlen=0)

    def size(self, index: int) -> int:
        """Return how long a sheet's XML is, in bytes."""
        with self._opened() as package:
            return package.getinfo(_sheets(package)[index]).file_size

    def names(self) -> "tuple[str, ...]":
        """Return the names of the parts."""
        with self._opened() as package:
            return tuple(package.namelist())

    @contextmanager
    def _opened(self) -> "Iterator[zipfile.ZipFile]":
        with self._told(), zipfile.ZipFile(self.path) as package:
            yield package

    @contextmanager
    def _told(self) -> "Iterator[None]":
        try:
            yield
        except _DAMAGE:
            raise self.bounds.error(
                f"{self.path.name}: the workbook is damaged", "open it in Excel and save it again as .xlsx"
            ) from None

    def _lengths(self) -> "array[int]":
        """Return the lengths of the texts that cells share, in bytes as they stand there."""
        lengths = array("I")
        with self._opened() as package:
            for name in package.namelist():
                if name.lower().endswith(_TEXTS):
                    lengths.extend(_text_lengths(_whole_tags(package, name)))
        return lengths

    def _check_bytes(self, count: int, most: int | None = None) -> None:
        if count > (_BYTES_AT_MOST if most is None else most):
            raise self.bounds.error(f"{self.path.name}: unpacks to more than is read", self.bounds.unpacked)


def _sheets(package: zipfile.ZipFile) -> list[str]:
    """Return the names of the sheets' parts in the workbook's order, following relations from its root."""
    root = _relations(package, "")
    workbook, *_ = (tag[b"Target"] for tag in root if tag.get(b"Type", b"").endswith(b"/officeDocument"))
    name = _resolved("", workbook)
    targets = {tag.get(b"Id"): tag[b"Target"] for tag in _relations(package, name)}
    return [_resolved(name, targets[relation]) for relation in _SHEET.findall(_small(package, name))]


def _relations(package: zipfile.ZipFile, part: str) -> list[dict[bytes, bytes]]:
    """Return the relations of a part, "" for the package itself, by attribute."""
    folder, _, name = part.rpartition("/")
    tags = _RELATION.findall(_small(package, f"{folder}/_rels/{name}.rels".removeprefix("/")))
    return [dict(_ATTRIBUTE.findall(tag)) for tag in tags]


def _resolved(part: str, target: bytes) -> str:
    """Return the name of the part that a relation of a part leads to."""
    name = html.unescape(target.decode())
    folder = part.rpartition("/")[0]
    return name.removeprefix("/") if name.startswith("/") else f"{folder}/{name}".removeprefix("/")


def _small(package: zipfile.ZipFile, part: str) -> bytes:
    """Return a part that lists sheets or relations; raises ValueError for one too large to be that."""
    if package.getinfo(part).file_size > _LIST_AT_MOST:
        raise ValueError(part)
    return package.read(part)


def _text_lengths(chunks: "Iterator[bytes]") -> "Iterator[int]":
    open_text = 0
    for chunk in chunks:
        *whole, rest = _TEXT_END.split(chunk)
        for text in whole:
            yield open_text + len(text)
            open_text = 0
        open_text += len(rest)


def _written_out(chunks: "Iterator[bytes]", lengths: "array[int]") -> int:
    """Return at least how long the texts of a sheet are when each cell has its own; numbers count as well."""
    count = len(lengths)
    numbers = (int(digits) for chunk in chunks for digits in _VALUE.findall(chunk))
    return sum(lengths[number] for number in numbers if number < count)


def _whole_tags(package: zipfile.ZipFile, part: str) -> "Iterator[bytes]":
    rest = b""
    with package.open(part) as file:
        while chunk := file.read(_CHUNK):
            whole, bracket, rest = (rest + chunk).rpartition(b">")
            if len(rest) > _BETWEEN_TAGS:  # no cell holds as much
                raise ValueError(part)
            yield whole + bracket
    yield rest


def _noting(chunks: "Iterator[bytes]", seen: Survey) -> "Iterator[bytes]":
    for chunk in chunks:
        if b"hidden=" in chunk:  # hardly ever: found much faster than the rows themselves
            seen.hidden.update(map(int, _HIDDEN_ROW.findall(chunk)))
        if b"<f" in chunk or b":f" in chunk:
            seen.formulas.update(letters.decode() for letters in _FORMULA.findall(chunk))
        yield chunk
