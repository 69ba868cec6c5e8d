"""Which runs there are, and how each stands: the run files of a folder, and those that the ledger knows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from auditor.errors import AuditorError, told
from auditor.journal.attempts import KnownRun
from auditor.journal.header import Header
from auditor.journal.lock import being_written
from auditor.journal.run_file import SUFFIX
from auditor.journal.store import Journal


class State(StrEnum):
    """How a run stands."""

    ENDED = "ended"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped by the breaker"
    WRITING = "being written now"
    UNREADABLE = "cannot be read"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class RunFile:
    """A run file as it is now; without a header where it cannot be read, of which `why` says the reason."""

    path: Path
    state: State
    id: str = ""
    started: datetime | None = None
    source: str = ""
    why: str = ""
    header: Header | None = None
    accounts: int = 0
    cases: int = 0


def look(path: Path) -> RunFile:
    """Return how a run file stands; never raises for what is wrong with it."""
    writing = False
    try:
        writing = being_written(path)
        journal = Journal.open(path)
        try:
            header, (accounts, cases) = journal.header, journal.size
        finally:
            journal.close()
    except (AuditorError, OSError) as error:
        state = State.WRITING if writing else State.UNREADABLE
        why = told(error) if isinstance(error, OSError) else str(error)
        return RunFile(path, state, started=_changed(path), why=why)
    run = header.run
    state = State.WRITING if writing else _state(header)
    return RunFile(path, state, run.id, run.started, run.source, "", header, accounts, cases)


def here(folder: Path) -> Iterator[RunFile]:
    """Yield the run files of a folder as they stand, in the order of their names."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        yield look(path)


def listed(folder: Path, known: Iterable[KnownRun] = ()) -> list[RunFile]:
    """Return the run files of a folder and the known ones, each file once, newest first."""
    found = {one.path.resolve(): one for one in here(folder)}
    for run in known:
        path = run.path.resolve()
        if path not in found:
            found[path] = RunFile(run.path, State.GONE) if _gone(path) else look(path)
        if not found[path].id:
            found[path] = replace(found[path], id=run.id, started=run.started, source=run.source)
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(found.values(), key=lambda one: (one.started or never, one.id, str(one.path)), reverse=True)


def _state(header: Header) -> State:
    if header.run.ended is None or header.run.interrupted:
        return State.INTERRUPTED
    return State.STOPPED if header.run.stopped else State.ENDED


def _gone(path: Path) -> bool:
    """Return whether there is certainly no such file; one that cannot be looked at is not gone."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _changed(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None
