"""The tables of the page in reading order, under the headings by which they are found."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import Desk
from auditor.writers.tables import (
    accounts,
    carried,
    changes,
    consent,
    evidence,
    findings,
    fixes,
    glossary,
    not_audited,
    run,
)

if TYPE_CHECKING:
    from auditor.writers.html.design import Design
    from auditor.writers.html.gathered import Gathered
    from auditor.writers.html.table import RecordTable


@dataclass(frozen=True, slots=True)
class Section:
    """Tables of one kind: the name that links use, a heading, and what is said where there is no row."""

    id: str
    title: str
    empty: str
    tables: "tuple[RecordTable, ...]"

    @property
    def count(self) -> int:
        """Return how many rows there are."""
        return sum(table.count for table in self.tables)


def sections_of(design: "Design", gathered: "Gathered") -> tuple[Section, ...]:
    """Return the sections."""
    passing, ends = gathered.tables, gathered.ends
    todo = tuple(gathered.fixes[desk] for desk in Desk if desk in gathered.fixes)
    given: dict[str, tuple[RecordTable, ...]] = {
        accounts.TABLE: (passing[accounts.TABLE],),
        findings.TABLE: (passing[findings.TABLE],),
        fixes.TABLE: todo,
        consent.TABLE: (passing[consent.TABLE],),
        changes.TABLE: (ends[changes.TABLE],),
        carried.TABLE: (ends[carried.TABLE],),
        not_audited.TABLE: (passing[not_audited.TABLE],),
        evidence.TABLE: (passing[evidence.TABLE],),
        run.TABLE: (ends[run.TABLE],),
        glossary.TABLE: (ends[glossary.TABLE],),
    }
    sheets = design.layout.sheets
    return tuple(
        Section(name, sheets[name].title, sheets[name].empty, tables)
        for name, tables in given.items()
        if name not in gathered.idle
    )
