"""The command `auditor`: its groups of commands, and the one place where errors end."""

import functools
import inspect
import itertools
import os
import re
import sys
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from auditor import __version__
from auditor.cli.harmless import harmless
from auditor.errors import AuditorError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


P = ParamSpec("P")
_PASSWORD = re.compile(r"(?i)--?(?:pass|password|passwd|passphrase|pwd|pw)(?:=|$)")


def build() -> typer.Typer:
    """Return the command with all its subcommands; each imports what it needs when it runs."""
    from auditor.cli import audit, collect, demo, doctor, explain, lab, links, merge, prepare, rules, runs  # noqa: PLC0415 - the commands' own modules

    app = typer.Typer(
        name="auditor",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        help="Which accounts can sign in to Dataverse / Dynamics 365 without WS-Trust - "
        "and what has to be done for the others, by whom.",
        epilog="Start with [bold]auditor demo[/bold]: a simulated estate, no tenant, no questions.",
    )
    app.callback()(_root)
    for command in (
        audit.audit,
        audit.report,
        merge.merge,
        runs.runs,
        links.links,
        collect.collect,
        doctor.doctor,
        prepare.plan,
        prepare.init,
        explain.explain,
        demo.demo,
    ):
        app.command(command.__name__, help=help_of(command))(interruptible(command))
    app.add_typer(rules.group(), name="rules")
    app.add_typer(lab.group(), name="lab")
    return app


def interruptible(command: "Callable[P, None]") -> "Callable[P, None]":
    """Return a command that ends with the exit code for incomplete where Ctrl-C stops it."""

    @functools.wraps(command)
    def run(*arguments: "P.args", **options: "P.kwargs") -> None:
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            from auditor.exit_codes import INCOMPLETE  # noqa: PLC0415 - brings the whole model

            sys.stderr.write("interrupted: nothing further was done\n")
            raise typer.Exit(INCOMPLETE) from None

    return run


def help_of(command: "Callable[..., None]") -> str:
    """Return a command's docstring, each paragraph on one line; the console breaks them where it ends."""
    paragraphs = inspect.cleandoc(command.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"auditor {__version__}")
        raise typer.Exit


def _root(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, metavar="", help="Say the version and end."
        ),
    ] = False,
) -> None:
    """Hold the options that stand before a command."""


def _check_no_password(arguments: "Sequence[str]") -> None:
    """Raise UsageError where somebody tries to give a password; what follows the option is not repeated."""
    options = itertools.takewhile(lambda word: word != "--", arguments)
    if any(_PASSWORD.match(word) for word in options):
        raise UsageError(
            "no option takes a password: whoever is on this machine can read a command line",
            "say in the inventory's column `credential` where it is kept: env:NAME, file:PATH, prompt,"
            " keyring:SERVICE/USER or keyvault:VAULT/SECRET",
        )


def main(arguments: "Sequence[str] | None" = None) -> None:
    """Run the command and end the process with its exit code (auditor.exit_codes)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not (sys.stdout.isatty() and sys.stderr.isatty()):  # Typer takes GitHub's logs for a terminal
        os.environ["_TYPER_FORCE_DISABLE_TERMINAL"] = "1"
    try:
        _check_no_password(sys.argv[1:] if arguments is None else arguments)
        build()(args=arguments)
    except AuditorError as error:
        sys.stderr.write(f"error: {harmless(str(error))}\n")
        if error.advice:
            sys.stderr.write(f"advice: {harmless(error.advice)}\n")
        sys.exit(error.exit_code)
