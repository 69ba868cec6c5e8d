"""Applications: each is asked about once a tenant and environment, before a password is sent for it.

An answer about application, environment or tenant is the same for every account and password. Where one
comes beforehand, no password is sent, and no account's one submission is spent on it.
"""

from collections.abc import Iterable, Sequence

from auditor.model import Case, Confidence, Evidence, EvidenceSink, Observed, Progress, Refusal, Subject, Why
from auditor.model import evidence as about
from auditor.probes.application import Wanted, ask_application
from auditor.probes.interface import Outlook
from auditor.rulebook.answers import interpret
from auditor.rulebook.book import Rulebook
from auditor.run.scope import Plan
from auditor.run.workers import each


def refused_beforehand(
    plans: Sequence[Plan],
    book: Rulebook,
    outlook: Outlook,
    sink: EvidenceSink,
    progress: Progress,
    threads: int,
    known: Iterable[Evidence] = (),
) -> list[tuple[Case, Refusal]]:
    """Return whose password needs no sending any more, and why; asks for what is not `known` already."""
    found = {item.subject: item for item in known if isinstance(item, Observed)}

    def ask(wanted: Wanted) -> None:
        evidence = ask_application(outlook, wanted)
        sink.record(evidence)
        found[evidence.subject] = evidence
        progress.step(evidence.subject.key)

    questions = list(dict.fromkeys(_wanted(plan) for plan in plans if _subject(plan) not in found))
    progress.stage("Applications", len(questions))
    each(ask, questions, threads, outlook.door.hurry)
    refusals = {subject: _refusal(book, evidence) for subject, evidence in found.items()}
    judged = ((plan, refusals.get(_subject(plan))) for plan in plans)
    return [(plan.case, refusal) for plan, refusal in judged if refusal is not None]


def without(plans: Sequence[Plan], refused: Sequence[tuple[Case, Refusal]]) -> list[Plan]:
    """Return the plans that are left, in their order."""
    gone = {case.key for case, _ in refused}
    return [plan for plan in plans if plan.case.key not in gone]


def _subject(plan: Plan) -> Subject:
    return about.application(plan.tenant_id, plan.case.app.client_id, plan.case.environment)


def _wanted(plan: Plan) -> Wanted:
    return Wanted(plan.login, plan.tenant_id, plan.case.app.client_id.lower(), plan.case.environment)


def _refusal(book: Rulebook, evidence: Observed) -> Refusal | None:
    """Return why the password stays here: an answer that every account would get, and that is no guess."""
    reading = interpret(book, evidence.answer)
    outcome = book.outcomes[reading.outcome]
    if not outcome.beforehand or reading.confidence is Confidence.UNSURE:
        return None
    return Refusal(Why.REFUSED_BEFOREHAND, outcome.label)
