"""What to do about an explained answer: the leading finding for a kind of account, written out.

There is no case to fill its texts in: what only a case could say stays a word in <angle brackets>, and a fix
that hangs on a fact nobody knows says on which.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.consent_links import Links, Parts
from auditor.model import FACTS, Fix, Kind, Truth
from auditor.rulebook.conditions import All, Is, Not, evaluate
from auditor.rulebook.directory_words import WORDS
from auditor.rulebook.explain import relevant
from auditor.rulebook.findings import severity_of
from auditor.rulebook.templates import PLACEHOLDERS, Templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.model import FactValue, Severity
    from auditor.rulebook.book import FindingRule, FixRule, Rulebook
    from auditor.rulebook.conditions import Condition
    from auditor.rulebook.explain import Explanation

_UNSAID = (
    *("at", "contract", "contract_why", "correlation_id", "held_back", "held_back_detail", "vantage"),
    *WORDS,  # no directory knows whose answer it is
)
_READABLE = "<>"
_WORDS = {
    "upn": "<user@domain>",
    "host": "<environment-host>",
    "tenant": "<tenant>",
    "domain": "<domain>",
    "app": "<app>",
    "client_id": "<client-id>",
    "redirect_uri": "<redirect-uri>",
    "login": "login.microsoftonline.com",
    "client_id_sure": "unverified",
    "redirect_uri_sure": "unverified",
}


@dataclass(frozen=True, slots=True)
class AdvisedFix:
    """A fix, and the conditions nobody has established yet: "if the app can sign in interactively"."""

    fix: Fix
    provided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """The leading finding for a kind of account. Its first fix is the best that may apply."""

    kind: Kind
    finding: str
    title: str
    severity: "Severity"
    what: str
    why: str
    looks_like: str
    fixes: tuple[AdvisedFix, ...]
    sources: tuple[str, ...]


class Adviser:
    """Writes advice from one rulebook; each text is compiled once, however many answers are explained."""

    def __init__(self, book: "Rulebook") -> None:
        self._book = book
        self._templates = Templates(_READABLE)

    def advice(self, explanation: "Explanation", kind: Kind) -> Advice | None:
        """Return what to tell about an account of this kind; None where nothing has to be done."""
        found = relevant(self._book, explanation.outcome, kind, explanation.password, explanation.realm)
        if not found:
            return None
        rule, facts = found[0].rule, found[0].facts
        words = _words(explanation, kind)
        return Advice(
            kind=kind,
            finding=rule.id,
            title=rule.title,
            severity=severity_of(rule, facts),
            what=self._filled(rule.what, words),
            why=self._filled(rule.why, words),
            looks_like=self._filled(rule.looks_like, words),
            fixes=_once(self._fixes(rule, facts, words)),
            sources=rule.sources,
        )

    def _fixes(
        self, rule: "FindingRule", facts: "Mapping[str, FactValue]", words: "Mapping[str, str]"
    ) -> "Iterator[AdvisedFix]":
        for use in rule.fixes:
            truth = Truth.HOLDS if use.when is None else evaluate(use.when, facts).truth
            if truth is not Truth.FAILS:
                provided = () if use.when is None else tuple(_open_parts(use.when, facts))
                yield AdvisedFix(self._fix(self._book.fixes[use.fix], words), provided)

    def _fix(self, rule: "FixRule", words: "Mapping[str, str]") -> Fix:
        role = self._book.roles[rule.role]
        return Fix(
            id=rule.id,
            title=self._filled(rule.title, words),
            steps=tuple(self._filled(step, words) for step in rule.steps),
            role=role.title,
            desk=role.desk,
            effort=rule.effort,
            disposition=rule.disposition,
            verify=self._filled(rule.verify, words),
            group=self._filled(rule.group, words),
            command=self._filled(rule.command, words),
            link=self._filled(rule.link, words),
            licence=rule.licence,
            check_before_use=rule.check_before_use,
            sources=rule.sources,
        )

    def _filled(self, text: str, words: "Mapping[str, str]") -> str:
        return self._templates.render(text, words).strip()


def _once(fixes: "Iterator[AdvisedFix]") -> tuple[AdvisedFix, ...]:
    """Return each fix once; one that stands under a condition and under its opposite always applies."""
    found: dict[str, AdvisedFix] = {}
    for advised in fixes:
        again = advised.fix.id in found
        found[advised.fix.id] = AdvisedFix(advised.fix) if again else advised
    return tuple(found.values())


def _words(explanation: "Explanation", kind: Kind) -> dict[str, str]:
    words = {name: f"<{name.replace('_', '-')}>" for name in PLACEHOLDERS}
    words |= dict.fromkeys(_UNSAID, "")
    labels = (
        "answer",
        "tenant_answer",
        "environment_answer",
        "application_answer",
        "dataverse_answer",
        "table_answer",
    )
    words |= dict.fromkeys(labels, explanation.label)
    shown = explanation.shown or "no code"
    said = {
        **dict.fromkeys(("code", "mfa_code", "consent_code", "refusal_code"), shown),
        "dataverse_code": shown,
        "text": explanation.text,
        "dataverse_text": explanation.text,
    }
    return words | _WORDS | said | _links() | {"kind": kind.value, "meaning": explanation.meaning}


def _links() -> dict[str, str]:
    """Return the links to pages of consent with <placeholders> in them."""
    parts = Parts(*(_WORDS[name] for name in ("login", "tenant", "client_id", "redirect_uri", "host")))
    return Links(_READABLE).words(parts, _WORDS["upn"])


def _open_parts(condition: "Condition", facts: "Mapping[str, FactValue]") -> "Iterator[str]":
    """Yield in words what would still have to be known for a condition to hold."""
    match condition:
        case All(parts):
            for part in parts:
                yield from _open_parts(part, facts)
        case Is(fact, values) if fact not in facts:
            yield _provided(fact, values, wanted=True)
        case Not(Is(fact, values)) if fact not in facts:
            yield _provided(fact, values, wanted=False)


def _provided(fact: str, values: frozenset[str], *, wanted: bool) -> str:
    meaning = FACTS[fact].meaning
    if values in ({"yes"}, {"no"}):
        return f"{'if' if (values == {'yes'}) is wanted else 'unless'} {meaning}"
    words = " or ".join(sorted(value.replace("_", " ") for value in values))
    return f"{'if' if wanted else 'unless'} {meaning}: {words}"
