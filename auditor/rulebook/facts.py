"""From evidence to facts: every fact of `model.FACTS` for one case, each known, or unknown and why.

Works with whatever evidence there is, so the run asks it before a password is sent, too.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from auditor.model import (
    FACTS,
    Case,
    Confidence,
    Evidence,
    FactValue,
    Grant,
    Interpret,
    Kind,
    Known,
    NotObserved,
    Observed,
    Question,
    Reading,
    Sureness,
    Unknown,
    Why,
)
from auditor.model.evidence import tenant as tenant_subject
from auditor.rulebook.agreement import clouds_agree, tenants_agree
from auditor.rulebook.answers import interpret
from auditor.rulebook.book import Rulebook
from auditor.rulebook.check import NOT_SENT, SENT
from auditor.rulebook.contract import contract_of
from auditor.rulebook.hints import reads_like_a_person, says_the_place

_REALMS = {"managed": "managed", "federated": "federated", "unknown": "unknown"}
_SIGN_IN_FACTS = ("mfa", "consent", "ropc")
_NOW, _EARLIER = "this run", "an earlier run"


@dataclass(frozen=True, slots=True)
class Estate:
    """What can be said only of all cases together.

    `shared_accounts` are accounts that several integration apps sign in with; `same_passwords` those whose
    password is also another account's, None where nobody compared: a password is known to the run alone,
    which may hand over which accounts share one, and nothing else of it. `not_compared` says with which
    accounts they were not compared; then nobody's password is known to be no other's.
    """

    shared_accounts: frozenset[str] = frozenset()
    same_passwords: frozenset[str] | None = None
    not_compared: str = ""


def build_estate(
    cases: Iterable[Case], same_passwords: frozenset[str] | None = None, not_compared: str = ""
) -> Estate:
    """Return the estate facts of all cases that are audited."""
    first_app: dict[str, str] = {}
    shared: set[str] = set()
    for case in cases:
        if case.kind is Kind.INTEGRATION and not case.skip:
            app = sys.intern(case.key.app)  # few names, however many cases
            if first_app.setdefault(case.account_id, app) != app:
                shared.add(case.account_id)
    return Estate(frozenset(shared), same_passwords, not_compared)


@dataclass(frozen=True, slots=True)
class Seen:
    """A case's evidence by question, with what each answer means; the tenant slot is the account's own."""

    book: Rulebook
    slots: Mapping[str, Evidence]
    readings: Mapping[str, Reading]
    tenants: Mapping[str, Evidence]

    def observed(self, question: Question) -> Observed | None:
        """Return what a probe saw for a question, None where it did not look."""
        found = self.slots.get(question)
        return found if isinstance(found, Observed) else None

    @property
    def sign_in(self) -> Question:
        """Return the question whose answer is the sign-in's: the password's, or one that made it needless."""
        held = self.slots.get(Question.PASSWORD)
        early = isinstance(held, NotObserved) and held.why is Why.REFUSED_BEFOREHAND
        return Question.APPLICATION if early else Question.PASSWORD

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
    own = tenants.get(tenant_subject(case.domain).key)
    if own is not None:
        slots[Question.TENANT] = own
    realm = _realm(slots.get(Question.REALM))
    word = realm.value if isinstance(realm, Known) else ""
    readings = {
        question: read(item.answer, word) for question, item in slots.items() if isinstance(item, Observed)
    }
    return Seen(book, slots, readings, tenants)


def _realm(item: "Evidence | None") -> FactValue:
    if not isinstance(item, Observed):
        return Unknown(Why.NOT_ASKED.value if item is None else item.why.value)
    source = Question.REALM.value
    if item.details.get("personal") is True:
        return Known("personal", source=source)
    word = str(item.details.get("account_type", "")).lower()
    return Known(_REALMS[word], source=source) if word in _REALMS else Unknown("the realm could not be read")


def facts_of(
    book: Rulebook, case: Case, evidence: Sequence[Evidence], estate: Estate
) -> Mapping[str, FactValue]:
    """Return every fact of FACTS for a case, from whatever evidence there is; none is absent."""
    return facts_from(book, case, see(book, case, evidence), estate)


def facts_from(book: Rulebook, case: Case, seen: Seen, estate: Estate) -> Mapping[str, FactValue]:
    """Return every fact, given the evidence in its slots."""
    known: dict[str, FactValue] = {
        **_of_inventory(case, estate, seen),
        **_of_names(book, case, seen),
        **_of_app(case),
        **_of_discovery(book, case, seen),
        **_of_sign_in(seen),
        **_of_dataverse(seen),
    }
    contract, _ = contract_of(book, case, known)
    known["contract"] = Known(contract.value, source="judgement")
    return {name: known[name] for name in FACTS}


def _of_inventory(case: Case, estate: Estate, seen: "Seen") -> dict[str, FactValue]:
    source = "inventory"
    credential = "none" if case.credential is None else "reference"
    if case.credential is not None and case.credential.scheme == "plaintext":
        credential = "plaintext"
    values = {
        "kind": case.kind.value,
        "expected": case.expected.value if case.expected else "nothing",
        "credential": credential,
        "guest_name": _yes("#ext#" in case.account_id),
        "shared_account": _yes(case.account_id in estate.shared_accounts),
        "shared_credential": _yes(case.shared_credential),
    }
    facts: dict[str, FactValue] = {name: Known(value, source=source) for name, value in values.items()}
    return facts | {"shared_password": _shared_password(case, estate, seen)}


def _shared_password(case: Case, estate: Estate, seen: "Seen") -> FactValue:
    """Return yes where one reference serves two accounts or the run found their passwords to be equal."""
    if case.shared_credential:
        return Known("yes", source="inventory")
    if estate.same_passwords is not None and case.account_id in estate.same_passwords:
        return Known("yes", source="password")
    if estate.same_passwords is None or seen.observed(Question.PASSWORD) is None:
        return Unknown("the password was not compared with others")
    return Unknown(estate.not_compared) if estate.not_compared else Known("no", source="password")


def _of_names(book: Rulebook, case: Case, seen: Seen) -> dict[str, FactValue]:
    """Return what names suggest: guesses, and said to be such."""
    person = _yes(reads_like_a_person(case.account, book.service_words))
    item = seen.observed(Question.PASSWORD)
    place: FactValue = seen.unknown(Question.PASSWORD)
    if item is not None:
        named = _yes(says_the_place(item.vantage, case.app.signs_in_from))
        place = Known(named, Confidence.UNSURE, Question.PASSWORD.value)
    return {
        "named_like_a_person": Known(person, Confidence.UNSURE, "inventory"),
        "seen_from_app": place,
    }


def _of_app(case: Case) -> dict[str, FactValue]:
    app, source = case.app, "app profile"
    facts: dict[str, FactValue] = {
        "app": Known(app.name, source=source),
        "app_signs_in_from": Known(app.signs_in_from.value, source=source),
        "app_is_sample": Known(_yes(app.sample), source=source),
        "individual_consent_enough": Known(_yes(app.individual_consent_enough), source=source),
    }
    for grant in Grant:
        sure = app.grants.get(grant, Sureness.SOURCED)
        confidence = Confidence.CERTAIN if sure is Sureness.SOURCED else Confidence.LIKELY
        facts[f"app_offers_{grant.value}"] = Known(_yes(grant in app.grants), confidence, source)
    return facts


def _of_discovery(book: Rulebook, case: Case, seen: Seen) -> dict[str, FactValue]:
    cloud = book.clouds.of_environment(case.environment)
    return {
        "realm": _realm_fact(seen),
        "federation": _federation(seen),
        "tenant_lookup": _outcome(seen, Question.TENANT),
        "environment_lookup": _outcome(seen, Question.ENVIRONMENT),
        "application_lookup": _outcome(seen, Question.APPLICATION),
        "tenants_agree": tenants_agree(
            case,
            account=_tenant_id(seen.slots.get(Question.TENANT)),
            environment=_tenant_id(seen.slots.get(Question.ENVIRONMENT)),
            named={name: _tenant_id(item) for name, item in seen.tenants.items()},
        ),
        "clouds_agree": clouds_agree(
            cloud,
            authority_host=seen.detail(Question.ENVIRONMENT, "authority_host"),
            instance=seen.detail(Question.REALM, "cloud_instance")
            or seen.detail(Question.TENANT, "cloud_instance"),
        ),
    }


def _realm_fact(seen: Seen) -> FactValue:
    found = _realm(seen.slots.get(Question.REALM))
    if isinstance(found, Unknown) and seen.observed(Question.REALM) is None:
        return seen.unknown(Question.REALM)
    return found


def _federation(seen: Seen) -> FactValue:
    state = seen.detail(Question.REALM, "federation")
    if state in FACTS["federation"].values:
        return Known(state, source=Question.REALM.value)
    return Unknown("the account is not known to be federated")


def _outcome(seen: Seen, question: Question) -> FactValue:
    reading = seen.readings.get(question)
    if reading is None:
        return seen.unknown(question)
    return Known(reading.outcome, reading.confidence, question.value)


def _tenant_id(item: "Evidence | None") -> str:
    value = item.details.get("tenant_id") if isinstance(item, Observed) else None
    return value.lower() if isinstance(value, str) else ""


def _of_sign_in(seen: Seen) -> dict[str, FactValue]:
    facts = _of_submission(seen)
    reading = seen.readings.get(seen.sign_in)
    if reading is None:
        return facts | dict.fromkeys(("sign_in", *_SIGN_IN_FACTS), seen.unknown(Question.PASSWORD))
    source, label = seen.sign_in.value, seen.book.outcomes[reading.outcome].label
    facts["sign_in"] = Known(reading.outcome, reading.confidence, source)
    return facts | {name: _said(name, reading, label, source) for name in _SIGN_IN_FACTS}


def _of_submission(seen: Seen) -> dict[str, FactValue]:
    """Return what only a password that was submitted can tell."""
    question = Question.PASSWORD
    item, reading = seen.observed(question), seen.readings.get(question)
    if item is None or reading is None:
        slot = seen.slots.get(question)
        submission = slot.why.value if isinstance(slot, NotObserved) else Why.NOT_ASKED.value
        why = seen.unknown(question)
        return {
            "submission": Known(submission, source=question.value),
            "answer_from": why,
            "password": why,
            "federated_leg": why,
        }
    return {
        "submission": Known(SENT if item.answer.sent else NOT_SENT, source=question.value),
        "answer_from": Known(_EARLIER if item.details.get("held_back") else _NOW, source=question.value),
        "password": Known(reading.mark.value, reading.confidence, question.value),
        "federated_leg": Known(_yes(item.details.get("federated") is True), source=question.value),
    }


def _said(name: str, reading: Reading, label: str, source: str) -> FactValue:
    if name in reading.says:
        return Known(reading.says[name], reading.confidence, source)
    if name in reading.hides:
        return Unknown(f"hidden behind: {label}")
    return Unknown(label)


def _of_dataverse(seen: Seen) -> dict[str, FactValue]:
    return {
        "dataverse": _outcome(seen, Question.WHOAMI),
        "table": _outcome(seen, Question.TABLE),
    }


def _yes(value: bool) -> str:  # noqa: FBT001 - a value, not a switch
    return "yes" if value else "no"
