"""Accounts and findings as CSV, for scripts and spreadsheets: the workbook's columns under their names."""

from typing import TYPE_CHECKING, Generic, TypeVar

from auditor.atomic import replacing_all
from auditor.writers.csv_text import BOM, csv_line
from auditor.writers.layout import load_layout
from auditor.writers.tables import accounts, evidence, findings
from auditor.writers.tables.content import Place
from auditor.writers.tables.own import own_columns, own_headers, own_key
from auditor.writers.texts import load_texts

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.model import Audit, CaseResult
    from auditor.writers.interface import Terms
    from auditor.writers.layout import SheetLayout
    from auditor.writers.tables.content import Columns
    from auditor.writers.texts import Texts

E = TypeVar("E")
FINDINGS = ".findings.csv"
"""How the findings' file ends, beside the accounts'."""
LEFT_OUT = frozenset({"fix_number", "counted"})
"""Columns that only lead to another sheet of the workbook."""
_HERE = Place(accounts.TABLE, 0)


class CsvWriter:
    """Writes the accounts, one record a case, and the findings in a file beside them: UTF-8 with its mark."""

    suffix = ".csv"

    def __init__(self, terms: "Terms | None" = None) -> None:
        self._terms = terms

    def write(self, audit: "Audit", target: "Path") -> "tuple[Path, ...]":
        """Write both files in one step and return them; raises ReportError for either."""
        paths = (target, target.with_suffix(FINDINGS))
        texts, (cases, found) = load_texts(), self._tables()
        with replacing_all(paths) as (of_cases, of_findings):
            of_cases.write(f"{BOM}{cases.head}".encode())
            of_findings.write(f"{BOM}{found.head}".encode())
            for result in audit.results():
                of_cases.write(cases.line(_account(result, texts)).encode())
                for finding in result.findings:
                    entry = findings.FindingEntry(result, finding, texts, _HERE)
                    of_findings.write(found.line(entry).encode())
        return paths

    def _tables(self) -> "tuple[_Table[accounts.AccountEntry], _Table[findings.FindingEntry]]":
        layout = load_layout()
        follow_up = self._terms.follow_up if self._terms else None
        own = follow_up.own_columns if follow_up else ()
        sheet = layout.sheets[findings.TABLE]
        named = own_headers(own, (column.header for column in sheet.columns))
        working = sheet.with_own({own_key(at): one for at, one in enumerate(named)}, layout.work.own_width)
        return (
            _Table(layout.sheets[accounts.TABLE], accounts.COLUMNS),
            _Table(working, {**findings.COLUMNS, **own_columns(len(own))}),
        )


class _Table(Generic[E]):
    """One file: its first line, and what its records are made of."""

    def __init__(self, layout: "SheetLayout", columns: "Columns[E]") -> None:
        shown = [column for column in layout.columns if column.key not in LEFT_OUT]
        self.head = csv_line(column.header for column in shown)
        self._contents = [columns[column.key] for column in shown]

    def line(self, entry: E) -> str:
        """Return a record."""
        return csv_line(content(entry).value for content in self._contents)


def _account(result: "CaseResult", texts: "Texts") -> accounts.AccountEntry:
    return accounts.AccountEntry(result, texts, item=evidence.telling(result))
