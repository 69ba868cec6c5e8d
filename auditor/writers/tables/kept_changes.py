"""Changes on disk while results pass by: they are put in order when all are known, and there can be many."""

import json
from array import array
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.model import CaseKey, Changed, ChangeKind, Status, Tracked
from auditor.writers.tables.kept_lines import KeptLines

if TYPE_CHECKING:
    from collections.abc import Iterator


class KeptChange(NamedTuple):
    """A change, and the row of its case on the sheet of accounts, None where it has none."""

    change: Changed
    account: int | None


class KeptChanges(KeptLines):
    """Changes in a file that nobody else can see; used as a context."""

    def __init__(self) -> None:
        super().__init__()
        self._weights = array("B")

    def keep(self, kept: KeptChange, weight: int) -> None:
        """Keep a change; the lightest come first, those of one weight as they came."""
        self._put(_written(kept))
        self._weights.append(weight)

    def __iter__(self) -> "Iterator[KeptChange]":
        """Yield everything in order."""
        for number in sorted(range(len(self)), key=self._weights.__getitem__):
            yield _read(json.loads(self._line(number)))


def _written(kept: KeptChange) -> bytes:
    change, tracked = kept.change, kept.change.tracked
    flat = replace(change, tracked=None)
    parts = [getattr(flat, name) for name in Changed.__slots__]
    return json.dumps([parts, _said(tracked) if tracked else None, kept.account]).encode("ascii")


def _said(tracked: Tracked) -> list[object]:
    due = tracked.due
    day = due.isoformat() if isinstance(due, date) else None
    return [tracked.status, tracked.owner, day, due if day is None else None, tracked.comment]


def _read(told: list[Any]) -> KeptChange:
    parts, said, account = told
    known = dict(zip(Changed.__slots__, parts, strict=True))
    known |= {"kind": ChangeKind(known["kind"]), "case": CaseKey(*known["case"])}
    return KeptChange(Changed(**{**known, "tracked": _tracked(*said) if said else None}), account)


def _tracked(status: str, owner: str, day: str | None, due: str | None, comment: str) -> Tracked:
    return Tracked(Status(status), owner, date.fromisoformat(day) if day else due, comment)
