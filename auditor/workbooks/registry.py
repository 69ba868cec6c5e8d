"""The very-hidden sheet of an earlier workbook as it is read back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from auditor.model import ColumnUse, RegistryColumn, RegistryRow
from auditor.workbooks.cell_values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_USES = frozenset(ColumnUse)
_SHOWN = 60


@dataclass(slots=True)
class Registry:
    """What a workbook was written from; of each finding, by the digest of its key, facts and name.

    `as_of` is when the run ended, or began where that is all that is known: nobody looked later than that.
    `by_name` has a digest by the checksum of a name, "" where several findings have that name.
    """

    format: str = ""
    run: str = ""
    as_of: datetime | None = None
    columns: list[RegistryColumn] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    findings: dict[str, tuple[str, str]] = field(default_factory=dict)
    by_name: dict[str, str] = field(default_factory=dict)

    def take(self, rows: "Iterable[Sequence[object]]") -> None:
        """Take up the rows of the sheet; what says nothing known is passed over."""
        for row in rows:
            self._take([text_of(value) for value in row])

    def _take(self, cells: "Sequence[str]") -> None:
        match cells:
            case [RegistryRow.FINDING, digest, facts, name, *_]:
                self.findings[digest] = (facts, name)
                self.by_name[name] = "" if name in self.by_name else digest
            case [RegistryRow.FORMAT, name, *_]:
                self.format = name[:_SHOWN]
            case [RegistryRow.RUN, run, *_]:
                self.run = run
            case [RegistryRow.STARTED | RegistryRow.ENDED, time, *_]:
                self.as_of = max(filter(None, (self.as_of, _time(time))), default=None)
            case [RegistryRow.COLUMN, key, header, use, *_] if use in _USES:
                self.columns.append(RegistryColumn(key, header, ColumnUse(use)))
            case [RegistryRow.SHEET, title, *_]:
                self.sheets.append(title)


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None
