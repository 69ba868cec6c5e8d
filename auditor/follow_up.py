"""What people wrote in an earlier workbook, at the findings of this run: an audit around the audit (issue 8).

Findings are found by case and rule. What is written of others is listed, with why; nothing is dropped.
"""

import collections
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from typing import TYPE_CHECKING

from auditor.model import (
    ONCE,
    UNSURE,
    Audit,
    Axis,
    CaseResult,
    Finding,
    FindingKey,
    FindingName,
    InvalidRow,
    Left,
    LeftKind,
    RunInfo,
    Status,
    Summary,
    Tracked,
)
from auditor.workbooks.collected import left_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.workbooks.previous import Previous
    from auditor.workbooks.written import Written


@dataclass(slots=True)
class _Tally:
    """What came of one reading: rows that found their finding, why others did not, acceptances that ended.

    Rows are numbers; `fates` say of those whose case is in the run what became of their finding; `unsure` are
    those whose key leads to another finding than their words.
    """

    met: set[int] = field(default_factory=set)
    fates: dict[int, tuple[LeftKind, str]] = field(default_factory=dict)
    unsure: set[int] = field(default_factory=set)
    ended: list[Left] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    claimed: int = 0
    remembered: int = 0


class FollowedUp:
    """An audit whose findings have what people wrote about them (`Finding.tracked`); see `Audit`, `FollowUp`.

    `refuted` says whether a rule is known not to hold for a case. Accepted risks hold by the day on which the
    run began (UTC), so that the same evidence gives the same report.
    """

    def __init__(
        self, audit: Audit, previous: "Previous", refuted: "Callable[[str, CaseResult], bool]"
    ) -> None:
        self._audit, self._previous, self._refuted = audit, previous, refuted
        self._today = audit.run.started.astimezone(UTC).date()
        self._by_key: dict[str, int] = {}
        self._by_name: dict[str, int] = {}
        for number, row in enumerate(previous.rows):
            if row.key and row.key != UNSURE:
                self._by_key[row.key] = number
            elif row.key != UNSURE and row.named:
                self._by_name[row.name.checksum()] = number
        self._named: dict[tuple[str, str, str], list[int]] = {}
        for number, row in enumerate(previous.rows):
            self._named.setdefault(_words(row.name), []).append(number)
        self._tally: _Tally | None = None

    @property
    def run(self) -> RunInfo:
        """See Audit."""
        return self._audit.run

    @property
    def summary(self) -> Summary:
        """See Audit."""
        return self._audit.summary

    def invalid(self) -> Iterator[InvalidRow]:
        """See Audit."""
        return self._audit.invalid()

    def results(self) -> Iterator[CaseResult]:
        """See Audit."""
        tally = _Tally()
        for result in self._audit.results():
            yield self._followed(result, tally)
        self._tally = tally

    @property
    def source(self) -> str:
        """See FollowUp."""
        return self._previous.source

    @property
    def own_columns(self) -> tuple[str, ...]:
        """See FollowUp."""
        return self._previous.own_columns

    @property
    def remarks(self) -> tuple[str, ...]:
        """See FollowUp: what came of it, then what has to be known of the workbook."""
        return (*self._closing(), *self._previous.remarks)

    @property
    def looked_since(self) -> bool:
        """See FollowUp. A run that unites others begins with the first of them and ends with the last."""
        run, written = self._audit.run, self._previous.as_of
        return written is None or (run.id != self._previous.run and (run.ended or run.started) > written)

    def left(self) -> list[Left]:
        """See FollowUp: findings that are gone or out of sight first, then what is told once."""
        tally = self._read()
        rows = enumerate(self._previous.rows)
        gone = [self._left(number, row, tally) for number, row in rows if number not in tally.met]
        return [*gone, *tally.ended, *self._previous.notices]

    def _closing(self) -> list[str]:
        tally, left = self._read(), self.left()
        lines = [f"carried over from {self.source}: {_findings(len(tally.met))}"]
        if tally.claimed and self.looked_since:
            lines.append(f"marked Done and still found: {_findings(tally.claimed)}")
        elif tally.claimed:
            lines.append(f"marked Done: {_findings(tally.claimed)}; nobody has looked again since")
        if tally.remembered:
            lines.append(
                f"marked Done, not asked again: {_findings(tally.remembered)}, whose password is held back"
                " since it was refused; --retry ACCOUNT asks once more"
            )
        kinds = collections.Counter(one.kind for one in left)
        if left:
            told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
            lines.append(f"rows that are listed as carried over: {len(left)} ({told})")
        return [*lines, *tally.again]

    def _read(self) -> _Tally:
        if self._tally is None:
            collections.deque(self.results(), maxlen=0)
        assert self._tally is not None, "a reading to the end leaves it"
        return self._tally

    def _followed(self, result: CaseResult, tally: _Tally) -> CaseResult:
        case = result.case
        words = (case.account.lower(), case.app.title.lower(), case.environment.lower())
        for number in self._named.get(words, ()):
            tally.fates[number] = self._became(self._previous.rows[number].name.rule, result)
        found = tuple(self._tracked(result, finding, tally) for finding in result.findings)
        return replace(result, findings=found) if found else result

    def _tracked(self, result: CaseResult, finding: Finding, tally: _Tally) -> Finding:
        number = self._by_key.get(FindingKey(result.case.key, finding.rule).digest())
        if number is None and self._by_name:
            case = result.case
            name = FindingName(case.account, case.app.title, case.environment, finding.rule)
            number = self._by_name.get(name.checksum())
        if number is None:
            return finding
        row = self._previous.rows[number]
        if not self._previous.run and _names_another(row.name, result, finding):
            tally.unsure.add(number)
            return finding
        if number in tally.met:
            tally.again.append(f"{row.where} fits several findings; it was carried over to the first")
            return finding
        tally.met.add(number)
        tracked, why = held(row.tracked, self._today)
        if why:
            left = left_of(row._replace(key=ONCE), f"{row.where}: {why}", LeftKind.RUN_OUT)
            tally.ended.append(left)
        followed = replace(finding, tracked=tracked)
        remembered = result.repeats(finding)
        tally.claimed += followed.claimed and not remembered
        tally.remembered += followed.claimed and remembered
        looked = self.looked_since and not remembered
        return followed if looked else replace(finding, tracked=replace(tracked, looked=False))

    def _became(self, rule: str, result: CaseResult) -> tuple[LeftKind, str]:
        """Return what became of a case's finding if it has it no more: gone only where that was seen."""
        if result.not_audited:
            return LeftKind.UNSEEN, f"not audited this time: {result.not_audited}"
        if result.verdicts[Axis.PATH].unknown or not self._refuted(rule, result):
            return LeftKind.UNSEEN, "this run could not tell whether it still holds"
        return LeftKind.FIXED, "this run looked, and it does not hold any more"

    def _left(self, number: int, row: "Written", tally: _Tally) -> Left:
        if row.key == UNSURE or number in tally.unsure:
            row = row._replace(key=UNSURE)
            why = f"{row.where}: its hidden key is that of another finding; write it at the one that is meant"
            return left_of(row, why, LeftKind.UNSURE)
        if not row.named:
            return left_of(row, f"{row.where}: names no finding", LeftKind.NAMELESS)
        kind, why = tally.fates.get(number) or (
            LeftKind.ABSENT,
            "no case of this run has this account, app and environment",
        )
        return left_of(row, why, kind)


