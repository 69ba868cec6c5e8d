"""The attempt ledger: which accounts a password was refused for, so that no later run repeats it.

One SQLite file for all runs of a user. Whoever wants to send a password writes that down here first, in one
transaction with the look at what others wrote: of two auditors at once, one sends. It holds no password
and nothing that one could be recovered from; of a credential reference its scheme and version.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from auditor.errors import HeldElsewhere
from auditor.journal import codec
from auditor.journal.attempts import (
    CredentialVersion,
    Earlier,
    KnownRun,
    Settled,
    earlier_in,
    moment,
    vantage_out,
)
from auditor.journal.failures import reported
from auditor.journal.ledger_file import connect, damaged, default_path, identify, ledger_error, make
from auditor.journal.lock import being_written
from auditor.journal.writer import Writer
from auditor.model import Observed, Vantage

_OF_ACCOUNT = "SELECT * FROM attempts WHERE account = ?"
_OF_ACCOUNTS = "SELECT * FROM attempts WHERE account IN (SELECT value FROM json_each(?))"
_UNENDED = "SELECT * FROM attempts WHERE run = ? AND evidence IS NULL ORDER BY id"
_INTEND = """
INSERT INTO attempts (account, "case", run, at, vantage, scheme, version) VALUES (?, ?, ?, ?, ?, ?, ?)"""
_CREDENTIAL = """
SELECT scheme, version FROM attempts
WHERE account = ? AND "case" = ? AND run = ? AND evidence IS NULL ORDER BY id DESC"""
_TELL = """
UPDATE attempts SET scheme = ?, version = ?
WHERE account = ? AND "case" = ? AND run = ? AND evidence IS NULL AND version = ''"""
_REFUSE = "INSERT INTO attempts VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_FORGET_INTENT = """
DELETE FROM attempts WHERE account = ? AND "case" = ? AND run = ? AND evidence IS NULL"""
# A run that is resumed late says nothing of what others saw after it.
_FORGET_CASE = 'DELETE FROM attempts WHERE account = ? AND "case" = ? AND at <= ?'
_FORGET_ACCOUNT = 'DELETE FROM attempts WHERE account = ? AND ("case" = ? OR whole) AND at <= ?'


class Ledger:
    """An open ledger; all methods are safe from any thread, and raise LedgerError."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, alive: Callable[[Path], bool] = being_written
    ) -> None:
        self.path = path
        self._db = connection
        self._alive = alive
        self._writer = Writer(connection, path, ledger_error)

    @classmethod
    def open(cls, path: Path | None = None) -> "Ledger":
        """Return the ledger in a file, made if there is none; without a path that of the user.

        Raises NotALedger for a file that is something else, LedgerError for one that cannot be used.
        """
        found = path or default_path()
        if not os.path.exists(found):  # noqa: PTH110 - Path.exists raises where the folder may not be read
            make(found)
        identify(found)
        return cls(found, connect(found))

    @classmethod
    def existing(cls, path: Path | None = None) -> "Ledger | None":
        """Return the ledger in a file if there is one; raises as `open` does."""
        return cls.open(path) if os.path.exists(path or default_path()) else None  # noqa: PTH110 - as above

    def refusals(self, account: str) -> tuple[Earlier, ...]:
        """Return what speaks against sending an account's password again, newest first."""
        return self.held([account]).get(account.lower(), ())

    def held(self, accounts: Iterable[str]) -> dict[str, tuple[Earlier, ...]]:
        """Return the same for many accounts, by lower-case UPN; those without any are absent."""
        wanted = json.dumps(sorted({account.lower() for account in accounts}))
        found = [self._earlier(row) for row in self._writer.read(_OF_ACCOUNTS, (wanted,))]
        found.sort(key=lambda one: (one.evidence.at, one.id), reverse=True)
        found.sort(key=attrgetter("account"))
        return {name: tuple(group) for name, group in groupby(found, attrgetter("account"))}

    def unended(self, run: str) -> tuple[Earlier, ...]:
        """Return the attempts of a run of which it never said how they ended, oldest first."""
        return tuple(self._earlier(row) for row in self._writer.read(_UNENDED, (run,)))

    def intend(
        self,
        account: str,
        case: str,
        run: str,
        credential: CredentialVersion,
        at: datetime,
        vantage: Vantage,
        released: Collection[int] = (),
    ) -> None:
        """Write down that a password is about to be sent; on disk when this returns.

        `released` are the ids of earlier attempts that the operator, or a newer credential, lets pass.
        Raises HeldElsewhere where any other attempt speaks against it, or a living run has the account
        under way: then nothing is written, and the password must not be sent.
        """
        name = account.lower()
        row = (
            name,
            case,
            run,
            moment(at),
            vantage_out(vantage),
            credential.scheme,
            credential.version,
        )

        def work(db: sqlite3.Connection) -> None:
            self._look(db, name, case, run, frozenset(released))
            db.execute(_INTEND, row)

        self._writer.within(work)

    def settle(
        self,
        account: str,
        case: str,
        run: str,
        evidence: Observed,
        outcome: str,
        kind: Settled,
        credential: CredentialVersion | None = None,
    ) -> None:
        """Write down how an attempt ended; on disk soon, and with the next intent at the latest.

        Until then it counts as one whose outcome is unknown, which holds the account. A `credential` tells
        what the intent did not know of the password that was sent.
        """
        name = account.lower()
        if kind in {Settled.REFUSED_ACCOUNT, Settled.REFUSED_CASE}:
            whole = kind is Settled.REFUSED_ACCOUNT
            if credential is not None:
                self._writer.later(_TELL, (credential.scheme, credential.version, name, case, run))
            self._writer.later_within(partial(_refuse, name, case, run, evidence, outcome, whole))
            return
        self._writer.later(_FORGET_INTENT, (name, case, run))
        if kind is not Settled.NOTHING_LEFT:
            self._writer.later(_FORGET_ACCOUNT, (name, case, moment(evidence.at)))

    def register(self, run: str, path: Path, started: datetime, source: str) -> None:
        """Remember where a run's file is, for `auditor runs` and to know whether its process lives."""
        row = (run, str(path.absolute()), moment(started), source)
        self._writer.durable(
            "INSERT OR REPLACE INTO runs (id, path, started, source) VALUES (?, ?, ?, ?)", row
        )

    def known(self) -> tuple[KnownRun, ...]:
        """Return the runs that were registered, newest first."""
        rows = self._writer.read("SELECT id, path, started, source FROM runs ORDER BY started DESC, id")
        with damaged(self.path):
            return tuple(KnownRun(run, Path(p), datetime.fromisoformat(at), s) for run, p, at, s in rows)

    def flush(self) -> None:
        """Return when everything that was settled is on disk."""
        self._writer.flush()

    def close(self) -> None:
        """Write everything down and close the file."""
        try:
            self._writer.close()
        finally:
            with reported(self.path, ledger_error):
                self._db.close()

    def _earlier(self, row: tuple[Any, ...]) -> Earlier:
        with damaged(self.path):
            return earlier_in(row)

    def _look(
        self, db: sqlite3.Connection, account: str, case: str, run: str, released: frozenset[int]
    ) -> None:
        """Raise HeldElsewhere where an attempt speaks against another one."""
        for one in [self._earlier(row) for row in db.execute(_OF_ACCOUNT, (account,))]:
            if not one.ended and one.run != run and self._lives(db, one.run):
                raise HeldElsewhere(
                    f"run {one.run} is sending a password of {account} now", "wait until it has ended"
                )
            if one.holds(case) and one.id not in released:
                raise HeldElsewhere(
                    f"run {one.run} already sent a password of {account}: {one.outcome}",
                    "a later run does not repeat it unless --retry names the account",
                )

    def _lives(self, db: sqlite3.Connection, run: str) -> bool:
        found = db.execute("SELECT path FROM runs WHERE id = ?", (run,)).fetchone()
        return found is not None and self._alive(Path(found[0]))


def _refuse(
    account: str,
    case: str,
    run: str,
    evidence: Observed,
    outcome: str,
    whole: bool,  # noqa: FBT001 - a column of the row
    db: sqlite3.Connection,
) -> None:
    """Put a refusal in the place of what was known of the case."""
    scheme, version = db.execute(_CREDENTIAL, (account, case, run)).fetchone() or ("", "")
    at, vantage = moment(evidence.at), vantage_out(evidence.vantage)
    db.execute(_FORGET_INTENT, (account, case, run))
    db.execute(_FORGET_CASE, (account, case, at))
    seen = codec.evidence_out(evidence)
    db.execute(_REFUSE, (account, case, run, at, vantage, scheme, version, outcome, whole, seen))
