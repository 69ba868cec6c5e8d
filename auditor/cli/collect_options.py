"""The options of `auditor collect`, each described once."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

_WHOSE, _WHAT = "Whose directory, and who asks", "What is read"

TENANT: TypeAlias = Annotated[
    str,
    typer.Option(
        "--tenant",
        metavar="DOMAIN|GUID",
        show_default=False,
        rich_help_panel=_WHOSE,
        help="The tenant whose directory is read.",
    ),
]
OUTPUT: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE.zip",
        show_default=False,
        help="The archive to write; readable by you alone.",
    ),
]
CLOUD: TypeAlias = Annotated[
    str,
    typer.Option(
        "--cloud",
        metavar="NAME",
        rich_help_panel=_WHOSE,
        help="commercial, gcc, gcc-high, dod or china.",
    ),
]
CLIENT_ID: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--client-id",
        metavar="GUID",
        rich_help_panel=_WHOSE,
        help="Your app registration for reading directories (docs/directory.md).",
    ),
]
SIGN_IN: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--sign-in",
        metavar="WAY",
        rich_help_panel=_WHOSE,
        help="browser (default), device-code, or app with its certificate or secret.",
    ),
]
CERTIFICATE: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--certificate",
        metavar="REFERENCE",
        rich_help_panel=_WHOSE,
        help="Of the app: file:, env:, keyring: or keyvault: of a PEM with key and certificate.",
    ),
]
CLIENT_SECRET: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--client-secret",
        metavar="REFERENCE",
        rich_help_panel=_WHOSE,
        help="Of the app, by reference as well; never the secret itself.",
    ),
]
ACCOUNTS: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--accounts",
        metavar="INVENTORY",
        rich_help_panel=_WHAT,
        help="Read the per-user MFA state of these accounts, and ask about their apps.",
    ),
]
ALL_USERS: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--all-users",
        metavar="",
        rich_help_panel=_WHAT,
        help="Read it of every enabled user: one small question each.",
    ),
]
APP: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--app",
        metavar="NAME|GUID",
        rich_help_panel=_WHAT,
        help="One more app to ask about; may be repeated. Without an inventory the known ones are.",
    ),
]
SIGN_INS: TypeAlias = Annotated[
    int,
    typer.Option(
        "--sign-ins",
        metavar="DAYS",
        min=0,
        max=90,
        rich_help_panel=_WHAT,
        help="Read the sign-in log of these apps that far back (0: not at all).",
    ),
]
WHAT_IF: TypeAlias = Annotated[
    int,
    typer.Option(
        "--what-if",
        metavar="N",
        min=0,
        max=100,
        rich_help_panel=_WHAT,
        help="Let Microsoft's What-If judge so many accounts, one a second, to compare with.",
    ),
]
