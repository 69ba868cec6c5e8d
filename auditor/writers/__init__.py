"""Reports out: one package or module per format, behind `interface.Writer`. Formats load when asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from auditor.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.writers.interface import Terms, Writer


class _Format(NamedTuple):
    """A format: its writer, the suffix of its file, the suffixes of files beside it."""

    module: str
    writer: str
    suffix: str
    beside: tuple[str, ...] = ()


_WRITERS = {
    "xlsx": _Format("auditor.writers.workbook.writer", "WorkbookWriter", ".xlsx"),
    "html": _Format("auditor.writers.html.writer", "HtmlWriter", ".html"),
    "csv": _Format("auditor.writers.csv_tables", "CsvWriter", ".csv", beside=(".findings.csv",)),
    "jira": _Format("auditor.writers.tickets.jira", "JiraWriter", ".jira.csv"),
    "azure-devops": _Format("auditor.writers.tickets.azure_devops", "AzureDevOpsWriter", ".devops.csv"),
    "json": _Format("auditor.writers.json_v1", "JsonWriter", ".json"),
    "junit": _Format("auditor.writers.junit", "JUnitWriter", ".xml"),
    "markdown": _Format("auditor.writers.markdown", "MarkdownWriter", ".md"),
    "sarif": _Format("auditor.writers.sarif", "SarifWriter", ".sarif"),
}
FORMATS = tuple(_WRITERS)
SUFFIXES = {name: one.suffix for name, one in _WRITERS.items()}
"""The file suffix of each format, with its dot; no two formats share one."""


def format_of(name: str) -> str:
    """Return the format whose suffix a file's name ends with, the longest that fits; "" where none does."""
    low = name.lower()
    fitting = (one for one, suffix in SUFFIXES.items() if low.endswith(suffix) and low != suffix)
    return max(fitting, key=lambda one: len(SUFFIXES[one]), default="")


def files_of(name: str, target: "Path") -> "tuple[Path, ...]":
    """Return the files that a format writes for sure, given the first of them."""
    return (target, *(target.with_suffix(suffix) for suffix in _WRITERS[known_format(name)].beside))


def writer_for(name: str, terms: "Terms") -> "Writer":
    """Return the writer of a format of `FORMATS`; raises UsageError that names the known ones."""
    found = _WRITERS[known_format(name)]
    made = getattr(import_module(found.module), found.writer)
    return cast("Writer", made(terms))


def known_format(name: str) -> str:
    """Return a format's name in lower case; raises UsageError that names the known ones."""
    if name.lower() not in _WRITERS:
        raise UsageError(f"unknown report format {name!r}", f"the formats are: {', '.join(FORMATS)}")
    return name.lower()
