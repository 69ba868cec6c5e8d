"""The numbers of an audit, counted as its results pass by."""

from collections import Counter

from auditor.model import (
    Axis,
    CaseResult,
    Contract,
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
        self._unasked: Counter[str] = Counter()
        self._unsigned: Counter[str] = Counter()
        self._unmet: Counter[str] = Counter()
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
            if isinstance(item, NotObserved):
                self._leave(item)
        self._unreached += _is_unreached(result)

    def _leave(self, item: NotObserved) -> None:
        """Count a sign-in of a case's own that was not made.

        Where an application is expected nobody asks for a password, and an interruption is said by the slots
        of both.
        """
        if item.question is Question.PASSWORD and item.why is not Why.APPLICATION_EXPECTED:
            self._unasked[_reason(item)] += 1
        elif item.question is Question.APP_SIGN_IN and item.why is not Why.INTERRUPTED:
            self._unsigned[_reason(item)] += 1
        elif item.question is Question.INTERACTIVE:
            self._unmet[_reason(item)] += 1

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
            unsigned=self._unsigned,
            unmet=self._unmet,
            unreached=self._unreached,
        )


def _reason(item: NotObserved) -> str:
    """Return why nobody asked; that it was not asked for says nothing, so there the detail does."""
    return item.detail or item.why if item.why is Why.NOT_ASKED else item.why


def _is_unreached(result: CaseResult) -> bool:
    """Return whether every question of a case ended without any reply from the network.

    What an export says of it came from no network.
    """
    seen = [item for item in result.evidence if isinstance(item, Observed) and not item.question.of_directory]
    return bool(seen) and all(
        item.answer.http_status is None and item.answer.failure is not None for item in seen
    )
