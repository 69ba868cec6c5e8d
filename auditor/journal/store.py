"""The run file: SQLite, one writer, intents on disk before a password leaves, readable only by its owner."""

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from auditor.errors import JournalError, told
from auditor.journal import codec
from auditor.journal.failures import reported, understood
from auditor.journal.header import Header, header_in, header_out
from auditor.journal.lock import Held
from auditor.journal.run_file import APPLICATION, FORMAT, identify
from auditor.journal.writer import Writer
from auditor.model import AppProfile, Case, Evidence, InvalidRow, Question, Subject

_PAGE = 1_000
_SCHEMA = """
CREATE TABLE header (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE apps (name TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE cases (seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, data TEXT NOT NULL);
CREATE TABLE invalid (seq INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE intents (id INTEGER PRIMARY KEY, account TEXT NOT NULL, "case" TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL,
    question TEXT NOT NULL, data TEXT NOT NULL
);
CREATE INDEX evidence_by_subject ON evidence (kind, subject);
CREATE INDEX intents_by_case ON intents ("case");
"""

_RECORD = "INSERT INTO evidence (kind, subject, question, data) VALUES (?, ?, ?, ?)"
_INTEND = 'INSERT INTO intents (account, "case", at) VALUES (?, ?, ?)'
_NOTE = "INSERT OR REPLACE INTO header VALUES (?, ?)"
# Every intent counts as sent until an answer says that nothing left.
_SENT = """
SELECT (SELECT count(*) FROM intents) - (
    SELECT count(*) FROM evidence JOIN intents ON subject = "case"
    WHERE kind = 'case' AND question = 'password' AND data NOT LIKE '%"sent":true%'
)"""
_UNASKED = """
SELECT subject FROM evidence
WHERE kind = 'case' AND question = 'password'
AND coalesce(json_extract(data, '$.why'), json_extract(data, '$.details.held_back')) IS NOT NULL"""
# An application that signed in for itself has its answer beside the password that nobody asked for.
_SIGNED_IN = """
SELECT subject FROM evidence
WHERE kind = 'case' AND question = 'application sign-in' AND json_extract(data, '$.why') IS NULL"""
_OF_PEOPLE = "('interactive sign-in', 'interactive whoami')"
_UNMET = """
SELECT subject FROM evidence
WHERE kind = 'case' AND question = 'interactive sign-in' AND json_extract(data, '$.why') IS NOT NULL"""
_OF_DIRECTORIES = "('directory user', 'directory access', 'directory consent')"
_WITHOUT_ANSWER = """
SELECT data FROM cases WHERE NOT EXISTS (
    SELECT 1 FROM evidence WHERE kind = 'case' AND subject = cases.key AND question = 'password'
) ORDER BY seq"""


