"""What is audited, what may be sent and how: options that several commands share, described once."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

_ROWS = "What is audited"
_AGREED = "What may be sent"
_NETWORK = "How it gets there"


INVENTORY: TypeAlias = Annotated[
    Path,
    typer.Argument(
        metavar="INVENTORY",
        show_default=False,
        help="Accounts to audit: .xlsx .xlsm .xls .csv .tsv .json .jsonl"
        " ([bold]auditor init[/bold] writes a template).",
    ),
]
AUDITED: TypeAlias = Annotated[
    Path | None,
    typer.Argument(
        metavar="INVENTORY",
        show_default=False,
        help="Accounts to audit: .xlsx .xlsm .xls .csv .tsv .json .jsonl"
        " ([bold]auditor init[/bold] writes a template). With --resume that of the run.",
    ),
]
SHEET: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--sheet",
        metavar="NAME",
        rich_help_panel=_ROWS,
        help="Sheet to read; without it the one whose header fits best.",
    ),
]
MAPPING: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        rich_help_panel=_ROWS,
        help="Read a column as a field; may be repeated.",
    ),
]
SKIP_INVALID: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--skip-invalid",
        metavar="",
        rich_help_panel=_ROWS,
        help="Report rows with errors as not audited instead of stopping.",
    ),
]
PLAINTEXT: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--allow-plaintext-passwords",
        metavar="",
        rich_help_panel=_ROWS,
        help="Accept a column `password`; each such row becomes a finding.",
    ),
]
CONFIG: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        rich_help_panel=_ROWS,
        help="Configuration; without it ./auditor.toml if it exists.",
    ),
]
RULES: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        rich_help_panel=_ROWS,
        help="Rules of your own on top of the shipped ones (rules/README.md).",
    ),
]
TENANT: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--tenant",
        metavar="DOMAIN|GUID",
        rich_help_panel=_AGREED,
        help="A tenant you agree to sign in to; may be repeated.",
    ),
]
FEDERATION_HOST: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--federation-host",
        metavar="HOST",
        rich_help_panel=_AGREED,
        help="A federation host you agree to; may be repeated.",
    ),
]
YES: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--yes",
        metavar="",
        rich_help_panel=_AGREED,
        help="Agree to every tenant and federation host that is found.",
    ),
]
NO_INPUT: TypeAlias = Annotated[
    bool,
    typer.Option("--no-input", metavar="", rich_help_panel=_AGREED, help="Never ask anything."),
]
PEOPLE: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--people-passwords",
        metavar="",
        rich_help_panel=_AGREED,
        help="Send people's passwords too, where the inventory has them.",
    ),
]
INTERACTIVE: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--interactive",
        metavar="WAY",
        rich_help_panel=_AGREED,
        help="Ask people to sign in themselves: browser, one after another, or device-code, many at once.",
    ),
]
ONLY: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="UPN",
        rich_help_panel=_AGREED,
        help="Of all people ask this one to sign in; may be repeated.",
    ),
]
NO_PASSWORDS: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-passwords",
        metavar="",
        rich_help_panel=_AGREED,
        help="Send no password at all: discovery, and the directory where one is named.",
    ),
]
DIRECTORY: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--directory",
        metavar="online|EXPORT",
        rich_help_panel=_ROWS,
        help="Read the tenant's directory: the folder or archive of its export, or online with an"
        " administrator's sign-in (\\[directory] in auditor.toml); may be repeated.",
    ),
]
CHECK_TABLE: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--check-table",
        metavar="TABLE",
        rich_help_panel=_AGREED,
        help="Table to read one key of after the sign-in (account); `none` for no table.",
    ),
]
VANTAGE: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--vantage",
        metavar="NAME",
        rich_help_panel=_NETWORK,
        help="What to call the place this run signs in from; policies depend on it.",
    ),
]
PROXY: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--proxy",
        metavar="URL",
        rich_help_panel=_NETWORK,
        help="HTTP proxy to go through; without it what the environment says.",
    ),
]
CA_BUNDLE: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--ca-bundle",
        metavar="FILE",
        rich_help_panel=_NETWORK,
        help="Trust these PEM certificates instead of the operating system's.",
    ),
]
CONCURRENCY: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--concurrency",
        min=1,
        max=256,
        metavar="N",
        rich_help_panel=_NETWORK,
        help="Accounts asked about at once (8).",
    ),
]
RATE: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--rate",
        metavar="N|off",
        show_default=False,
        rich_help_panel=_NETWORK,
        help="Password submissions a second, in each tenant and at each federation host (5).",
    ),
]
BREAKER: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--breaker",
        metavar="N|off",
        rich_help_panel=_AGREED,
        help="Stop a tenant after so many refusals (5; fewer where accounts lock sooner).",
    ),
]
LOCK_ACCOUNTS: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--yes-lock-accounts",
        metavar="",
        rich_help_panel=_AGREED,
        help="Accept that --breaker off can lock accounts.",
    ),
]
RETRY: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--retry",
        metavar="UPN",
        rich_help_panel=_AGREED,
        help="Try an account again, once, that an earlier run was refused; may be repeated. With"
        " pass-through authentication and AD FS a repeated wrong password counts every time.",
    ),
]
RETRY_REFUSED: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--retry-refused",
        metavar="",
        rich_help_panel=_AGREED,
        help="Try all of them again, once each.",
    ),
]
LEDGER: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        metavar="FILE",
        rich_help_panel=_AGREED,
        help="Where refused attempts are remembered; without it a file in your state folder.",
    ),
]
RESUME: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="RUN",
        rich_help_panel=_ROWS,
        help="Go on with an interrupted run: its file or its id ([bold]auditor runs[/bold]).",
    ),
]
RUN: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        show_default=False,
        help="Run file of an earlier audit, or its id ([bold]auditor runs[/bold]).",
    ),
]
SHARD: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="K/N",
        rich_help_panel=_ROWS,
        help="Audit the K-th of N parts of the accounts; limits are divided by N.",
    ),
]
