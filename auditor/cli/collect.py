"""`auditor collect`: a tenant's directory into one archive, to be read elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from auditor.cli import collect_options as its
from auditor.cli import options, report_options

if TYPE_CHECKING:
    from auditor.cli.console import Screen


def collect(
    tenant: its.TENANT,
    output: its.OUTPUT,
    cloud: its.CLOUD = "commercial",
    client_id: its.CLIENT_ID = None,
    sign_in: its.SIGN_IN = None,
    certificate: its.CERTIFICATE = None,
    client_secret: its.CLIENT_SECRET = None,
    accounts: its.ACCOUNTS = None,
    all_users: its.ALL_USERS = False,
    app: its.APP = None,
    sign_ins: its.SIGN_INS = 0,
    what_if: its.WHAT_IF = 3,
    config: options.CONFIG = None,
    no_input: options.NO_INPUT = False,
    proxy: options.PROXY = None,
    ca_bundle: options.CA_BUNDLE = None,
    quiet: report_options.QUIET = False,
    verbose: report_options.VERBOSE = False,
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
