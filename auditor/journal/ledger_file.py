"""The ledger's file: where it is, how it is made, and what it must look like to be used."""

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from auditor.errors import AuditorError, LedgerError, NotALedger, told
from auditor.journal.failures import reason_for, reported

APPLICATION = "wstrust-oauth-auditor"
NAME = "attempts.ledger"
FORMAT = 1
_IDENTITY = 0x57534F4C  # "WSOL"
_MAGIC = b"SQLite format 3\x00"
_PATIENCE = 30  # seconds that another run may take to write
_HEADER = 100  # bytes; user_version stands at 60, application_id at 68: https://sqlite.org/fileformat.html
_SCHEMA = f"""
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL, "case" TEXT NOT NULL, run TEXT NOT NULL,
    at TEXT NOT NULL, vantage TEXT NOT NULL, scheme TEXT NOT NULL, version TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '', whole INTEGER NOT NULL DEFAULT 1, evidence TEXT
);
CREATE INDEX attempts_by_account ON attempts (account);
CREATE TABLE runs (id TEXT PRIMARY KEY, path TEXT NOT NULL, started TEXT NOT NULL, source TEXT NOT NULL);
PRAGMA user_version = {FORMAT};
PRAGMA application_id = {_IDENTITY};
PRAGMA journal_mode = WAL;
"""
_ANOTHER = "name another with --ledger FILE; without the old one nobody knows what was refused before"


def default_path() -> Path:
    """Return where the user's ledger is: in the folder for state that the system gives each user."""
    from platformdirs import user_state_path  # noqa: PLC0415 - only where the user names no ledger

    return user_state_path(APPLICATION, appauthor=False) / NAME


def ledger_error(path: Path, error: Exception) -> AuditorError:
    """Return the error to raise for a ledger."""
    wrong, advice = reason_for(error)
    return LedgerError(f"the attempt ledger {path} cannot be used: {wrong}", advice)


@contextlib.contextmanager
def damaged(path: Path) -> Iterator[None]:
    """Turn what a row raises that cannot be understood into a LedgerError."""
    try:
        yield
    except (ValueError, KeyError, TypeError):
        raise LedgerError(
            f"the attempt ledger {path} holds a row that cannot be understood", f"keep it; {_ANOTHER}"
        ) from None


def make(path: Path) -> None:
    """Make an empty ledger, readable by its owner alone; it appears whole or not at all.

    Another process may do the same at once: the first one's stays.
    """
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            with reported(path, ledger_error), contextlib.closing(sqlite3.connect(draft)) as connection:
                connection.executescript(_SCHEMA)
            _appear(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise LedgerError(
            f"the attempt ledger {path} cannot be made: {told(error)}",
            "name another place with --ledger FILE",
        ) from None


def _appear(draft: Path, path: Path) -> None:
    """Give the draft its name, unless that is taken."""
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        if not path.exists():
            draft.rename(path)


def identify(path: Path) -> None:
    """Return if this is a ledger of this version; raises NotALedger otherwise. The file is only read."""
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER)
    except OSError as error:
        raise LedgerError(
            f"the attempt ledger {path} cannot be read: {told(error)}", "name another with --ledger FILE"
        ) from None
    if not header.startswith(_MAGIC) or int.from_bytes(header[68:72]) != _IDENTITY:
        raise NotALedger(f"{path} is no attempt ledger", "--ledger takes a file that the auditor made")
    found = int.from_bytes(header[60:64])
    if found != FORMAT:
        raise NotALedger(
            f"the attempt ledger {path} is of another version (format {found}, expected {FORMAT})",
            f"use the auditor that wrote it, or {_ANOTHER}",
        )


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection to a sound ledger; raises LedgerError for one that is damaged or locked."""
    with reported(path, ledger_error):
        connection = sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA fullfsync=ON")  # a Mac's disk says "written" too early without it
    sound = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if sound != "ok":
        raise LedgerError(f"the attempt ledger {path} is damaged: {sound}", f"keep it; {_ANOTHER}")
