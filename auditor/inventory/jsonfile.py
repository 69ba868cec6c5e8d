"""JSON inventories: an array of objects, an object that holds one, or one object a line."""

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditor.errors import InventoryError
from auditor.inventory.delimited import encoding_of
from auditor.inventory.interface import Record, Table
from auditor.inventory.texts import has_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_WRAPPERS = ("accounts", "rows")


class _DuplicateKeyError(ValueError):
    """One object gives a key twice; the second would silently win."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = {key for key, _ in pairs}
    if len(keys) < len(pairs):
        raise _DuplicateKeyError
    return dict(pairs)


def _parsed(text: str) -> object:
    """Return JSON with numbers as they were written: 007 is no JSON, but 1e3 stays "1e3"."""
    return json.loads(text, object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=str)


@contextmanager
def json_table(path: "Path") -> "Iterator[Table]":
    """Give a .json file as a table; rows are the elements of the array, counted from 1.

    Raises InventoryError when the file is no JSON or holds no list of accounts.
    """
    text = path.read_text(encoding=encoding_of(path), errors="replace")
    try:
        data = _parsed(text)
    except _DuplicateKeyError:
        raise InventoryError(f"{path.name}: an object gives a key twice", "keep one of the two") from None
    except (ValueError, RecursionError) as error:
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InventoryError(f"{path.name}{where}: not valid JSON", "correct the file") from None
    elements = _elements(path.name, data)
    yield _table(path.name, list(enumerate(elements, start=1)))


def _elements(name: str, data: object) -> list[object]:
    if isinstance(data, dict):
        data = next((data[key] for key in _WRAPPERS if key in data), data)
    if isinstance(data, list):
        return data
    raise InventoryError(
        f"{name}: holds no list of accounts",
        f"write an array of objects, alone or under one of the keys {', '.join(_WRAPPERS)}",
    )


@contextmanager
def json_lines_table(path: "Path") -> "Iterator[Table]":
    """Give a .jsonl file as a table; rows are lines, counted from 1. A line that is no object is a fault."""
    with path.open(encoding=encoding_of(path), errors="replace") as file:
        elements = [(row, _line(text)) for row, text in enumerate(file, start=1) if text.strip()]
    yield _table(path.name, elements)


def _line(text: str) -> object:
    try:
        return _parsed(text)
    except (ValueError, RecursionError):
        return None


def _table(name: str, elements: list[tuple[int, object]]) -> Table:
    keys = list(dict.fromkeys(key for _, element in elements if isinstance(element, dict) for key in element))
    return Table(name, "", _records(keys, elements))


def _records(keys: list[str], elements: "Iterable[tuple[int, object]]") -> "Iterator[Record]":
    if keys:
        yield Record(0, keys)
    for row, element in elements:
        if not isinstance(element, dict):
            yield Record(row, (), "not a JSON object with one key per column")
        elif has_text(tuple(element.values())):
            yield Record(row, [_cell(element.get(key)) for key in keys])


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None
