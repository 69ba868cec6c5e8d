"""A summary in Markdown, for the page of a pipeline's run: what is broken, what to do, what nobody could see.

GitHub shows a job summary of at most 1 MiB. The tables keep to a share of it, and say what they leave out.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model import Axis, ChangeKind, Contract, NotObserved, Severity
from auditor.plurals import counted
from auditor.writers.gravest import Gravest
from auditor.writers.markdown_text import code, plain, table
from auditor.writers.prose import BROKEN_CONTRACT, done_by, first_fix
from auditor.writers.run_facts import moment
from auditor.writers.tables.changes import changes_of
from auditor.writers.tables.not_audited import NO_GAP
from auditor.writers.text_file import write_pieces
from auditor.writers.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from auditor.model import Audit, CaseResult, Finding, Question, RunInfo, Summary, Why
    from auditor.writers.interface import Terms
    from auditor.writers.texts import Texts

LIMIT = 1_000_000
"""How many bytes a summary has at most; below GitHub's 1 MiB."""
_ROWS = 100
_REASONS = 50
_OTHERS = 250_000  # for what is no table of cases: the reasons, and a line for each question and reason
_JUDGED = (Contract.BROKEN, Contract.UNANSWERED, Contract.MET)
_CASE = ("Account", "App", "Environment")
_BROKEN = (*_CASE, "Expected", "Seen", "Fix", "Where")
_FINDINGS = ("Severity", "Finding", *_CASE, "Fix", "Where")
_CHANGED = (*_CASE, "New", "Gone")
_WAIVED = ("Finding", *_CASE, "By", "Until", "Why")
_SAID = (ChangeKind.CLAIMED, ChangeKind.LAPSED)
_WORDS = ("Severity", "Finding", *_CASE, "Owner", "Where")


class MarkdownWriter:
    """Writes the summary, in at most `limit` bytes of UTF-8: the same bytes for the same audit."""

    suffix = ".md"

    def __init__(self, terms: "Terms", limit: int = LIMIT) -> None:
        self._terms = terms
        self._limit = limit

    def write(self, audit: "Audit", target: "Path") -> None:
        """Write the audit; raises ReportError when the target cannot be written."""
        write_pieces(target, summary_of(audit, self._terms, self._limit))


@dataclass(slots=True)
class _Seen:
    """What the summary keeps of the results as they pass: a limited number of rows, and numbers."""

    broken: Gravest[tuple[str, ...]] = field(default_factory=lambda: Gravest(_ROWS))
    findings: Gravest[tuple[str, ...]] = field(default_factory=lambda: Gravest(_ROWS))
    changed: Gravest[tuple[str, ...]] = field(default_factory=lambda: Gravest(_ROWS))
    waived: Gravest[tuple[str, ...]] = field(default_factory=lambda: Gravest(_ROWS))
    said: dict[ChangeKind, Gravest[tuple[str, ...]]] = field(
        default_factory=lambda: {kind: Gravest(_ROWS) for kind in _SAID}
    )
    gaps: "Counter[tuple[Question, Why]]" = field(default_factory=Counter)

    def add(self, result: "CaseResult", terms: "Terms") -> None:
        """Take in a result."""
        if result.not_audited:
            return
        if result.contract is Contract.BROKEN and not _is_waived(result):
            self.broken.add(0, _broken(result))
        self._changes(result, terms)
        self._words(result, terms)
        for finding in result.findings:
            self._finding(result, finding, terms)
        for item in result.evidence:
            if isinstance(item, NotObserved) and item.why not in NO_GAP:
                self.gaps[item.question, item.why] += 1

    def _changes(self, result: "CaseResult", terms: "Terms") -> None:
        """Take notice of what is new in a case and what is gone, remarks and open questions aside."""
        new = [
            finding.title
            for finding in result.findings
            if terms.demand.since_baseline(result, finding) == "new" and not _is_aside(finding)
        ]
        helps = ((rule, terms.rule_help(rule)) for rule in terms.demand.gone(result))
        gone = [told.title if told else rule for rule, told in helps if not told or told.severity != "info"]
        if new or gone:
            row = (*_who(result), plain("; ".join(new)), plain("; ".join(gone)))
            self.changed.add(0 if new else 1, row)

    def _words(self, result: "CaseResult", terms: "Terms") -> None:
        """Take notice of what an earlier workbook says of findings and does not hold."""
        for change in changes_of(result, terms.comparison, 0):
            if change.kind in _SAID:
                owner = plain(change.tracked.owner) if change.tracked else ""
                row = (change.now, plain(change.title), *_who(result), owner, _where(result))
                self.said[change.kind].add(Severity(change.now).rank, row)

    def _finding(self, result: "CaseResult", finding: "Finding", terms: "Terms") -> None:
        if finding.waived is not None:
            told = (plain(finding.waived.who), finding.waived.until.isoformat(), plain(finding.waived.reason))
            self.waived.add(0, (plain(finding.title), *_who(result), *told))
        elif not _is_aside(finding) and finding.rule != BROKEN_CONTRACT:
            fails = terms.demand.fails(result, finding)
            behind = 0 if fails else len(Severity)
            fix = plain(f"{finding.fixes[0].title} ({done_by(finding.fixes[0])})") if finding.fixes else ""
            row = (f"**{finding.severity}**" if fails else str(finding.severity), plain(finding.title))
            self.findings.add(behind + finding.severity.rank, (*row, *_who(result), fix, _where(result)))


