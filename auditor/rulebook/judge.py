"""Judging a case: from evidence to facts, the four verdicts, findings and the contract. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from auditor.model import (
    Axis,
    Case,
    CaseResult,
    Confidence,
    Evidence,
    FactValue,
    Known,
    Truth,
    Unknown,
    Vantage,
    Verdict,
    Why,
)
from auditor.rulebook.answers import Readings
from auditor.rulebook.book import Rulebook, VerdictRule, VerdictTable
from auditor.rulebook.conditions import Evaluation, evaluate
from auditor.rulebook.consent import Withheld, advice, situation
from auditor.rulebook.context import context_of
from auditor.rulebook.contract import contract_of
from auditor.rulebook.facts import Estate, facts_from
from auditor.rulebook.findings import Asked, Held, Scene, findings_of, held_by
from auditor.rulebook.seen import see

Facts: TypeAlias = Mapping[str, FactValue]
_KEPT = 1024


@dataclass(frozen=True, slots=True)
class _Ruling:
    """A line of an axis's decision list that holds, None where none does, and how sure that is."""

    axis: Axis
    rule: VerdictRule | None
    confidence: Confidence = Confidence.CERTAIN


@dataclass(frozen=True, slots=True)
class _Standing:
    """What follows from the values of facts, whoever's they are."""

    rulings: tuple[_Ruling, ...]
    held: tuple[Held, ...]
    consent: Withheld | None = None


_SKIPPED = _Standing((), ())


class Judge:
    """Judges the cases of one audit; what cases with alike facts have in common is worked out once."""

    def __init__(
        self,
        book: Rulebook,
        estate: Estate,
        vantage: Vantage = Vantage(),  # noqa: B008 - frozen
    ) -> None:
        self._book, self._estate, self._vantage = book, estate, vantage
        self._read = Readings(book)
        self._standings: dict[tuple[object, ...], _Standing] = {}

    def result(self, case: Case, evidence: Sequence[Evidence]) -> CaseResult:
        """Return everything about one case. `evidence` is the union of its subjects'."""
        book = self._book
        seen = see(book, case, evidence, self._read)
        facts = facts_from(book, case, seen, self._estate)
        contract = contract_of(book, case, facts)
        standing = (
            _SKIPPED
            if case.skip
            else self._standing(facts, Asked(tuple(seen.slots), seen.sign_in, seen.whoami))
        )
        context = context_of(book, case, seen, facts, self._vantage, contract)
        scene = Scene(case, seen, facts, context)
        return CaseResult(
            case=case,
            verdicts=_verdicts(book, scene, standing),
            findings=findings_of(book, scene, standing.held),
            contract=contract[0],
            contract_why=contract[1],
            facts=facts,
            evidence=tuple(evidence),
            readings=seen.readings,
            not_audited=case.skip,
            consent=advice(book, context, standing.consent) if standing.consent else None,
        )

    def _standing(self, facts: Facts, asked: Asked) -> _Standing:
        """Return what follows from these facts; why one is not known changes nothing of it."""
        known = [fact if isinstance(fact, Known) else None for fact in facts.values()]
        alike = (*known, asked)
        standing = self._standings.get(alike)
        if standing is None:
            if len(self._standings) >= _KEPT:
                self._standings.clear()
            rulings = tuple(_ruling(self._book.verdicts[axis], facts) for axis in Axis)
            consent = situation(self._book.consent, facts)
            standing = _Standing(rulings, held_by(self._book, facts, asked), consent)
            self._standings[alike] = standing
        return standing


def judge(
    book: Rulebook,
    case: Case,
    evidence: Sequence[Evidence],
    estate: Estate,
    *,
    vantage: Vantage = Vantage(),  # noqa: B008 - frozen
) -> CaseResult:
    """Return everything about a single case; see `Judge.result`."""
    return Judge(book, estate, vantage).result(case, evidence)


def _verdicts(book: Rulebook, scene: Scene, standing: _Standing) -> dict[Axis, Verdict]:
    if scene.case.skip:
        return {axis: _skipped(axis) for axis in Axis}
    return {ruling.axis: _verdict(book, scene, ruling) for ruling in standing.rulings}


def _skipped(axis: Axis) -> Verdict:
    return Verdict(axis, "could not tell" if axis is Axis.PATH else "unknown", Why.SKIPPED.value)


def _ruling(table: VerdictTable, facts: Facts) -> _Ruling:
    for rule in table.rules:
        evaluation = evaluate(rule.when, facts)
        if evaluation.truth is Truth.HOLDS:
            return _Ruling(table.axis, rule, _confidence(evaluation, facts))
    return _Ruling(table.axis, None)


def _verdict(book: Rulebook, scene: Scene, ruling: _Ruling) -> Verdict:
    axis, rule = ruling.axis, ruling.rule
    if rule is None:
        table = book.verdicts[axis]
        return Verdict(axis, table.otherwise, _missing(book, table, scene))
    why = book.templates.render(rule.why, scene.context).strip()
    return Verdict(
        axis, rule.value, why, ruling.confidence, scene.context["vantage"] if rule.seen_from else ""
    )


def _confidence(evaluation: Evaluation, facts: Facts) -> Confidence:
    known = (facts[name] for name in evaluation.decided)
    ranked = (value.confidence for value in known if isinstance(value, Known))
    return max(ranked, key=lambda confidence: confidence.rank, default=Confidence.CERTAIN)


def _missing(book: Rulebook, table: VerdictTable, scene: Scene) -> str:
    """Return what the axis is missing: the first of its facts that says why it is unknown, or what it met."""
    for name in table.because:
        value = scene.facts[name]
        if isinstance(value, Unknown):
            return value.why
        outcome = book.outcomes.get(value.value)
        if outcome is not None and not outcome.benign:
            return outcome.label
    return ""
