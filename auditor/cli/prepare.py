"""`auditor plan` and `auditor init`: everything before a run."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli import options
from auditor.errors import ReportError, UsageError, told
from auditor.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.cli.console import Screen
    from auditor.cli.setting import Prepared
    from auditor.model import Case, Refusal
    from auditor.run.app_users import AppPlan
    from auditor.run.plan import RunPlan
    from auditor.run.scope import Plan

_LATER = "known after discovery (--discover)"


def plan(
    inventory: options.INVENTORY,
    sheet: options.SHEET = None,
    mapping: options.MAPPING = None,
    skip_invalid: options.SKIP_INVALID = False,
    allow_plaintext: options.PLAINTEXT = False,
    config: options.CONFIG = None,
    rules: options.RULES = None,
    people: options.PEOPLE = False,
    no_passwords: options.NO_PASSWORDS = False,
    interactive: options.INTERACTIVE = None,
    only: options.ONLY = None,
    directory: options.DIRECTORY = None,
    discover: Annotated[
        bool,
        typer.Option(
            "--discover", metavar="", help="Ask for tenants, environments and realms; still no password."
        ),
    ] = False,
    ledger: options.LEDGER = None,
    concurrency: options.CONCURRENCY = None,
    rate: options.RATE = None,
    proxy: options.PROXY = None,
    ca_bundle: options.CA_BUNDLE = None,
) -> None:
    """Say what an audit would do: cases, hosts, password submissions, accounts left out and why.

    Resolves no credential and, without --discover, asks nothing of the network.
    """
    from auditor.cli.audit import mapping_of  # noqa: PLC0415 - see cli.main: commands load what they need
    from auditor.cli.console import Screen  # noqa: PLC0415 - Rich is slow to import
    from auditor.cli.setting import Choices, prepare  # noqa: PLC0415 - reads the rules
    from auditor.inventory import ReadOptions, format_problems  # noqa: PLC0415 - only for this command
    from auditor.run.directories import planned_lines  # noqa: PLC0415 - only for this command
    from auditor.run.plan import plan_run  # noqa: PLC0415 - as above

    screen = Screen(quiet=False)
    choices = Choices(
        reading=ReadOptions(sheet=sheet, mapping=mapping_of(mapping), allow_plaintext=allow_plaintext),
        config=config,
        rules=rules,
        proxy=proxy,
        ca_bundle=ca_bundle,
        concurrency=concurrency,
        rate=rate,
        people=people,
        passwords=not no_passwords,
        interactive=interactive,
        only=tuple(only or ()),
        directory=tuple(directory or ()),
        skip_invalid=skip_invalid,
    )
    prepared = prepare(inventory, choices, screen)
    planned = plan_run(prepared.inventory, prepared.settings, prepared.rulebook.clouds)
    more = [*planned_lines(prepared.settings.directory), *_held(planned, prepared, ledger)]
    for line in [*plan_lines(planned), *more, *format_problems(prepared.inventory.invalid)]:
        screen.result(line)
    if discover:
        _discover(prepared, screen)
    else:
        screen.result(f"tenants, realms and federation hosts: {_LATER}")


def plan_lines(planned: "RunPlan") -> list[str]:
    """Return a plan as lines for people."""
    asked = len({case.account_id for case in planned.submissions})
    return [
        f"cases: {planned.cases}, accounts: {planned.accounts}",
        *_listed("hosts to ask", planned.hosts),
        *_listed("tenants to look up", planned.domains),
        f"password submissions: at most {len(planned.submissions)}, for {counted(asked, 'account')}",
        "  (a second one for an account only after an answer that proves its password right)",
        *_of_applications(planned),
        *_of_people(planned),
        *_reasons(planned.skipped),
        f"expected duration: about {_duration(planned.seconds)}",
    ]


def _of_applications(planned: "RunPlan") -> list[str]:
    found = planned.applications
    return [f"sign-ins of applications with their own credential: {len(found)}"] if found else []


def _of_people(planned: "RunPlan") -> list[str]:
    found = planned.people
    asked = len({case.account_id for case in found})
    return (
        [f"sign-ins of people on a page: {len(found)}, of {counted(asked, 'person', 'people')}"]
        if found
        else []
    )


def _held(planned: "RunPlan", prepared: "Prepared", path: Path | None) -> list[str]:
    """Return whose password an earlier run was refused: it is not sent again until somebody says so."""
    from auditor.journal.ledger import Ledger  # noqa: PLC0415 - only here
    from auditor.run.interface import Retry  # noqa: PLC0415 - as above
    from auditor.run.remembered import Remembered  # noqa: PLC0415 - as above
    from auditor.secrets import Resolver  # noqa: PLC0415 - as above

    ledger = Ledger.existing(path)
    if ledger is None:
        return []
    with closing(ledger):
        known = Remembered(ledger, "", Retry(), Resolver(prepared.base)).held(planned.submissions)
        told = {case.account: f"{one.outcome} on {one.evidence.at:%Y-%m-%d}" for case, one in known}
    if not told:
        return []
    title = (
        "of these not sent again while the password is the same,"
        f" refused by an earlier run (--retry UPN, once it is corrected): {len(told)}"
    )
    return [title, *(f"  {account}: {why}" for account, why in told.items())]


def _listed(title: str, items: "Sequence[str]") -> list[str]:
    return [f"{title}: {len(items)}", *(f"  {item}" for item in items)]


def _reasons(refused: "Iterable[tuple[Case, Refusal]]") -> list[str]:
    """Return why no password is sent, a heading a reason, the accounts below it."""
    reasons: dict[str, list[str]] = {}
    for case, refusal in refused:
        why = f"{refusal.why}: {refusal.detail}" if refusal.detail else f"{refusal.why}"
        reasons.setdefault(why, []).append(case.account)
    lines = []
    for why, accounts in reasons.items():
        lines.append(f"no password sent, {why}: {len(accounts)}")
        lines += [f"  {account}" for account in dict.fromkeys(accounts)]
    return lines


def _duration(seconds: float) -> str:
    if seconds < 90:  # noqa: PLR2004 - below that, people count in seconds
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"


def _discover(prepared: "Prepared", screen: "Screen") -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    from auditor.network import Door  # noqa: PLC0415 - requests is slow to import
    from auditor.probes.interface import Outlook  # noqa: PLC0415 - as above
    from auditor.run.app_users import application_plans  # noqa: PLC0415 - as above
    from auditor.run.applications import refused_beforehand, without  # noqa: PLC0415 - as above
    from auditor.run.discovery import discover  # noqa: PLC0415 - as above
    from auditor.run.submissions import submissions  # noqa: PLC0415 - as above

    cases = [case for case in prepared.inventory.cases if not case.skip]
    settings, rulebook = prepared.settings, prepared.rulebook
    door = Door(settings.door)
    try:
        outlook = Outlook(door, settings.vantage, lambda: datetime.now(UTC))
        with screen.progress() as progress:
            found = discover(cases, rulebook.clouds, outlook, Forgotten(), progress, settings.concurrency)
            plans, refused = submissions(prepared.inventory.cases, found, settings, rulebook)
            own, others = application_plans(prepared.inventory.cases, found, settings, rulebook)
            early = refused_beforehand(plans, rulebook, outlook, Forgotten(), progress, settings.concurrency)
    finally:
        door.close()
    for line in found_lines(without(plans, early), own, [*refused, *others, *early]):
        screen.result(line)


def found_lines(
    plans: "Sequence[Plan]", own: "Sequence[AppPlan]", refused: "Sequence[tuple[Case, Refusal]]"
) -> list[str]:
    """Return what discovery adds to a plan: where passwords and apps' credentials would go, and whose not."""
    tenants: dict[str, list[str]] = {}
    for plan in plans:
        tenants.setdefault(f"{plan.domain} ({plan.tenant_id})", []).append(plan.case.account)
    hosts = sorted({plan.federation_host for plan in plans} - {""})
    lines = ["", "after discovery:", f"password submissions: at most {len(plans)}, to these tenants"]
    lines += [f"  {name}: {len(accounts)}" for name, accounts in tenants.items()]
    apps = [f"{plan.case.app.client_id} in {plan.domain} ({plan.tenant_id})" for plan in own]
    lines += (
        _listed("applications that would sign in for themselves", list(dict.fromkeys(apps))) if own else []
    )
    return [*lines, *_listed("through federation hosts", hosts), *_reasons(refused)]


class Forgotten:
    """A sink for evidence that a plan has no use for afterwards."""

    def record(self, evidence: object) -> None:
        """Forget."""


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to put them; made if it is not there.")
    ] = Path(),
    force: Annotated[
        bool, typer.Option("--force", metavar="", help="Replace files that are there already.")
    ] = False,
) -> None:
    """Write an inventory template (accounts.xlsx) and a commented auditor.toml."""
    from auditor.resources import shipped_text  # noqa: PLC0415 - only for this command
    from auditor.rulebook.load import load_apps  # noqa: PLC0415 - only for this command
    from auditor.workbooks.template import write_template  # noqa: PLC0415 - openpyxl is slow to import

    workbook, config = folder / "accounts.xlsx", folder / "auditor.toml"
    there = [path.name for path in (workbook, config) if path.exists()]
    if there and not force:
        raise UsageError(f"{' and '.join(there)} already there", "--force replaces, or name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_template(workbook, load_apps())
        config.write_text(shipped_text("reports", "inventory/auditor.toml"), encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{folder} cannot be written: {told(error)}", "name another") from None
    typer.echo(f"inventory template: {workbook}")
    typer.echo(f"configuration: {config}")