class Journal:
    """An open run file. Recording is safe from any thread; reading while recording is, too."""

    def __init__(self, path: Path, connection: sqlite3.Connection, held: Held | None = None) -> None:
        self.path = path
        self._db, self._held = connection, held
        self._writer = Writer(connection, path) if held else None
        self._lock = threading.Lock()
        self._closed = False
        self._shared = lru_cache(maxsize=4096)(self._read_subject)

    @classmethod
    def create(
        cls,
        path: Path,
        header: Header,
        cases: Iterable[Case],
        invalid: Iterable[InvalidRow],
        how: Mapping[str, object] | None = None,
    ) -> "Journal":
        """Return a new run file with its cases; `how` is what it takes to go on with the run later.

        Raises JournalError when it cannot be written or exists.
        """
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except OSError as error:
            raise JournalError(
                f"the run file {path.name} cannot be written: {told(error)}",
                "it stands beside the report; choose another folder with -o",
            ) from None
        os.close(descriptor)
        with _opened(path, Held(path)) as (connection, held):
            _fill(connection, header, cases, invalid, how or {})
            return cls(path, connection, held)

    @classmethod
    def open(cls, path: Path) -> "Journal":
        """Return an existing run file for reading; raises JournalError when it is none of this version."""
        identify(path)
        with _opened(path) as (connection, _):
            return cls(path, connection)

    @classmethod
    def resume(cls, path: Path) -> "Journal":
        """Return an existing run file to go on with; raises JournalError also while somebody writes it."""
        identify(path)
        with _opened(path, Held(path)) as (connection, held):
            return cls(path, connection, held)

    @property
    def header(self) -> Header:
        """Return the run's header."""
        with understood(self.path):
            text = self._all("SELECT value FROM header WHERE key = 'run'")[0][0]
            return header_in(text, self._all(_SENT)[0][0])

    @property
    def how(self) -> dict[str, Any]:
        """Return what it takes to go on with the run; empty where the run file does not say."""
        found = self._all("SELECT value FROM header WHERE key = 'how'")
        with understood(self.path):
            return dict(json.loads(found[0][0])) if found else {}

    @property
    def size(self) -> tuple[int, int]:
        """Return how many accounts and how many cases the run is about."""
        accounts, cases = self._all(
            "SELECT count(DISTINCT substr(key, 1, instr(key, ' | '))), count(*) FROM cases"
        )[0]
        return accounts, cases

    def update(self, header: Header) -> None:
        """Replace the header: scope once it is agreed, end and stops once they are known."""
        self._writing.durable(_NOTE, ("run", header_out(header)))

    def agreed(self, tenants: Sequence[str], hosts: Sequence[str]) -> None:
        """Keep what may be signed in to, so that going on with the run asks nobody again."""
        how = self.how | {"agreed": [sorted(tenants), sorted(hosts)]}
        self._writing.durable(_NOTE, ("how", codec.dump(how)))

    def record(self, evidence: Evidence) -> None:
        """Keep evidence; that of a password or of a person is on disk when this returns."""
        row = (evidence.subject.kind, evidence.subject.key, evidence.question, codec.evidence_out(evidence))
        if evidence.question in {Question.PASSWORD, Question.INTERACTIVE}:
            self._writing.durable(_RECORD, row)
        else:
            self._writing.later(_RECORD, row)

    def note(self, evidence: Evidence) -> None:
        """Keep evidence that costs nothing to see again: it is on disk soon."""
        row = (evidence.subject.kind, evidence.subject.key, evidence.question, codec.evidence_out(evidence))
        self._writing.later(_RECORD, row)

    def intend(self, account: str, case: str, at: datetime) -> None:
        """Keep the intent to send a password; on disk when this returns."""
        self._writing.durable(_INTEND, (account, case, at.isoformat()))

    def withdraw(self, case: str) -> None:
        """Take back the intent to send a case's password, where nothing was sent; on disk soon."""
        self._writing.later('DELETE FROM intents WHERE "case" = ?', (case,))

    def cases(self) -> Iterator[Case]:
        """Yield the cases in inventory order."""
        with understood(self.path):
            apps = self._apps()
            for (data,) in self._rows("SELECT seq, data FROM cases"):
                yield codec.case_in(data, apps)

    def invalid(self) -> Iterator[InvalidRow]:
        """Yield the rows that could not be audited, in inventory order."""
        with understood(self.path):
            for (data,) in self._rows("SELECT seq, data FROM invalid"):
                yield codec.invalid_in(data)

    def compared(self, accounts: Sequence[str]) -> None:
        """Keep which accounts have a password that another account has, too."""
        self._writing.durable(_NOTE, ("same passwords", codec.dump(accounts)))

    @property
    def same_passwords(self) -> frozenset[str] | None:
        """Return the accounts that share a password, None where the run did not live to compare them."""
        found = self._all("SELECT value FROM header WHERE key = 'same passwords'")
        return frozenset(json.loads(found[0][0])) if found else None

    def intended(self, case: str) -> datetime | None:
        """Return when the intent to send a case's password was written down, None where there is none."""
        found = self._all('SELECT at FROM intents WHERE "case" = ?', case)
        return datetime.fromisoformat(found[0][0]) if found else None

    def about(self, subject: Subject) -> tuple[Evidence, ...]:
        """Return a subject's evidence in the order it was seen."""
        if subject.kind in {"account", "case"}:
            return self._read_subject(subject.kind, subject.key)
        return self._shared(subject.kind, subject.key)

    def everything(self, *kinds: str) -> Iterator[Evidence]:
        """Yield all evidence about these kinds of subject in the order it was seen."""
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT id, kind, subject, question, data FROM evidence WHERE kind IN ({marks})"  # noqa: S608 - marks alone
        with understood(self.path):
            for row in self._rows(query, "id", *kinds):
                yield codec.evidence_in(*row)

    def forget_shared(self) -> None:
        """Read tenants and environments anew; call it between collecting and judging."""
        self._shared.cache_clear()

    def forget_unasked(self) -> None:
        """Drop why nobody asked, answers of earlier runs included: going on with a run decides anew.

        What a directory said stays, and of which person there is an answer: nobody has to sign in again.
        """
        cases = f"subject IN ({_UNASKED}) AND subject NOT IN ({_SIGNED_IN})"
        others = f"question NOT IN {_OF_DIRECTORIES} AND question NOT IN {_OF_PEOPLE}"
        unasked = f"kind = 'case' AND {cases} AND {others}"
        unmet = f"subject IN ({_UNMET}) AND kind = 'case' AND question IN {_OF_PEOPLE}"
        unread = f"question IN {_OF_DIRECTORIES} AND json_extract(data, '$.why') IS NOT NULL"
        for which in (unasked, unread, unmet):
            self._writing.durable(f"DELETE FROM evidence WHERE {which}")  # noqa: S608 - ours

    def without_answer(self) -> list[Case]:
        """Return the cases whose password slot is empty, in inventory order."""
        with understood(self.path):
            apps = self._apps()
            return [codec.case_in(data, apps) for (data,) in self._all(_WITHOUT_ANSWER)]

    def close(self) -> None:
        """Write everything down and fold the write-ahead log in; a closed run file is one file."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        try:
            if self._writer is not None:  # a reader would hold up who writes; SQLite folds for the last one
                self._writer.close()
                with reported(self.path):
                    self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._db.close()
            if self._held is not None:
                self._held.release()

    @property
    def _writing(self) -> Writer:
        assert self._writer is not None, "a run file opened for reading is not written"
        return self._writer

    def _apps(self) -> dict[str, AppProfile]:
        return {name: codec.app_in(data) for name, data in self._all("SELECT name, data FROM apps")}

    def _read_subject(self, kind: str, key: str) -> tuple[Evidence, ...]:
        found = self._all(
            "SELECT question, data FROM evidence WHERE kind = ? AND subject = ? ORDER BY id", kind, key
        )
        with understood(self.path):
            return tuple(codec.evidence_in(kind, key, question, data) for question, data in found)

    def _rows(self, query: str, key: str = "seq", *values: object) -> Iterator[tuple[Any, ...]]:
        """Yield a table's rows in pages, so that nobody holds the lock or the table in memory.

        The query's first column is its key, which is not yielded.
        """
        joint = "AND" if "WHERE" in query else "WHERE"
        last = -1
        while rows := self._all(f"{query} {joint} {key} > ? ORDER BY {key} LIMIT {_PAGE}", *values, last):
            for row in rows:
                yield row[1:]
            last = rows[-1][0]

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        if self._writer is not None and not self._closed:
            return self._writer.read(query, values)
        with self._lock, reported(self.path):
            return self._db.execute(query, values).fetchall()


@contextlib.contextmanager
def _opened(path: Path, held: Held | None = None) -> Iterator[tuple[sqlite3.Connection, Held | None]]:
    """Hand out a connection; where something fails inside, connection and lock are given back."""
    connection: sqlite3.Connection | None = None
    try:
        with reported(path):
            connection = _connect(path)
            yield connection, held
    except BaseException:
        if connection is not None:
            connection.close()
        if held is not None:
            held.release()
        raise


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA fullfsync=ON")  # a Mac's disk says "written" too early without it
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a damaged file says so now
    return connection


def _fill(
    db: sqlite3.Connection,
    header: Header,
    cases: Iterable[Case],
    invalid: Iterable[InvalidRow],
    how: Mapping[str, object],
) -> None:
    """Write what a run begins with, all of it or nothing."""
    db.executescript(_SCHEMA)
    db.execute(f"PRAGMA user_version={FORMAT}")
    db.execute(f"PRAGMA application_id={APPLICATION}")
    apps: dict[str, AppProfile] = {}
    for seq, case in enumerate(cases):
        apps.setdefault(case.app.name, case.app)
        db.execute("INSERT INTO cases VALUES (?, ?, ?)", (seq, str(case.key), codec.case_out(case)))
    db.executemany("INSERT INTO apps VALUES (?, ?)", ((n, codec.app_out(app)) for n, app in apps.items()))
    db.executemany(
        "INSERT INTO invalid VALUES (?, ?)",
        ((seq, codec.invalid_out(row)) for seq, row in enumerate(invalid)),
    )
    db.execute(_NOTE, ("how", codec.dump(how)))
    db.execute(_NOTE, ("run", header_out(header)))
    db.commit()
