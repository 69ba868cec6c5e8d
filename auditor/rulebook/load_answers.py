"""Loads `rules/answers/`: exact codes, and the ordered rules for answers without one."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from auditor.errors import RulesError
from auditor.model import FACTS, Candidate
from auditor.rulebook import shapes
from auditor.rulebook.book import AnswerRule, Match, Outcome
from auditor.rulebook.files import Layer

K = TypeVar("K", int, str)

OUTCOMES = "outcomes.yaml"
UNMAPPED, OTHER_FLOW = "unmapped", "other_flow"
_REALMS = frozenset({"managed", "federated", "unknown", "personal", ""})
_LOWER = frozenset({"suberror", "error", "fault", "text", "ends", "whole", "exception"})


@dataclass(frozen=True, slots=True)
class Answers:
    """The tables an answer is looked up in; `rules` hold the sentences, too."""

    codes: Mapping[int, tuple[AnswerRule, ...]]
    dataverse: Mapping[str, tuple[AnswerRule, ...]]
    rules: tuple[AnswerRule, ...]
    sentences: tuple[AnswerRule, ...]


def load_answers(found: tuple[Layer, ...], outcomes: Mapping[str, Outcome]) -> Answers:
    """Return the answers of all layers; raises RulesError for duplicates, unknown outcomes and dead lines."""
    if UNMAPPED not in outcomes:
        raise RulesError(f"rules/answers/outcomes.yaml: {UNMAPPED} is missing")
    codes: dict[int, tuple[AnswerRule, ...]] = {}
    dataverse: dict[str, tuple[AnswerRule, ...]] = {}
    ordered: list[tuple[int, tuple[AnswerRule, ...]]] = []
    sentences: list[AnswerRule] = []
    for layer in found:
        files = list(layer.read("answers", shapes.AnswersFile, leave=OUTCOMES))
        _orders_differ(files)
        codes |= _table([(name, file.codes) for name, file in files], outcomes)
        dataverse |= _table([(name, file.dataverse) for name, file in files], outcomes)
        for name, file in files:
            said = _sentences(name, file, outcomes)
            sentences += said
            ordered.append((file.order, (*_rules(name, "rules", file.rules, outcomes), *said)))
    ordered.sort(key=lambda pair: pair[0])
    rules = tuple(rule for _, group in ordered for rule in group)
    return Answers(MappingProxyType(codes), MappingProxyType(dataverse), rules, tuple(sentences))


def _orders_differ(files: list[tuple[str, shapes.AnswersFile]]) -> None:
    seen: dict[int, str] = {}
    for name, file in files:
        if file.order in seen:
            raise RulesError(f"{name}: order: {file.order} is that of {seen[file.order]}")
        seen[file.order] = name


def _table(
    files: list[tuple[str, dict[K, shapes.Variants]]], outcomes: Mapping[str, Outcome]
) -> dict[K, tuple[AnswerRule, ...]]:
    result: dict[K, tuple[AnswerRule, ...]] = {}
    for name, entries in files:
        for code, variants in entries.items():
            if code in result:
                raise RulesError(f"{name}: {code}: stands in another file already")
            _last_always_fits(f"{name}: {code}", variants)
            result[code] = tuple(_answer(f"{name}: {code}", line, outcomes) for line in variants)
    return result


def _last_always_fits(where: str, variants: tuple[shapes.AnswerFile, ...]) -> None:
    if variants[-1].when is not None or any(line.when is None for line in variants[:-1]):
        raise RulesError(f"{where}: the last line, and no other, goes without `when`")


def _rules(
    name: str, key: str, lines: tuple[shapes.AnswerFile, ...], outcomes: Mapping[str, Outcome]
) -> tuple[AnswerRule, ...]:
    for index, line in enumerate(lines):
        if line.when is None:
            raise RulesError(f"{name}: {key}.{index}: `when` is missing, so it would fit every answer")
    return tuple(_answer(f"{name}: {key}.{i}", line, outcomes) for i, line in enumerate(lines))


def _sentences(
    name: str, file: shapes.AnswersFile, outcomes: Mapping[str, Outcome]
) -> tuple[AnswerRule, ...]:
    said = _rules(name, "sentences", file.sentences, outcomes)
    for index, line in enumerate(file.sentences):
        if line.when is None or line.when.model_fields_set != {"text"}:
            raise RulesError(f"{name}: sentences.{index}: `when` of a sentence is `text` alone")
    return said


def _answer(where: str, line: shapes.AnswerFile, outcomes: Mapping[str, Outcome]) -> AnswerRule:
    for outcome in (line.outcome, *(candidate.outcome for candidate in line.candidates)):
        if outcome not in outcomes:
            raise RulesError(f"{where}: {outcome!r} is not an outcome", "see rules/answers/outcomes.yaml")
    if (line.outcome == OTHER_FLOW) is not bool(line.flow):
        raise RulesError(f"{where}: `flow` names the kind of sign-in, with {OTHER_FLOW} and nothing else")
    for fact, value in line.says.items():
        if fact not in FACTS or value not in FACTS[fact].values:
            raise RulesError(f"{where}: says: {fact}: {value} is not a declared fact and value")
    return AnswerRule(
        outcome=line.outcome,
        when=_match(where, line.when) if line.when else Match(),
        mark=line.password,
        confidence=line.confidence,
        candidates=tuple(Candidate(c.outcome, c.how_to_tell) for c in line.candidates),
        because=line.because,
        flow=line.flow,
        says=line.says,
    )


def _match(where: str, file: shapes.MatchFile) -> Match:
    given: dict[str, Any] = {key: getattr(file, key) for key in file.model_fields_set}
    if not given:
        raise RulesError(f"{where}: `when` is empty")
    for realm in file.realm or ():
        if realm not in _REALMS:
            raise RulesError(f"{where}: when.realm: {realm!r} is not a realm")
    for key in _LOWER & given.keys():
        given[key] = tuple(word.lower() for word in given[key])
    return Match(**given)
