"""The stream of rows that both writers of a report get: cells with value, tone and link, in reading order."""

import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from auditor.model import Observed
from auditor.writers.tables import accounts, evidence, findings, not_audited
from auditor.writers.tables.content import Content, Place
from benchmarks.runfiles import write_run_file

if TYPE_CHECKING:
    from auditor.model import CaseResult
    from auditor.writers.layout import Layout
    from auditor.writers.texts import Texts

TABLES: Mapping[str, Mapping[str, Any]] = {
    accounts.TABLE: accounts.COLUMNS,
    findings.TABLE: findings.COLUMNS,
    evidence.TABLE: evidence.COLUMNS,
    not_audited.TABLE: not_audited.COLUMNS,
}
_ROWS_OF_A_CASE = 5  # at least


class Row(NamedTuple):
    """A row: which table it belongs to, and its cells in the order of the layout."""

    table: str
    cells: list[Content]


def prepare(stream: Path, size: int) -> None:
    """Write so many rows of a report; in a process of its own, for the memory it takes."""
    run = stream.with_suffix(".audit-run")
    write_run_file(run, size // _ROWS_OF_A_CASE + 1)
    with stream.open("wb") as file:
        for _, row in zip(range(size), _rows_of(run), strict=False):
            pickle.dump((row.table, [_plain(cell) for cell in row.cells]), file)


def _plain(cell: Content) -> tuple[object, ...]:
    value = str(cell.value) if isinstance(cell.value, str) else cell.value
    return (value, *cell[1:])


def read(stream: Path) -> Iterator[Row]:
    """Yield the rows."""
    with stream.open("rb") as file:
        while (row := _next(file)) is not None:
            yield row


def _next(file: BinaryIO) -> Row | None:
    try:
        table, cells = pickle.load(file)  # noqa: S301 - written by `prepare` a moment ago
    except EOFError:
        return None
    return Row(table, [Content(*cell) for cell in cells])


def _rows_of(run: Path) -> Iterator[Row]:
    from auditor.journal import Journal  # noqa: PLC0415 - in the preparing process alone
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - as above
    from auditor.run.judged import judge  # noqa: PLC0415 - as above
    from auditor.writers.layout import load_layout  # noqa: PLC0415 - as above
    from auditor.writers.texts import load_texts  # noqa: PLC0415 - as above

    journal, layout, texts = Journal.open(run), load_layout(), load_texts()
    counts = dict.fromkeys(TABLES, 0)
    for result in judge(journal, load_rulebook()).results():
        for table, entry in _entries(result, counts, texts):
            counts[table] += 1
            yield Row(table, _cells(layout, table, entry))
    journal.close()


def _cells(layout: "Layout", table: str, entry: object) -> list[Content]:
    return [TABLES[table][column.key](entry) for column in layout.sheets[table].columns]


def _entries(result: "CaseResult", counts: Mapping[str, int], texts: "Texts") -> Iterator[tuple[str, object]]:
    """Yield what a case has for each table; the fixes are not in order yet, so that none is linked."""
    case, proof = Place(accounts.TABLE, counts[accounts.TABLE]), Place(evidence.TABLE, counts[evidence.TABLE])
    first = Place(findings.TABLE, counts[findings.TABLE]) if result.findings else None
    yield accounts.TABLE, accounts.AccountEntry(result, texts, first, evidence.telling(result), proof)
    for finding in result.findings:
        yield findings.TABLE, findings.FindingEntry(result, finding, texts, case, None, proof)
    for item in result.evidence:
        if isinstance(item, Observed):
            yield evidence.TABLE, evidence.EvidenceEntry(result, item, case)
    for gap in not_audited.gaps_of_case(result, texts):
        yield not_audited.TABLE, gap
