"""The table of terms."""

from typing import TYPE_CHECKING

from auditor.writers.tables.content import Columns, Content

if TYPE_CHECKING:
    from auditor.writers.texts import GlossaryEntry

TABLE = "glossary"

COLUMNS: "Columns[GlossaryEntry]" = {
    "about": lambda entry: Content(entry.about),
    "term": lambda entry: Content(entry.term),
    "meaning": lambda entry: Content(entry.meaning),
}
