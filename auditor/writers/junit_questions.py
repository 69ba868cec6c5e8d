"""A case as the questions that a pipeline's tests ask of it, each with its outcome.

The questions of a case are always the same, so that a test that was red is seen to be green again.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.model import Axis, Contract, Known, Mark
from auditor.writers.prose import CONTRACT_RULES, headline, told, waived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditor.model import CaseResult, Finding
    from auditor.writers.interface import Terms
    from auditor.writers.texts import Texts


class Question(StrEnum):
    """What is asked of a case."""

    CONTRACT = "contract"
    MFA = "mfa"
    CONSENT = "consent"
    ACCOUNT = "account"
    ROPC = "ropc"
    DATAVERSE = "dataverse"
    PATH = "path"


class State(StrEnum):
    """How a test came out."""

    PASSED = "passed"
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One test: its question, how it came out, `kind` of failure or error, and what it says."""

    question: str
    state: State
    kind: str = ""
    message: str = ""
    text: str = ""


_REFUSED = "not eligible"  # no failure where nobody expects it, and no pass either
_ABOUT = {
    "mfa": Question.MFA,
    "consent": Question.CONSENT,
    "account": Question.ACCOUNT,
    "federation": Question.ROPC,
    "dataverse": Question.DATAVERSE,
    "tenant": Question.DATAVERSE,
}


def checks_of(result: "CaseResult", terms: "Terms", texts: "Texts") -> "Iterator[Check]":
    """Yield a case's tests; a case that was not audited has one, a case without contract none about it."""
    if result.not_audited:
        yield Check("audit", State.SKIPPED, message=f"not audited: {result.not_audited}")
        return
    for question in Question:
        if question is not Question.CONTRACT or result.contract is not Contract.NOT_UNDER_CONTRACT:
            yield _check(result, question, terms, texts)


def _check(result: "CaseResult", question: Question, terms: "Terms", texts: "Texts") -> Check:
    found = [finding for finding in result.findings if _question_of(finding) is question]
    failing = [finding for finding in found if terms.demand.fails(result, finding)]
    if failing:
        said = "\n\n".join(told(result, finding, texts) for finding in failing)
        return Check(question, State.FAILURE, failing[0].severity, headline(result, failing[0]), said)
    if _is_open(result, question, terms):
        return _without_answer(result, question, terms, texts)
    return _not_red(result, question, found)


def _question_of(finding: "Finding") -> Question:
    if finding.rule in CONTRACT_RULES:
        return Question.CONTRACT
    return _ABOUT.get(finding.topic, Question.PATH)


def _is_open(result: "CaseResult", question: Question, terms: "Terms") -> bool:
    match question:
        case Question.CONTRACT:
            return terms.demand.contract_open(result)
        case Question.PATH:
            return terms.demand.path_open(result)
        case _:
            return False


def _without_answer(result: "CaseResult", question: Question, terms: "Terms", texts: "Texts") -> Check:
    """Return an error, or what is skipped in its place, with what would bring the answer."""
    message = f"could not look: {_unknown(result, question)}"
    if not terms.gaps_fail:
        return Check(question, State.SKIPPED, message=message)
    reasons = [finding for finding in result.findings if finding.unanswered]
    said = "\n\n".join(told(result, finding, texts) for finding in reasons)
    return Check(question, State.ERROR, "no answer", message, said or f"Where: {result.case.origin}")


def _not_red(result: "CaseResult", question: Question, found: "Sequence[Finding]") -> Check:
    """Return what is no failure of this run; only what is known and has no finding is a pass."""
    accepted = [f"{finding.title}: {waived(finding.waived)}" for finding in found if finding.waived]
    if accepted:
        return Check(question, State.SKIPPED, message="; ".join(accepted))
    if why := _unknown(result, question):
        return Check(question, State.SKIPPED, message=f"not known: {why}")
    if question is Question.ROPC and result.verdicts[Axis.ROPC].value == _REFUSED:
        return Check(question, State.SKIPPED, message=str(result.verdicts[Axis.ROPC]))
    others = [finding for finding in found if finding.severity != "info"]
    if others:
        return Check(question, State.SKIPPED, message=f"found, not judged by this run: {others[0].title}")
    return Check(question, State.PASSED)


def _unknown(result: "CaseResult", question: Question) -> str:
    """Return why a question has no answer, "" where it has one."""
    return _ANSWERS[question](result)


def _of_axis(axis: Axis) -> "Callable[[CaseResult], str]":
    def why(result: "CaseResult") -> str:
        verdict = result.verdicts[axis]
        return (verdict.why or verdict.value) if verdict.unknown else ""

    return why


def _of_fact(name: str) -> "Callable[[CaseResult], str]":
    def why(result: "CaseResult") -> str:
        value = result.facts.get(name)
        if isinstance(value, Known):
            return "the answer does not say" if value.value == Mark.UNKNOWN else ""
        return value.why if value else "not asked"

    return why


def _of_contract(result: "CaseResult") -> str:
    if result.contract is Contract.MET:
        return ""
    return result.contract_why or result.contract.value


_ANSWERS: "dict[Question, Callable[[CaseResult], str]]" = {
    Question.CONTRACT: _of_contract,
    Question.MFA: _of_axis(Axis.MFA),
    Question.CONSENT: _of_axis(Axis.CONSENT),
    Question.ACCOUNT: _of_fact("password"),
    Question.ROPC: _of_axis(Axis.ROPC),
    Question.DATAVERSE: _of_fact("dataverse"),
    Question.PATH: _of_axis(Axis.PATH),
}
