"""What was seen of a case: its evidence by question, with what each answer means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from auditor.model import (
    Case,
    Evidence,
    Expected,
    FactValue,
    Flow,
    Interpret,
    Known,
    NotObserved,
    Observed,
    Question,
    Reading,
    Unknown,
    Why,
)
from auditor.model.evidence import tenant
from auditor.rulebook.answers import interpret
from auditor.rulebook.book import Rulebook

OF_THE_WAY = frozenset({"blocked_by_conditional_access", "blocked_by_security_defaults", "device_required"})
"""Refusals of a device code that say nothing of a browser."""
_REALMS = {"managed": "managed", "federated": "federated", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A case's evidence by question, with what each answer means; the tenant slot is the account's own.

    `application` says that an application signs in for itself in the account's place.
    """

    book: Rulebook
    slots: Mapping[str, Evidence]
    readings: Mapping[str, Reading]
    tenants: Mapping[str, Evidence]
    application: bool = False

    def observed(self, question: Question) -> Observed | None:
        """Return what a probe saw for a question, None where it did not look."""
        found = self.slots.get(question)
        return found if isinstance(found, Observed) else None

    @property
    def own(self) -> Question:
        """Return the question of the case's own sign-in: the account's password, or the application's."""
        return Question.APP_SIGN_IN if self.application else Question.PASSWORD

    @property
    def sign_in(self) -> Question:
        """Return the question whose answer is the sign-in's: its own, or what made it needless."""
        if self.application:
            return Question.APP_SIGN_IN
        held = self.slots.get(Question.PASSWORD)
        if not isinstance(held, Observed) and self.person is not None:
            return Question.INTERACTIVE
        early = isinstance(held, NotObserved) and held.why is Why.REFUSED_BEFOREHAND
        return Question.APPLICATION if early else Question.PASSWORD

    @property
    def person(self) -> Observed | None:
        """Return the person's own sign-in, where it speaks of the account that was meant, and of any way."""
        found, reading = self.observed(Question.INTERACTIVE), self.readings.get(Question.INTERACTIVE)
        if found is None or reading is None:
            return None
        if found.answer.success:
            return found if found.details.get("account") == "meant" else None
        by_code = found.answer.flow is Flow.DEVICE_CODE
        return None if by_code and reading.outcome in OF_THE_WAY else found

    @property
    def whoami(self) -> Question:
        """Return the question whose answer is Dataverse's: with the own sign-in's token, or the person's."""
        own = self.observed(Question.WHOAMI) is not None
        theirs = self.observed(Question.INTERACTIVE_WHOAMI) is not None
        return Question.INTERACTIVE_WHOAMI if theirs and not own else Question.WHOAMI

    def unknown(self, question: Question) -> Unknown:
        """Return why there is no value from this question."""
        found = self.slots.get(question)
        if not isinstance(found, NotObserved):
            return Unknown(Why.NOT_ASKED.value)
        # what kept a question back may be the outcome of another one
        outcome = self.book.outcomes.get(found.detail)
        detail = outcome.label if outcome else found.detail
        return Unknown(f"{found.why.value}: {detail}" if detail else found.why.value)

    def detail(self, question: Question, name: str) -> str:
        """Return one detail as text, "" where there is none."""
        found = self.observed(question)
        value = found.details.get(name) if found else None
        return value if isinstance(value, str) else ""


def see(book: Rulebook, case: Case, evidence: Sequence[Evidence], read: Interpret | None = None) -> Seen:
    """Return the evidence in its slots, the latest of each, with its readings by question."""
    read = read or partial(interpret, book)
    tenants = {item.subject.key: item for item in evidence if item.question is Question.TENANT}
    slots: dict[str, Evidence] = {
        item.question: item for item in evidence if item.question is not Question.TENANT
    }
    own = tenants.get(tenant(case.domain).key)
    if own is not None:
        slots[Question.TENANT] = own
    realm = realm_of(slots.get(Question.REALM))
    word = realm.value if isinstance(realm, Known) else ""
    readings = {
        question: read(item.answer, word) for question, item in slots.items() if isinstance(item, Observed)
    }
    # runs of before applications were asked hold passwords' answers for such cases
    asked = isinstance(slots.get(Question.PASSWORD), Observed)
    application = case.expected is Expected.APPLICATION and not asked
    return Seen(book, slots, readings, tenants, application)


def realm_of(item: "Evidence | None") -> FactValue:
    """Return who checks the account's password, as a probe's evidence of the realm says it."""
    if not isinstance(item, Observed):
        return Unknown(Why.NOT_ASKED.value if item is None else item.why.value)
    source = Question.REALM.value
    if item.details.get("personal") is True:
        return Known("personal", source=source)
    word = str(item.details.get("account_type", "")).lower()
    return Known(_REALMS[word], source=source) if word in _REALMS else Unknown("the realm could not be read")
