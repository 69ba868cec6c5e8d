"""`auditor audit` and `auditor report`."""

from typing import TYPE_CHECKING

import typer

from auditor.cli import options, report_options
from auditor.errors import UsageError
from auditor.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.cli.console import Screen
    from auditor.exit_codes import Watched
    from auditor.model import Audit


RETRYING = (
    "a refused account that is tried again is sent its password once more: behind pass-through authentication"
    " and AD FS a wrong password counts towards a lockout every time, also the same one; correct it first"
)


def audit(
    inventory: options.AUDITED = None,
    resume: options.RESUME = None,
    sheet: options.SHEET = None,
    mapping: options.MAPPING = None,
    skip_invalid: options.SKIP_INVALID = False,
    shard: options.SHARD = None,
    allow_plaintext: options.PLAINTEXT = False,
    config: options.CONFIG = None,
    rules: options.RULES = None,
    tenant: options.TENANT = None,
    federation_host: options.FEDERATION_HOST = None,
    yes: options.YES = False,
    no_input: options.NO_INPUT = False,
    people: options.PEOPLE = False,
    no_passwords: options.NO_PASSWORDS = False,
    interactive: options.INTERACTIVE = None,
    only: options.ONLY = None,
    directory: options.DIRECTORY = None,
    keep_directory: report_options.KEEP_DIRECTORY = None,
    check_table: options.CHECK_TABLE = None,
    retry: options.RETRY = None,
    retry_refused: options.RETRY_REFUSED = False,
    ledger: options.LEDGER = None,
    breaker: options.BREAKER = None,
    lock_accounts: options.LOCK_ACCOUNTS = False,
    vantage: options.VANTAGE = None,
    concurrency: options.CONCURRENCY = None,
    rate: options.RATE = None,
    proxy: options.PROXY = None,
    ca_bundle: options.CA_BUNDLE = None,
    output: report_options.OUTPUT = None,
    formats: report_options.FORMAT = None,
    unanswered_as: report_options.UNANSWERED_AS = None,
    contract: report_options.CONTRACT = False,
    contract_only: report_options.CONTRACT_ONLY = None,
    fail_on: report_options.FAIL_ON = None,
    fail_on_new: report_options.FAIL_ON_NEW = False,
    baseline: report_options.BASELINE = None,
    waivers: report_options.WAIVERS = None,
    previous: report_options.PREVIOUS = None,
    quiet: report_options.QUIET = False,
    verbose: report_options.VERBOSE = False,
) -> None:
    """Audit the accounts of an inventory and write the remediation workbook.

    Discovery asks without a password which tenant, environment and realm each account belongs to. Then
    you agree once to what was found, and each integration account's password is sent once, to see
    whether it still gets in with OAuth. What was refused is remembered, and not repeated by a later run.
    With --interactive people are asked to sign in themselves, in the browser or with a device code.
    """
    from auditor.cli.collecting import new_audit, resumed_audit  # noqa: PLC0415 - brings everything
    from auditor.cli.console import Screen, Terminal  # noqa: PLC0415 - Rich is slow to import
    from auditor.cli.reporting import Asked, wanted_of  # noqa: PLC0415 - as above
    from auditor.cli.setting import Choices  # noqa: PLC0415 - brings the rules
    from auditor.inventory import ReadOptions  # noqa: PLC0415 - only for this command

    screen = Screen(quiet=quiet, verbose=verbose)
    wanted = wanted_of(Asked.among(locals()))
    choices = Choices(
        config=config,
        rules=rules,
        proxy=proxy,
        ca_bundle=ca_bundle,
        concurrency=concurrency,
        rate=rate,
        vantage=vantage,
        check_table=check_table,
        tenants=tuple(tenant or ()),
        federation_hosts=tuple(federation_host or ()),
        yes=yes,
        people=people,
        passwords=not no_passwords,
        interactive=interactive,
        only=tuple(only or ()),
        directory=tuple(directory or ()),
        keep_directory=keep_directory,
        skip_invalid=skip_invalid,
        breaker=breaker,
        lock_accounts=lock_accounts,
        shard=shard,
        retry=tuple(retry or ()),
        retry_refused=retry_refused,
        ledger=ledger,
        reading=ReadOptions(sheet=sheet, mapping=mapping_of(mapping), allow_plaintext=allow_plaintext),
    )
    if retry or retry_refused:
        screen.say(f"note: {RETRYING}")
    ask = Terminal(screen, no_input=no_input)
    if resume is not None:
        result = resumed_audit(resume, inventory, choices, wanted, ask, screen)
    elif inventory is not None:
        result = new_audit(inventory, choices, wanted, ask, screen)
    else:
        raise UsageError(
            "there is nothing to audit", "name an inventory, or a run to go on with: --resume RUN"
        )
    finish(result, screen)


