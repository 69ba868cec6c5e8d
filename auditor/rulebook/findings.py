"""Which findings hold for a case, filled in and in order: the gravest first, causes before side remarks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from auditor.model import (
    Candidate,
    Case,
    CaseResult,
    Confidence,
    Effort,
    FactValue,
    Finding,
    Fix,
    Known,
    Lane,
    Question,
    Severity,
    Truth,
)
from auditor.rulebook.book import FindingRule, FixRule, Rulebook
from auditor.rulebook.conditions import Condition, evaluate
from auditor.rulebook.directory import QUESTIONS as DIRECTORY
from auditor.rulebook.seen import Seen

_NOW, _NEXT, _LATER = Lane.NOW, Lane.NEXT, Lane.LATER
_LANES: dict[Severity, dict[Effort, Lane]] = {
    Severity.BLOCKER: {Effort.MINUTES: _NOW, Effort.HOURS: _NOW, Effort.PROJECT: _NEXT},
    Severity.HIGH: {Effort.MINUTES: _NOW, Effort.HOURS: _NEXT, Effort.PROJECT: _NEXT},
    Severity.MEDIUM: {Effort.MINUTES: _NEXT, Effort.HOURS: _NEXT, Effort.PROJECT: _LATER},
    Severity.LOW: {Effort.MINUTES: _NEXT, Effort.HOURS: _LATER, Effort.PROJECT: _LATER},
    Severity.INFO: {Effort.MINUTES: _LATER, Effort.HOURS: _LATER, Effort.PROJECT: _LATER},
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A case with everything a finding is judged and written from."""

    case: Case
    seen: Seen
    facts: Mapping[str, FactValue]
    context: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A finding that holds, before its texts: what follows from facts and from which questions have slots."""

    rule: FindingRule
    severity: Severity
    confidence: Confidence
    lane: Lane
    fixes: tuple[FixRule, ...]
    questions: tuple[Question, ...]


class Asked(NamedTuple):
    """The questions that a case has slots for, and those whose answers are the sign-in's and Dataverse's."""

    slots: tuple[str, ...]
    sign_in: Question
    whoami: Question = Question.WHOAMI


def held_by(book: Rulebook, facts: Mapping[str, FactValue], asked: Asked) -> tuple[Held, ...]:
    """Return what holds, in order; what cannot be answered does not, and the verdicts say so.

    Of the same severity, side remarks come last, and what was read in a directory behind what a probe saw.
    """
    found = [_held(book, facts, asked, rule) for rule in book.findings]
    graded = [held for held in found if held is not None]
    graded.sort(key=lambda held: (held.severity.rank, held.rule.side, _only_read(held)))
    return tuple(graded)


def _only_read(held: Held) -> bool:
    return bool(held.questions) and all(question in DIRECTORY for question in held.questions)


def refuted_by(book: Rulebook) -> Callable[[str, CaseResult], bool]:
    """Return what says of a rule and a case whether the rule is known not to hold for it.

    It does not say so of a rule that rests on what is not known, nor of one that there is not any more.
    """
    conditions = {rule.id: rule.when for rule in book.findings}

    def refuted(rule: str, result: CaseResult) -> bool:
        condition = conditions.get(rule)
        return condition is not None and evaluate(condition, result.facts).truth is Truth.FAILS

    return refuted


def findings_of(book: Rulebook, scene: Scene, held: tuple[Held, ...]) -> tuple[Finding, ...]:
    """Return what holds, written for a case."""
    return tuple([_finding(book, scene, one) for one in held])


def _held(book: Rulebook, facts: Mapping[str, FactValue], asked: Asked, rule: FindingRule) -> Held | None:
    evaluation = evaluate(rule.when, facts)
    if evaluation.truth is not Truth.HOLDS:
        return None
    severity = severity_of(rule, facts)
    uses = (use.fix for use in rule.fixes if use.when is None or _holds(use.when, facts))
    fixes = tuple(book.fixes[fix] for fix in uses)
    return Held(
        rule=rule,
        severity=severity,
        confidence=_surest(rule, evaluation.decided, facts),
        lane=_LANES[severity][fixes[0].effort if fixes else Effort.MINUTES],
        fixes=fixes,
        questions=_answered(rule.evidence, asked) or _behind(evaluation.decided, facts, asked),
    )


def _finding(book: Rulebook, scene: Scene, held: Held) -> Finding:
    return Finding(
        rule=held.rule.id,
        title=held.rule.title,
        severity=held.severity,
        confidence=held.confidence,
        lane=held.lane,
        what=_filled(book, scene, held.rule.what),
        why=_filled(book, scene, held.rule.why),
        fixes=tuple([_fix(book, scene, fix) for fix in held.fixes]),
        evidence=tuple([_cited(book, scene, question) for question in held.questions]),
        candidates=_candidates(scene, held.questions),
        sources=held.rule.sources,
        unanswered=held.rule.unanswered,
        topic=held.rule.topic.value,
    )


def severity_of(rule: FindingRule, facts: Mapping[str, FactValue]) -> Severity:
    """Return the first severity whose condition holds; the last has none."""
    return next(line.severity for line in rule.severity if line.when is None or _holds(line.when, facts))


def _holds(condition: Condition, facts: Mapping[str, FactValue]) -> bool:
    return evaluate(condition, facts).truth is Truth.HOLDS


def _fix(book: Rulebook, scene: Scene, rule: FixRule) -> Fix:
    role = book.roles[rule.role]
    return Fix(
        id=rule.id,
        title=_filled(book, scene, rule.title),
        steps=tuple([_filled(book, scene, step) for step in rule.steps]),
        role=role.title,
        desk=role.desk,
        effort=rule.effort,
        disposition=rule.disposition,
        verify=_filled(book, scene, rule.verify),
        group=_filled(book, scene, rule.group),
        command=_filled(book, scene, rule.command),
        link=_filled(book, scene, rule.link),
        licence=rule.licence,
        check_before_use=rule.check_before_use,
        sources=rule.sources,
    )


def _filled(book: Rulebook, scene: Scene, text: str) -> str:
    return book.templates.render(text, scene.context).strip()


def _surest(rule: FindingRule, decided: tuple[str, ...], facts: Mapping[str, FactValue]) -> Confidence:
    """Return the rule's confidence, lowered to that of the least sure fact it rests on."""
    values = (facts[name] for name in decided)
    return max(
        (rule.confidence, *(value.confidence for value in values if isinstance(value, Known))),
        key=lambda confidence: confidence.rank,
    )


