"""What a pasted answer means, and which findings it leads to: no audit, no network, no account.

What to do about it is written out by `auditor.rulebook.advice`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from auditor.model import Kind, Known, Truth
from auditor.rulebook.answers import interpret, main_code
from auditor.rulebook.check import ANSWERED
from auditor.rulebook.conditions import All, Is, Not, Some, evaluate
from auditor.rulebook.findings import severity_of
from auditor.rulebook.reader import Pasted, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.model import Candidate, Confidence, FactValue, Mark
    from auditor.rulebook.book import FindingRule, Rulebook
    from auditor.rulebook.conditions import Condition

SCHEMA: Literal["auditor.explain/v1"] = "auditor.explain/v1"

Code: TypeAlias = int | str

_REALMS = frozenset({"managed", "federated", "unknown", "personal"})
_MAX_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer explained. `code` is an AADSTS number, "0x80072560" of Dataverse or "AADB2C90083"; or None.

    `all_codes` are in ascending order, those in words last. `password` speaks of the request the answer
    came to, and is `unknown` unless the context says that it carried one. `findings` are ids, for an
    integration account and for a person, the leading one first. `hides` names the facts that the answer
    cannot show. `shown` is the answer's shortest name, `text` the beginning of its words.
    """

    id: str | None
    code: Code | None
    all_codes: tuple[Code, ...]
    outcome: str
    label: str
    meaning: str
    confidence: "Confidence"
    because: str
    password: "Mark"
    candidates: "tuple[Candidate, ...]"
    hides: tuple[str, ...]
    findings: tuple[str, ...]
    shown: str
    text: str
    realm: str


@dataclass(frozen=True, slots=True)
class Relevant:
    """A finding that names the outcome and does not fail, with the facts known without a case."""

    rule: "FindingRule"
    facts: "Mapping[str, FactValue]"
    truth: Truth


def explain(
    book: "Rulebook",
    raw: str,
    context: "Mapping[str, str] | None" = None,
    id: str | None = None,  # noqa: A002 - the field's name in the format
) -> Explanation:
    """Return what the answer in a pasted text means. Never raises, whatever the text.

    `context` may hold `flow` (see `reader.read`) and `realm` (managed, federated, personal, unknown).
    """
    pasted = read(raw, context)
    realm = str((context or {}).get("realm", "")).strip().lower()
    realm = realm if realm in _REALMS else ""
    reading = interpret(book, pasted.answer, realm)
    led = (
        relevant(book, reading.outcome, kind, reading.mark, realm) for kind in (Kind.INTEGRATION, Kind.PERSON)
    )
    return Explanation(
        id=id,
        code=_code(book, pasted),
        all_codes=(*sorted(pasted.answer.codes), *_worded(pasted)),
        outcome=reading.outcome,
        label=book.outcomes[reading.outcome].label,
        meaning=reading.meaning,
        confidence=reading.confidence,
        because=reading.because,
        password=reading.mark,
        candidates=reading.candidates,
        hides=reading.hides,
        findings=tuple(dict.fromkeys(one.rule.id for found in led for one in found)),
        shown=reading.code,
        text=pasted.answer.text[:_MAX_SHOWN],
        realm=realm,
    )


def explanation_v1(explanation: Explanation) -> dict[str, object]:
    """Return the explanation in the frozen shape `auditor.explain/v1`."""
    return {
        "schema": SCHEMA,
        "id": explanation.id,
        "code": explanation.code,
        "all_codes": list(explanation.all_codes),
        "outcome": explanation.outcome,
        "confidence": explanation.confidence.value,
        "password": explanation.password.value,
        "candidates": [
            {"outcome": candidate.outcome, "how_to_tell": candidate.how_to_tell}
            for candidate in explanation.candidates
        ],
        "findings": list(explanation.findings),
    }


def relevant(
    book: "Rulebook", outcome: str, kind: Kind, password: "Mark", realm: str
) -> tuple[Relevant, ...]:
    """Return the findings whose condition names this outcome and may hold: what surely holds first.

    Behind that, the gravest first and side remarks last. A benign outcome has none.
    """
    base: dict[str, FactValue] = {
        "kind": Known(kind),
        "password": Known(password),
        "expected": Known("nothing"),  # there is no inventory that could expect anything
    }
    base |= {fact: Known(value) for fact, value in book.outcomes[outcome].says.items()}
    if realm:
        base["realm"] = Known(realm)
    found = [one for rule in book.findings for one in _relevant(rule, outcome, base)]
    found.sort(
        key=lambda one: (
            one.truth is not Truth.HOLDS,
            severity_of(one.rule, one.facts).rank,
            one.rule.side,
        )
    )
    return tuple(found)


def _relevant(rule: "FindingRule", outcome: str, base: "Mapping[str, FactValue]") -> "Iterator[Relevant]":
    for slot in _asked_for(rule.when, outcome):
        facts = {**base, slot: Known(outcome)}
        truth = evaluate(rule.when, facts).truth
        if truth is not Truth.FAILS:
            yield Relevant(rule, facts, truth)
            return


def _asked_for(condition: "Condition", outcome: str) -> tuple[str, ...]:
    """Return the facts that a condition wants to be, or not to be, this outcome."""
    match condition:
        case Is(fact, values):
            return (fact,) if fact in ANSWERED and outcome in values else ()
        case Not(part):
            return _asked_for(part, outcome)
        case All(parts) | Some(parts):
            return tuple(fact for part in parts for fact in _asked_for(part, outcome))
        case _:
            return ()


def _code(book: "Rulebook", pasted: Pasted) -> Code | None:
    number = main_code(book, pasted.answer)
    return number if number is not None else next(iter(_worded(pasted)), None)


def _worded(pasted: Pasted) -> tuple[str, ...]:
    code = pasted.answer.dataverse_code
    return (*([code] if code else []), *pasted.b2c)
