"""Several run files joined into one: SQL from file to file, so that 100,000 cases take no memory.

Of a case that several runs hold, the latest run that got to it counts: one that was interrupted or stopped
before it said nothing. What is asked once for many accounts (tenants, environments) stands there once: what
was found rather than what failed, and of equals what was seen first.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import JournalError, UsageError
from auditor.journal import codec
from auditor.journal.failures import reported
from auditor.journal.header import Header
from auditor.journal.lock import being_written
from auditor.journal.store import Journal
from auditor.model import AppProfile, Case, InvalidRow

_BENCH = """
CREATE TABLE picked (
    key TEXT PRIMARY KEY, account TEXT, app TEXT, run INTEGER, reached INTEGER,
    file TEXT, sheet TEXT, row INTEGER, seq INTEGER, data TEXT
);
CREATE INDEX picked_by_account ON picked (account, run);
CREATE TABLE apps (run INTEGER, name TEXT, data TEXT);
CREATE TABLE invalid (data TEXT PRIMARY KEY, file TEXT, sheet TEXT, row INTEGER);
CREATE TABLE places (file TEXT PRIMARY KEY, place INTEGER);
CREATE TABLE shared (
    kind TEXT, subject TEXT, question TEXT, host TEXT, worth INTEGER, run INTEGER, id INTEGER, data TEXT
);
CREATE TABLE alike (account TEXT PRIMARY KEY);
"""
_PICK = """
INSERT INTO picked
SELECT key, json_extract(data, '$.key[0]'), json_extract(data, '$.app'), :run,
    EXISTS (
        SELECT 1 FROM source.evidence WHERE kind = 'case' AND subject = key AND question = 'password'
        AND coalesce(json_extract(data, '$.why'), '') NOT IN ('interrupted', 'stopped by the breaker')
    ) OR EXISTS (SELECT 1 FROM source.intents WHERE "case" = key),
    json_extract(data, '$.origin[0]'), json_extract(data, '$.origin[1]'), json_extract(data, '$.origin[2]'),
    seq, data
FROM source.cases WHERE true
ON CONFLICT (key) DO UPDATE SET
    app = excluded.app, run = excluded.run, reached = excluded.reached, file = excluded.file,
    sheet = excluded.sheet, row = excluded.row, seq = excluded.seq, data = excluded.data
WHERE excluded.reached OR NOT picked.reached"""
_INVALID = """
INSERT OR IGNORE INTO invalid
SELECT data, json_extract(data, '$.origin[0]'), json_extract(data, '$.origin[1]'),
    json_extract(data, '$.origin[2]')
FROM source.invalid ORDER BY seq"""
# What a reply is worth: found 3, answered otherwise 2, failed 1, not looked 0.
_SHARED = """
INSERT INTO shared
SELECT kind, subject, question, coalesce(json_extract(data, '$.source'), ''), CASE
    WHEN json_extract(data, '$.answer') IS NULL THEN 0 WHEN json_extract(data, '$.answer.success') THEN 3
    WHEN json_extract(data, '$.answer.failure') IS NULL THEN 2 ELSE 1 END, :run, id, data
FROM source.evidence WHERE kind <> 'case'"""
_ONCE = """
INSERT INTO target.evidence (kind, subject, question, data)
SELECT kind, subject, question, data FROM (
    SELECT *,
        row_number() OVER (
            PARTITION BY kind, subject, question, host
            ORDER BY worth DESC, CASE kind WHEN 'account' THEN -run ELSE run END, id DESC
        ) AS number,
        max(worth) OVER (PARTITION BY kind, subject, question) AS best
    FROM shared WHERE kind <> 'account' OR EXISTS (
        SELECT 1 FROM picked WHERE picked.account = shared.subject AND picked.run = shared.run
    )
) WHERE number = 1 AND (worth > 0 OR best = 0) ORDER BY run, id"""
_OF_CASES = """
INSERT INTO target.evidence (kind, subject, question, data)
SELECT kind, subject, question, data FROM source.evidence WHERE kind = 'case'
AND EXISTS (SELECT 1 FROM picked WHERE key = subject AND run = :run) ORDER BY id"""
_INTENTS = """
INSERT INTO target.intents (account, "case", at)
SELECT account, "case", at FROM source.intents
WHERE EXISTS (SELECT 1 FROM picked WHERE key = "case" AND run = :run) ORDER BY id"""
# A password that another run sent for a case was sent all the same: it counts, and answers for no case.
_SPENT = """
INSERT INTO target.intents (account, "case", at)
SELECT account, "case" || ' (in another run)', at FROM source.intents
WHERE NOT EXISTS (SELECT 1 FROM picked WHERE key = "case" AND run = :run) AND NOT EXISTS (
    SELECT 1 FROM source.evidence WHERE kind = 'case' AND subject = "case" AND question = 'password'
    AND data NOT LIKE '%"sent":true%'
) ORDER BY id"""
_ALIKE = """
INSERT OR IGNORE INTO alike
SELECT one.value FROM source.header, json_each(source.header.value) AS one
WHERE source.header.key = 'same passwords'
AND EXISTS (SELECT 1 FROM picked WHERE picked.account = one.value AND picked.run = :run)"""
_IN_ORDER = "LEFT JOIN places USING (file) ORDER BY place, file, sheet, row"


@dataclass(frozen=True, slots=True)
class Joined:
    """What there is to say of a join: cases that several runs hold, apps whose profiles differ."""

    again: int
    apps: tuple[str, ...]


def header_of(path: Path) -> Header:
    """Return a run's header; raises JournalError for what is no run file, or is still being written."""
    if being_written(path):
        raise JournalError(
            f"the run file {path.name} is being written by another process",
            "wait until that run has ended, then merge",
        )
    journal = Journal.open(path)
    try:
        return journal.header
    finally:
        journal.close()


