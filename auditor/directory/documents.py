"""The files of an export - a folder, an archive or one file - as documents: rows and what stands around.

Reading never ends at a bad file: what was wrong with it becomes a line of `problems`, led by the file's name.
"""

import codecs
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from auditor.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path

MOST_FILES = 20_000
MOST_BYTES = 128 * 1024 * 1024
_MOST_IN_ALL = 2 * 1024 * 1024 * 1024
_ENDINGS = (".json", ".jsonl", ".ndjson")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BEGINNING = 100_000
_CONTEXT = re.compile(r"\$metadata#(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """One reply or list in a file. `context` is what follows `$metadata#` in Graph's own description of it.

    `more` says that another page follows, `count` how many rows there are in all, if that is told;
    `listed` that the rows stood in a list.
    """

    name: str
    context: str
    rows: list[Any]
    more: bool = False
    count: int | None = None
    listed: bool = True


@dataclass(slots=True)
class Files:
    """The files of an export, and what was wrong with them.

    `broken` holds the beginning of each file that could not be read, "" where not even that could be.
    """

    names: tuple[str, ...]
    _opened: "Path | zipfile.ZipFile"
    problems: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    _left: int = _MOST_IN_ALL

    def documents(self, name: str) -> Iterator[Document]:
        """Yield what a file holds; nothing where it cannot be read, which `problems` then say."""
        data = self.data(name)
        text = ""
        if data is None:
            self.broken[name] = text
            return
        try:
            text = text_of(data)
            yield from split(name, parsed(text))
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            self.broken[name] = text[:_BEGINNING]

    def data(self, name: str) -> bytes | None:
        """Return a file's bytes, None where it cannot be read or is too large."""
        most = min(MOST_BYTES, self._left)
        try:
            data = self._read(name, most + 1)
        except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
            self.problems.append(f"{name}: cannot be opened")
            return None
        if len(data) > most:
            self.problems.append(f"{name}: is larger than what is read ({most // 1024 // 1024} MB)")
            return None
        self._left -= len(data)
        return data

    def _read(self, name: str, most: int) -> bytes:
        if isinstance(self._opened, zipfile.ZipFile):
            with self._opened.open(name) as packed:
                return packed.read(most)
        with (self._opened / name).open("rb") as file:
            return file.read(most)


@contextmanager
def opened(path: "Path") -> Iterator[Files]:
    """Give the JSON files of a folder or archive, or the one file, in the order of their names.

    Raises ExportError when there is none.
    """
    if path.is_dir():
        found = (file for file in path.rglob("*") if file.suffix.lower() in _ENDINGS and file.is_file())
        yield Files(_some(path, [file.relative_to(path).as_posix() for file in found]), path)
    elif zipfile.is_zipfile(path):
        with _archive(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(_ENDINGS)]
            yield Files(_some(path, names), archive)
    elif path.is_file():
        yield Files((path.name,), path.parent)
    else:
        raise ExportError(f"{path.name}: there is no such folder or file", "name the folder of the export")


def _archive(path: "Path") -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile):
        raise ExportError(f"{path.name}: not an archive that can be opened", "collect again") from None


def _some(path: "Path", names: list[str]) -> tuple[str, ...]:
    if not names:
        raise ExportError(f"{path.name}: holds no .json file", "name the folder that holds the export")
    if len(names) > MOST_FILES:
        raise ExportError(f"{path.name}: holds more than {MOST_FILES} files", "name the export's own folder")
    return tuple(sorted(names))


def text_of(data: bytes) -> str:
    """Return a file's text: by its byte order mark, by its zeros, else UTF-8 or, failing that, cp1252.

    Raises ValueError when the mark promises what does not follow.
    """
    codec = next((codec for mark, codec in _MARKS if data.startswith(mark)), None) or _by_zeros(data[:200])
    try:
        return data.decode(codec or "utf-8")
    except UnicodeDecodeError:
        if codec:
            raise ValueError("is not the text it begins as") from None
        return data.decode("cp1252", "replace")


def _by_zeros(start: bytes) -> str | None:
    """Return the UTF-16 variant whose first character, one of JSON's own, leaves a zero beside it."""
    if len(start) < 2 or (start[0] and start[1]):  # noqa: PLR2004 - the two bytes of one character
        return None
    return "utf-16-le" if start[0] else "utf-16-be"


def parsed(text: str) -> Any:
    """Return JSON, or the list of what stands on each line. Raises ValueError with what is wrong."""
    if not text.strip():
        raise ValueError("is empty: it says nothing")
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except json.JSONDecodeError as error:
        lines = _lines(text) if error.msg == "Extra data" else None
        if lines is None:
            raise ValueError(f"line {error.lineno}: not valid JSON") from None
        return lines


def _no_number(word: str) -> None:
    raise ValueError(f"holds {word}, which is no JSON")


def _lines(text: str) -> list[Any] | None:
    """Return what each line of JSON Lines holds, None when a line is no JSON."""
    try:
        return [json.loads(line, parse_constant=_no_number) for line in text.splitlines() if line.strip()]
    except (json.JSONDecodeError, RecursionError):
        return None


def split(name: str, data: Any, level: int = 0) -> Iterator[Document]:
    """Yield the replies and lists that JSON holds: a page, a batch, a list of them, an object of them."""
    if isinstance(data, list):
        yield from _of_list(name, data, level)
    elif isinstance(data, dict):
        yield from _of_object(name, {key.lower(): value for key, value in data.items()}, data, level)


def _of_list(name: str, data: list[Any], level: int) -> Iterator[Document]:
    inner = [item for item in data if isinstance(item, list) or _is_page(item)]
    if inner and len(inner) == len(data) and level < 3:  # noqa: PLR2004 - file, list of pages, page
        for item in inner:
            yield from split(name, item, level + 1)
    else:
        yield Document(name, "", data)


def _is_page(item: object) -> bool:
    return isinstance(item, dict) and any(
        key.lower() == "value" and isinstance(rows, list) for key, rows in item.items()
    )


def _of_object(name: str, keys: dict[str, Any], data: dict[str, Any], level: int) -> Iterator[Document]:
    context = _CONTEXT.search(str(keys.get("@odata.context") or ""))
    about = context[1] if context else ""
    if isinstance(keys.get("value"), list):
        count = keys.get("@odata.count")
        more = bool(keys.get("@odata.nextlink"))
        yield Document(name, about, keys["value"], more, count if isinstance(count, int) else None)
    elif isinstance(keys.get("responses"), list):
        for reply in keys["responses"]:
            if isinstance(reply, dict) and isinstance(reply.get("body"), dict):
                yield from split(name, reply["body"], level + 1)
    elif not about and level == 0 and _names_parts(data):
        for key, value in data.items():
            yield from split(f"{name}#{key}", value, 1)
    else:
        yield Document(name, about, [data], listed=False)


def _names_parts(data: dict[str, Any]) -> bool:
    """Return whether an object is no row itself, but holds lists or pages of rows and nothing else."""
    return bool(data) and all(_is_page(item) or _is_rows(item) for item in data.values())


def _is_rows(item: object) -> bool:
    return isinstance(item, list) and bool(item) and all(isinstance(row, dict) for row in item)
