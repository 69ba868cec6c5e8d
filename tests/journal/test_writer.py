"""Group commit: what was reported as written is on disk, and whoever waited for what is not is told."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading

import pytest

from auditor.errors import JournalError, UsageError
from auditor.journal.writer import Writer

INSERT = "INSERT INTO rows VALUES (?)"


def connected(path):
    connection = sqlite3.connect(path, timeout=0.05, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS rows (value TEXT NOT NULL)")
    connection.commit()
    return connection


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.audit-run"


@pytest.fixture
def connection(path):
    with contextlib.closing(connected(path)) as connection:
        yield connection


@pytest.fixture
def writer(connection, path):
    made = Writer(connection, path)
    yield made
    with contextlib.suppress(JournalError):
        made.close()


@contextlib.contextmanager
def busy(writer):
    """Keep the writer's thread at work, so that what is handed in meanwhile is one batch."""
    begun, go = threading.Event(), threading.Event()

    def work(_):
        begun.set()
        go.wait()

    holder = threading.Thread(target=writer.within, args=(work,))
    holder.start()
    begun.wait()
    try:
        yield
    finally:
        go.set()
        holder.join()


def seen_by_another(path):
    with contextlib.closing(sqlite3.connect(path)) as other:
        return [value for (value,) in other.execute("SELECT value FROM rows ORDER BY rowid")]


def fill_the_disk(connection):
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}")


