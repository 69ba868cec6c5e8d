"""The table of consent: one record per case, with the link to open first and those to try after it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model import Axis, Sureness
from auditor.writers.tables.content import Columns, Content, verdict_content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model import CaseResult, ConsentAdvice, ConsentLink, LinkKind
    from auditor.writers.consent_texts import ConsentTexts, LinkTexts
    from auditor.writers.tables.content import Place

TABLE = "consent"
_SECOND, _THIRD = 1, 2


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """A case that was audited, what is advised for it, and the phrases that links are told in.

    `terms` says where each kind of link is explained.
    """

    result: "CaseResult"
    advice: "ConsentAdvice"
    texts: "ConsentTexts"
    terms: "Mapping[LinkKind, Place]" = field(default_factory=dict)

    def link(self, number: int) -> "ConsentLink | None":
        """Return the link to open first (0), or after others; None where there are no more."""
        opened = [link for link in self.advice.links if link.url]
        return opened[number] if number < len(opened) else None


def _first(entry: ConsentEntry) -> "LinkTexts | None":
    link = entry.link(0)
    return entry.texts.links[link.kind] if link else None


def _url(entry: ConsentEntry, number: int) -> Content:
    link = entry.link(number)
    return Content(link.url, link=link.url) if link else Content("")


def _kind(entry: ConsentEntry, number: int) -> Content:
    """Return what a link is, leading to where all about it is said."""
    link = entry.link(number)
    if link is None:
        return Content("")
    return Content(entry.texts.links[link.kind].title, link=entry.terms.get(link.kind, ""))


def _withheld(entry: ConsentEntry) -> str:
    return "\n".join(
        f"{entry.texts.links[link.kind].title}: {link.missing}" for link in entry.advice.links if not link.url
    )


def _redirect(entry: ConsentEntry) -> str:
    app = entry.result.case.app
    sure = app.redirect_uri_sure if app.redirect_uri else Sureness.UNKNOWN
    return "\n".join(part for part in (app.redirect_uri, entry.texts.redirect[sure]) if part)


def _client_id(entry: ConsentEntry) -> str:
    app = entry.result.case.app
    sure = app.client_id_sure if app.client_id else Sureness.UNKNOWN
    return "\n".join(part for part in (app.client_id, entry.texts.client_id.get(sure, "")) if part)


COLUMNS: Columns[ConsentEntry] = {
    "account": lambda e: Content(e.result.case.account),
    "app": lambda e: Content(e.result.case.app.title),
    "environment": lambda e: Content(e.result.case.environment),
    "tenant": lambda e: Content(e.advice.tenant),
    "consent": lambda e: verdict_content(e.result, Axis.CONSENT),
    "step": lambda e: Content(e.advice.step, f"consent_step:{e.advice.step}"),
    "situation": lambda e: Content(e.advice.title),
    "why": lambda e: Content(e.advice.why),
    "first": lambda e: _url(e, 0),
    "opens": lambda e: _kind(e, 0),
    "who": lambda e: Content(found.who if (found := _first(e)) else ""),
    "grants": lambda e: Content(found.grants if (found := _first(e)) else ""),
    "replaces": lambda e: Content(found.replaces if (found := _first(e)) else ""),
    "after": lambda e: Content(e.texts.after if _first(e) else ""),
    "verify": lambda e: Content(found.verify if (found := _first(e)) else ""),
    "second": lambda e: _url(e, _SECOND),
    "second_opens": lambda e: _kind(e, _SECOND),
    "third": lambda e: _url(e, _THIRD),
    "third_opens": lambda e: _kind(e, _THIRD),
    "withheld": lambda e: Content(_withheld(e)),
    "redirect_uri": lambda e: Content(_redirect(e) if e.advice.links else ""),
    "client_id": lambda e: Content(_client_id(e) if e.advice.links else ""),
}
