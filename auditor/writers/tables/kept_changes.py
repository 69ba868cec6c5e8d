"""Changes on disk while results pass by: they are put in order when all are known, and there can be many."""

import json
from array import array
from dataclasses import replace
from datetime import date
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from auditor.model import CaseKey, Changed, ChangeKind, Status, Tracked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


class KeptChange(NamedTuple):
    """A change, and the row of its case on the sheet of accounts, None where it has none."""

    change: Changed
    account: int | None


class KeptChanges:
    """Changes in a file that nobody else can see; used as a context."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._ends, self._weights = array("Q", [0]), array("B")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        """Forget everything."""
        self._file.close()

    def keep(self, kept: KeptChange, weight: int) -> None:
        """Keep a change; the lightest come first, those of one weight as they came."""
        self._file.seek(self._ends[-1])
        self._ends.append(self._ends[-1] + self._file.write(_written(kept)))
        self._weights.append(weight)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._weights)

    def __iter__(self) -> "Iterator[KeptChange]":
        """Yield everything in order."""
        for number in sorted(range(len(self)), key=self._weights.__getitem__):
            start, end = self._ends[number], self._ends[number + 1]
            self._file.seek(start)
            yield _read(json.loads(self._file.read(end - start)))


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
