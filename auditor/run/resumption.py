"""Going on with a run that ended before it was through: what its file holds, and what was left open.

Nothing that carried a password is sent again. A submission whose answer was not kept reads as a broken
connection (outcome unknown); one whose password was proven, but whose token is gone, leaves the questions
to Dataverse unasked. What was not asked is decided anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from auditor.clouds import Clouds
from auditor.errors import InventoryError
from auditor.gate import Gate
from auditor.journal import Journal
from auditor.model import (
    Answer,
    Case,
    Evidence,
    Failure,
    Flow,
    Interpret,
    Leg,
    Observed,
    Question,
    Reading,
    Refusal,
    Vantage,
    Why,
)
from auditor.model import evidence as about
from auditor.plurals import counted
from auditor.probes.interface import Outlook
from auditor.run.discovery import Discovered, login_of
from auditor.run.scope import Plan, realm_word
from auditor.run.slots import no_password

_AFTER = (Question.WHOAMI, Question.TABLE)


def lost_answer(case: Case, at: datetime, vantage: Vantage) -> Observed:
    """Return what is known of a submission whose answer was not kept: it may have arrived."""
    answer = Answer(
        Flow.ROPC, Leg.TOKEN, failure=Failure.RESET, sent=True, text="the run ended before an answer was kept"
    )
    return Observed(about.case(case.key), Question.PASSWORD, at, "", vantage, answer)


@dataclass(frozen=True, slots=True)
class Made:
    """A submission that was made: what its answer meant, whether it left, whether a token came."""

    reading: Reading
    sent: bool
    token: bool


@dataclass(slots=True)
class Before:
    """What a run file held when the run was taken up again.

    `made` are the passwords that were sent, by case key in the order they ended; `applications_made` the
    answers to applications that signed in for themselves, `people_seen` those to people.
    """

    discovered: Discovered = field(default_factory=Discovered)
    made: dict[str, Made] = field(default_factory=dict)
    applications_made: dict[str, Observed] = field(default_factory=dict)
    people_seen: dict[str, Observed] = field(default_factory=dict)

    @property
    def applications(self) -> list[Evidence]:
        """Return what was asked about applications."""
        return [
            seen for (subject, _), seen in self.discovered.by_subject.items() if subject.kind == "application"
        ]

    def left(self, plans: Iterable[Plan]) -> list[Plan]:
        """Return the submissions that were not made yet."""
        return [plan for plan in plans if str(plan.case.key) not in self.made]

    def unasked(self, refused: Iterable[tuple[Case, Refusal]]) -> list[tuple[Case, Refusal]]:
        """Return the cases that get no submission, without those that had theirs before the break."""
        gone = self.made.keys() | self.applications_made.keys()
        return [(case, why) for case, why in refused if str(case.key) not in gone]

    def restore(self, gate: Gate, cases: Iterable[Case], clouds: Clouds, *, counting: bool) -> None:
        """Tell the gate of the submissions that were made; without `counting` the breaker begins anew.

        Also of those that would not be made any more: an inventory without their credential, or other
        rules, undo nothing that was sent.
        """
        by_key = {str(case.key): case for case in cases if str(case.key) in self.made}
        for text, made in self.made.items():
            case = by_key[text]
            home = self.discovered.tenant(case, login_of(clouds, case))
            tenant = str(home.details.get("tenant_id", "")) if home else ""
            gate.restore(case.key, tenant, made.reading, sent=made.sent, counting=counting)


def take_up(
    journal: Journal, cases: Sequence[Case], outlook: Outlook, interpret: Interpret, clouds: Clouds
) -> Before:
    """Return what a run file holds, after closing what was left open in it."""
    journal.forget_unasked()
    before = Before()
    for evidence in journal.everything("tenant", "environment", "application", "account"):
        if evidence.question is not Question.DIRECTORY_USER:
            before.discovered.keep(_asked_of(evidence), evidence)
    by_key = {str(case.key): case for case in cases}
    for evidence in journal.everything("case"):
        key = evidence.subject.key
        if evidence.question is Question.APP_SIGN_IN and isinstance(evidence, Observed):
            before.applications_made[key] = evidence
        if evidence.question is Question.INTERACTIVE and isinstance(evidence, Observed):
            before.people_seen[key] = evidence
        if evidence.question is Question.PASSWORD and isinstance(evidence, Observed):
            before.made[key] = _made(
                evidence.answer, interpret(evidence.answer, _realm(before.discovered, clouds, by_key[key]))
            )
    for case in cases:
        _close(journal, case, before, outlook, interpret)
    return before


def _asked_of(evidence: Evidence) -> str:
    """Return the sign-in host that was asked, "" where any would answer."""
    asked = evidence.question in {Question.TENANT, Question.REALM}
    return evidence.source if asked and isinstance(evidence, Observed) else ""


def _realm(discovered: Discovered, clouds: Clouds, case: Case) -> str:
    found = discovered.realm(case, login_of(clouds, case))
    return realm_word(found) if found else ""


def _made(answer: Answer, reading: Reading) -> Made:
    """Return a submission as the gate needs it; a reading's texts are not held for a hundred thousand."""
    lean = Reading(reading.outcome, "", reading.mark, reading.confidence)
    return Made(lean, answer.sent, answer.success)


def same_cases(stored: Sequence[Case], read: Sequence[Case]) -> tuple[Case, ...]:
    """Return the run's cases with the credentials of the inventory; a run file holds none.

    Raises InventoryError when the inventory is not the one that the run began with.
    """
    references = {case.key: case.credential for case in read}
    gone = [case for case in stored if case.key not in references]
    new = len(references) - (len(stored) - len(gone))
    if gone or new:
        raise InventoryError(
            f"the inventory has changed since the run began: "
            f"{counted(len(gone), 'case is', 'cases are')} gone, {counted(new, 'is', 'are')} new",
            "go on with the inventory of then, or start a new run with the one of now",
        )
    return tuple(replace(case, credential=references[case.key]) for case in stored)


def _close(journal: Journal, case: Case, before: Before, outlook: Outlook, interpret: Interpret) -> None:
    """Write down what is known of a case that was under way when the run ended."""
    key = str(case.key)
    application = before.applications_made.get(key)
    if application is not None:
        _fill(journal, case, outlook, token=application.answer.success)
        return
    if key not in before.made:
        intended = journal.intended(key)
        if intended is None:
            return
        lost = lost_answer(case, intended, outlook.vantage)
        journal.record(lost)
        before.made[key] = _made(lost.answer, interpret(lost.answer, ""))
    _fill(journal, case, outlook, token=before.made[key].token)


def _fill(journal: Journal, case: Case, outlook: Outlook, *, token: bool) -> None:
    """Write down that the questions behind a sign-in were not asked: a token is gone with its process."""
    seen = {evidence.question for evidence in journal.about(about.case(case.key))}
    why = Why.INTERRUPTED if token else Why.NO_TOKEN
    for question in _AFTER:
        if question not in seen:
            journal.record(outlook.could_not_look(about.case(case.key), question, why))
    if Question.PASSWORD not in seen:
        journal.record(no_password(outlook, case))
