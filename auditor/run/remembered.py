"""What earlier runs were told: a refused attempt is not repeated until somebody says so (issue 4)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Protocol, TypeAlias, TypeVar

from auditor.errors import HeldElsewhere
from auditor.gate import LOCKOUTS
from auditor.journal import Journal
from auditor.journal.attempts import CredentialVersion, Earlier, Settled
from auditor.journal.ledger import Ledger
from auditor.model import Case, CaseKey, Evidence, Mark, Observed, Question, Reading, Refusal, Vantage, Why
from auditor.model import evidence as about
from auditor.probes.interface import Outlook
from auditor.run.interface import Retry
from auditor.run.shards import Shard
from auditor.secrets import VERSIONED, Reference, Resolver, Secret, differs, is_trace, trace_of

T = TypeVar("T")
_REFUSED = {Settled.REFUSED_ACCOUNT, Settled.REFUSED_CASE}


Look: TypeAlias = Callable[[Case], Secret | None]
"""The password that would be sent for a case now; None where it cannot be had."""


def unseen(case: Case) -> Secret | None:  # noqa: ARG001 - the signature of a Look
    """Return that nobody looks."""
    return None


class Memory(Protocol):
    """What is known of earlier attempts, and where this run's are written down."""

    def held(self, cases: Sequence[Case], look: Look = unseen) -> "Iterator[tuple[Case, Earlier]]":
        """Yield the cases whose password is not sent, each with the earlier attempt that forbids it.

        `look` decides whether a refused password has been changed since; unseen, it holds as it was.
        """
        ...

    def intend(self, key: CaseKey, at: datetime, vantage: Vantage) -> Refusal | None:
        """Write down that a password is about to be sent; a refusal where it must not be."""
        ...

    def settle(
        self, case: Case, evidence: Observed, reading: Reading, secret: Secret, *, proven: bool
    ) -> None:
        """Write down how sending a secret ended; `proven`: this run had already seen it to be right."""
        ...

    def recall(self, journal: Journal) -> None:
        """Bring a broken run's file in line with the attempts that were written down here."""
        ...

    def reconcile(self, journal: Journal, readings: Mapping[str, Reading]) -> None:
        """Bring what a broken run left open in line with its run file."""
        ...


