"""A finding as lines of plain text, for formats without cells."""

from typing import TYPE_CHECKING

from auditor.writers.tables.content import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import CaseResult, Finding, Fix, Waiver
    from auditor.writers.texts import Texts


def told(result: "CaseResult", finding: "Finding", texts: "Texts") -> str:
    """Return everything about a finding of a case that whoever settles it needs, the first fix in full."""
    lines = [f"{finding.severity}: {finding.title}", "", finding.what, f"Why it matters: {finding.why}"]
    lines += [f"Possibly {one.outcome.replace('_', ' ')}: {one.how_to_tell}" for one in finding.candidates]
    for number, fix in enumerate(finding.fixes):
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
