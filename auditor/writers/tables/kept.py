"""Fixes on disk while results pass by: of what every account needs in words of its own there can be many."""

import json

from auditor.model import Desk, Disposition, Effort, Fix
from auditor.writers.tables.kept_lines import KeptLines


class KeptFixes(KeptLines):
    """Fixes by number, in a file that nobody else can see; used as a context."""

    def keep(self, fix: Fix) -> int:
        """Keep a fix and return its number."""
        return self._put(_written(fix))

    def get(self, number: int) -> Fix:
        """Return a fix."""
        return _read(self._line(number))


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
