"""Fixes on disk while results pass by: of what every account needs in words of its own there can be many."""

import json
from array import array
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Self

from auditor.model import Desk, Disposition, Effort, Fix

if TYPE_CHECKING:
    from types import TracebackType


class KeptFixes:
    """Fixes by number, in a file that nobody else can see; used as a context."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._ends = array("Q", [0])

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

    def keep(self, fix: Fix) -> int:
        """Keep a fix and return its number."""
        self._file.seek(self._ends[-1])
        self._ends.append(self._ends[-1] + self._file.write(_written(fix)))
        return len(self._ends) - 2

    def get(self, number: int) -> Fix:
        """Return a fix."""
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return _read(self._file.read(end - start))


def _written(fix: Fix) -> bytes:
    parts = [getattr(fix, name) for name in Fix.__slots__]
    return json.dumps(parts).encode("ascii")


def _read(line: bytes) -> Fix:
    known = dict(zip(Fix.__slots__, json.loads(line), strict=True))
    known |= {
        "steps": tuple(known["steps"]),
        "sources": tuple(known["sources"]),
        "desk": Desk(known["desk"]),
        "effort": Effort(known["effort"]),
        "disposition": Disposition(known["disposition"]),
    }
    return Fix(**known)
