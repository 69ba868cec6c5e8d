"""The numbers of an audit, counted as its results pass by."""

from collections import Counter
from typing import TypeGuard

from auditor.model import (
    Axis,
    CaseResult,
    Contract,
    Evidence,
    NotObserved,
    Observed,
    Question,
    Severity,
    Summary,
    Why,
)


class Count:
    """Takes in results one by one; holds numbers, and the names of the accounts to count each once."""

    def __init__(self) -> None:
        self._verdicts: dict[Axis, Counter[str]] = {axis: Counter() for axis in Axis}
        self._worst: Counter[str] = Counter()
        self._findings: Counter[Severity] = Counter()
        self._contracts: Counter[Contract] = Counter()
        self._unasked: Counter[Why] = Counter()
        self._unmet: Counter[Why] = Counter()
        self._accounts: set[str] = set()
        self._cases = self._skipped = self._unreached = 0

    def add(self, result: CaseResult) -> None:
        """Count a result."""
        self._cases += 1
        self._accounts.add(result.case.account_id)
        if result.not_audited:
            self._skipped += 1
            return
        for axis, verdict in result.verdicts.items():
            self._verdicts[axis][verdict.value] += 1
        for finding in result.findings:
            self._findings[finding.severity] += 1
        self._worst[result.findings[0].severity if result.findings else "none"] += 1
        self._contracts[result.contract] += 1
        for item in result.evidence:
            if _is_unasked(item):
                self._unasked[item.why] += 1
            if isinstance(item, NotObserved) and item.question is Question.INTERACTIVE:
                self._unmet[item.why] += 1
        self._unreached += _is_unreached(result)

    def summary(self, invalid: int) -> Summary:
        """Return the numbers of what was counted; `invalid` is how many rows could not be audited."""
        return Summary(
            cases=self._cases,
            accounts=len(self._accounts),
            skipped=self._skipped,
            invalid=invalid,
            verdicts=self._verdicts,
            worst=self._worst,
            findings=self._findings,
            contracts=self._contracts,
            unanswered=self._contracts[Contract.UNANSWERED],
            undecided=self._verdicts[Axis.PATH]["could not tell"],
            unasked=self._unasked,
            unmet=self._unmet,
            unreached=self._unreached,
        )


def _is_unasked(item: Evidence) -> TypeGuard[NotObserved]:
    """Return whether a case's own sign-in was not made; each case has one, of its account or its application.

    An interrupted application's is said by both slots.
    """
    if not isinstance(item, NotObserved):
        return False
    if item.question is Question.APP_SIGN_IN:
        return item.why is not Why.INTERRUPTED
    return item.question is Question.PASSWORD and item.why is not Why.APPLICATION_EXPECTED


def _is_unreached(result: CaseResult) -> bool:
    """Return whether every question of a case ended without any reply from the network.

    What an export says of it came from no network.
    """
    seen = [item for item in result.evidence if isinstance(item, Observed) and not item.question.of_directory]
    return bool(seen) and all(
        item.answer.http_status is None and item.answer.failure is not None for item in seen
    )
