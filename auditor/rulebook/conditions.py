"""Three-valued conditions over facts (Kleene's logic): holds, does not hold, cannot be answered.

As rules write them:

    {mfa: required}                 the fact has this value
    {mfa: [required, external]}     one of these
    {kind: person, mfa: required}   every part of the mapping
    {all: [..]}  {any: [..]}  {not: ..}
    {known: mfa}  {unknown: mfa}    whether there is a value at all; always answered
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from auditor.model import Known, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.model import FactValue

Vocabulary: TypeAlias = "Mapping[str, frozenset[str]]"
"""Fact name -> the values it can have; an empty set means any text."""


class ConditionError(ValueError):
    """A condition that says nothing or names something undeclared; the message leads with the key."""


@dataclass(frozen=True, slots=True)
class Is:
    """The fact has one of these values."""

    fact: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Established:
    """The fact has a value at all (`wanted`), or has none."""

    fact: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: "tuple[Condition, ...]"


Condition: TypeAlias = Is | Established | Not | All | Some


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A condition's truth, the facts that decided it, and the facts that were missing to decide it."""

    truth: Truth
    decided: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def parse(data: object, vocabulary: Vocabulary, key: str = "when") -> Condition:
    """Return the condition that `data` (plain YAML) writes; raises ConditionError led by the key path."""
    if not isinstance(data, dict) or not data:
        raise ConditionError(f"{key}: a condition is a mapping with at least one entry")
    parts = tuple(_part(str(word), value, vocabulary, f"{key}.{word}") for word, value in data.items())
    return parts[0] if len(parts) == 1 else All(parts)


def _part(word: str, value: object, vocabulary: Vocabulary, key: str) -> Condition:
    match word:
        case "all":
            return All(_parts(value, vocabulary, key))
        case "any":
            return Some(_parts(value, vocabulary, key))
        case "not":
            return Not(parse(value, vocabulary, key))
        case "known" | "unknown":
            return Established(_fact(value, vocabulary, key), word == "known")
        case _:
            return Is(_fact(word, vocabulary, key), _values(word, value, vocabulary, key))


def _parts(value: object, vocabulary: Vocabulary, key: str) -> tuple[Condition, ...]:
    if not isinstance(value, list) or not value:
        raise ConditionError(f"{key}: needs a list with at least one condition")
    return tuple(parse(part, vocabulary, f"{key}.{index}") for index, part in enumerate(value))


def _fact(name: object, vocabulary: Vocabulary, key: str) -> str:
    if not isinstance(name, str) or name not in vocabulary:
        raise ConditionError(f"{key}: {name!r} is not a declared fact")
    return name


def _values(fact: str, value: object, vocabulary: Vocabulary, key: str) -> frozenset[str]:
    given = value if isinstance(value, list) else [value]
    if not given:
        raise ConditionError(f"{key}: needs at least one value")
    allowed = vocabulary[fact]
    words = [_bare(item, allowed) if isinstance(item, bool) else item for item in given]
    for word in words:
        if not isinstance(word, str) or (allowed and word not in allowed):
            raise ConditionError(f"{key}: {word!r} is not a value of the fact {fact}")
    return frozenset(str(word) for word in words)


def _bare(value: bool, allowed: frozenset[str]) -> str:  # noqa: FBT001 - a value, not a switch
    """Return the word that was written: YAML 1.1 reads a bare yes, no, on or off as a boolean."""
    yes, no = ("on", "off") if "on" in allowed else ("yes", "no")
    return yes if value else no


def evaluate(condition: Condition, facts: "Mapping[str, FactValue]") -> Evaluation:
    """Return whether the condition holds for these facts; a fact that is absent counts as unknown."""
    match condition:
        case Is(fact, values):
            return _is(fact, values, facts)
        case Established(fact, wanted):
            there = isinstance(facts.get(fact), Known)
            return Evaluation(Truth.HOLDS if there is wanted else Truth.FAILS, (fact,))
        case Not(part):
            inner = evaluate(part, facts)
            return Evaluation(_OPPOSITE[inner.truth], inner.decided, inner.missing)
        case All(parts):
            return _joined(parts, facts, decisive=Truth.FAILS)
        case Some(parts):
            return _joined(parts, facts, decisive=Truth.HOLDS)


_OPPOSITE = {Truth.HOLDS: Truth.FAILS, Truth.FAILS: Truth.HOLDS, Truth.UNANSWERED: Truth.UNANSWERED}


def _is(fact: str, values: frozenset[str], facts: "Mapping[str, FactValue]") -> Evaluation:
    value = facts.get(fact)
    if not isinstance(value, Known):
        return Evaluation(Truth.UNANSWERED, missing=(fact,))
    return Evaluation(Truth.HOLDS if value.value in values else Truth.FAILS, (fact,))


def _joined(parts: tuple[Condition, ...], facts: "Mapping[str, FactValue]", *, decisive: Truth) -> Evaluation:
    inner: list[Evaluation] = []
    for part in parts:
        evaluation = evaluate(part, facts)
        if evaluation.truth is decisive:
            return evaluation
        inner.append(evaluation)
    missing = _once(part.missing for part in inner)
    if missing:
        return Evaluation(Truth.UNANSWERED, missing=missing)
    return Evaluation(_OPPOSITE[decisive], _once(part.decided for part in inner))


def _once(groups: "Iterable[tuple[str, ...]]") -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


def facts_in(condition: Condition) -> frozenset[str]:
    """Return the names of all facts that a condition asks for."""
    match condition:
        case Is(fact) | Established(fact):
            return frozenset({fact})
        case Not(part):
            return facts_in(part)
        case All(parts) | Some(parts):
            return frozenset().union(*(facts_in(part) for part in parts))


def values_in(condition: Condition, fact: str) -> frozenset[str]:
    """Return the values of one fact that a condition names."""
    match condition:
        case Is(name, values):
            return values if name == fact else frozenset()
        case Established():
            return frozenset()
        case Not(part):
            return values_in(part, fact)
        case All(parts) | Some(parts):
            return frozenset().union(*(values_in(part, fact) for part in parts))
