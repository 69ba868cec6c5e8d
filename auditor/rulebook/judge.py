"""Judging a case: from evidence to facts, the four verdicts, findings and the contract. Pure."""

from collections.abc import Mapping, Sequence

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
from auditor.rulebook.book import Rulebook, VerdictTable
from auditor.rulebook.conditions import Evaluation, evaluate
from auditor.rulebook.context import context_of
from auditor.rulebook.contract import contract_of
from auditor.rulebook.facts import Estate, facts_from, see
from auditor.rulebook.findings import Scene, findings_of


def judge(
    book: Rulebook,
    case: Case,
    evidence: Sequence[Evidence],
    estate: Estate,
    *,
    vantage: Vantage = Vantage(),  # noqa: B008 - frozen
) -> CaseResult:
    """Return everything about one case. `evidence` is the union of its subjects'."""
    seen = see(book, case, evidence)
    facts = facts_from(book, case, seen, estate)
    contract = contract_of(book, case, facts)
    scene = Scene(case, seen, facts, context_of(book, case, seen, vantage, contract))
    return CaseResult(
        case=case,
        verdicts={axis: _skipped(axis) if case.skip else _verdict(book, scene, axis) for axis in Axis},
        findings=() if case.skip else findings_of(book, scene),
        contract=contract[0],
        contract_why=contract[1],
        facts=facts,
        evidence=tuple(evidence),
        readings=seen.readings,
        not_audited=case.skip,
    )


def _skipped(axis: Axis) -> Verdict:
    return Verdict(axis, "could not tell" if axis is Axis.PATH else "unknown", Why.SKIPPED.value)


def _verdict(book: Rulebook, scene: Scene, axis: Axis) -> Verdict:
    table = book.verdicts[axis]
    for rule in table.rules:
        evaluation = evaluate(rule.when, scene.facts)
        if evaluation.truth is Truth.HOLDS:
            return Verdict(
                axis,
                rule.value,
                book.templates.render(rule.why, scene.context).strip(),
                _confidence(evaluation, scene.facts),
                scene.context["vantage"] if rule.seen_from else "",
            )
    return Verdict(axis, table.otherwise, _missing(book, table, scene))


def _confidence(evaluation: Evaluation, facts: Mapping[str, FactValue]) -> Confidence:
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
