"""From a raw answer to its meaning.

In this order: exact AADSTS codes, exact Dataverse codes, then the ordered rules of `rules/answers/`
(status, leg, fault, suberror, text). A number nobody mapped is `unmapped`, never guessed from a prefix.
A code beats the text; a text that belongs to another outcome is kept beside it, as a candidate.
"""

import re
from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from auditor.model import Answer, Candidate, Confidence, Flow, Mark, Reading
from auditor.rulebook.book import AnswerRule, Match, Outcome, Rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_AADSTS = re.compile(r"(?i)(?<![a-z0-9])AADSTS(\d{4,8})(?!\d)")
_UMBRELLAS = frozenset({70002, 90010})
_MAX_SHOWN = 300
_KEPT = 2048
_UNTELLING = frozenset({"host", "correlation_id", "trace_id", "policies", "retry_after"})
_telling = attrgetter(*(field.name for field in fields(Answer) if field.name not in _UNTELLING))

_TEXT_OF_ANOTHER = (
    "The text is that of this outcome, the number is not; the sign-in log has the service's own."
)

_UNMAPPED = AnswerRule("unmapped", confidence=Confidence.UNSURE)
_LOWERED = {
    Confidence.CERTAIN: Confidence.LIKELY,
    Confidence.LIKELY: Confidence.UNSURE,
    Confidence.UNSURE: Confidence.UNSURE,
}


def interpret(book: Rulebook, answer: Answer, realm: str = "") -> Reading:
    """Return what an answer means for an account of this realm ("" = could not be read). Never raises."""
    code = main_code(book, answer)
    text = " ".join(answer.text.lower().split())
    rule = _rule_for(book, answer, realm, code, text)
    if code is not None and rule is not _UNMAPPED:
        rule = _kept_beside(
            rule, [*_other_codes(book, answer, code), *_other_sentence(book, rule, code, text)]
        )
    outcome = book.outcomes[rule.outcome]
    spent = answer.flow is Flow.ROPC and answer.sent
    mark = (rule.mark or outcome.mark) if spent else Mark.UNKNOWN
    shown = code_shown(answer, code)
    proven = "The password is right. " if mark is Mark.RIGHT and not outcome.benign else ""
    return Reading(
        outcome=outcome.name,
        meaning=proven + _meaning(outcome, rule, answer, shown),
        mark=mark,
        confidence=rule.confidence,
        code=shown,
        says={**outcome.says, **rule.says} if rule.says else outcome.says,
        hides=outcome.hides,
        candidates=rule.candidates,
        refusal=outcome.refusal and spent,
        because=rule.because,
    )


class Readings:
    """What answers mean, each worked out once: most replies are alike, and tenants' are many cases' own.

    Who asked, where and when makes no difference to the meaning; whatever else an answer holds may.
    """

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._known: dict[tuple[object, ...], Reading] = {}

    def __call__(self, answer: Answer, realm: str = "") -> Reading:
        """Return `interpret` of the answer."""
        alike = (realm, *_telling(answer))
        reading = self._known.get(alike)
        if reading is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            reading = self._known[alike] = interpret(self._book, answer, realm)
        return reading


def main_code(book: Rulebook, answer: Answer) -> int | None:
    """Return the number that counts: a known one if any is, and no umbrella where another follows.

    Umbrellas: 70002 headed every refusal until 2018, 90010 is a client library's old name for 9001023.
    """
    given = answer.codes or tuple(int(number) for number in _AADSTS.findall(answer.text))
    telling = [number for number in given if number not in _UMBRELLAS] or list(given)
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


def _rule_for(book: Rulebook, answer: Answer, realm: str, code: int | None, text: str) -> AnswerRule:
    if code is not None:
        return _first(book.codes.get(code, ()), answer, realm, text)
    if answer.dataverse_code:
        return _first(book.dataverse.get(answer.dataverse_code.lower(), ()), answer, realm, text)
    return _first(book.rules, answer, realm, text)


def _first(rules: "Iterable[AnswerRule]", answer: Answer, realm: str, text: str) -> AnswerRule:
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
    return (
        (not when.exception or answer.exception.lower() in when.exception)
        and (not when.suberror or answer.suberror.lower() in when.suberror)
        and (not when.error or answer.error.lower() in when.error)
        and (not when.fault or _holds_part(answer.fault.lower(), when.fault))
        and (not when.text or _holds_part(text, when.text))
        and (not when.ends or text.rstrip(_CLOSING).endswith(when.ends))
        and (not when.whole or text.strip(_CLOSING) in when.whole)
    )


_CLOSING = " .,;:!?'\"`()[]{}<>"


def _holds_part(text: str, parts: tuple[str, ...]) -> bool:
    for part in parts:  # noqa: SIM110 - any() over a generator takes three times as long, and this runs most
        if part in text:
            return True
    return False


def _has_status(wanted: tuple[str, ...], status: int | None) -> bool:
    return status is not None and (str(status) in wanted or f"{status // 100}xx" in wanted)


def _other_codes(book: Rulebook, answer: Answer, code: int) -> "Iterator[Candidate]":
    for other in answer.codes:
        if other not in _UMBRELLAS and other != code and other in book.codes:
            how = (
                f"AADSTS{other} stands in the text as well; the sign-in log shows which ended which attempt."
            )
            yield Candidate(book.codes[other][-1].outcome, how)


def _other_sentence(book: Rulebook, rule: AnswerRule, code: int, text: str) -> "Iterator[Candidate]":
    if not text or rule.when.text:
        return
    for sentence in book.sentences:
        if _holds_part(text, sentence.when.text) and sentence.outcome not in _outcomes_of(book, code):
            yield Candidate(sentence.outcome, _TEXT_OF_ANOTHER)


def _outcomes_of(book: Rulebook, code: int) -> set[str]:
    lines = book.codes[code]
    return {line.outcome for line in lines} | {c.outcome for line in lines for c in line.candidates}


def _kept_beside(rule: AnswerRule, others: list[Candidate]) -> AnswerRule:
    named = {rule.outcome, *(candidate.outcome for candidate in rule.candidates)}
    new = [candidate for candidate in others if candidate.outcome not in named]
    if not new:
        return rule
    own = rule.candidates or (Candidate(rule.outcome, "The number is that of this outcome."),)
    once = {candidate.outcome: candidate for candidate in (*own, *reversed(new))}
    return replace(rule, candidates=tuple(once.values()), confidence=_LOWERED[rule.confidence])


def _meaning(outcome: Outcome, rule: AnswerRule, answer: Answer, shown: str) -> str:
    if rule.flow:
        return f"{outcome.meaning} It is that of {rule.flow}."
    if rule.outcome != _UNMAPPED.outcome:
        return outcome.meaning
    text = answer.text[:_MAX_SHOWN]
    if text:
        return f"{outcome.meaning} It said: {text if shown in text else f'{shown}: {text}'}"
    return f"{outcome.meaning} It came as {shown}." if shown else outcome.meaning
