"""An earlier workbook as rows of cells, to be edited in every way before it is saved and read."""

import dataclasses
from datetime import UTC, datetime

import pytest

from auditor.model import (
    CaseKey,
    ColumnUse,
    FindingKey,
    FindingName,
    RegistryColumn,
    RegistryRow,
    RunInfo,
    Vantage,
    registry_head,
    registry_row,
)
from auditor.workbooks.previous import Ours, read_previous
from tests.handmade import handmade

WORKED = ("Status", "Owner", "Due", "Comment")
HEADERS = ("Account", "App", "Environment", "Severity", "Finding", *WORKED, "See", "Rule", "Key")
FACTS = ("Account", "App", "Environment", "Severity", "Finding", "Rule")
CARRIED = (
    "Account",
    "App",
    "Environment",
    "Finding",
    "What became of it",
    "Why it stands here",
    *WORKED,
    "Rule",
    "Key",
)
RUN = RunInfo(
    "r1",
    "0.1.0",
    "accounts.xlsx",
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 1, tzinfo=UTC),
    "",
    Vantage(),
    simulated=False,
)


def keys(headers):
    return {header.lower().replace(" ", "_"): header for header in headers}


OURS = Ours(
    keys(HEADERS),
    keys(CARRIED),
    "Findings",
    "Carried over",
    frozenset({"Summary", "Accounts", "Findings", "Carried over", "auditor"}),
    frozenset({"Nothing to report."}),
)


def digest(number):
    return FindingKey(CaseKey(f"user{number}@contoso.com", "app", "contoso.example"), "rule-a").digest()


def _use(header):
    if header in WORKED:
        return ColumnUse.WORK
    return ColumnUse.FACT if header in FACTS else ColumnUse.BESIDE


@dataclasses.dataclass
class Book:
    """Rows by header, columns in an order, a registry, and other sheets."""

    rows: list[dict]
    columns: list[str]
    registry: list[tuple]
    carried: list[dict] = dataclasses.field(default_factory=list)
    others: dict[str, list] = dataclasses.field(default_factory=dict)
    title: str = "Findings"

    def sheets(self):
        table = [self.columns, *([row.get(name) for name in self.columns] for row in self.rows)]
        found = {"Summary": [["Status"]], self.title: table}
        if self.carried:
            columns = list(dict.fromkeys([*CARRIED, *(name for row in self.carried for name in row)]))
            found["Carried over"] = [columns, *([row.get(name) for name in columns] for row in self.carried)]
        found |= self.others
        if self.registry:
            found["auditor"] = [["What", "First", "Second", "Third"], *self.registry]
        return found


@pytest.fixture
def book():
    """Return a workbook of four findings that nobody worked on yet."""
    rows = [
        dict(
            zip(
                HEADERS,
                (
                    f"User{number}@contoso.com",
                    "App",
                    "contoso.example",
                    "high",
                    f"Title {number}",
                    "Open",
                    None,
                    None,
                    None,
                    str(number),
                    "rule-a",
                    digest(number),
                ),
                strict=True,
            )
        )
        for number in range(1, 5)
    ]
    columns = [RegistryColumn(header.lower(), header, _use(header)) for header in HEADERS]
    lines = [*registry_head(RUN, columns), (RegistryRow.SHEET, "Accounts")]
    for row in rows:
        name = FindingName(*(row[header] for header in ("Account", "App", "Environment", "Rule")))
        lines.append(registry_row(row["Key"], [row[header] for header in FACTS], name))
    return Book(rows, list(HEADERS), lines)


@pytest.fixture
def read(tmp_path):
    """Return a function that saves a workbook and reads it back."""

    def reading(book, **changes):
        path = handmade(tmp_path / "report.xlsx", book.sheets(), states={"auditor": "veryHidden"}, **changes)
        return read_previous(path, OURS)

    return reading
