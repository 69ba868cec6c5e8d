"""The table of terms, and of what all consent links of a kind have in common."""

from typing import TYPE_CHECKING

from auditor.writers.tables.content import Columns, Content, Place
from auditor.writers.texts import GlossaryEntry, load_glossary

if TYPE_CHECKING:
    from auditor.model import LinkKind
    from auditor.writers.consent_texts import ConsentTexts

TABLE = "glossary"


def terms(consent: "ConsentTexts") -> tuple[GlossaryEntry, ...]:
    """Return the glossary, then the kinds of consent links and what comes after each."""
    kinds = (
        GlossaryEntry(about=consent.about, term=kind.title, meaning=kind.in_short)
        for kind in consent.links.values()
    )
    after = GlossaryEntry(about=consent.about, term=consent.after_title, meaning=consent.after)
    return (*load_glossary(), *kinds, after)


def places(consent: "ConsentTexts") -> "dict[LinkKind, Place]":
    """Return where each kind of link stands among the terms."""
    return {kind: Place(TABLE, at) for at, kind in enumerate(consent.links, len(load_glossary()))}


COLUMNS: "Columns[GlossaryEntry]" = {
    "about": lambda entry: Content(entry.about),
    "term": lambda entry: Content(entry.term),
    "meaning": lambda entry: Content(entry.meaning),
}
