"""What comes out of a judged run: options that several commands share, described once."""

import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from auditor.errors import UsageError

_RESULT = "What comes out"


def _severity(word: str | None) -> str | None:
    """Return the word if it is a severity; an option of the enum's type would bring the whole model."""
    from auditor.model import Severity  # noqa: PLC0415 - help has to come at once

    if word is not None and word not in list(Severity):
        raise typer.BadParameter(f"{word!r} is not one of {', '.join(map(repr, map(str, Severity)))}.")
    return word


def target(text: str) -> Path:
    """Return where a report goes; a name that ends like a folder's is one, and takes files named report."""
    folder = text.endswith(("/", os.sep))
    return Path(text) / "report" if folder else Path(text)


def _printed(form: str) -> str:
    """Return the form if something can be printed in it."""
    if form not in {"text", "json"}:
        raise UsageError("--format takes text or json", "for example --format json")
    return form


PRINTED: TypeAlias = Annotated[
    str,
    typer.Option(
        "--format", metavar="text|json", show_default=False, callback=_printed, help="How to print it."
    ),
]
KEEP_DIRECTORY: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--keep-directory",
        metavar="FILE.zip",
        rich_help_panel=_RESULT,
        help="Keep what was read online, to be read again; readable by you alone.",
    ),
]
OUTPUT: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE|FOLDER/",
        parser=target,
        rich_help_panel=_RESULT,
        help="File or folder of the report; without it report.xlsx beside what is read"
        " (with --previous report-2.xlsx, and so on).",
    ),
]
CONFIG: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        rich_help_panel=_RESULT,
        help="Configuration with the brand of reports; without it ./auditor.toml if it exists.",
    ),
]
FORMAT: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="NAME,...",
        rich_help_panel=_RESULT,
        help="Report formats: xlsx, html, csv, jira, azure-devops, json, junit, sarif, markdown; without it"
        " what the suffix of --output says.",
    ),
]
UNANSWERED_AS: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--unanswered-as",
        metavar="error|skipped",
        show_default=False,
        rich_help_panel=_RESULT,
        help="What JUnit shows where nobody could look (error).",
    ),
]
CONTRACT: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--contract",
        metavar="",
        rich_help_panel=_RESULT,
        help="Judge by the column `expected`: exit 10 when broken.",
    ),
]
FAIL_ON: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY",
        callback=_severity,
        rich_help_panel=_RESULT,
        help="Exit 10 on findings of blocker, high, medium, low or info severity, or worse.",
    ),
]
WAIVERS: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--waivers",
        metavar="FILE",
        rich_help_panel=_RESULT,
        help="Findings that are accepted for a while (YAML, docs/pipelines.md).",
    ),
]
PREVIOUS: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--previous",
        metavar="FILE.xlsx",
        rich_help_panel=_RESULT,
        help="Earlier workbook whose status, owner, due, comment and own columns are carried over.",
    ),
]
CONTRACT_ONLY: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--contract-only",
        metavar="ropc,application",
        rich_help_panel=_RESULT,
        help="Judge by these expectations alone.",
    ),
]
FAIL_ON_NEW: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--fail-on-new",
        metavar="",
        rich_help_panel=_RESULT,
        help="Exit 10 on findings that are new, or graver than in --baseline.",
    ),
]
BASELINE: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--baseline",
        metavar="RUN|FILE.json",
        rich_help_panel=_RESULT,
        help="Earlier run to compare with, or its report in JSON; --fail-on-new fails by it.",
    ),
]
QUIET: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        metavar="",
        rich_help_panel=_RESULT,
        help="Print nothing but where the result is.",
    ),
]
VERBOSE: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        metavar="",
        rich_help_panel=_RESULT,
        help="Log every request: leg, host, status; no secret, no name.",
    ),
]
