"""`auditor doctor`: what this machine can and cannot audit, without submitting anything."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli import options, report_options
from auditor.cli.harmless import harmless
from auditor.errors import SecretError, UsageError
from auditor.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.cli.console import Screen
    from auditor.cli.setting import Choices, Prepared
    from auditor.rulebook.book import Rulebook
    from auditor.run.doctor.checkup import Around
    from auditor.run.doctor.interface import Check, Report
    from auditor.run.interface import Settings

_WIDTH = 78  # with it a line fits a terminal of 80 columns
_SHOWN = 10
_ENDS = {
    True: "nothing was found that keeps this machine from auditing",
    False: "not everything can be audited from here: see what is marked cannot",
}


def doctor(
    inventory: Annotated[
        Path | None,
        typer.Argument(
            metavar="INVENTORY",
            show_default=False,
            help="Accounts that would be audited; without it the machine alone is looked at.",
        ),
    ] = None,
    sheet: options.SHEET = None,
    mapping: options.MAPPING = None,
    skip_invalid: options.SKIP_INVALID = False,
    allow_plaintext: options.PLAINTEXT = False,
    config: options.CONFIG = None,
    rules: options.RULES = None,
    tenant: options.TENANT = None,
    federation_host: options.FEDERATION_HOST = None,
    yes: options.YES = False,
    no_input: options.NO_INPUT = False,
    people: options.PEOPLE = False,
    no_passwords: options.NO_PASSWORDS = False,
    directory: options.DIRECTORY = None,
    ledger: options.LEDGER = None,
    concurrency: options.CONCURRENCY = None,
    proxy: options.PROXY = None,
    ca_bundle: options.CA_BUNDLE = None,
    waivers: report_options.WAIVERS = None,
    output: report_options.OUTPUT = None,
    form: report_options.PRINTED = "text",
) -> None:
    """Say what this machine can and cannot audit, without sending a password.

    Give it the options of the audit. It resolves every credential, asks the questions of discovery, and
    looks at proxy, TLS, clock, rules, ledger and the report's folder. It ends with 0 where everything can
    be audited from here, 4 where something cannot.
    """
    from auditor.cli.audit import mapping_of  # noqa: PLC0415 - see cli.main: commands load what they need
    from auditor.cli.console import Screen  # noqa: PLC0415 - Rich is slow to import
    from auditor.cli.setting import Choices  # noqa: PLC0415 - reads the rules
    from auditor.inventory import ReadOptions  # noqa: PLC0415 - only where there is one
    from auditor.run.doctor.json_v1 import doctor_v1  # noqa: PLC0415 - only for this command

    choices = Choices(
        reading=ReadOptions(sheet=sheet, mapping=mapping_of(mapping), allow_plaintext=allow_plaintext),
        config=config,
        rules=rules,
        proxy=proxy,
        ca_bundle=ca_bundle,
        concurrency=concurrency,
        tenants=tuple(tenant or ()),
        federation_hosts=tuple(federation_host or ()),
        yes=yes,
        people=people,
        passwords=not no_passwords,
        directory=tuple(directory or ()),
        skip_invalid=skip_invalid,
        ledger=ledger,
    )
    screen = Screen(quiet=form == "json")
    around = _around(inventory, output, ledger, screen, no_input=no_input)
    report = looked_at(inventory, choices, around, screen, waivers)
    if form == "json":
        shown = json.dumps(doctor_v1(report), indent=2, ensure_ascii=False)
        typer.echo(shown.replace("##", "#\\u0023"))  # the same data, and no command of Azure Pipelines
    else:
        for line in lines_of(report):
            typer.echo(harmless(line))
    if not report.sound:
        from auditor.exit_codes import INCOMPLETE  # noqa: PLC0415 - only at the end

        raise typer.Exit(INCOMPLETE)


def _around(
    inventory: Path | None, output: Path | None, ledger: Path | None, screen: "Screen", *, no_input: bool
) -> "Around":
    from auditor.cli.collecting_directory import has_browser  # noqa: PLC0415 - only where it runs
    from auditor.cli.console import Terminal  # noqa: PLC0415 - as above
    from auditor.run.doctor.checkup import Around  # noqa: PLC0415 - as above

    target = output or (inventory or Path("accounts.xlsx")).parent / "report.xlsx"
    if target.is_dir():
        target = target / "report.xlsx"
    return Around(Terminal(screen, no_input=no_input).present, has_browser(), [target], ledger)


def looked_at(
    inventory: Path | None,
    choices: "Choices",
    around: "Around",
    screen: "Screen",
    waivers: Path | None = None,
) -> "Report":
    """Return what was found; raises what an audit raises before it begins: an inventory nobody can read."""
    from auditor.config import load_config  # noqa: PLC0415 - only where it runs
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - as above
    from auditor.run.doctor.checkup import examined, without_inventory  # noqa: PLC0415 - as above
    from auditor.run.doctor.interface import Report, in_order  # noqa: PLC0415 - as above
    from auditor.run.interface import Silent, Unattended  # noqa: PLC0415 - as above

    if inventory is None:
        load_config(choices.config)
        found = without_inventory(around)
        book = load_rulebook(choices.rules)
        return Report(in_order([*found, rules_check(book), *_waivers(waivers, choices.rules)]))
    prepared, wrong = _prepared(inventory, choices, screen)
    tools = prepared.tools(Unattended(), Silent(), quiet=screen.quiet)
    report = examined(prepared.inventory, prepared.settings, tools, around)
    rules = [rules_check(prepared.rulebook), *_waivers(waivers, choices.rules)]
    more = [*wrong, *_administrator(prepared.settings, around), *rules]
    return Report(in_order([*report.checks, *more]), report.credentials, report.askable)


def _prepared(inventory: Path, choices: "Choices", screen: "Screen") -> "tuple[Prepared, list[Check]]":
    """Return what a run starts from; where the directory's app has no credential here, without that."""
    from auditor.cli.setting import ONLINE, prepare  # noqa: PLC0415 - reads the rules
    from auditor.run.doctor.interface import Area, Check, State  # noqa: PLC0415 - see above

    try:
        return prepare(inventory, choices, screen), []
    except SecretError as error:
        says = f"the app that would read the directory: {error}"
        exports = tuple(name for name in choices.directory if name != ONLINE)
        without = replace(choices, directory=exports)
        return prepare(inventory, without, screen), [
            Check(Area.CREDENTIALS, State.CANNOT, says, error.advice)
        ]


