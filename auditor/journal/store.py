"""The run file: SQLite, one writer, intents on disk before a password leaves, readable only by its owner."""

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from auditor.errors import JournalError, NotARunFile, told
from auditor.journal import codec
from auditor.model import AppProfile, Case, Evidence, InvalidRow, Question, RunInfo, Subject, Vantage

FORMAT = 1
SUFFIX = ".audit-run"
_MAGIC = b"SQLite format 3\x00"
_APPLICATION = 0x57534F41  # "WSOA"
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


# Every intent counts as sent until an answer says that nothing left.
_SENT = """
SELECT (SELECT count(*) FROM intents) - (
    SELECT count(*) FROM evidence JOIN intents ON subject = "case"
    WHERE kind = 'case' AND question = 'password' AND data NOT LIKE '%"sent":true%'
)"""


@dataclass(frozen=True, slots=True)
class Header:
    """Which run a file holds: everything a report says about it that is no case and no evidence."""

    run: RunInfo
    settings: Mapping[str, str] = field(default_factory=dict)


class Journal:
    """An open run file. Recording is safe from any thread; reading while recording is, too."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self._lock = threading.Lock()
        self._closed = False
        self._shared = lru_cache(maxsize=4096)(self._read_subject)

    @classmethod
    def create(
        cls, path: Path, header: Header, cases: Iterable[Case], invalid: Iterable[InvalidRow]
    ) -> "Journal":
        """Return a new run file with its cases; raises JournalError when it cannot be written or exists."""
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except OSError as error:
            raise JournalError(
                f"the run file {path.name} cannot be written: {told(error)}",
                "it stands beside the report; choose another folder with -o",
            ) from None
        os.close(descriptor)
        journal = cls(path, _connect(path))
        with _reported(path):
            journal._fill(header, cases, invalid)
        return journal

    @classmethod
    def open(cls, path: Path) -> "Journal":
        """Return an existing run file; raises JournalError when it is none, or from another version."""
        if not path.is_file():
            raise NotARunFile(f"there is no run file {path.name}", "RUN is the path of a .audit-run file")
        found = _format_of(path)
        if found != FORMAT:
            raise NotARunFile(
                f"{path.name} is not a run file of this version (format {found}, expected {FORMAT})",
                "read it with the auditor that wrote it",
            )
        with _reported(path):
            return cls(path, _connect(path))

    def _fill(self, header: Header, cases: Iterable[Case], invalid: Iterable[InvalidRow]) -> None:
        self._db.executescript(_SCHEMA)
        self._db.execute(f"PRAGMA user_version={FORMAT}")
        self._db.execute(f"PRAGMA application_id={_APPLICATION}")
        apps: dict[str, AppProfile] = {}
        for seq, case in enumerate(cases):
            apps.setdefault(case.app.name, case.app)
            self._db.execute("INSERT INTO cases VALUES (?, ?, ?)", (seq, str(case.key), codec.case_out(case)))
        for name, app in apps.items():
            self._db.execute("INSERT INTO apps VALUES (?, ?)", (name, codec.app_out(app)))
        for seq, row in enumerate(invalid):
            self._db.execute("INSERT INTO invalid VALUES (?, ?)", (seq, codec.invalid_out(row)))
        self._write_header(header)
        self._db.commit()

    @property
    def header(self) -> Header:
        """Return the run's header."""
        with self._lock, _reported(self.path):
            text = self._db.execute("SELECT value FROM header WHERE key = 'run'").fetchone()[0]
            sent = self._db.execute(_SENT).fetchone()[0]
        data = json.loads(text)
        return Header(replace(_run_in(data["run"]), submissions=sent), data["settings"])

    def update(self, header: Header) -> None:
        """Replace the header: scope once it is agreed, end and stops once they are known."""
        with self._lock, _reported(self.path):
            self._write_header(header)
            self._db.commit()

    def record(self, evidence: Evidence) -> None:
        """Keep evidence; that of a password is on disk when this returns."""
        row = (evidence.subject.kind, evidence.subject.key, evidence.question, codec.evidence_out(evidence))
        with self._lock, _reported(self.path):
            self._db.execute("INSERT INTO evidence (kind, subject, question, data) VALUES (?, ?, ?, ?)", row)
            if evidence.question is Question.PASSWORD:
                self._db.commit()

    def intend(self, account: str, case: str, at: datetime) -> None:
        """Keep the intent to send a password; on disk when this returns."""
        with self._lock, _reported(self.path):
            self._db.execute(
                'INSERT INTO intents (account, "case", at) VALUES (?, ?, ?)', (account, case, at.isoformat())
            )
            self._db.commit()

    def cases(self) -> Iterator[Case]:
        """Yield the cases in inventory order."""
        apps = {name: codec.app_in(data) for name, data in self._rows("SELECT name, data FROM apps")}
        for (data,) in self._rows("SELECT data FROM cases ORDER BY seq"):
            yield codec.case_in(data, apps)

    def invalid(self) -> Iterator[InvalidRow]:
        """Yield the rows that could not be audited, in inventory order."""
        for (data,) in self._rows("SELECT data FROM invalid ORDER BY seq"):
            yield codec.invalid_in(data)

    def compared(self, accounts: Sequence[str]) -> None:
        """Keep which accounts have a password that another account has, too."""
        with self._lock, _reported(self.path):
            self._db.execute(
                "INSERT OR REPLACE INTO header VALUES ('same passwords', ?)", (codec.dump(accounts),)
            )
            self._db.commit()

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
        if subject.kind in {"tenant", "environment"}:
            return self._shared(subject.kind, subject.key)
        return self._read_subject(subject.kind, subject.key)

    def forget_shared(self) -> None:
        """Read tenants and environments anew; call it between collecting and judging."""
        self._shared.cache_clear()

    def close(self) -> None:
        """Write everything down and fold the write-ahead log in; a closed run file is one file."""
        with self._lock, _reported(self.path):
            if self._closed:
                return
            self._closed = True
            self._db.commit()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.close()

    def _read_subject(self, kind: str, key: str) -> tuple[Evidence, ...]:
        found = self._all(
            "SELECT question, data FROM evidence WHERE kind = ? AND subject = ? ORDER BY id", kind, key
        )
        return tuple(codec.evidence_in(kind, key, question, data) for question, data in found)

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield a table's rows in pages, so that nobody holds the lock or the table in memory."""
        page, start = 1_000, 0
        while rows := self._all(f"{query} LIMIT ? OFFSET ?", page, start):
            yield from rows
            start += page

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, _reported(self.path):
            return self._db.execute(query, values).fetchall()

    def _write_header(self, header: Header) -> None:
        data = codec.dump({"run": _run_out(header.run), "settings": dict(header.settings)})
        self._db.execute("INSERT OR REPLACE INTO header VALUES ('run', ?)", (data,))


