"""Two audits by case and finding: what got worse, what is gone, what only came into sight (issues 6, 8)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from auditor.model import Axis, CaseKey, CaseResult, Changed, ChangeKind, Finding, Severity

Refuted: TypeAlias = Callable[[str, CaseResult], bool]
"""Whether a rule is known not to hold for a case: never where what it rests on could not be seen."""


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier audit said of a case: its findings with their severity, and how far it could see.

    `refused` says that the sign-in ended at an obstacle, `told` that there was an answer at all, `ready` that
    nothing was left to do.
    """

    findings: Mapping[str, Severity]
    refused: bool
    told: bool
    ready: bool = False

    def hid(self, finding: Finding) -> bool:
        """Return whether a finding may have been there already, behind an obstacle as grave as itself."""
        return self.refused and any(old.rank <= finding.severity.rank for old in self.findings.values())


class Change(NamedTuple):
    """What is different in a case: findings that are new or graver, and rules of those that are gone."""

    worse: tuple[Finding, ...]
    gone: tuple[str, ...]
    lost: bool


def _whatever_is_not_found(_rule: str, _result: CaseResult) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier audit to compare with; `name` is its run's id.

    `titles` (by rule) and `apps` (by name) are what reports called them then, `accounts` (by identity) how
    the inventory wrote those that it did not write in lower case. `refuted` is asked of findings that a case
    does not have any more.
    """

    name: str
    cases: Mapping[CaseKey, Before] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)
    apps: Mapping[str, str] = field(default_factory=dict, compare=False)
    accounts: Mapping[str, str] = field(default_factory=dict, compare=False)
    refuted: Refuted = field(default=_whatever_is_not_found, compare=False, repr=False)

    def worse(self, result: CaseResult, finding: Finding) -> bool:
        """Return whether a finding is something that got worse: new, or graver than it was.

        An account that the earlier audit did not hold was fine as far as anybody knew. What was hidden
        behind an obstacle as grave came into sight, or counts for more now that nothing stands before it, and
        is no worse; neither is a question without answer.
        """
        if finding.unanswered or finding.severity is Severity.INFO:
            return False
        before = self.cases.get(result.case.key)
        if before is None:
            return True
        old = before.findings.get(finding.rule)
        graver = old is None or finding.severity.rank < old.rank
        return graver and not before.hid(finding)

    def state(self, result: CaseResult, finding: Finding) -> str:
        """Return whether a finding is new, updated (graver, or not as grave as it was) or unchanged."""
        before = self.cases.get(result.case.key)
        old = before.findings.get(finding.rule) if before else None
        if old is None:
            return "new"
        return "unchanged" if old is finding.severity else "updated"

    def change(self, result: CaseResult) -> Change:
        """Return what is different in a case; `lost` says that it had an answer and has none any more.

        Nothing is gone of a case that could not be told, nor what only could not be seen this time.
        """
        before = self.cases.get(result.case.key)
        worse = tuple([one for one in result.findings if one.waived is None and self.worse(result, one)])
        if before is None:
            return Change(worse, (), lost=False)
        untold = result.verdicts[Axis.PATH].unknown
        now = {one.rule for one in result.findings}
        left = () if untold else [rule for rule in before.findings if rule not in now]
        gone = tuple([rule for rule in left if self.refuted(rule, result)])
        return Change(worse, gone, lost=before.told and untold)

    def changed(self, result: CaseResult) -> tuple[Changed, ...]:
        """Return what became of a case's findings: those of this run, then those that it has no more.

        Questions without an answer are no change, nor are remarks that were none but remarks, unless somebody
        accepted them until a day that has passed.
        """
        return (*self._still(result), *self._left(result))

    def absent(self, key: CaseKey) -> tuple[Changed, ...]:
        """Return the findings of a case that the later run does not hold."""
        why = "the case is not in this run"
        account = self.accounts.get(key.account, key.account)
        return tuple([self._then(key, account, rule, ChangeKind.UNTOLD, why) for rule in self._told_of(key)])

    def _still(self, result: CaseResult) -> Iterator[Changed]:
        before, key = self.cases.get(result.case.key), result.case.key
        for finding in result.findings:
            old = before.findings.get(finding.rule) if before else None
            remark = {finding.severity, old or Severity.INFO} == {Severity.INFO} and not finding.lapsed
            if finding.unanswered or remark:
                continue
            kind = self._kind(result, finding)
            yield Changed(
                kind=kind,
                case=key,
                app=result.case.app.title,
                rule=finding.rule,
                title=finding.title,
                before=old or "",
                now=finding.severity,
                tracked=finding.tracked,
                why=_why(finding, before, kind),
                account=result.case.account,
            )

    def _kind(self, result: CaseResult, finding: Finding) -> ChangeKind:
        """Return what became of a finding; whatever is worse is claimed to be done, regressed, or new."""
        before = self.cases.get(result.case.key)
        known = before is not None and finding.rule in before.findings
        if finding.claimed:
            return ChangeKind.CLAIMED
        if finding.waived is None and self.worse(result, finding):
            seen = known or (before is not None and before.told)
            return ChangeKind.REGRESSED if seen else ChangeKind.NEW
        if finding.lapsed:
            return ChangeKind.LAPSED
        if not known:
            return ChangeKind.NEW
        return ChangeKind.UNTOLD if result.repeats(finding) else ChangeKind.UNCHANGED

    def _left(self, result: CaseResult) -> Iterator[Changed]:
        """Yield what the case had and has no more: gone, or out of sight."""
        now = {one.rule for one in result.findings if not one.unanswered}
        left = [rule for rule in self._told_of(result.case.key) if rule not in now]
        gone = () if result.not_audited or not left else self.change(result).gone
        key, account = result.case.key, result.case.account
        for rule in left:
            if rule in gone:
                yield self._then(key, account, rule, ChangeKind.FIXED, "")
            else:
                yield self._then(key, account, rule, ChangeKind.UNTOLD, _unseen(result))

    def _told_of(self, key: CaseKey) -> list[str]:
        """Return the rules that the earlier run found in a case, remarks aside."""
        before = self.cases.get(key)
        found = before.findings.items() if before else ()
        return [rule for rule, severity in found if severity is not Severity.INFO]

    def _then(self, key: CaseKey, account: str, rule: str, kind: ChangeKind, why: str) -> Changed:
        """Return a finding that only the earlier run has."""
        app, title = self.apps.get(key.app, key.app), self.titles.get(rule, rule)
        old = self.cases[key].findings[rule]
        return Changed(kind, key, app, rule, title, old, "", why=why, account=account)


def _why(finding: Finding, before: Before | None, kind: ChangeKind) -> str:
    """Return what there is to say of how a finding compares, "" where the kind says it all."""
    if finding.waived is not None:
        return f"waived until {finding.waived.until.isoformat()} by {finding.waived.who}"
    if finding.tracked is not None and finding.tracked.lapsed is not None:
        return f"accepted until {finding.tracked.lapsed.isoformat()}"
    if kind is ChangeKind.UNTOLD:
        return "the password was not asked again: its answer is that of an earlier run"
    old = before.findings.get(finding.rule) if before else None
    if old is not None and finding.severity.rank < old.rank:
        return "graver than it was" if kind is not ChangeKind.UNCHANGED else "counts for more than it did"
    if old is not None:
        return "" if old is finding.severity else "not as grave as it was"
    if kind is not ChangeKind.NEW:
        return ""
    if before is None:
        return "the case is not in the earlier run"
    return "an obstacle stood before it" if before.told else "the earlier run could not tell"


def _unseen(result: CaseResult) -> str:
    """Return why a finding that the case does not have any more may be there all the same."""
    path = result.verdicts.get(Axis.PATH)
    if result.not_audited:
        return f"not audited: {result.not_audited}"
    if path is not None and path.unknown:
        return f"could not tell: {path.why}" if path.why else "could not tell"
    return "this run could not tell whether it still holds"
