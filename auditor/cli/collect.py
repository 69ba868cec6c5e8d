"""`auditor collect`: a tenant's directory into one archive, to be read elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli import options

if TYPE_CHECKING:
    from auditor.cli.console import Screen

_WHOSE, _WHAT = "Whose directory, and who asks", "What is read"


def collect(
    tenant: Annotated[
        str,
        typer.Option(
            "--tenant",
            metavar="DOMAIN|GUID",
            show_default=False,
            rich_help_panel=_WHOSE,
            help="The tenant whose directory is read.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE.zip",
            show_default=False,
            help="The archive to write; readable by you alone.",
        ),
    ],
    cloud: Annotated[
        str,
        typer.Option(
            "--cloud",
            metavar="NAME",
            rich_help_panel=_WHOSE,
            help="commercial, gcc, gcc-high, dod or china.",
        ),
    ] = "commercial",
    client_id: Annotated[
        str | None,
        typer.Option(
            "--client-id",
            metavar="GUID",
            rich_help_panel=_WHOSE,
            help="Your app registration for reading directories (docs/directory.md).",
        ),
    ] = None,
    sign_in: Annotated[
        str | None,
        typer.Option(
            "--sign-in",
            metavar="WAY",
            rich_help_panel=_WHOSE,
            help="browser (default), device-code, or app with its certificate or secret.",
        ),
    ] = None,
    certificate: Annotated[
        str | None,
        typer.Option(
            "--certificate",
            metavar="REFERENCE",
            rich_help_panel=_WHOSE,
            help="Of the app: file:PATH, env:NAME or keyring:SERVICE/USER of a PEM with key and certificate.",
        ),
    ] = None,
    client_secret: Annotated[
        str | None,
        typer.Option(
            "--client-secret",
            metavar="REFERENCE",
            rich_help_panel=_WHOSE,
            help="Of the app, by reference as well; never the secret itself.",
        ),
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(
            "--accounts",
            metavar="INVENTORY",
            rich_help_panel=_WHAT,
            help="Read the per-user MFA state of these accounts, and ask about their apps.",
        ),
    ] = None,
    all_users: Annotated[
        bool,
        typer.Option(
            "--all-users",
            metavar="",
            rich_help_panel=_WHAT,
            help="Read it of every enabled user: one small question each.",
        ),
    ] = False,
    app: Annotated[
        list[str] | None,
        typer.Option(
            "--app",
            metavar="NAME|GUID",
            rich_help_panel=_WHAT,
            help="One more app to ask about; may be repeated. Without an inventory the known ones are.",
        ),
    ] = None,
    sign_ins: Annotated[
        int,
        typer.Option(
            "--sign-ins",
            metavar="DAYS",
            min=0,
            max=90,
            rich_help_panel=_WHAT,
            help="Read the sign-in log of these apps that far back (0: not at all).",
        ),
    ] = 0,
    what_if: Annotated[
        int,
        typer.Option(
            "--what-if",
            metavar="N",
            min=0,
            max=100,
            rich_help_panel=_WHAT,
            help="Let Microsoft's What-If judge so many accounts, one a second, to compare with.",
        ),
    ] = 3,
    config: options.CONFIG = None,
    no_input: options.NO_INPUT = False,
    proxy: options.PROXY = None,
    ca_bundle: options.CA_BUNDLE = None,
    quiet: options.QUIET = False,
    verbose: options.VERBOSE = False,
) -> None:
    """Read a tenant's directory with one administrator's sign-in into an archive that can be carried away.

    Only permissions to read are asked for. Before anything is read it is said what can be read and what
    cannot; the archive says the same of itself. It holds no password, token or certificate. The exit code is
    4 where something failed that need not have; a missing role, consent or licence is no failure.
    """
    from auditor.cli.collecting_directory import Wanted, collected  # noqa: PLC0415 - brings msal and the rules
    from auditor.cli.console import Screen, Terminal  # noqa: PLC0415 - Rich is slow to import

    screen = Screen(quiet=quiet, verbose=verbose)
    wanted = Wanted(
        tenant=tenant,
        target=output,
        cloud=cloud,
        client_id=client_id,
        sign_in=sign_in,
        certificate=certificate,
        secret=client_secret,
        accounts=accounts,
        all_users=all_users,
        apps=tuple(app or ()),
        sign_in_days=sign_ins,
        spot_checks=what_if,
        config=config,
        proxy=proxy,
        ca_bundle=ca_bundle,
    )
    whole = collected(wanted, screen, present=Terminal(screen, no_input=no_input).present)
    _end(whole, output, screen)


def _end(whole: bool, output: Path, screen: "Screen") -> None:
    from auditor.exit_codes import INCOMPLETE  # noqa: PLC0415 - brings the whole model

    screen.result(f"{output}" if screen.quiet else f"archive: {output}")
    if not whole:
        screen.say("incomplete: something could not be read that might be read another time")
        raise typer.Exit(INCOMPLETE)
