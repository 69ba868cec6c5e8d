"""Results as the rulebook would leave them, made by hand: for what only counts and compares them."""

from datetime import date

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
    Severity,
    SignsInFrom,
    Sureness,
    Verdict,
    Waiver,
)

HOST = "contoso.crm4.dynamics.com"
APP = AppProfile(
    "mobile", "Mobile", "app-id", Sureness.SOURCED, {Grant.ROPC: Sureness.SOURCED}, SignsInFrom.DEVICE
)
ACCEPTED = Waiver("until the vendor ships", "it@contoso.example", date(2027, 1, 31))


def finding(rule, severity=Severity.HIGH, *, unanswered=False, waived=None):
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