def _format_of(path: Path) -> int:
    """Return which version of run file this is, without touching it; raises NotARunFile for anything else."""
    with path.open("rb") as stream:
        magic = stream.read(len(_MAGIC))
    if magic == _MAGIC:
        with _reported(path):
            looked = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            try:
                application = looked.execute("PRAGMA application_id").fetchone()[0]
                found: int = looked.execute("PRAGMA user_version").fetchone()[0]
            finally:
                looked.close()
        if application == _APPLICATION:
            return found
    raise NotARunFile(f"{path.name} is no run file", "RUN is the path of a .audit-run file")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


@contextlib.contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into a JournalError that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError(
            f"the run file {path.name} cannot be used: {error}",
            "nothing that was written is lost; see that the disk has space and no other run uses the file",
        ) from None


def _run_out(run: RunInfo) -> dict[str, Any]:
    data = codec.fields_of(run)
    data["started"] = run.started.isoformat()
    data["ended"] = run.ended.isoformat() if run.ended else None
    data["vantage"] = [run.vantage.label, run.vantage.address]
    return data


def _run_in(data: dict[str, Any]) -> RunInfo:
    known = dict(data)
    known["started"] = datetime.fromisoformat(data["started"])
    known["ended"] = datetime.fromisoformat(data["ended"]) if data["ended"] else None
    known["vantage"] = Vantage(*data["vantage"])
    for name in ("scope_tenants", "scope_hosts", "stopped"):
        known[name] = tuple(data[name])
    return RunInfo(**known)
