"""The table of changes: what became of findings since an earlier run or workbook, the most telling first."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.model import Changed, ChangeKind, FindingKey, Severity, Tracked
from auditor.writers.tables.content import Columns, Content, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import CaseResult, Comparison

TABLE = "changes"
_ACCOUNTS, _FINDINGS = "accounts", "findings"
_NOTHING = Tracked()
_RANKS = {severity.value: severity.rank for severity in Severity}


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """What became of a finding; `account` is the row of its case among the accounts, None without one."""

    change: Changed
    account: int | None = None

    @property
    def tracked(self) -> Tracked:
        """Return what people wrote about it, nothing where nobody did."""
        return self.change.tracked or _NOTHING

    @property
    def finding(self) -> "Place | str":
        """Return where the finding stands, "" where it has no row."""
        return "" if self.change.record is None else Place(_FINDINGS, self.change.record)

    @property
    def case(self) -> "Place | str":
        """Return where the case stands, "" where this run does not hold it."""
        return "" if self.account is None else Place(_ACCOUNTS, self.account)


def changes_of(result: "CaseResult", comparison: "Comparison | None", first: int) -> "Iterator[Changed]":
    """Yield what is worth a line of a case; `first` is the row of its first finding, 0 for the first of all.

    Without an earlier run there is what people wrote: what is marked as done and is not, and accepted risks
    whose last day has passed.
    """
    records = {finding.rule: first + at for at, finding in enumerate(result.findings)}
    told = comparison.of(result) if comparison is not None else _written_of(result)
    for change in told:
        if change.kind is not ChangeKind.UNCHANGED:
            yield replace(change, record=records[change.rule] if change.now else None)


def _written_of(result: "CaseResult") -> "Iterator[Changed]":
    for finding in result.findings:
        if not finding.claimed and not finding.lapsed:
            continue
        lapsed = finding.tracked.lapsed if finding.tracked and not finding.claimed else None
        yield Changed(
            kind=ChangeKind.CLAIMED if finding.claimed else ChangeKind.LAPSED,
            case=result.case.key,
            app=result.case.app.title,
            rule=finding.rule,
            title=finding.title,
            before="",
            now=finding.severity,
            tracked=finding.tracked,
            why=f"accepted until {lapsed.isoformat()}" if lapsed else "",
            account=result.case.account,
        )


def weight(change: Changed) -> int:
    """Return what sorts changes: the most telling kind first, then the gravest."""
    grave = _RANKS.get(change.now or change.before, len(_RANKS))
    return list(ChangeKind).index(change.kind) * (len(_RANKS) + 1) + grave


def digest_of(change: Changed) -> str:
    """Return the key of the finding."""
    return FindingKey(change.case, change.rule).digest()


def _severity(word: str) -> Content:
    return Content(word, f"severity:{word}" if word else "")


def _status(tracked: Tracked | None) -> Content:
    return Content(tracked.status, f"status:{tracked.status}") if tracked else Content("")


COLUMNS: Columns[ChangeEntry] = {
    "kind": lambda e: Content(e.change.kind, f"changes:{e.change.kind}"),
    "account": lambda e: Content(e.change.account or e.change.case.account, link=e.case),
    "app": lambda e: Content(e.change.app),
    "environment": lambda e: Content(e.change.case.environment),
    "finding": lambda e: Content(e.change.title),
    "see": lambda e: Content("finding" if e.finding else "", link=e.finding),
    "before": lambda e: _severity(e.change.before),
    "now": lambda e: _severity(e.change.now),
    "status": lambda e: _status(e.change.tracked),
    "owner": lambda e: Content(e.tracked.owner),
    "due": lambda e: Content("" if e.tracked.due is None else e.tracked.due),
    "comment": lambda e: Content(e.tracked.comment),
    "why": lambda e: Content(e.change.why),
    "rule": lambda e: Content(e.change.rule),
}
