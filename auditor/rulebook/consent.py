"""What is to be done about a case's consent, told apart by evidence, and with which links."""

from collections.abc import Iterable, Iterator, Mapping

from auditor.consent_links import is_tenant
from auditor.model import ConsentAdvice, ConsentLink, FactValue, LinkKind, Truth
from auditor.rulebook.book import Rulebook
from auditor.rulebook.conditions import evaluate
from auditor.rulebook.consent_rules import ConsentBook, ConsentRule

Facts = Mapping[str, FactValue]
Withheld = tuple[ConsentRule, str]
"""The situation that a case is in, and why the account gets no link of its own, "" where it does."""


def situation(consent: ConsentBook, facts: Facts) -> Withheld:
    """Return the first situation that holds; the last one holds always."""
    held = next(rule for rule in consent.situations if rule.when is None or _holds(rule, facts))
    bars = (bar.why for bar in consent.withheld if evaluate(bar.when, facts).truth is Truth.HOLDS)
    return held, next(bars, "")


def _holds(rule: ConsentRule, facts: Facts) -> bool:
    return rule.when is not None and evaluate(rule.when, facts).truth is Truth.HOLDS


def advice(book: Rulebook, context: Mapping[str, str], standing: Withheld) -> ConsentAdvice:
    """Return what is told about a case; of its links those that can be opened come first."""
    rule, withheld = standing
    found = list(_links(book.consent, rule.links, context, withheld))
    return ConsentAdvice(
        situation=rule.id,
        title=rule.title,
        why=book.templates.render(rule.why, context).strip(),
        step=rule.step,
        tenant=context["tenant"],
        links=tuple(sorted(found, key=lambda link: not link.url)),
    )


def _links(
    consent: ConsentBook, kinds: Iterable[LinkKind], context: Mapping[str, str], withheld: str
) -> Iterator[ConsentLink]:
    for kind in kinds:
        barred = withheld if kind is LinkKind.INDIVIDUAL else ""
        url = "" if barred else context[f"{kind.value}_link"]
        yield ConsentLink(kind, url, barred or ("" if url else _missing(consent, context)))


def _missing(consent: ConsentBook, context: Mapping[str, str]) -> str:
    """Return which part of a link is not known."""
    if not context["client_id"]:
        return consent.missing["client_id"]
    return consent.missing["redirect_uri" if is_tenant(context["tenant"]) else "tenant"]