def held(tracked: Tracked, today: date) -> tuple[Tracked, str]:
    """Return what was written as it holds today, and why an accepted risk is open again, "" where it is not.

    An accepted risk needs a reason (the comment) and a last day (Due), and holds through that day.
    """
    if tracked.status is not Status.ACCEPTED:
        return tracked, ""
    opened = replace(tracked, status=Status.OPEN)
    if not isinstance(tracked.due, date):
        return opened, "an accepted risk needs its last day in Due; it is open again"
    if not tracked.comment:
        return opened, "an accepted risk needs its reason in Comment; it is open again"
    if tracked.due < today:
        lapsed = replace(opened, lapsed=tracked.due)
        return lapsed, f"accepted until {tracked.due.isoformat()}, which has passed; it is open again"
    return tracked, ""


def _names_another(name: FindingName, result: CaseResult, finding: Finding) -> bool:
    """Return whether a row's words name another finding; an app may have got another title since."""
    case = result.case
    said, ours = (name.account, name.environment, name.rule), (case.account, case.environment, finding.rule)
    return any(words and words.lower() != own.lower() for words, own in zip(said, ours, strict=True))


def _words(name: FindingName) -> tuple[str, str, str]:
    return name.account.lower(), name.app.lower(), name.environment.lower()


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"
