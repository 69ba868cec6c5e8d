"""`auditor merge`: the run files of several machines as one report."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor import __version__
from auditor.cli import options, report_options
from auditor.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.cli.console import Screen
    from auditor.model import RunInfo
    from auditor.run.united import United


def merge(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN", show_default=False, help="Run files to join, or their ids."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER/",
            parser=report_options.target,
            help="File or folder of the report; without it merged.xlsx beside the first run file.",
        ),
    ] = None,
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
    """Join run files of one audit, such as its shards, into one run file and write its report.

    Where several runs hold a case, the latest that got to it counts. A shard that is missing is named, and
    makes the report incomplete. Reads the run files alone: no network, no password.
    """
    from auditor.cli.audit import finish  # noqa: PLC0415 - see cli.main
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
    from auditor.journal.joined import join  # noqa: PLC0415 - as above
    from auditor.journal.run_file import SUFFIX  # noqa: PLC0415 - as above
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - reads all rules

    screen = Screen(quiet=quiet)
    rulebook = load_rulebook(rules)
    wanted = wanted_of(Asked.among(locals()))
    found = [find_run(text, ledger) for text in runs]
    target = output or free_target(found[0].with_name("merged.xlsx"), wanted.earlier)
    inventory = inventory_of(_how(found[0]))
    paths = paths_of(target, formats_of(wanted, target), wanted.earlier, inventory)
    together = _united(found)
    first = next(iter(paths.values()))
    joined = first.with_name(f"{first.stem}-{together.header.run.id}{SUFFIX}")
    told = join([part.path for part in together.parts], together.inventories, joined, together.header)
    _say(screen, [*together.remarks, *_overlaps(told.again, told.apps)])
    journal = Journal.open(joined)
    try:
        base = inventory.parent if inventory else None
        judged = reported(journal, rulebook, wanted, paths, base, screen)
        screen.say(f"run file: {joined}")
        finish(judged, screen)
    finally:
        journal.close()


def _united(found: "Sequence[Path]") -> "United":
    from auditor.journal.joined import header_of  # noqa: PLC0415 - only for this command
    from auditor.run.united import Part, united  # noqa: PLC0415 - as above

    return united([Part(path, header_of(path)) for path in found], _new_run())


def _how(path: Path) -> "Mapping[str, object]":
    """Return how the run of a file was begun."""
    from auditor.journal import Journal  # noqa: PLC0415 - only for this command

    journal = Journal.open(path)
    try:
        return journal.how
    finally:
        journal.close()


def _new_run() -> "RunInfo":
    """Return a run that has only an id yet; all else comes from the runs that it unites."""
    import secrets  # noqa: PLC0415 - nothing that only asks for help needs it

    from auditor.model import RunInfo, Vantage  # noqa: PLC0415 - as above

    now = datetime.now(UTC)
    return RunInfo(
        id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        tool_version=__version__,
        source="",
        started=now,
        ended=None,
        mode="",
        vantage=Vantage(),
        simulated=False,
    )


def _overlaps(again: int, apps: "Sequence[str]") -> list[str]:
    lines = [f"app {name}: the runs know different profiles; the latest counts" for name in apps]
    if again:
        twice = counted(again, "case is", "cases are")
        lines.append(f"{twice} in several runs; of each the latest run that got to it counts")
    return lines


def _say(screen: "Screen", lines: "Sequence[str]") -> None:
    for line in lines:
        screen.say(f"note: {line}")
