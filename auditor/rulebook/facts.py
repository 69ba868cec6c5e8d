"""From evidence to facts: every fact of `model.FACTS` for one case, each known, or unknown and why.

Works with whatever evidence there is, so the run asks it before a password is sent, too.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.model import (
    FACTS,
    Case,
    Confidence,
    Evidence,
    FactValue,
    Grant,
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
from auditor.rulebook.agreement import clouds_agree, tenants_agree
from auditor.rulebook.application import application_facts
from auditor.rulebook.book import Rulebook
from auditor.rulebook.check import NOT_SENT, SENT
from auditor.rulebook.contract import contract_of
from auditor.rulebook.directory import directory_facts
from auditor.rulebook.hints import reads_like_a_person, says_the_place
from auditor.rulebook.interactive import interactive_facts, of_person
from auditor.rulebook.joined import joined
from auditor.rulebook.seen import Seen, realm_of, see

_SIGN_IN_FACTS = ("mfa", "consent", "ropc")
_NOW, _EARLIER = "this run", "an earlier run"


@dataclass(frozen=True, slots=True)
class Estate:
    """What can be said only of all cases together.

    `shared_accounts` are accounts that several integration apps sign in with; `same_passwords` those whose
    password is also another account's, None where nobody compared: a password is known to the run alone,
    which may hand over which accounts share one, and nothing else of it. `not_compared` says with which
    accounts they were not compared; then nobody's password is known to be no other's. `shared_apps` are
    (domain, app) that several accounts sign in through.
    """

    shared_accounts: frozenset[str] = frozenset()
    same_passwords: frozenset[str] | None = None
    not_compared: str = ""
    shared_apps: frozenset[tuple[str, str]] = frozenset()


def build_estate(
    cases: Iterable[Case], same_passwords: frozenset[str] | None = None, not_compared: str = ""
) -> Estate:
    """Return the estate facts of all cases that are audited."""
    first_app: dict[str, str] = {}
    first_account: dict[tuple[str, str], str] = {}
    shared: set[str] = set()
    shared_apps: set[tuple[str, str]] = set()
    for case in cases:
        if case.skip:
            continue
        app = sys.intern(case.key.app)  # few names, however many cases
        use = (sys.intern(case.domain), app)
        if first_account.setdefault(use, case.account_id) != case.account_id:
            shared_apps.add(use)
        if case.kind is Kind.INTEGRATION and first_app.setdefault(case.account_id, app) != app:
            shared.add(case.account_id)
    return Estate(frozenset(shared), same_passwords, not_compared, frozenset(shared_apps))


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
        **directory_facts(seen),
        **application_facts(seen),  # last: it silences what speaks of the account
    }
    known |= interactive_facts(seen, known)
    known |= joined(known)
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
        "app_has_several_accounts": _yes((case.domain, case.key.app) in estate.shared_apps),
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
    found = realm_of(seen.slots.get(Question.REALM))
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
    facts |= {name: _said(name, reading, label, source) for name in _SIGN_IN_FACTS}
    return facts | of_person(seen) if seen.sign_in is Question.INTERACTIVE else facts


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
        "dataverse": _outcome(seen, seen.whoami),
        "table": _outcome(seen, Question.TABLE),
    }


def _yes(value: bool) -> str:  # noqa: FBT001 - a value, not a switch
    return "yes" if value else "no"