def _answered(questions: tuple[Question, ...], asked: Asked) -> tuple[Question, ...]:
    """Return these questions, the password's replaced where another one's answer made it needless."""
    instead = {Question.PASSWORD: asked.sign_in, Question.WHOAMI: asked.whoami}
    return tuple(instead.get(one, one) for one in questions)


def _behind(decided: tuple[str, ...], facts: Mapping[str, FactValue], asked: Asked) -> tuple[Question, ...]:
    """Return the questions behind the facts that decided, in the order they were asked in."""
    values = (facts[name] for name in decided)
    sources = {word for v in values if isinstance(v, Known) for word in v.source.split(", ")}
    return tuple(question for question in Question if question in sources and question in asked.slots)


def _cited(book: Rulebook, scene: Scene, question: Question) -> str:
    item, reading = scene.seen.observed(question), scene.seen.readings.get(question)
    if item is not None and question in DIRECTORY:
        return f"{question.value}: {item.source}, read {item.at:%Y-%m-%d}"
    if reading is None:
        return f"{question.value}: {scene.seen.unknown(question).why}"
    realm = scene.facts["realm"]
    if question is Question.REALM and isinstance(realm, Known):
        return f"{question.value}: {realm.value}"
    return f"{question.value}: {reading.code or book.outcomes[reading.outcome].label}"


def _candidates(scene: Scene, questions: tuple[Question, ...]) -> tuple[Candidate, ...]:
    found = (scene.seen.readings.get(question) for question in questions)
    return tuple(candidate for reading in found if reading for candidate in reading.candidates)