def _administrator(settings: "Settings", around: "Around") -> "Iterator[Check]":
    """Yield that nobody could sign in to have the directory read, where nobody could."""
    from auditor.cli.collecting_directory import check_present  # noqa: PLC0415 - see above
    from auditor.run.doctor.interface import Area, Check, State  # noqa: PLC0415 - as above

    if settings.directory.online:
        try:
            check_present(settings.directory.way, present=around.present, browser=lambda: around.browser)
        except UsageError as error:
            yield Check(Area.MACHINE, State.CANNOT, f"--directory online: {error}", error.advice)


def rules_check(book: "Rulebook") -> "Check":
    """Return that the rules load, which they do once there is a rulebook."""
    from auditor.run.doctor.interface import Area, Check, State  # noqa: PLC0415 - see above

    says = f"rules load: {len(book.findings)} findings, {len(book.outcomes)} outcomes, {len(book.apps)} apps"
    return Check(Area.RULES, State.FINE, says)


def _waivers(path: Path | None, rules: Path | None) -> "Iterator[Check]":
    """Yield that waivers load, and which have expired; raises WaiversError for a file that does not."""
    from auditor.cli.judging import waivers_in  # noqa: PLC0415 - see above
    from auditor.run.doctor.interface import Area, Check, State  # noqa: PLC0415 - as above

    entries = waivers_in(path, rules)
    over = [entry for entry in entries if entry.waiver.until < datetime.now(UTC).date()]
    if entries:
        yield Check(Area.RULES, State.FINE, f"waivers load: {len(entries)}")
    if over:
        names = ", ".join(sorted({entry.finding for entry in over}))
        yield Check(
            Area.RULES, State.NOTE, f"waivers that have expired: {len(over)} ({names})", "renew or drop them"
        )


def lines_of(report: "Report") -> "Iterator[str]":
    """Yield a report for people: a heading an area, a line a check, what to do below it."""
    area = ""
    for check in report.checks:
        if check.area != area:
            area = check.area
            yield f"{area}"
        yield from _check_lines(check)
    yield ""
    if report.credentials:
        having = counted(report.credentials, "account that has", "accounts that have")
        yield f"passwords can be sent for {report.askable} of {having} one"
    yield from _wrapped("", _ENDS[report.sound])


def _check_lines(check: "Check") -> "Iterator[str]":
    count = f" ({len(check.accounts)})" if check.accounts else ""
    yield from _wrapped(f"  {check.state:<8}", check.says + count)
    for account in check.accounts[:_SHOWN]:
        yield f"            {account}"
    if len(check.accounts) > _SHOWN:
        yield f"            and {len(check.accounts) - _SHOWN} more (--format json names them)"
    if check.advice:
        yield from _wrapped("          > ", check.advice)


def _wrapped(lead: str, text: str) -> "Iterator[str]":
    lines = wrap(text, _WIDTH - len(lead), break_long_words=False, break_on_hyphens=False) or [""]
    yield lead + lines[0]
    yield from (" " * len(lead) + line for line in lines[1:])