def told_in(calls):
    """Run each call in a thread of its own; return what each was told."""
    told = [None] * len(calls)

    def one(place, call):
        try:
            told[place] = call()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was told
            told[place] = error

    threads = [threading.Thread(target=one, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    return threads, told


def queued(writer, count):
    """Wait until so many jobs wait for the writer's thread."""
    with writer._changed:
        while len(writer._queue) < count:
            writer._changed.wait(0.01)


def test_a_durable_row_is_on_disk_when_the_call_returns(writer, path):
    writer.durable(INSERT, ("a",))
    assert seen_by_another(path) == ["a"]


def test_what_was_handed_in_before_a_durable_row_is_on_disk_with_it_and_in_order(writer, path):
    for value in "abc":
        writer.later(INSERT, (value,))
    writer.durable(INSERT, ("d",))
    assert seen_by_another(path) == ["a", "b", "c", "d"]


def test_flushing_and_closing_write_what_was_handed_in_for_later(writer, path):
    writer.later(INSERT, ("a",))
    writer.flush()
    assert seen_by_another(path) == ["a"]
    with busy(writer):
        writer.later(INSERT, ("b",))
    writer.close()
    assert seen_by_another(path) == ["a", "b"]


def test_a_reader_sees_what_was_handed_in_before(writer):
    for value in range(200):
        writer.later(INSERT, (str(value),))
        assert writer.read("SELECT count(*) FROM rows") == [(value + 1,)]


def test_those_who_wait_together_share_one_commit(writer, connection):
    commits = []
    connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    with busy(writer):
        threads, told = told_in([lambda n=n: writer.durable(INSERT, (str(n),)) for n in range(20)])
        queued(writer, 20)
    for thread in threads:
        thread.join()
    assert told == [None] * 20
    assert len(commits) == 2


def test_when_the_disk_is_full_everybody_who_waited_is_told_and_nothing_of_it_is_there(
    writer, connection, path
):
    writer.durable(INSERT, ("before",))
    fill_the_disk(connection)
    with busy(writer):
        rows = [*("x" * 10 for _ in range(4)), "y" * 100_000, *("z" * 10 for _ in range(4))]
        threads, told = told_in([lambda row=row: writer.durable(INSERT, (row,)) for row in rows])
        queued(writer, len(rows))
    for thread in threads:
        thread.join()
    assert [str(error) for error in told] == [
        "the run file a.audit-run cannot be used: the disk is full"
    ] * len(rows)
    assert seen_by_another(path) == ["before"]


def test_a_row_that_sqlite_refuses_takes_its_whole_batch_back(writer, path):
    with busy(writer):
        threads, told = told_in(
            [lambda: writer.durable(INSERT, ("a",)), lambda: writer.durable(INSERT, (None,))]
        )
        queued(writer, 2)
    for thread in threads:
        thread.join()
    assert [type(error) for error in told] == [JournalError, JournalError]
    assert seen_by_another(path) == []


def test_a_reader_cannot_come_between_the_taking_of_rows_and_their_writing(writer, monkeypatch):
    taken, kept = writer._taken, []

    def watched():
        kept.append(writer._using.locked())
        return taken()

    monkeypatch.setattr(writer, "_taken", watched)
    writer.durable(INSERT, ("a",))
    assert kept == [True]


def test_the_first_failure_is_final(writer, connection, path):
    fill_the_disk(connection)
    with pytest.raises(JournalError, match="the disk is full"):
        writer.durable(INSERT, ("y" * 100_000,))
    connection.execute("PRAGMA max_page_count=1000000")
    for call in (writer.later, writer.durable):
        with pytest.raises(JournalError, match="the disk is full"):
            call(INSERT, ("a",))
    writer.close()
    assert seen_by_another(path) == []


def test_a_row_for_later_that_could_not_be_written_is_told_when_nobody_was_before(writer, connection):
    fill_the_disk(connection)
    writer.later(INSERT, ("y" * 100_000,))
    with pytest.raises(JournalError, match="the disk is full"):
        writer.close()


def test_a_locked_file_is_told_to_everybody_who_waits(writer, path):
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="another process is using it") as raised:
            writer.durable(INSERT, ("a",))
    assert raised.value.advice.startswith("wait until that one has ended")


def test_work_reads_and_writes_in_one_transaction(writer, path):
    def once(db):
        if db.execute("SELECT count(*) FROM rows").fetchone()[0] == 0:
            db.execute(INSERT, ("only",))
            return "written"
        return "there already"

    threads, told = told_in([lambda: writer.within(once) for _ in range(8)])
    for thread in threads:
        thread.join()
    assert sorted(told) == ["there already"] * 7 + ["written"]
    assert seen_by_another(path) == ["only"]


def test_works_own_refusal_is_its_callers_alone(writer, path):
    def refuse(_):
        raise UsageError("no")

    with busy(writer):
        calls = [
            lambda: writer.durable(INSERT, ("a",)),
            lambda: writer.within(refuse),
            lambda: writer.durable(INSERT, ("b",)),
        ]
        threads, told = told_in(calls)
        queued(writer, 3)
    for thread in threads:
        thread.join()
    assert (told[0], str(told[1]), told[2]) == (None, "no", None)
    assert sorted(seen_by_another(path)) == ["a", "b"]


def test_a_row_for_later_that_sqlite_cannot_take_ends_the_writing(writer):
    writer.later(INSERT, ("\ud800",))
    with pytest.raises(UnicodeEncodeError):
        writer.flush()


def test_a_closed_writer_takes_nothing(writer):
    writer.close()
    with pytest.raises(JournalError, match="it is closed"):
        writer.later(INSERT, ("a",))


def test_a_slow_disk_slows_those_who_hand_in(writer, monkeypatch):
    monkeypatch.setattr("auditor.journal.writer._ROOM", 5)
    with busy(writer):
        threads, _ = told_in([lambda: [writer.later(INSERT, ("a",)) for _ in range(20)]])
        queued(writer, 5)
        assert threads[0].is_alive()
        assert len(writer._queue) == 5
    threads[0].join()
    assert writer.read("SELECT count(*) FROM rows") == [(20,)]


KILLED = """
import os, signal, sqlite3, sys, threading
from pathlib import Path
from auditor.journal.writer import Writer
path = Path(sys.argv[1])
db = sqlite3.connect(path, check_same_thread=False)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE rows (value TEXT NOT NULL)")
writer = Writer(db, path)
def write(name):
    for number in range(100_000):
        value = f"{name}-{number}"
        writer.durable("INSERT INTO rows VALUES (?)", (value,))
        os.write(1, f"{value}\\n".encode())
for name in range(8):
    threading.Thread(target=write, args=(name,)).start()
"""


def test_what_was_reported_as_written_survives_a_kill(path):
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        reported = [process.stdout.readline() for _ in range(400)]
        process.send_signal(signal.SIGKILL)
        reported += process.stdout.readlines()
    assert {line.strip() for line in reported if line.endswith("\n")} <= set(seen_by_another(path))
