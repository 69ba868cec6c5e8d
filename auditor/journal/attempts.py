"""What the ledger remembers of an account: refused attempts, and attempts that nobody saw the end of."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from auditor.journal import codec
from auditor.model import Answer, Failure, Flow, Leg, Observed, Question, Vantage
from auditor.model.evidence import case as case_subject

UNKNOWN = "outcome_unknown"
SOURCE = "the attempt ledger"
_NANOSECONDS = 1_000_000_000


class Settled(StrEnum):
    """How an attempt ended, as far as later runs are concerned."""

    PROVEN = "the password is right"
    NOT_REFUSED = "the password is probably right"
    REFUSED_ACCOUNT = "refused: holds the account"
    REFUSED_CASE = "refused after the password had been proven: holds the case alone"
    NOTHING_LEFT = "no password left this machine"


@dataclass(frozen=True, slots=True)
class CredentialVersion:
    """A credential reference's scheme, and the version of what it refers to, which is no secret.

    Versions of one scheme sort by age as text. `file`: the file's modification time in nanoseconds since
    1970, 20 digits. `keyvault`: when the version was put there, in the same way, a slash, and the version's
    id. Where the store knows no versions it is a trace of the refused password
    (auditor.secrets.trace), or empty.
    """

    scheme: str = ""
    version: str = ""


def file_version(nanoseconds: int) -> str:
    """Return the version of a credential in a file, from the file's modification time."""
    return f"{nanoseconds:020d}"


def newer(earlier: CredentialVersion, earlier_at: datetime, now: CredentialVersion) -> bool:
    """Return whether a credential has changed since an attempt; false where nobody can tell."""
    if earlier.scheme == now.scheme and earlier.version and now.version:
        return now.version > earlier.version
    when = now.version.partition("/")[0]
    if now.scheme in {"file", "keyvault"} and when.isdecimal():
        return int(when) > earlier_at.timestamp() * _NANOSECONDS
    return False


@dataclass(frozen=True, slots=True)
class Earlier:
    """An attempt of an earlier run that speaks against another one.

    `id` is never given to another attempt. `ended` is false where its run never said how it ended: it
    may have reached the service, so its evidence reads as a broken connection and its outcome is
    `outcome_unknown`. `whole_account` is false where the run had proven the password right before.
    """

    id: int
    account: str
    case: str
    run: str
    evidence: Observed
    outcome: str
    credential: CredentialVersion
    whole_account: bool
    ended: bool

    def holds(self, case: str) -> bool:
        """Return whether it speaks against sending this case's password."""
        return self.whole_account or self.case == case

    def outdated_by(self, now: CredentialVersion) -> bool:
        """Return whether the credential has changed since."""
        return newer(self.credential, self.evidence.at, now)


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run that the ledger was told of: where its file was then."""

    id: str
    path: Path
    started: datetime
    source: str


def moment(at: datetime) -> str:
    """Return a time in UTC as text that sorts by age."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def vantage_out(vantage: Vantage) -> str:
    """Return a vantage as JSON."""
    return codec.dump([vantage.label, vantage.address])


def earlier_in(row: tuple[Any, ...]) -> Earlier:
    """Return an attempt from its row; raises ValueError, KeyError or TypeError for what is none."""
    number, account, case, run, at, vantage, scheme, version, outcome, whole, evidence = row
    if evidence is None:
        seen, outcome = (
            _unended(case, run, datetime.fromisoformat(at), Vantage(*json.loads(vantage))),
            UNKNOWN,
        )
    else:
        seen = _observed(case, evidence)
    credential = CredentialVersion(scheme, version)
    return Earlier(
        number, account, case, run, seen, outcome, credential, bool(whole), ended=evidence is not None
    )


def _observed(case: str, text: str) -> Observed:
    seen = codec.evidence_in("case", case, Question.PASSWORD, text)
    if not isinstance(seen, Observed):
        raise TypeError("an attempt without an answer")
    return seen


def _unended(case: str, run: str, at: datetime, vantage: Vantage) -> Observed:
    answer = Answer(
        Flow.ROPC,
        Leg.TOKEN,
        failure=Failure.RESET,
        sent=True,
        text=f"Run {run} was about to send this password and never said how it ended.",
    )
    return Observed(case_subject(case), Question.PASSWORD, at, SOURCE, vantage, answer)