class Nothing:
    """No memory: for simulated runs, where nobody can be locked out."""

    def held(self, cases: Sequence[Case], look: Look = unseen) -> "Iterator[tuple[Case, Earlier]]":  # noqa: ARG002 - the seam's signature
        """Hold nothing."""
        return iter(())

    def intend(self, key: CaseKey, at: datetime, vantage: Vantage) -> Refusal | None:
        """Let everything pass."""

    def settle(
        self, case: Case, evidence: Observed, reading: Reading, secret: Secret, *, proven: bool
    ) -> None:
        """Forget."""

    def recall(self, journal: Journal) -> None:
        """Do nothing."""

    def reconcile(self, journal: Journal, readings: Mapping[str, Reading]) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Remembered:
    """Memory in the ledger, for one run."""

    ledger: Ledger
    run: str
    retry: Retry
    resolver: Resolver
    _released: dict[str, frozenset[int]] = field(default_factory=dict)
    _references: dict[CaseKey, Reference] = field(default_factory=dict)

    def held(self, cases: Sequence[Case], look: Look = unseen) -> Iterator[tuple[Case, Earlier]]:
        """See Memory; what this run itself was told is the gate's business."""
        self._references = {
            case.key: case.credential
            for case in cases
            if isinstance(case.credential, Reference) and case.credential.scheme in VERSIONED
        }
        for some in _chunks(cases):
            found = self.ledger.held({case.account_id for case in some})
            for case in some:
                against = self._against(case, found.get(case.account_id, ()), look)
                if against is not None:
                    yield case, against

    def _against(self, case: Case, known: Iterable[Earlier], look: Look) -> Earlier | None:
        """Return the newest attempt that speaks against a submission; remember those that may be repeated."""
        earlier = [one for one in known if one.run != self.run]
        if not earlier:
            return None
        key, account = case.key, case.account_id
        version = self._version(key)
        released = {one.id for one in earlier if self._passes(one, version) or _changed(one, case, look)}
        self._released[account] = self._released.get(account, frozenset()) | released
        return next((one for one in earlier if one.id not in released and one.holds(str(key))), None)

    def intend(self, key: CaseKey, at: datetime, vantage: Vantage) -> Refusal | None:
        """See Memory."""
        released = self._released.get(key.account, frozenset())
        try:
            self.ledger.intend(key.account, str(key), self.run, self._version(key), at, vantage, released)
        except HeldElsewhere as error:
            return Refusal(Why.HELD_BACK, str(error))
        return None

    def settle(
        self, case: Case, evidence: Observed, reading: Reading, secret: Secret, *, proven: bool
    ) -> None:
        """See Memory; of a refused password whose store knows no versions a trace is kept."""
        kind = _kind(evidence, reading, proven=proven)
        credential = None
        if kind in _REFUSED and case.credential is not None and not self._version(case.key).version:
            credential = CredentialVersion(case.credential.scheme, trace_of(secret))
        key = case.key
        self.ledger.settle(key.account, str(key), self.run, evidence, reading.outcome, kind, credential)

    def recall(self, journal: Journal) -> None:
        """See Memory; a run file may be an older copy, or have lost its last rows: it proves no rest."""
        for one in self.ledger.unended(self.run):
            if journal.intended(one.case) is None:
                journal.intend(one.account, one.case, one.evidence.at)

    def reconcile(self, journal: Journal, readings: Mapping[str, Reading]) -> None:
        """See Memory."""
        for one in self.ledger.unended(self.run):
            for seen in journal.about(about.case(one.case)):
                if seen.question is Question.PASSWORD and isinstance(seen, Observed):
                    reading = readings[one.case]
                    kind = _kind(seen, reading, proven=False)
                    self.ledger.settle(one.account, one.case, self.run, seen, reading.outcome, kind)
        self.ledger.flush()

    def _passes(self, one: Earlier, version: CredentialVersion) -> bool:
        return self.retry.releases(one.account) or one.outdated_by(version)

    def _version(self, key: CaseKey) -> CredentialVersion:
        reference = self._references.get(key)
        if reference is None:
            return CredentialVersion()
        return CredentialVersion(reference.scheme, self.resolver.version(reference))


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield items a thousand at a time: what the ledger knows of them is not held for all at once."""
    source = iter(items)
    while some := list(islice(source, 1_000)):
        yield some


def _changed(one: Earlier, case: Case, look: Look) -> bool:
    """Return whether another password than the refused one would be sent now; false if nobody can tell."""
    if not is_trace(one.credential.version):
        return False
    secret = look(case)
    return secret is not None and differs(one.credential.version, secret)


def _kind(evidence: Observed, reading: Reading, *, proven: bool) -> Settled:
    answer = evidence.answer
    return settled(reading, sent=answer.sent, failed=answer.failure is not None, proven=proven)


def settled(reading: Reading, *, sent: bool, failed: bool, proven: bool) -> Settled:
    """Return what an answer means for later runs.

    After the password was proven right in the same run, a reply that says nothing of it holds its case
    alone: it was about the application or the environment. Lockouts and lost replies hold the account.
    """
    if not sent:
        return Settled.NOTHING_LEFT
    if reading.mark is Mark.RIGHT:
        return Settled.PROVEN
    if reading.mark is Mark.PROBABLY_RIGHT:
        return Settled.NOT_REFUSED
    about_the_account = reading.mark is Mark.WRONG or reading.outcome in LOCKOUTS or failed
    return Settled.REFUSED_CASE if proven and not about_the_account else Settled.REFUSED_ACCOUNT


def held_back(outlook: Outlook, case: Case, earlier: Earlier) -> list[Evidence]:
    """Return the slots of a case whose password is not sent again: its earlier answer, with its date.

    The answer to another case of the account says nothing about this one; it is the reason for not asking.
    """
    subject = about.case(case.key)
    after = [
        outlook.could_not_look(subject, question, Why.NO_TOKEN)
        for question in (Question.WHOAMI, Question.TABLE)
    ]
    if earlier.case == str(case.key):
        details = {**earlier.evidence.details, "held_back": earlier.run}
        return [replace(earlier.evidence, subject=subject, details=details), *after]
    detail = f"{earlier.outcome} on {earlier.evidence.at:%Y-%m-%d}, see case {earlier.case}"
    return [outlook.could_not_look(subject, Question.PASSWORD, Why.HELD_BACK, detail), *after]


def named_nowhere(retry: Retry, cases: Iterable[Case], shard: Shard | None = None) -> list[str]:
    """Return the accounts to try again that the inventory does not hold: a slip, as a rule.

    Of a shard only those that belong there; the others are another machine's.
    """
    missing = retry.accounts - {case.account_id for case in cases}
    return sorted(name for name in missing if shard is None or shard.holds(name))
