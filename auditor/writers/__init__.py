"""Reports out: one package or module per format, behind `interface.Writer`. Formats load when asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, cast

from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.writers.interface import Terms, Writer

# format -> module, class, suffix, whether it is written under terms
_WRITERS = {
    "xlsx": ("auditor.writers.workbook.writer", "WorkbookWriter", ".xlsx", True),
    "json": ("auditor.writers.json_v1", "JsonWriter", ".json", False),
    "junit": ("auditor.writers.junit", "JUnitWriter", ".xml", True),
    "markdown": ("auditor.writers.markdown", "MarkdownWriter", ".md", True),
    "sarif": ("auditor.writers.sarif", "SarifWriter", ".sarif", True),
}
FORMATS = tuple(_WRITERS)
SUFFIXES = {name: suffix for name, (_, _, suffix, _) in _WRITERS.items()}
"""The file suffix of each format, with its dot; no two formats share one."""


def writer_for(name: str, terms: "Terms") -> "Writer":
    """Return the writer of a format of `FORMATS`; raises UsageError that names the known ones."""
    module, writer, _, under_terms = _WRITERS[known_format(name)]
    made = getattr(import_module(module), writer)
    return cast("Writer", made(terms) if under_terms else made())


def known_format(name: str) -> str:
    """Return a format's name in lower case; raises UsageError that names the known ones."""
    if name.lower() not in _WRITERS:
        raise UsageError(f"unknown report format {name!r}", f"the formats are: {', '.join(FORMATS)}")
    return name.lower()
