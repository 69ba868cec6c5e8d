"""A finding as lines of plain text, for formats without cells."""

from typing import TYPE_CHECKING

from auditor.writers.tables.content import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import CaseResult, Finding, Fix, Waiver
    from auditor.writers.texts import Texts


BROKEN_CONTRACT = "contract-is-broken"
CONTRACT_RULES = frozenset({BROKEN_CONTRACT, "contract-is-unanswered"})
"""The findings that say how an expectation came out, and not why."""


def cause_of(result: "CaseResult", finding: "Finding") -> "Finding | None":
    """Return the gravest finding behind what is said of the contract; None for other findings, or without."""
    if finding.rule not in CONTRACT_RULES:
        return None
    others = (one for one in result.findings if one.rule not in CONTRACT_RULES and not one.unanswered)
    return next((one for one in others if one.severity != "info"), None)


def because(result: "CaseResult", finding: "Finding") -> str:
    """Return why a contract is broken and what to do first; of another finding only what to do."""
    cause, fix = cause_of(result, finding), first_fix(result, finding)
    told_cause = f" Because: {cause.title}." if cause else ""
    return told_cause + (f" Fix: {fix.title} ({done_by(fix)})." if fix else "")


def first_fix(result: "CaseResult", finding: "Finding") -> "Fix | None":
    """Return what to do first about a finding: of a contract, about what broke it."""
    cause = cause_of(result, finding)
    return next(iter((*(cause.fixes if cause else ()), *finding.fixes)), None)


def headline(result: "CaseResult", finding: "Finding") -> str:
    """Return a finding in a line; of a contract also what it came to, and what to do about it first."""
    if finding.rule not in CONTRACT_RULES:
        return finding.title
    cause = cause_of(result, finding)
    fix = f"; fix: {cause.fixes[0].title}" if cause and cause.fixes else ""
    return f"{finding.title}: {result.contract_why}{fix}"


def told(result: "CaseResult", finding: "Finding", texts: "Texts") -> str:
    """Return everything about a finding of a case that whoever settles it needs, the first fix in full."""
    lines = [f"{finding.severity}: {finding.title}", "", finding.what, f"Why it matters: {finding.why}"]
    lines += [f"Possibly {one.outcome.replace('_', ' ')}: {one.how_to_tell}" for one in finding.candidates]
    cause = cause_of(result, finding)
    if cause is not None:
        lines += [f"Because: {cause.title}. {cause.what}"]
    for number, fix in enumerate((*(cause.fixes if cause else ()), *finding.fixes)):
        lines += _in_full(fix, texts) if not number else [f"Or: {fix.title} ({done_by(fix)})"]
    cited = f"; evidence: {', '.join(finding.evidence)}" if finding.evidence else ""
    return "\n".join([*lines, f"Where: {result.case.origin}; rule: {finding.rule}{cited}"])


def _in_full(fix: "Fix", texts: "Texts") -> "Iterator[str]":
    yield f"Fix: {fix.title} ({done_by(fix)})"
    yield numbered(fix.steps)
    if fix.command:
        yield f"Command: {fix.command}"
    if fix.link:
        yield f"Link: {fix.link}"
    if fix.licence:
        yield f"Licence: {fix.licence}"
    if fix.check_before_use:
        yield texts.check_before_use
    yield f"Verify: {fix.verify}"


def done_by(fix: "Fix") -> str:
    """Return who does a fix, how long it takes and whether it lasts."""
    return f"{fix.role}; {fix.effort}; {fix.disposition}"


def waived(waiver: "Waiver") -> str:
    """Return who accepted a finding, until when, and why."""
    return f"waived until {waiver.until.isoformat()} by {waiver.who}: {waiver.reason}"


def waived_count(number: int) -> list[str]:
    """Return how many findings are waived, as a sentence; nothing where there are none."""
    if not number:
        return []
    return ["1 finding is waived" if number == 1 else f"{number:,} findings are waived"]
