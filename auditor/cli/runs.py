"""`auditor runs`, and how a command finds the run file that is meant by RUN."""

import json
import os
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli import report_options
from auditor.cli.harmless import harmless
from auditor.errors import LedgerError, NotARunFile, UsageError
from auditor.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.journal.attempts import KnownRun
    from auditor.journal.known_runs import RunFile

SCHEMA = "auditor.runs/v1"
_WIDTH = 76  # with the indentation it fits a terminal of 80 columns; a path is never broken
_LISTS = "`auditor runs` lists the run files of a folder and those that the ledger knows"


def runs(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder whose run files are listed.", show_default=False)
    ] = Path(),
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger", metavar="FILE", help="Ledger to ask; without it the one in your state folder."
        ),
    ] = None,
    form: report_options.PRINTED = "text",
) -> None:
    """List the run files of a folder (without one: the current) and those that the ledger knows.

    Each with its id, how far it came and how it ended. Wherever a command takes a RUN, the path of a run
    file will do, or its id, or as much of the beginning of the id as no other run shares.
    """
    from auditor.journal.known_runs import State, listed  # noqa: PLC0415 - only for this command

    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", "name the folder in which reports were written")
    found = listed(folder, _known_or_said(ledger))
    if form == "json":
        typer.echo(json_of(found))
        return
    for line in lines_of(found):
        typer.echo(line)
    if any(one.state is State.INTERRUPTED for one in found):
        typer.echo("an interrupted run goes on with: auditor audit --resume RUN", err=True)
    if not found:
        typer.echo("no run files here, and the ledger knows of none", err=True)


def find_run(text: str, ledger: Path | None = None) -> Path:
    """Return the run file that is meant: a path; or the id, or the unique beginning of the id, of a run.

    Looks in the current folder, then in the ledger. Raises NotARunFile where there is none, or several, and
    LedgerError where the ledger would have to be asked and cannot be.
    """
    path = Path(text)
    if _is_file(path):
        return path
    if not text.strip() or len(path.parts) > 1:
        raise NotARunFile(f"there is no run file {text}", _LISTS)
    from auditor.journal.known_runs import here, listed  # noqa: PLC0415 - only where an id was given

    exactly = [one for one in here(Path()) if one.id == text]
    if len(exactly) == 1:
        return exactly[0].path
    found = listed(Path(), _known(ledger))
    meant = [one for one in found if one.id == text] or [one for one in found if one.id.startswith(text)]
    there = [one for one in meant if _is_file(one.path)]
    if len(there) == 1:
        return there[0].path
    raise NotARunFile(_not_found(text, there or meant), _LISTS)


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises where nobody may look


def _not_found(text: str, meant: "Sequence[RunFile]") -> str:
    places = ", ".join(plain(str(near(one.path))) for one in meant)
    if not meant:
        return f"there is no run {text}, neither here nor in the ledger"
    return f"{text} may be any of {places}" if len(meant) > 1 else f"the file of run {text} is gone: {places}"


def _known(ledger: Path | None) -> "tuple[KnownRun, ...]":
    """Return the runs that the ledger knows; none where there is no ledger."""
    from auditor.journal.ledger import Ledger  # noqa: PLC0415 - only where an id was given

    opened = Ledger.existing(ledger)
    if opened is None:
        return ()
    try:
        return opened.known()
    finally:
        opened.close()


def _known_or_said(ledger: Path | None) -> "tuple[KnownRun, ...]":
    """Return the same; a ledger that cannot be read is said, and hides no run file of the folder."""
    if ledger is not None and not _is_file(ledger):
        typer.echo(f"note: there is no ledger {ledger}", err=True)
    try:
        return _known(ledger)
    except LedgerError as error:
        typer.echo(f"note: {error}", err=True)
        return ()


def lines_of(found: "Sequence[RunFile]") -> list[str]:
    """Return run files as lines for people, a paragraph each."""
    lines: list[str] = []
    for one in found:
        lines += [*([""] if lines else []), *(plain(line) for line in _paragraph(one))]
    return lines


def _paragraph(one: "RunFile") -> list[str]:
    started = f"started {one.started:%Y-%m-%d %H:%M} UTC" if one.started and one.id else ""
    begun = ", ".join(part for part in (started, one.source and f"accounts from {one.source}") if part)
    where = str(near(one.path))
    told = [line for part in (begun, *_progress(one), one.why) for line in wrap(part, _WIDTH)]
    return [f"{one.id or one.path.name}  {one.state}", *(f"  {line}" for line in (*told, where))]


def _progress(one: "RunFile") -> list[str]:
    if one.header is None:
        return []
    run, shard = one.header.run, one.header.settings.get("shard", "")
    numbers = ((one.accounts, "account"), (one.cases, "case"), (run.submissions, "password"))
    told = f"{', '.join(counted(*pair) for pair in numbers)} sent"
    seen = (
        "simulated" if run.simulated else f"seen from {run.vantage}" if str(run.vantage) else "",
        f"shard {shard}" if shard else "",
    )
    return [told, ", ".join(part for part in seen if part), *run.stopped]


def json_of(found: "Iterable[RunFile]") -> str:
    """Return run files as the machine shape `auditor.runs/v1`; what is not known is null."""
    return json.dumps({"schema": SCHEMA, "runs": [_entry(one) for one in found]}, indent=2)


def _entry(one: "RunFile") -> "dict[str, Any]":
    run = one.header.run if one.header else None
    return {
        "id": one.id or None,
        "state": str(one.state),
        "why": one.why or None,
        "started": one.started.isoformat() if one.started and one.id else None,
        "source": one.source or None,
        "accounts": one.accounts if run else None,
        "cases": one.cases if run else None,
        "submissions": run.submissions if run else None,
        "stopped": list(run.stopped) if run else None,
        "vantage": run.vantage.label if run else None,
        "shard": one.header.settings.get("shard") if one.header else None,
        "simulated": run.simulated if run else None,
        "path": str(one.path.absolute()),
    }


def near(path: Path) -> Path:
    """Return a path as it is shortest to type: relative to the current folder where it lies below it."""
    whole = path.absolute()
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole


def plain(text: str) -> str:
    """Return text that nobody takes for a command, no terminal either: a run file may come from anybody."""
    seen = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return harmless(seen)
