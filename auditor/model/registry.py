"""The very-hidden sheet of a workbook: what it was written from, and what its rows said when it was written.

Every cell is text, so that no spreadsheet program changes it on saving. The first cell of a row says what the
row is; blank rows and unknown words are passed over:

    format  | auditor workbook 1
    run     | 20261122T101500Z-3f2a
    tool    | 0.1.0
    started | 2026-11-22T10:15:00+00:00
    column  | account | Account | fact
    column  | status  | Status  | work
    column  | key     | Key     | beside
    sheet   | Findings
    finding | (digest of its key) | (checksum of its facts) | (checksum of its name)

There is a row `column` for each column of the sheet of findings that is ours, left to right as written, a row
`sheet` for each sheet of the workbook, and a row `finding` for each finding.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from auditor.model.follow_up import facts_checksum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.model.judgement import RunInfo

REGISTRY_SHEET = "auditor"
REGISTRY_FORMAT = "auditor workbook 1"


class RegistryRow(StrEnum):
    """What a row of the registry is: its first cell."""

    FORMAT = "format"
    RUN = "run"
    TOOL = "tool"
    STARTED = "started"
    ENDED = "ended"
    COLUMN = "column"
    SHEET = "sheet"
    FINDING = "finding"


class ColumnUse(StrEnum):
    """What a column of ours is for: a fact under the checksum, one beside it (a link), or people's work."""

    FACT = "fact"
    BESIDE = "beside"
    WORK = "work"


class RegistryColumn(NamedTuple):
    """A column of the sheet of findings: its key in the layout, its header, and what it is for."""

    key: str
    header: str
    use: ColumnUse


class FindingName(NamedTuple):
    """A finding by the words of its row: what people see, and what it is found by where its key is gone."""

    account: str
    app: str
    environment: str
    rule: str

    def checksum(self) -> str:
        """Return a checksum over the name; letter case does not count."""
        return facts_checksum(word.lower() for word in self)


def registry_head(run: "RunInfo", columns: "Iterable[RegistryColumn]") -> "Iterator[tuple[str, ...]]":
    """Yield the rows that stand before those of the findings."""
    yield RegistryRow.FORMAT, REGISTRY_FORMAT
    yield RegistryRow.RUN, run.id
    yield RegistryRow.TOOL, run.tool_version
    yield RegistryRow.STARTED, run.started.isoformat()
    if run.ended is not None:
        yield RegistryRow.ENDED, run.ended.isoformat()
    for column in columns:
        yield RegistryRow.COLUMN, *column


def registry_row(digest: str, facts: "Sequence[str]", name: FindingName) -> tuple[str, ...]:
    """Return the row of a finding; `facts` are its cells under the checksum as written, left to right."""
    return RegistryRow.FINDING, digest, facts_checksum(facts), name.checksum()
