"""A ticket before any system: which findings need one, and what it says, from the rows of the findings."""

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from auditor.model import Severity, Status
from auditor.spreadsheets.cell_text import legal_text
from auditor.writers.tables import accounts, findings
from auditor.writers.tables.content import Place
from auditor.writers.texts import load_texts
from auditor.writers.tickets.texts import load_ticket_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import CaseResult, Comparison, Finding, RunInfo
    from auditor.writers.interface import Terms

LONGEST_SUMMARY = 250
_LONGEST_PART = 4_000
_WORKED_ON = frozenset({Status.OPEN, Status.IN_PROGRESS})
_MAIL = re.compile(r"[A-Za-z0-9][\w.+'-]*@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}", re.ASCII)
_NOWHERE = Place(accounts.TABLE, 0)


class Part(NamedTuple):
    """A passage of a ticket: the column of the findings it comes from, its heading, its text."""

    column: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """What has to be done about one finding of one case.

    `labels` hold no blanks. `assignee` is an address of mail, "" where the owner is written otherwise; `due`
    is a day in ISO 8601 or "". `remarks` stand before the parts, `footer` behind them.
    """

    summary: str
    severity: Severity
    labels: tuple[str, ...]
    assignee: str
    due: str
    remarks: tuple[str, ...]
    parts: tuple[Part, ...]
    footer: str


def needs_ticket(finding: "Finding") -> bool:
    """Return whether a finding is open work.

    Neither remarks are, nor what is waived, an accepted risk, not ours, or done - unless it still fails.
    """
    if finding.waived is not None or finding.severity is Severity.INFO:
        return False
    return finding.claimed or finding.tracked is None or finding.tracked.status in _WORKED_ON


class TicketMaker:
    """Makes the tickets of one run."""

    def __init__(self, run: "RunInfo", terms: "Terms | None" = None) -> None:
        self.texts = load_ticket_texts()
        self._run, self._texts = run, load_texts()
        self._comparison: Comparison | None = terms.comparison if terms else None

    def of(self, result: "CaseResult") -> "Iterator[Ticket]":
        """Yield the tickets of a case, the gravest first."""
        wanted = [finding for finding in result.findings if needs_ticket(finding)]
        changes = self._comparison.of(result) if self._comparison and wanted else ()
        kinds = {one.rule: self.texts.labels.kinds.get(one.kind, "") for one in changes}
        for finding in wanted:
            entry = findings.FindingEntry(result, finding, self._texts, _NOWHERE)
            yield self._ticket(entry, kinds.get(finding.rule, ""))

    def _ticket(self, entry: findings.FindingEntry, kind: str) -> Ticket:
        finding, labels, case = entry.finding, self.texts.labels, entry.result.case
        told = {"finding": finding.title, "account": case.account, "app": case.app.title}
        due = entry.tracked.due
        footer = self.texts.made_by.format(version=self._run.tool_version, run=self._run.id, key=entry.key)
        return Ticket(
            summary=_line(self.texts.summary.format(**told, environment=case.environment)),
            severity=finding.severity,
            labels=tuple(
                label for label in (labels.all, labels.one.format(key=entry.key), finding.rule, kind) if label
            ),
            assignee=entry.tracked.owner if _MAIL.fullmatch(entry.tracked.owner) else "",
            due=due.isoformat() if isinstance(due, date) else "",
            remarks=(*([self._texts.footer_simulated] * self._run.simulated), *self._remarks(finding)),
            parts=tuple(self._parts(entry)),
            footer=footer,
        )

    def _remarks(self, finding: "Finding") -> "Iterator[str]":
        if finding.claimed:
            yield self.texts.claimed
        if finding.lapsed and finding.tracked is not None and finding.tracked.lapsed is not None:
            yield self.texts.lapsed.format(day=finding.tracked.lapsed.isoformat())
        if finding.unanswered:
            yield self.texts.unsure

    def _parts(self, entry: findings.FindingEntry) -> "Iterator[Part]":
        written = {} if entry.finding.tracked is None else self.texts.written
        for column, heading in (self.texts.parts | written).items():
            text = legal_text(str(findings.COLUMNS[column](entry).value)).strip()
            if text:
                yield Part(column, heading, _cut(text, _LONGEST_PART))


def _line(text: str) -> str:
    return _cut(" ".join(legal_text(text).split()), LONGEST_SUMMARY)


def _cut(text: str, longest: int) -> str:
    """Cut by UTF-16 units, which is how many systems count."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * longest:
        return text
    return units[: 2 * (longest - 1)].decode("utf-16-le", "ignore").rstrip() + "\N{HORIZONTAL ELLIPSIS}"
