"""A new audit, and one that is taken up again: collect, judge, write."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import __version__
from auditor.cli.previous import earlier_in, free_target
from auditor.cli.reporting import Wanted, formats_of, paths_of, reported
from auditor.cli.resuming import Order, how_of, taken_up
from auditor.cli.runs import find_run
from auditor.cli.setting import Choices, Prepared, prepare
from auditor.cli.usher import usher_for
from auditor.config import load_config
from auditor.exit_codes import Watched
from auditor.journal import Journal
from auditor.journal.ledger import Ledger
from auditor.journal.run_file import SUFFIX
from auditor.model import RunInfo
from auditor.run.collect import collect, resume

if TYPE_CHECKING:
    from auditor.cli.console import Screen
    from auditor.model import Ask, Inventory
    from auditor.run.interface import Settings


def new_audit(
    inventory: Path,
    choices: Choices,
    wanted: Wanted,
    ask: "Ask",
    screen: "Screen",
) -> Watched:
    """Begin a run over an inventory and write its report."""
    target = wanted.output or free_target(inventory.parent / "report.xlsx", wanted.earlier)
    previous = wanted.earlier.path if wanted.earlier else None
    order = Order(inventory, choices, target, formats_of(wanted, target), previous)
    wanted = replace(wanted, output=target, formats=order.formats)
    return run_audit(prepare(inventory, choices, screen), ask, screen, wanted, order)


def resumed_audit(
    name: str,
    inventory: Path | None,
    choices: Choices,
    wanted: Wanted,
    ask: "Ask",
    screen: "Screen",
) -> Watched:
    """Go on with a run, named by its file or its id, and write its report."""
    journal = Journal.resume(find_run(name, choices.ledger))
    try:
        named = formats_of(wanted, wanted.output or Path()) if wanted.formats or wanted.output else ()
        said = wanted.earlier.path if wanted.earlier else None
        order = taken_up(journal.how, inventory, choices, wanted.output, named, said)
        prepared = prepare(order.inventory, order.choices, screen)
        settings = replace(prepared.settings, breaker_anew=choices.breaker is not None)
        earlier = wanted.earlier or earlier_in(order.previous)
        wanted = replace(wanted, brand=load_config(order.choices.config).brand, earlier=earlier)
        paths = paths_of(order.target, order.formats, earlier, order.inventory)
        _somebody_signs_in(settings, ask)
        usher = usher_for(settings, screen, ask, next(iter(paths.values())))
        with _ledger(settings, order.choices.ledger) as ledger, screen.progress() as progress:
            tools = prepared.tools(ask, progress, ledger, usher=usher, quiet=screen.quiet)
            resume(journal, prepared.inventory, settings, tools)
        judged = reported(journal, prepared.rulebook, wanted, paths, prepared.base, screen)
    finally:  # also where something went wrong: a run file that is closed is one file, and whole
        journal.close()
    screen.say(f"run file: {journal.path}")
    return judged


def run_audit(
    prepared: Prepared,
    ask: "Ask",
    screen: "Screen",
    wanted: Wanted,
    order: Order | None = None,
) -> Watched:
    """Collect, judge and write; returns the audit, its run file closed: its numbers alone are left.

    `wanted` names the target. Without an order the run cannot be taken up again, nor does it remember or
    heed refused attempts.
    """
    assert wanted.output is not None, "who wants an audit says where it goes"
    read = order.inventory if order else None
    paths = paths_of(wanted.output, formats_of(wanted, wanted.output), wanted.earlier, read)
    _somebody_signs_in(prepared.settings, ask)
    usher = usher_for(prepared.settings, screen, ask, next(iter(paths.values())))
    run, path = new_run(prepared.inventory, prepared.settings, next(iter(paths.values())))
    how = how_of(order) if order else None
    where = order.choices.ledger if order else None
    with contextlib.ExitStack() as last:
        with _ledger(prepared.settings, where) as ledger, screen.progress() as progress:
            tools = prepared.tools(ask, progress, ledger, usher=usher, quiet=screen.quiet)
            journal = collect(prepared.inventory, run, path, prepared.settings, tools, how)
            last.callback(journal.close)  # whoever copies the run file from here copies all of it
        judged = reported(journal, prepared.rulebook, wanted, paths, prepared.base, screen)
    screen.say(f"run file: {path}")
    return judged


def new_run(inventory: "Inventory", settings: "Settings", target: Path) -> "tuple[RunInfo, Path]":
    """Return a new run and where its run file goes: beside the report, named by time and chance."""
    started = datetime.now(UTC)
    run_id = f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    asked = [*["directory"] * settings.directory.wanted, *["passwords"] * settings.passwords]
    asked += ["interactive sign-ins"] * (settings.interactive.way is not None)
    mode = " and ".join([", ".join(["discovery", *asked[:-1]]), *asked[-1:]]) if asked else "discovery only"
    run = RunInfo(
        id=run_id,
        tool_version=__version__,
        source=inventory.source,
        started=started,
        ended=None,
        mode=mode,
        vantage=settings.vantage,
        simulated=settings.simulated,
    )
    return run, target.with_name(f"{target.stem}-{run_id}{SUFFIX}")


def _somebody_signs_in(settings: "Settings", ask: "Ask") -> None:
    """Raise UsageError where somebody is to sign in and nobody could: administrators, or people."""
    if settings.interactive.way is not None:
        from auditor.cli.usher import check_people_can_sign_in  # noqa: PLC0415 - only for this

        check_people_can_sign_in(settings.interactive.way, present=ask.present)
    if settings.directory.online:
        from auditor.cli.collecting_directory import check_present  # noqa: PLC0415 - only for this

        check_present(settings.directory.way, present=ask.present)


@contextlib.contextmanager
def _ledger(settings: "Settings", path: Path | None) -> Iterator[Ledger | None]:
    """Open the ledger for a run that may send passwords to somebody real."""
    if settings.simulated or not settings.passwords:
        yield None
        return
    ledger = Ledger.open(path)
    try:
        yield ledger
    finally:
        ledger.close()
