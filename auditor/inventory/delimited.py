"""Text files of separated values: encoding and separator found out, then streamed."""

import codecs
import csv
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from auditor.errors import InventoryError
from auditor.inventory.columns import header_fit
from auditor.inventory.interface import Record, Table
from auditor.inventory.texts import has_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_SEPARATORS = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "vertical bars"}
_SAMPLE_LINES = 60
_SAMPLE_CHARACTERS = 64 * 1024
_CHUNK = 1024 * 1024
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_END = "\0end of file\0"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WRITTEN = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252, for it is not valid UTF-8",
}


def encoding_of(path: "Path") -> str:
    """Return the codec of a text file: by its byte order mark, by its zeros, UTF-8 if valid, else cp1252."""
    with path.open("rb") as file:
        start = file.read(4096)
        by_mark = next((codec for mark, codec in _BOMS if start.startswith(mark)), None)
        return by_mark or _utf16_by_zeros(start) or ("utf-8" if _is_utf8(path) else "cp1252")


def _utf16_by_zeros(start: bytes) -> str | None:
    """Return the UTF-16 variant whose Latin letters leave zeros in every other byte."""
    half = len(start) // 2
    high, low = start[0::2].count(0), start[1::2].count(0)
    if not half or max(high, low) * 2 < half:
        return None
    if high * 10 < low:
        return "utf-16-le"
    return "utf-16-be" if low * 10 < high else None


def _is_utf8(path: "Path") -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


@contextmanager
def delimited_table(path: "Path", mapping: "Mapping[str, str]") -> "Iterator[Table]":
    """Give a .csv or .tsv file as a table while the block runs; rows are physical lines, 1-based.

    Raises InventoryError, also while the records are read, for a quotation mark that is never closed.
    """
    with path.open("rb") as file:
        if file.read(8).startswith(_WORKBOOKS):
            raise InventoryError(
                f"{path.name}: a workbook, whatever its name says", "let its name end in .xlsx"
            )
    codec = encoding_of(path)
    with path.open(encoding=codec, errors="replace", newline="") as file:
        separator = _separator(_sample(file), mapping)
        file.seek(0)
        remark = f"{path.name}: read as {_WRITTEN[codec]}, separated by {_SEPARATORS[separator]}"
        yield Table(path.name, "", _records(path.name, file, separator), (remark,))


def _sample(file: "Iterable[str]") -> list[str]:
    lines, size = [], 0
    for line in islice(file, _SAMPLE_LINES):
        lines.append(line)
        size += len(line)
        if size > _SAMPLE_CHARACTERS:
            break
    return lines


def _separator(lines: list[str], mapping: "Mapping[str, str]") -> str:
    def fit(separator: str) -> tuple[int, int]:
        try:
            rows = [Record(0, row) for row in csv.reader(lines, delimiter=separator) if has_text(row)]
        except csv.Error:
            return 0, 0
        return header_fit(rows, mapping)

    return max(_SEPARATORS, key=fit)


def _records(name: str, file: "Iterable[str]", separator: str) -> "Iterator[Record]":
    reader = csv.reader(_with_end(file), delimiter=separator)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except csv.Error as error:
            raise InventoryError(
                f"{name}, row {line}: cannot be read ({error})",
                "look for a quotation mark that is not closed in this row or above",
            ) from None
        if row == [_END]:
            return
        if row and row[-1].endswith(_END):
            raise InventoryError(
                f"{name}, row {line}: a quotation mark opens a text that never ends",
                "close it, or double it if it belongs to the text",
            )
        if has_text(row):
            yield Record(line, row)


def _with_end(file: "Iterable[str]") -> "Iterator[str]":
    """Yield the lines and then a mark: csv itself does not say that a file ended inside quotation marks."""
    yield from file
    yield _END