def report(
    run: options.RUN,
    output: report_options.OUTPUT = None,
    formats: report_options.FORMAT = None,
    unanswered_as: report_options.UNANSWERED_AS = None,
    config: report_options.CONFIG = None,
    rules: options.RULES = None,
    ledger: options.LEDGER = None,
    contract: report_options.CONTRACT = False,
    contract_only: report_options.CONTRACT_ONLY = None,
    fail_on: report_options.FAIL_ON = None,
    fail_on_new: report_options.FAIL_ON_NEW = False,
    baseline: report_options.BASELINE = None,
    waivers: report_options.WAIVERS = None,
    previous: report_options.PREVIOUS = None,
    quiet: report_options.QUIET = False,
) -> None:
    """Judge an earlier run again with today's rules and write its report anew.

    Reads the run file alone: no network, no password.
    """
    from auditor.cli.console import Screen  # noqa: PLC0415 - Rich is slow to import
    from auditor.cli.previous import free_target  # noqa: PLC0415 - as above
    from auditor.cli.reporting import (  # noqa: PLC0415 - as above
        Asked,
        formats_of,
        inventory_of,
        paths_of,
        reported,
        wanted_of,
    )
    from auditor.cli.runs import find_run  # noqa: PLC0415 - only where a run is named
    from auditor.journal import Journal  # noqa: PLC0415 - only for this command
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - reads all rules

    screen = Screen(quiet=quiet)
    wanted = wanted_of(Asked.among(locals()))
    path, rulebook = find_run(run, ledger), load_rulebook(rules)
    journal = Journal.open(path)
    try:
        target = output or free_target(path.with_name("report.xlsx"), wanted.earlier)
        inventory = inventory_of(journal.how)
        paths = paths_of(target, formats_of(wanted, target), wanted.earlier, inventory)
        base = inventory.parent if inventory else None
        judged = reported(journal, rulebook, wanted, paths, base, screen)
        finish(judged, screen)
    finally:
        journal.close()


def finish(audit: "Watched", screen: "Screen") -> None:
    """Print the closing table, say why the exit code is what it is, and end with it."""
    from auditor.exit_codes import changes_of, verdict_of  # noqa: PLC0415 - only at the end

    screen.close(audit)
    for line in [*unasked_lines(audit), *waiver_lines(audit), *carried_lines(audit), *changes_of(audit)]:
        screen.say(line)
    code, reasons = verdict_of(audit)
    for reason in reasons:
        screen.say(reason)
    if code:
        raise typer.Exit(code)


def unasked_lines(audit: "Audit") -> list[str]:
    """Return why sign-ins were not made, a line a reason, with how many cases."""
    summary = audit.summary
    return [
        *_counted("password not sent", summary.unasked, summary.cases),
        *_counted("application not signed in", summary.unsigned, summary.cases),
        *_counted("nobody signed in", summary.unmet, summary.cases),
    ]


def _counted(what: str, reasons: "Mapping[str, int]", cases: int) -> list[str]:
    told = sorted(reasons.items(), key=lambda item: -item[1])
    of = counted(cases, "case")
    return [f"{what} for {count} of {of}: {why}" for why, count in told]


def waiver_lines(audit: "Audit") -> list[str]:
    """Return how many findings are waived, and what is to be done about the list of waivers."""
    from auditor.writers.prose import waived_count  # noqa: PLC0415 - only at the end

    summary = audit.summary
    told = [f"waiver {line}" for line in (*summary.expired, *summary.unused)]
    return [*waived_count(summary.waived), *told]


def carried_lines(audit: "Watched") -> list[str]:
    """Return what was carried over from an earlier workbook, and what has to be known of that."""
    from auditor.cli.judging import follow_up_of  # noqa: PLC0415 - only at the end

    follow_up = follow_up_of(audit)
    return list(follow_up.remarks) if follow_up else []


def mapping_of(given: list[str] | None) -> dict[str, str]:
    """Return what `--map` says, column header -> field; raises UsageError for what is no pair."""
    pairs = [item.rpartition("=") for item in given or ()]
    if any(not column for column, _, _ in pairs):
        raise UsageError(
            "--map takes COLUMN=FIELD",
            'for example --map "Service login=account", or --map "Internal=" to leave a column out',
        )
    return {column.strip(): field.strip().lower() for column, _, field in pairs}
