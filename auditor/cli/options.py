"""Options that several commands share, each described once."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

INVENTORY: TypeAlias = Annotated[
    Path,
    typer.Argument(
        metavar="INVENTORY",
        show_default=False,
        help="Accounts to audit: .xlsx .xlsm .xls .csv .tsv .json .jsonl"
        " ([bold]auditor init[/bold] writes a template).",
    ),
]
SHEET: TypeAlias = Annotated[
    str | None,
    typer.Option("--sheet", metavar="NAME", help="Sheet to read; without it the one whose header fits best."),
]
MAPPING: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=FIELD", help="Read a column as a field; may be repeated."),
]
SKIP_INVALID: TypeAlias = Annotated[
    bool, typer.Option("--skip-invalid", help="Report rows with errors as not audited instead of stopping.")
]
PLAINTEXT: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--allow-plaintext-passwords", help="Accept a column `password`; each such row becomes a finding."
    ),
]
CONFIG: TypeAlias = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Configuration; without it ./auditor.toml if it exists."),
]
PROXY: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--proxy", metavar="URL", help="HTTP proxy to go through; without it what the environment says."
    ),
]
CA_BUNDLE: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--ca-bundle",
        metavar="FILE",
        help="Trust these PEM certificates instead of the operating system's.",
    ),
]
CONCURRENCY: TypeAlias = Annotated[
    int | None,
    typer.Option("--concurrency", min=1, max=256, metavar="N", help="Accounts asked about at once (8)."),
]
PEOPLE: TypeAlias = Annotated[
    bool,
    typer.Option("--people-passwords", help="Send people's passwords too, where the inventory has them."),
]
NO_PASSWORDS: TypeAlias = Annotated[
    bool, typer.Option("--no-passwords", help="Send no password at all: discovery only.")
]
RATE: TypeAlias = Annotated[
    str,
    typer.Option("--rate", metavar="N|off", help="Password submissions a second in each tenant."),
]
QUIET: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print nothing but where the result is.")
]