def _is_aside(finding: "Finding") -> bool:
    return finding.unanswered or finding.severity == "info"


def _who(result: "CaseResult") -> tuple[str, str, str]:
    return code(result.case.account), plain(result.case.app.title), code(result.case.environment)


def _where(result: "CaseResult") -> str:
    return plain(str(result.case.origin))


def _is_waived(result: "CaseResult") -> bool:
    return any(finding.waived is not None for finding in result.findings if finding.rule == BROKEN_CONTRACT)


def _broken(result: "CaseResult") -> tuple[str, ...]:
    contract = next((finding for finding in result.findings if finding.rule == BROKEN_CONTRACT), None)
    fix = first_fix(result, contract) if contract else None
    to_do = plain(f"{fix.title} ({done_by(fix)})") if fix else ""
    return (*_who(result), str(result.case.expected), plain(result.contract_why), to_do, _where(result))


def summary_of(audit: "Audit", terms: "Terms", limit: int = LIMIT) -> "Iterator[str]":
    """Yield the summary: numbers, broken contracts, the gravest findings, what nobody could look at."""
    seen, texts = _Seen(), load_texts()
    for result in audit.results():
        seen.add(result, terms)
    yield from _head(audit.run, texts)
    yield from _numbers(audit.summary, {str(kind): rows.total for kind, rows in seen.said.items()})
    yield from _tables(seen, terms.demand.compared_with, (limit - _OTHERS) // 6)
    yield from _waivers(audit.summary)
    yield from _gaps(seen, texts)
    footer = texts.footer_simulated if audit.run.simulated else texts.footer
    yield f"{plain(footer)}. Run {code(audit.run.id)}, auditor {plain(audit.run.tool_version)}.\n\n"


def _head(run: "RunInfo", texts: "Texts") -> "Iterator[str]":
    yield f"# {plain(texts.summary.title)}\n\n"
    if run.simulated:
        yield f"**{plain(texts.footer_simulated)}**\n\n"
    seen = f", seen from {code(str(run.vantage))}" if str(run.vantage) else ""
    yield f"{code(run.source) or 'No source'}, {moment(run.started)}{seen}: {plain(run.mode)}.\n\n"
    reasons = [*run.missing, *run.stopped, *(["interrupted before its end"] if run.interrupted else [])]
    shown = [f"- {plain(reason)}\n" for reason in reasons[:_REASONS]]
    yield from ["**Incomplete:**\n\n", *shown, "\n"] if shown else []


def _numbers(summary: "Summary", said: "Mapping[str, int]") -> "Iterator[str]":
    """Yield what came out in one small table: how many cases go where, contracts, findings."""
    severities = {str(severity): summary.findings.get(severity, 0) for severity in Severity}
    contracts = {str(state): summary.contracts.get(state, 0) for state in _JUDGED}
    rows = [
        ("Path", _counts(dict(Counter(summary.verdicts.get(Axis.PATH, {})).most_common()))),
        ("Contracts", _counts(contracts)),
        ("Findings", _counts(severities)),
        ("Waived findings", f"{summary.waived:,}" if summary.waived else ""),
        ("Earlier workbook", _counts(said)),
        ("Not audited", _counts({"skipped": summary.skipped, "rows with errors": summary.invalid})),
    ]
    about = f"{counted(summary.cases, 'case')}, {counted(summary.accounts, 'account')}"
    yield from table((about, ""), [row for row in rows if row[1]], 0, LIMIT)


def _counts(numbers: "Mapping[str, int]") -> str:
    return plain(" \N{MIDDLE DOT} ".join(f"{name} {count:,}" for name, count in numbers.items() if count))


def _tables(seen: _Seen, baseline: str, room: int) -> "Iterator[str]":
    yield from _section("Broken contracts", _BROKEN, seen.broken, room)
    for kind, rows in seen.said.items():
        yield from _section(kind[:1].upper() + kind[1:], _WORDS, rows, room)
    yield from _section(f"Changed since {baseline}", _CHANGED, seen.changed, room)
    yield from _section("Findings, the gravest first", _FINDINGS, seen.findings, room)
    yield from _section("Waived", _WAIVED, seen.waived, room)


def _section(
    title: str, header: tuple[str, ...], rows: Gravest[tuple[str, ...]], room: int
) -> "Iterator[str]":
    if rows.total:
        yield f"## {title} ({rows.total:,})\n\n"
        yield from table(header, rows.kept(), rows.total, room)


def _waivers(summary: "Summary") -> "Iterator[str]":
    """Yield what is to be done about the list of waivers."""
    sentences = (*summary.expired, *summary.unused)
    if sentences:
        yield f"## Waivers to look at ({len(sentences):,})\n\n"
        yield from (f"- {plain(sentence)}\n" for sentence in sentences[:_REASONS])
        yield "\n"


def _gaps(seen: _Seen, texts: "Texts") -> "Iterator[str]":
    """Yield why questions could not be asked, and what would change that: never a pass."""
    if not seen.gaps:
        return
    yield "## What nobody could look at\n\n"
    rows = [
        (str(question), plain(why), f"{count:,}", plain(texts.not_looked[why]))
        for (question, why), count in seen.gaps.most_common()
    ]
    yield from table(("Question", "Why", "Cases", "What would change that"), rows, len(rows), LIMIT)
