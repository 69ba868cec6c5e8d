"""The seams: what one room asks of another without importing it."""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from auditor.model.cases import CaseKey
    from auditor.model.evidence import Answer, Evidence
    from auditor.model.judgement import Reading
    from auditor.model.words import Why


class SecretRef(Protocol):
    """A reference to a credential. Its text is never shown; `scheme` may be."""

    @property
    def scheme(self) -> str:
        """Return the scheme: env, file, prompt, keyring, keyvault, or plaintext."""
        ...


class Interpret(Protocol):
    """What an answer means; pure. `realm` is the account's (managed, federated, unknown, personal, "")."""

    def __call__(self, answer: "Answer", realm: str = "") -> "Reading":
        """Return the reading; never raises on anything that came from outside."""
        ...


class Refusal(NamedTuple):
    """Why a password may not be sent now: the reason, and what completes it for people."""

    why: "Why"
    detail: str


class SubmissionGate(Protocol):
    """The one place that lets a password out: one submission per account and run, breaker, pacing."""

    def submission(self, key: "CaseKey", tenant: str, host: str = "") -> "AbstractContextManager[Turn]":
        """Wait for a turn to submit for a case, at a federation host if there is one; it may be refused."""
        ...


class Turn(Protocol):
    """A granted (or refused) turn. The intent is journalled before it is granted."""

    @property
    def refused(self) -> "Refusal | None":
        """Return why not, or None when the password may be sent, once."""
        ...

    @property
    def proven(self) -> bool:
        """Return whether this run had already seen the account's password to be right."""
        ...

    def outcome(self, reading: "Reading", *, sent: bool, retry_after: float | None = None) -> None:
        """Tell the gate how it went, whether a password left at all, and how many seconds to rest.

        A turn that ends without an outcome counts as a refusal.
        """
        ...


class Progress(Protocol):
    """Who wants to know how far the run is."""

    def stage(self, name: str, total: int) -> None:
        """Begin a stage of so many steps."""
        ...

    def step(self, note: str = "", verdict: str = "") -> None:
        """Say that one step of the stage is done, and with which ROPC verdict if it has one."""
        ...

    def say(self, text: str) -> None:
        """Tell the operator something that cannot wait for the report."""
        ...


class Ask(Protocol):
    """Questions to the operator."""

    @property
    def present(self) -> bool:
        """Return whether there is anybody to ask."""
        ...

    def agree(self, tenants: "Sequence[str]", hosts: "Sequence[str]") -> bool:
        """Return whether the operator owns these tenants and federation hosts."""
        ...

    def password(self, account: str) -> str:
        """Return a password typed for an account; raises SecretError where nobody can be asked."""
        ...


class Step(StrEnum):
    """What the operator wants next, where people sign in one after another."""

    GO = "go"
    SKIP = "skip"
    STOP = "stop"
    RETRY = "retry"


class Person(NamedTuple):
    """Who is to sign in where: account, app, environment; which of how many sign-ins it is."""

    account: str
    app: str
    environment: str
    number: int
    total: int


class Invitation(NamedTuple):
    """A code that a person enters on a page, and until when (aware). What redeems it is not in here."""

    person: Person
    page: str
    code: str
    until: "datetime"


class Usher(Protocol):
    """Who leads people through interactive sign-ins."""

    @property
    def present(self) -> bool:
        """Return whether there is anybody to lead them."""
        ...

    def ready(self, person: Person) -> Step:
        """Say who is next, and return GO, SKIP or STOP."""
        ...

    def again(self, person: Person, said: str) -> Step:
        """Say why a sign-in came to nothing, and return RETRY, SKIP (go on without) or STOP."""
        ...

    def tell(self, text: str) -> None:
        """Say something about the sign-in that is under way."""
        ...

    def invited(self, invitations: "Sequence[Invitation]") -> "AbstractContextManager[object]":
        """Show who must enter which code where while the block lasts; nothing of it stays afterwards."""
        ...


class EvidenceSink(Protocol):
    """Where evidence goes as it is collected."""

    def record(self, evidence: "Evidence") -> None:
        """Keep one piece of evidence."""
        ...
