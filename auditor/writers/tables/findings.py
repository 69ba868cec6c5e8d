"""The table of findings: one record per case and finding, with the first fix spelled out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import FindingKey, Status, Tracked
from auditor.writers.prose import waived
from auditor.writers.tables.content import Columns, Content, Place, numbered

if TYPE_CHECKING:
    from auditor.model import CaseResult, Finding, Fix
    from auditor.writers.tables.content import Line
    from auditor.writers.texts import Texts

TABLE = "findings"
WORK = ("status", "owner", "due", "comment")
"""The columns that people fill in; an earlier workbook's words stand there."""
BESIDE = frozenset({"key", "fix_number", "counted"})
"""The columns that state no fact: what a row is known by, and what is settled when all rows are known."""
_NOTHING = Tracked()


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """A finding of a case, with the places of its case and its evidence, and the line of its first fix."""

    result: "CaseResult"
    finding: "Finding"
    texts: "Texts"
    case: Place
    fix: "Line | None" = None
    proof: Place | None = None

    @property
    def first(self) -> "Fix | None":
        """Return the preferred fix."""
        return next(iter(self.finding.fixes), None)

    @property
    def tracked(self) -> Tracked:
        """Return what people wrote about it, nothing at first."""
        return self.finding.tracked or _NOTHING

    @property
    def key(self) -> str:
        """Return its identity in every run."""
        return FindingKey(self.result.case.key, self.finding.rule).digest()


def spelled_out(fix: "Fix", texts: "Texts") -> str:
    """Return a fix's steps, the licence it needs, and the caution where a step is from memory."""
    lines = [numbered(fix.steps)]
    if fix.licence:
        lines.append(f"Licence: {fix.licence}")
    if fix.check_before_use:
        lines.append(texts.check_before_use)
    return "\n".join(line for line in lines if line)


def _what(finding: "Finding") -> str:
    candidates = (
        f"Possibly {found.outcome.replace('_', ' ')}: {found.how_to_tell}" for found in finding.candidates
    )
    return "\n".join((finding.what, *candidates))


def _others(finding: "Finding") -> str:
    return "\n".join(
        f"{number}. {fix.title} ({fix.disposition}; {fix.role})"
        for number, fix in enumerate(finding.fixes[1:], 2)
    )


def _waived(finding: "Finding") -> str:
    return waived(finding.waived) if finding.waived else ""


def _of_fix(entry: FindingEntry, name: str) -> Content:
    return Content(str(getattr(entry.first, name, "")))


def _number(entry: FindingEntry) -> Content:
    return Content(entry.fix, link=entry.fix) if entry.fix else Content("")


def _counted(entry: FindingEntry) -> Content:
    return Content(entry.fix._replace(words="")) if entry.fix else Content("")


def _steps(entry: FindingEntry) -> Content:
    return Content(spelled_out(entry.first, entry.texts) if entry.first else "")


def _link(entry: FindingEntry) -> Content:
    link = entry.first.link if entry.first else ""
    return Content(link, link=link)


def _status(entry: FindingEntry) -> Content:
    status: Status = entry.tracked.status
    return Content(status, f"status:{status}")


COLUMNS: Columns[FindingEntry] = {
    "account": lambda e: Content(e.result.case.account, link=e.case),
    "kind": lambda e: Content(e.result.case.kind),
    "app": lambda e: Content(e.result.case.app.title),
    "environment": lambda e: Content(e.result.case.environment),
    "severity": lambda e: Content(e.finding.severity, f"severity:{e.finding.severity}"),
    "confidence": lambda e: Content(e.finding.confidence),
    "lane": lambda e: Content(e.finding.lane),
    "finding": lambda e: Content(e.finding.title),
    "what": lambda e: Content(_what(e.finding)),
    "why": lambda e: Content(e.finding.why),
    "fix_number": _number,
    "fix": lambda e: _of_fix(e, "title"),
    "steps": _steps,
    "who": lambda e: _of_fix(e, "role"),
    "effort": lambda e: _of_fix(e, "effort"),
    "disposition": lambda e: _of_fix(e, "disposition"),
    "link": _link,
    "command": lambda e: _of_fix(e, "command"),
    "verify": lambda e: _of_fix(e, "verify"),
    "others": lambda e: Content(_others(e.finding)),
    "evidence": lambda e: Content(", ".join(e.finding.evidence), link=e.proof or ""),
    "waived": lambda e: Content(_waived(e.finding), "gap:skipped" if e.finding.waived else ""),
    "rule": lambda e: Content(e.finding.rule),
    "status": _status,
    "owner": lambda e: Content(e.tracked.owner),
    "due": lambda e: Content("" if e.tracked.due is None else e.tracked.due),
    "comment": lambda e: Content(e.tracked.comment),
    "counted": _counted,
    "key": lambda e: Content(e.key),
}
