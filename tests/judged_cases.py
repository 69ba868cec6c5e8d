"""Results as the rulebook would leave them, made by hand: for what only counts and compares them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from auditor.model import (
    AppProfile,
    Axis,
    Case,
    CaseKey,
    CaseResult,
    Confidence,
    Contract,
    Finding,
    Grant,
    Kind,
    Lane,
    Origin,
    RunInfo,
    Severity,
    SignsInFrom,
    Summary,
    Sureness,
    Vantage,
    Verdict,
    Waiver,
)

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOST = "contoso.crm4.dynamics.com"
APP = AppProfile(
    "mobile", "Mobile", "app-id", Sureness.SOURCED, {Grant.ROPC: Sureness.SOURCED}, SignsInFrom.DEVICE
)
ACCEPTED = Waiver("until the vendor ships", "it@contoso.example", date(2027, 1, 31))


def finding(rule, severity=Severity.HIGH, *, unanswered=False, waived=None, tracked=None):
    """Return a finding of which only the rule and its severity matter."""
    return Finding(
        rule=rule,
        title=rule.replace("-", " "),
        severity=severity,
        confidence=Confidence.CERTAIN,
        lane=Lane.NOW,
        what="",
        why="",
        fixes=(),
        unanswered=unanswered,
        waived=waived,
        tracked=tracked,
    )


def result(
    account="sync@contoso.example",
    *findings,
    ropc="eligible",
    path="ready",
    contract=Contract.NOT_UNDER_CONTRACT,
    expected=None,
    not_audited="",
):
    """Return a case's result with these findings and verdicts."""
    words = {Axis.MFA: "unknown", Axis.CONSENT: "unknown", Axis.ROPC: ropc, Axis.PATH: path}
    return CaseResult(
        case=Case(
            CaseKey(account, "mobile", HOST),
            account,
            HOST,
            APP,
            Kind.INTEGRATION,
            Origin("accounts.csv", "", 2),
            expected=expected,
        ),
        verdicts={axis: Verdict(axis, word) for axis, word in words.items()},
        findings=findings,
        contract=contract,
        contract_why="",
        facts={},
        evidence=(),
        readings={},
        not_audited=not_audited,
    )


@dataclass
class Made:
    """An audit of results made by hand; counts how often it is read."""

    items: tuple
    readings: int = 0
    stopped: tuple = ()
    interrupted: bool = False
    unmet: dict = field(default_factory=dict)

    @property
    def run(self):
        """See auditor.model.Audit."""
        run = RunInfo("run-2", "0", "a.csv", START, START, "", Vantage(), simulated=False)
        return replace(run, stopped=self.stopped, interrupted=self.interrupted)

    @property
    def summary(self):
        numbers = Summary(len(self.items), 1, 0, 0, {axis: {} for axis in Axis}, {}, {}, {}, 0)
        return replace(numbers, unmet=self.unmet)

    def results(self):
        self.readings += 1
        return iter(self.items)

    def invalid(self):
        return iter(())
