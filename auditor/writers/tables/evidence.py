"""The table of evidence: what was answered, word for word, once per subject and question."""

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from auditor.model import NotObserved, Observed, Question
from auditor.writers.tables.content import Columns, Content, Place

if TYPE_CHECKING:
    from auditor.model import Answer, CaseResult, Detail, Reading

TABLE = "evidence"
_TELLING = (
    Question.PASSWORD,
    Question.APP_SIGN_IN,
    Question.WHOAMI,
    Question.TABLE,
    Question.ENVIRONMENT,
    Question.REALM,
    Question.TENANT,
)


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One observation with its meaning. `case` is the record of the case it came with first."""

    result: "CaseResult"
    item: Observed
    case: Place

    @property
    def reading(self) -> "Reading | None":
        """Return what the answer means, if it was read."""
        return self.result.readings.get(self.item.question)


def code_of(answer: "Answer") -> str:
    """Return the shortest exact name of an answer: its codes, else its status, else why there was none."""
    if answer.codes:
        return ", ".join(f"AADSTS{code}" for code in answer.codes)
    if answer.dataverse_code:
        return answer.dataverse_code
    if answer.failure:
        return str(answer.failure)
    if answer.http_status is not None and not answer.success:
        return f"HTTP {answer.http_status}"
    return answer.error or answer.exception or ("success" if answer.success else "no code")


def telling(result: "CaseResult") -> Observed | None:
    """Return what the gravest finding rests on; without one, what says most; None for a case not audited."""
    if result.not_audited:
        return None
    seen: dict[str, Observed] = {
        item.question: item for item in result.evidence if isinstance(item, Observed)
    }
    cited = result.findings[0].evidence if result.findings else ()
    order = [question_of(citation) for citation in cited] or _TELLING
    return next((seen[question] for question in order if question in seen), None)


def question_of(citation: str) -> str:
    """Return the question that a finding's citation, such as `password: AADSTS50076`, is about."""
    return citation.partition(":")[0]


def in_short(result: "CaseResult", item: Observed | None) -> str:
    """Return one line on what a case's judgement rests on: the answer, or why nobody looked."""
    if result.not_audited:
        return result.not_audited
    if result.findings and result.findings[0].evidence:
        return ", ".join(result.findings[0].evidence)
    if item is not None:
        return f"{item.question}: {_meaning(result, item)}"
    reasons = (found.why.value for found in result.evidence if isinstance(found, NotObserved))
    return next(reasons, "none")


def _meaning(result: "CaseResult", item: Observed) -> str:
    reading = result.readings.get(item.question)
    return reading.outcome if reading and item.answer.success else code_of(item.answer)


def _reading(entry: EvidenceEntry, name: str) -> str:
    return str(getattr(entry.reading, name, ""))


def _account(entry: EvidenceEntry) -> str:
    return entry.result.case.account if entry.item.subject.kind in {"account", "case"} else ""


def _place_name(entry: EvidenceEntry) -> str:
    if entry.item.subject.kind == "case":
        return entry.result.case.environment
    return "" if entry.item.subject.kind == "account" else entry.item.subject.key


def _details(item: Observed) -> str:
    known = ((name, value) for name, value in item.details.items() if value not in {None, "", ()})
    return "; ".join(f"{name.replace('_', ' ')}: {_word(value)}" for name, value in known)


def _word(value: "Detail") -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


COLUMNS: Columns[EvidenceEntry] = {
    "about": lambda e: Content(e.item.subject.kind),
    "account": lambda e: Content(_account(e), link=e.case if _account(e) else ""),
    "app": lambda e: Content(e.result.case.app.title if e.item.subject.kind == "case" else ""),
    "where": lambda e: Content(_place_name(e)),
    "question": lambda e: Content(e.item.question),
    "outcome": lambda e: Content(_reading(e, "outcome")),
    "meaning": lambda e: Content(_reading(e, "meaning")),
    "password": lambda e: Content(_reading(e, "mark") if e.item.answer.sent else ""),
    "code": lambda e: Content(code_of(e.item.answer)),
    "details": lambda e: Content(_details(e.item)),
    "text": lambda e: Content(e.item.answer.text or e.item.answer.fault),
    "host": lambda e: Content(e.item.answer.host),
    "status": lambda e: Content("" if e.item.answer.http_status is None else e.item.answer.http_status),
    "correlation_id": lambda e: Content(e.item.answer.correlation_id),
    "trace_id": lambda e: Content(e.item.answer.trace_id),
    "time": lambda e: Content(f"{e.item.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"),
    "local_time": lambda e: Content(f"{e.item.at.astimezone():%Y-%m-%d %H:%M:%S %z}"),
    "source": lambda e: Content(e.item.source),
    "vantage": lambda e: Content(str(e.item.vantage)),
}
