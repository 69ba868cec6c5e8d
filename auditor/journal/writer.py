"""Group commit: one thread writes what many hand in, and commits once for all who wait.

A dedicated thread, because a commit costs a wait for the disk: while it waits, the rows of all other
threads gather and share the next one. It is also the one thread that no Ctrl-C can stop half-way.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from auditor.journal.failures import Explain, reported, run_file_error

T = TypeVar("T")
_ROOM = 10_000  # jobs that may wait: a writer slower than those who hand in slows them down


class _Job(Generic[T]):
    """Work for the thread; whoever waits for it waits for `done` (a lock is half the price of an Event)."""

    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Callable[[sqlite3.Connection], T], *, awaited: bool) -> None:
        self.work = work
        self.done = threading.Lock() if awaited else None
        self.result: T | None = None
        self.error: Exception | None = None
        if self.done:
            self.done.acquire()


class Writer:
    """Writes on a connection that nobody else uses meanwhile; all methods are safe from any thread.

    The first failure is final: what was not committed by then is taken back, everybody who waits gets
    the error, and so does every later call. `explain` makes the error that is raised (JournalError).
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, explain: Explain = run_file_error) -> None:
        connection.isolation_level = None  # BEGIN and COMMIT are said here, and nowhere else
        self._db, self._path, self._explain = connection, path, explain
        self._using = threading.Lock()
        self._changed = threading.Condition()
        self._queue: list[_Job[Any]] = []
        self._failure: Exception | None = None
        self._told = self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"writer of {path.name}", daemon=True)
        self._thread.start()

    def later(self, sql: str, values: Sequence[object] = ()) -> None:
        """Hand in a statement; it is on disk soon, after all that was handed in before it."""
        self.later_within(lambda db: db.execute(sql, values))

    def later_within(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Hand in work that writes several rows in one transaction; see `later` and `within`."""
        self._hand_in(_Job(work, awaited=False))

    def durable(self, sql: str, values: Sequence[object] = ()) -> None:
        """Execute a statement; it and all that was handed in before it are on disk when this returns."""
        self.within(lambda db: db.execute(sql, values))

    def within(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` returns: it decides and writes in one transaction, on disk when this returns.

        What `work` raises (but for SQLite's own errors) is raised here and hurts nobody else's work; it
        has to raise before it writes. It runs on the writer's thread and uses the connection alone: a
        call to this writer from within would wait for itself.
        """
        job = _Job(work, awaited=True)
        self._hand_in(job)
        assert job.done is not None
        job.done.acquire()
        if job.error is not None:
            raise self._explained(job.error)
        return job.result  # type: ignore[return-value]  # without an error there is a result

    def read(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return a query's rows; it sees everything that was handed in before."""
        if self._queue:
            self.flush()
        with self._using, reported(self._path, self._explain):
            return self._db.execute(query, values).fetchall()

    def flush(self) -> None:
        """Return when all that was handed in is on disk."""
        self.within(lambda _: None)

    def close(self) -> None:
        """Write what was handed in and end the thread; the connection is its owner's again.

        Raises the error that nobody was told of: rows handed in for later may have failed unseen.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        if self._failure is not None and not self._told:
            raise self._explained(self._failure)

    def _hand_in(self, job: _Job[Any]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: len(self._queue) < _ROOM or self._failure or self._closing)
            if self._failure is not None:
                raise self._explained(self._failure)
            if self._closing:
                raise self._explained(sqlite3.ProgrammingError("it is closed"))
            self._queue.append(job)
            self._changed.notify_all()

    def _explained(self, error: Exception) -> Exception:
        """Return the error as the user shall read it; an error that is not SQLite's stays what it is."""
        if error is self._failure:
            self._told = True
        return self._explain(self._path, error) if isinstance(error, sqlite3.Error) else error

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closing)
                if not self._queue:
                    return
            with self._using:  # taken first: a reader that finds the queue empty waits for these rows here
                batch = self._taken()
                failure = self._write(batch)
            self._finish(batch, failure)

    def _taken(self) -> list[_Job[Any]]:
        with self._changed:
            batch, self._queue = self._queue, []
            self._changed.notify_all()
            return batch

    def _write(self, batch: list[_Job[Any]]) -> Exception | None:
        """Return None when all of the batch is on disk, else what was raised; then nothing of it is."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for job in batch:
                self._perform(job)
            self._db.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
            with contextlib.suppress(sqlite3.Error):  # some errors have taken the transaction back already
                self._db.execute("ROLLBACK")
            return error
        return None

    def _perform(self, job: _Job[Any]) -> None:
        try:
            job.result = job.work(self._db)
        except sqlite3.Error:
            raise
        except Exception as error:
            if job.done is None:  # nobody waits who could be told
                raise
            job.error = error

    def _finish(self, batch: list[_Job[Any]], failure: Exception | None) -> None:
        if failure is not None:
            with self._changed:
                self._failure = failure
                batch += self._queue
                self._queue = []
                self._changed.notify_all()
        for job in batch:
            job.error = failure or job.error
            if job.done is not None:
                job.done.release()
