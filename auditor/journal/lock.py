"""Who writes a run file: one process at a time; a lock beside it that the operating system gives back."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import JournalError, told

if TYPE_CHECKING:
    from filelock import BaseFileLock


def lock_of(path: Path) -> Path:
    """Return where a run file's lock stands."""
    return path.with_name(path.name + ".lock")


class Held:
    """The right to write a run file, until it is released or the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take it; raises JournalError where another process has it, or it cannot be taken."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only where something is written

        self._path = lock_of(path)
        self._lock: BaseFileLock = FileLock(self._path, timeout=0, mode=0o600, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise JournalError(
                f"the run file {path.name} is being written by another process",
                "wait until that one has ended, or end it; what it has written is kept",
            ) from None
        except OSError as error:
            raise JournalError(
                f"the run file {path.name} cannot be written: {told(error)}",
                "it stands beside the report; choose another folder with -o",
            ) from None

    def release(self) -> None:
        """Give it back and leave no trace."""
        with contextlib.suppress(OSError):  # a folder that is gone takes its lock with it
            self._path.unlink(missing_ok=True)
        self._lock.release()


def being_written(path: Path) -> bool:
    """Return whether a living process writes this run file now."""
    if not lock_of(path).exists():
        return False
    try:
        with _taken(path):
            return False
    except JournalError:
        return True


@contextlib.contextmanager
def _taken(path: Path) -> Iterator[None]:
    held = Held(path)
    try:
        yield
    finally:
        held.release()
