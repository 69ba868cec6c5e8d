"""By what rows can be filtered: of each table, what a row is called in the terms of the page's filters."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from auditor.model import Axis
from auditor.writers.tables import accounts, carried, changes, consent, findings, fixes

if TYPE_CHECKING:
    from auditor.model import CaseResult, Finding, Fix
    from auditor.writers.tables.accounts import AccountEntry

Facets: TypeAlias = Mapping[str, Callable[[Any], str]]


def _path(result: "CaseResult") -> str:
    verdict = result.verdicts.get(Axis.PATH)
    return verdict.value if verdict else ""


def _desk(fix: "Fix | None") -> str:
    return fix.desk if fix else ""


def _status(finding: "Finding") -> str:
    return finding.tracked.status if finding.tracked else ""


def _of_worst(entry: "AccountEntry", name: str) -> str:
    return str(getattr(entry.open[0], name)) if entry.open else ""


FACETS: Mapping[str, Facets] = {
    accounts.TABLE: {
        "severity": lambda e: _of_worst(e, "severity"),
        "path": lambda e: _path(e.result),
        "lane": lambda e: _of_worst(e, "lane"),
        "desk": lambda e: _desk(e.fix),
    },
    findings.TABLE: {
        "severity": lambda e: e.finding.severity,
        "path": lambda e: _path(e.result),
        "lane": lambda e: e.finding.lane,
        "desk": lambda e: _desk(e.first),
        "status": lambda e: _status(e.finding),
    },
    fixes.TABLE: {
        "severity": lambda e: e.line.severity,
        "lane": lambda e: e.line.lane,
        "desk": lambda e: e.line.fix.desk,
    },
    changes.TABLE: {
        "severity": lambda e: e.change.now or e.change.before,
        "status": lambda e: e.change.tracked.status if e.change.tracked else "",
    },
    carried.TABLE: {"status": lambda e: e.tracked.status},
    consent.TABLE: {"path": lambda e: _path(e.result)},
}
"""By table and filter; a table that is not in here is not narrowed by any."""
