"""From a raw answer to its meaning.

In this order: exact AADSTS codes, exact Dataverse codes, then the ordered rules of `rules/answers/`
(status, leg, fault, suberror, text). A number nobody mapped is `unmapped`, never guessed from a prefix.
"""

import re
from typing import TYPE_CHECKING

from auditor.model import Answer, Confidence, Flow, Mark, Reading
from auditor.rulebook.book import AnswerRule, Match, Outcome, Rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable

_AADSTS = re.compile(r"(?i)(?<![a-z0-9])AADSTS(\d{4,8})(?!\d)")
_UMBRELLA = 70002
_MAX_SHOWN = 300

_UNMAPPED = AnswerRule("unmapped", confidence=Confidence.UNSURE)


def interpret(book: Rulebook, answer: Answer, realm: str = "") -> Reading:
    """Return what an answer means for an account of this realm ("" = could not be read). Never raises."""
    code = main_code(book, answer)
    rule = _rule_for(book, answer, realm, code)
    outcome = book.outcomes[rule.outcome]
    spent = answer.flow is Flow.ROPC and answer.sent
    shown = code_shown(answer, code)
    return Reading(
        outcome=outcome.name,
        meaning=_meaning(outcome, rule, answer, shown),
        mark=(rule.mark or outcome.mark) if spent else Mark.UNKNOWN,
        confidence=rule.confidence,
        code=shown,
        says=outcome.says,
        hides=outcome.hides,
        candidates=rule.candidates,
        refusal=outcome.refusal and spent,
    )


def main_code(book: Rulebook, answer: Answer) -> int | None:
    """Return the number that counts: not the 70002 umbrella where another follows, a known one if any is."""
    given = answer.codes or tuple(int(number) for number in _AADSTS.findall(answer.text))
    telling = [number for number in given if number != _UMBRELLA] or list(given)
    known = [number for number in telling if number in book.codes]
    return next(iter(known or telling), None)


def code_shown(answer: Answer, code: int | None) -> str:
    """Return the answer's shortest name for people: a code, a fault, a status, or how it failed."""
    if code is not None:
        return f"AADSTS{code}"
    if answer.dataverse_code or answer.fault:
        return answer.dataverse_code or answer.fault
    if answer.failure is not None:
        return answer.failure.value
    if answer.http_status is not None and not answer.success:
        return f"HTTP {answer.http_status}"
    return answer.exception


def _rule_for(book: Rulebook, answer: Answer, realm: str, code: int | None) -> AnswerRule:
    if code is not None:
        return _first(book.codes.get(code, ()), answer, realm)
    if answer.dataverse_code:
        return _first(book.dataverse.get(answer.dataverse_code.lower(), ()), answer, realm)
    return _first(book.rules, answer, realm)


def _first(rules: "Iterable[AnswerRule]", answer: Answer, realm: str) -> AnswerRule:
    text = " ".join(answer.text.lower().split())
    return next((rule for rule in rules if _fits(rule.when, answer, realm, text)), _UNMAPPED)


def _fits(when: Match, answer: Answer, realm: str, text: str) -> bool:
    return (
        (not when.flow or answer.flow in when.flow)
        and (not when.leg or answer.leg in when.leg)
        and (not when.realm or realm in when.realm)
        and (not when.status or _has_status(when.status, answer.http_status))
        and (not when.failure or answer.failure in when.failure)
        and (when.sent is None or answer.sent is when.sent)
        and (when.success is None or answer.success is when.success)
        and _reads(when, answer, text)
    )


def _reads(when: Match, answer: Answer, text: str) -> bool:
    fault = answer.fault.lower()
    return (
        (not when.exception or answer.exception.lower() in when.exception)
        and (not when.suberror or answer.suberror.lower() in when.suberror)
        and (not when.error or answer.error.lower() in when.error)
        and (not when.fault or any(part in fault for part in when.fault))
        and (not when.text or any(part in text for part in when.text))
    )


def _has_status(wanted: tuple[str, ...], status: int | None) -> bool:
    return status is not None and (str(status) in wanted or f"{status // 100}xx" in wanted)


def _meaning(outcome: Outcome, rule: AnswerRule, answer: Answer, shown: str) -> str:
    if rule.outcome != _UNMAPPED.outcome:
        return outcome.meaning
    text = answer.text[:_MAX_SHOWN]
    if text:
        return f"{outcome.meaning} It said: {text if shown in text else f'{shown}: {text}'}"
    return f"{outcome.meaning} It came as {shown}." if shown else outcome.meaning
