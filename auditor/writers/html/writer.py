"""Writes the page: everything passes once, waits on disk, and is put together at the end."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from auditor.writers.consent_texts import load_consent_texts
from auditor.writers.html.design import Design
from auditor.writers.html.gathered import Gathered
from auditor.writers.html.overview import overview_of
from auditor.writers.html.policy import policy
from auditor.writers.html.sections import sections_of
from auditor.writers.html.style import style_of
from auditor.writers.html.templates import part
from auditor.writers.text_file import write_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.model import Audit
    from auditor.writers.interface import Terms


class HtmlWriter:
    """Writes one page in UTF-8 that needs nothing but itself: the same bytes for the same audit."""

    suffix = ".html"

    def __init__(self, terms: "Terms") -> None:
        self._terms = terms

    def write(self, audit: "Audit", target: "Path") -> None:
        """Write the audit; raises ReportError for the target, RulesError for what is shipped."""
        write_pieces(target, _pieces(audit, self._terms))


def _pieces(audit: "Audit", terms: "Terms") -> "Iterator[str]":
    design = Design(own=terms.follow_up.own_columns if terms.follow_up else None)
    with Gathered(design, terms) as gathered:
        book = gathered.take(audit)
        style = style_of(design, terms.brand.accent)
        script = part("page.js")
        yield from design.templates.get_template("page.html").generate(
            overview=overview_of(audit, terms, design, gathered, book),
            sections=sections_of(design, gathered),
            place=book.place,
            page=design.page,
            texts=design.texts,
            links=load_consent_texts().links.values(),
            filters=design.filters(),
            desks=design.texts.desks,
            policy=policy(style, script),
            style=Markup(style),  # noqa: S704 - shipped, and holds no markup
            script=Markup(script),  # noqa: S704 - shipped; a test holds that it holds no markup
        )
