"""What SQLite raises, as an error that says what is wrong with which file and what to do."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from auditor.errors import AuditorError, JournalError

Explain: TypeAlias = Callable[[Path, Exception], AuditorError]
KEPT = "what was written before is kept"
_FULL = "the disk is full", f"make room on it; {KEPT}"
_LOCKED = "another process is using it", "wait until that one has ended, then try again"
_CORRUPT = "it is damaged", "keep it as it is and use a copy from a backup; nothing was changed in it"
_READ_ONLY = "it cannot be changed", f"see that its folder and the file are yours to write; {KEPT}"
_UNREACHABLE = "the disk does not answer", f"see that the disk or share is there and healthy; {KEPT}"
_REASONS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _CORRUPT,
    sqlite3.SQLITE_NOTADB: _CORRUPT,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_IOERR: _UNREACHABLE,
}
_PRIMARY = 0xFF  # the low byte of an extended result code: https://sqlite.org/rescode.html


def reason_for(error: Exception) -> tuple[str, str]:
    """Return what is wrong and what to do about it, each as part of a sentence."""
    if str(error) == "malformed JSON":  # a row's text; SQLite itself calls it no damage
        return _CORRUPT
    code = getattr(error, "sqlite_errorcode", None)
    known = _REASONS.get(code & _PRIMARY) if isinstance(code, int) else None
    return known or (str(error), f"see that the disk has space and no other run uses the file; {KEPT}")


def run_file_error(path: Path, error: Exception) -> AuditorError:
    """Return the error to raise for a run file."""
    wrong, advice = reason_for(error)
    return JournalError(f"the run file {path.name} cannot be used: {wrong}", advice)


@contextlib.contextmanager
def reported(path: Path, explain: Explain = run_file_error) -> Iterator[None]:
    """Turn what SQLite raises within into the error that `explain` makes of it."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(path, error) from None


@contextlib.contextmanager
def understood(path: Path) -> Iterator[None]:
    """Turn what a row of a run file raises that cannot be understood into a JournalError."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError):
        raise JournalError(
            f"the run file {path.name} holds a row that cannot be understood",
            "keep it, and use a copy of it, or the auditor that wrote it",
        ) from None
