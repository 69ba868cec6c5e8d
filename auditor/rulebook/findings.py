"""Which findings hold for a case, filled in and in order: the gravest first, causes before side remarks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model import (
    Candidate,
    Case,
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
from auditor.rulebook.facts import Seen

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


def findings_of(book: Rulebook, scene: Scene) -> tuple[Finding, ...]:
    """Return the findings that hold; what cannot be answered does not, and the verdicts say so."""
    held = [(rule, _found(book, scene, rule)) for rule in book.findings]
    graded = [(rule, finding) for rule, finding in held if finding is not None]
    graded.sort(key=lambda pair: (pair[1].severity.rank, pair[0].side))
    return tuple(finding for _, finding in graded)


def _found(book: Rulebook, scene: Scene, rule: FindingRule) -> Finding | None:
    evaluation = evaluate(rule.when, scene.facts)
    if evaluation.truth is not Truth.HOLDS:
        return None
    severity = severity_of(rule, scene.facts)
    fixes = tuple(_fixes(book, scene, rule))
    questions = _answered(rule.evidence, scene) or _asked(evaluation.decided, scene)
    return Finding(
        rule=rule.id,
        title=rule.title,
        severity=severity,
        confidence=_surest(rule, evaluation.decided, scene.facts),
        lane=_LANES[severity][fixes[0].effort if fixes else Effort.MINUTES],
        what=_filled(book, scene, rule.what),
        why=_filled(book, scene, rule.why),
        fixes=fixes,
        evidence=tuple(_cited(book, scene, question) for question in questions),
        candidates=_candidates(scene, questions),
        sources=rule.sources,
    )


def severity_of(rule: FindingRule, facts: Mapping[str, FactValue]) -> Severity:
    """Return the first severity whose condition holds; the last has none."""
    return next(line.severity for line in rule.severity if line.when is None or _holds(line.when, facts))


def _holds(condition: Condition, facts: Mapping[str, FactValue]) -> bool:
    return evaluate(condition, facts).truth is Truth.HOLDS


def _fixes(book: Rulebook, scene: Scene, rule: FindingRule) -> Iterator[Fix]:
    for use in rule.fixes:
        if use.when is None or _holds(use.when, scene.facts):
            yield _fix(book, scene, book.fixes[use.fix])


def _fix(book: Rulebook, scene: Scene, rule: FixRule) -> Fix:
    role = book.roles[rule.role]
    return Fix(
        id=rule.id,
        title=_filled(book, scene, rule.title),
        steps=tuple(_filled(book, scene, step) for step in rule.steps),
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


def _answered(questions: tuple[Question, ...], scene: Scene) -> tuple[Question, ...]:
    """Return these questions, the password's replaced where another one's answer made it needless."""
    return tuple(scene.seen.sign_in if one is Question.PASSWORD else one for one in questions)


def _asked(decided: tuple[str, ...], scene: Scene) -> tuple[Question, ...]:
    """Return the questions behind the facts that decided, in the order they were asked in."""
    values = (scene.facts[name] for name in decided)
    sources = {word for v in values if isinstance(v, Known) for word in v.source.split(", ")}
    return tuple(question for question in Question if question in sources and question in scene.seen.slots)


def _cited(book: Rulebook, scene: Scene, question: Question) -> str:
    reading = scene.seen.readings.get(question)
    if reading is None:
        return f"{question.value}: {scene.seen.unknown(question).why}"
    realm = scene.facts["realm"]
    if question is Question.REALM and isinstance(realm, Known):
        return f"{question.value}: {realm.value}"
    return f"{question.value}: {reading.code or book.outcomes[reading.outcome].label}"


def _candidates(scene: Scene, questions: tuple[Question, ...]) -> tuple[Candidate, ...]:
    found = (scene.seen.readings.get(question) for question in questions)
    return tuple(candidate for reading in found if reading for candidate in reading.candidates)