def join(paths: Sequence[Path], inventories: Sequence[str], target: Path, header: Header) -> Joined:
    """Write a new run file that holds the cases and evidence of others, which stay as they are.

    `paths` come in the order in which their runs began, the names of inventories in the order in which their
    cases are to stand. The new file is there whole, or not at all. Raises JournalError naming the file at
    fault, UsageError where one app name means two client ids.
    """
    if target.exists():
        raise JournalError(f"the run file {target.name} is there already", "name another report with -o")
    part = target.with_name(f".{target.name}.part")
    bench = sqlite3.connect("", isolation_level=None, uri=True)
    try:
        bench.executescript(_BENCH)
        bench.executemany(
            "INSERT INTO places VALUES (?, ?)", ((file, n) for n, file in enumerate(inventories))
        )
        again = sum(_gather(bench, run, path) for run, path in enumerate(paths))
        profiles, differing = _profiles(bench, paths)
        Journal.create(part, header, _cases(bench, profiles), _invalid(bench)).close()
        with reported(target):
            _copy(bench, paths, part)
        bench.close()
        part.replace(target)
    finally:
        bench.close()
        for left in (part, part.with_name(part.name + "-wal"), part.with_name(part.name + "-shm")):
            left.unlink(missing_ok=True)
    return Joined(again, differing)


def _gather(bench: sqlite3.Connection, run: int, path: Path) -> int:
    """Take from a run what has to be compared with other runs; returns how many cases these had already."""
    values = {"run": run}
    with reported(path), _attached(bench, path, "source"):
        if bench.execute("PRAGMA source.quick_check(1)").fetchall() != [("ok",)]:
            raise JournalError(f"the run file {path.name} is damaged", "copy it again from where it was made")
        known = "SELECT count(*) FROM source.cases WHERE key IN (SELECT key FROM picked)"
        again: int = bench.execute(known).fetchall()[0][0]
        with _transaction(bench):
            for step in (_PICK, _INVALID, _SHARED):
                bench.execute(step, values)
            bench.execute("INSERT INTO apps SELECT :run, name, data FROM source.apps", values)
    return again


def _copy(bench: sqlite3.Connection, paths: Sequence[Path], part: Path) -> None:
    """Fill the new file with evidence and intents, what is shared first."""
    compared = False
    with _attached(bench, part, "target"):
        bench.execute(_ONCE)
        for run, path in enumerate(paths):
            with _attached(bench, path, "source"), _transaction(bench):
                for step in (_OF_CASES, _INTENTS, _SPENT, _ALIKE):
                    bench.execute(step, {"run": run})
                noted = bench.execute("SELECT 1 FROM source.header WHERE key = 'same passwords'").fetchall()
                compared = compared or bool(noted)
        if compared:
            alike = "(SELECT json_group_array(account) FROM alike)"
            bench.execute(f"INSERT INTO target.header VALUES ('same passwords', {alike})")  # noqa: S608 - ours


def _profiles(
    bench: sqlite3.Connection, paths: Sequence[Path]
) -> tuple[dict[str, AppProfile], tuple[str, ...]]:
    """Return the app profiles by name, the latest of each, and the names whose profiles differ.

    An answer was given to a client id: one name for two of them would put wrong fixes into the report.
    """
    used = bench.execute(
        "SELECT name, run, data FROM apps"
        " WHERE EXISTS (SELECT 1 FROM picked WHERE picked.app = name AND picked.run = apps.run)"
        " ORDER BY run"
    )
    found: dict[str, tuple[int, AppProfile]] = {}
    differing: dict[str, None] = {}
    for name, run, data in used:
        profile = codec.app_in(data)
        if name in found and found[name][1] != profile:
            _same_client(found[name][1], profile, paths[found[name][0]], paths[run])
            differing[name] = None
        found[name] = (run, profile)
    return {name: profile for name, (_, profile) in found.items()}, tuple(differing)


def _same_client(one: AppProfile, other: AppProfile, first: Path, second: Path) -> None:
    if one.client_id.lower() != other.client_id.lower():
        raise UsageError(
            f"{first.name} and {second.name} mean different client ids by the app {one.name}",
            "the answers belong to different apps: report these runs apart, or audit one of them again",
        )


def _cases(bench: sqlite3.Connection, profiles: dict[str, AppProfile]) -> Iterator[Case]:
    for (data,) in bench.execute(f"SELECT data FROM picked {_IN_ORDER}, run, seq"):  # noqa: S608 - ours
        yield codec.case_in(data, profiles)


def _invalid(bench: sqlite3.Connection) -> Iterator[InvalidRow]:
    for (data,) in bench.execute(f"SELECT data FROM invalid {_IN_ORDER}, invalid.rowid"):  # noqa: S608 - ours
        yield codec.invalid_in(data)


@contextlib.contextmanager
def _attached(bench: sqlite3.Connection, path: Path, name: str) -> Iterator[None]:
    bench.execute(f"ATTACH ? AS {name}", (f"{path.resolve().as_uri()}?mode=rw",))
    try:
        yield
    finally:
        bench.execute(f"DETACH {name}")


@contextlib.contextmanager
def _transaction(bench: sqlite3.Connection) -> Iterator[None]:
    bench.execute("BEGIN")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # some errors have taken it back already
            bench.execute("ROLLBACK")
        raise
    bench.execute("COMMIT")
