"""What an earlier workbook says of each finding, once: doubles and contradictions are sorted out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.model import ONCE, UNSURE, Left, LeftKind, Status, facts_checksum
from auditor.workbooks.registry import Registry
from auditor.workbooks.written import OwnColumns, Written

if TYPE_CHECKING:
    from auditor.model import Tracked

_DIGEST = re.compile(r"[0-9a-f]{20}")
_ROWS_SHOWN = 10


@dataclass(slots=True)
class Collected:
    """The rows that say something, by what they are about; and what has to be said of the others.

    `rows` are by digest, by `name:` and the checksum of a name where there is no key, or by `row:` and where
    they stand if nothing says what they are about. Numbers of rows are kept by what there is to say of them.
    """

    registry: Registry
    own: OwnColumns = field(default_factory=OwnColumns)
    rows: dict[str, Written] = field(default_factory=dict)
    notices: list[Left] = field(default_factory=list)
    numbers: dict[str, list[int]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    def take(self, row: Written) -> None:
        """Take up a row: judge what it is about, and keep it if it says something."""
        if row.key == ONCE:
            return
        row = self._identified(row)
        self.met.add(row.key)
        if isinstance(row.tracked.due, str):
            self._note("due", row)
        if row.status:
            words = ", ".join(Status)
            why = f'{row.where}: the status "{row.status}" is none of {words}; it stands as Open'
            self.notices.append(_left(row, why, LeftKind.NOT_TAKEN))
        if not row.tracked.empty:
            self._keep(row)
        elif not row.named and any((*row.name, row.finding)):
            self.notices.append(_left(row, f"{row.where}: names no finding", LeftKind.NAMELESS))

    def padded(self) -> Iterator[Written]:
        """Yield the rows that are kept, each with a value for every column that people added."""
        for row in self.rows.values():
            yield row._replace(tracked=self.own.padded(row.tracked), facts=None)

    def told(self, why: str) -> str:
        """Return the rows of which something is to be said, "" where there are none."""
        numbers = self.numbers.get(why, [])
        more = f" and {len(numbers) - _ROWS_SHOWN} more" if len(numbers) > _ROWS_SHOWN else ""
        rows = ", ".join(map(str, numbers[:_ROWS_SHOWN]))
        return f"row{'s' if len(numbers) > 1 else ''} {rows}{more}" if numbers else ""

    def _identified(self, row: Written) -> Written:
        """Return a row with the digest that it is known by, "" or UNSURE."""
        if row.key == UNSURE:
            return row
        name = row.name.checksum() if row.name.rule else ""
        if not _DIGEST.fullmatch(row.key):
            return row._replace(key=self.registry.by_name.get(name, ""))
        facts, named = self.registry.findings.get(row.key, ("", name))
        if named != name and name in self.registry.by_name:
            return row._replace(key=UNSURE)
        if facts and row.facts is not None and facts != facts_checksum(row.facts):
            self._changed(row)
        return row

    def _changed(self, row: Written) -> None:
        self._note("changed", row)
        if not row.tracked.empty:
            why = f"{row.where}: facts were changed by hand; what the run found stands there again"
            self.notices.append(_left(row, why, LeftKind.CHANGED))

    def _keep(self, row: Written) -> None:
        identity = row.key
        if row.key == UNSURE or not row.named:
            identity = f"row:{row.where}"
        elif not row.key:
            identity = f"name:{row.name.checksum()}"
        first = self.rows.setdefault(identity, row)
        if first is not row and self._said(first) != self._said(row):
            why = f"{row.where} says something else of the finding than {first.where}, which counts"
            self.notices.append(_left(row, why, LeftKind.NOT_TAKEN))

    def _said(self, row: Written) -> "Tracked":
        return self.own.padded(row.tracked)

    def _note(self, why: str, row: Written) -> None:
        self.numbers.setdefault(why, []).append(row.number)


def left_of(row: Written, why: str, kind: LeftKind) -> Left:
    """Return a row as it is listed: under its key, so that the next run reads it again."""
    return Left(
        row.key,
        row.name.account,
        row.name.app,
        row.name.environment,
        row.finding,
        row.name.rule,
        row.tracked,
        why,
        kind,
    )


def _left(row: Written, why: str, kind: LeftKind) -> Left:
    return replace(left_of(row, why, kind), key=ONCE)
