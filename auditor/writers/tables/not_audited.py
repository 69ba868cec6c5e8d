"""The table of what was not audited: rows with errors, skipped cases, and questions nobody could ask."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import NotObserved, Why
from auditor.writers.tables.content import Columns, Content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import CaseResult, InvalidRow, Origin
    from auditor.writers.texts import Texts

TABLE = "not_audited"
NO_GAP = frozenset({Why.NOT_ASKED, Why.NO_TOKEN, Why.SKIPPED, Why.APPLICATION_EXPECTED})
"""Reasons by design, or that follow from another row: none is a gap of its own."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that was not looked at: which, why, and what would change that."""

    state: str
    account: str
    environment: str
    app: str
    what: str
    why: str
    remedy: str
    origin: "Origin"


def gaps_of_case(result: "CaseResult", texts: "Texts") -> "Iterator[Gap]":
    """Yield a skipped case as one gap, else one gap per question that could not be asked."""
    case = result.case
    where = (case.account, case.environment, case.app.title)
    if result.not_audited:
        yield Gap("skipped", *where, "everything", result.not_audited, texts.skipped, case.origin)
        return
    for item in result.evidence:
        if isinstance(item, NotObserved) and item.why not in NO_GAP:
            why = f"{item.why.value}: {item.detail}" if item.detail else item.why.value
            remedy = texts.not_looked[item.why]
            yield Gap("not looked at", *where, item.question, why, remedy, case.origin)


def gaps_of_row(row: "InvalidRow") -> "Iterator[Gap]":
    """Yield one gap per problem of a row that could not be audited."""
    for found in row.problems:
        what = f"column {found.column}" if found.column else "the row"
        yield Gap(
            "row with an error",
            row.account,
            row.environment,
            row.app,
            what,
            found.wrong,
            found.right,
            found.origin,
        )


COLUMNS: Columns[Gap] = {
    "state": lambda gap: Content(gap.state, f"gap:{gap.state}"),
    "account": lambda gap: Content(gap.account),
    "environment": lambda gap: Content(gap.environment),
    "app": lambda gap: Content(gap.app),
    "what": lambda gap: Content(gap.what),
    "why": lambda gap: Content(gap.why),
    "remedy": lambda gap: Content(gap.remedy),
    "origin": lambda gap: Content(str(gap.origin)),
}
