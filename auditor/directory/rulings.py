"""What evaluation says: of one condition, of one policy, of all of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from auditor.directory.logic import all_of, negated
from auditor.directory.policies import Policy, State
from auditor.model import Truth


class Kind(StrEnum):
    """What an exclusion is made by."""

    USER = "user"
    GROUP = "group"
    ROLE = "role"
    GUESTS = "guests"
    APP = "app"
    LOCATION = "location"
    PLATFORM = "platform"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One exclusion that fits a sign-in, by the name that people know."""

    kind: Kind
    id: str
    name: str

    def __str__(self) -> str:
        """Return it as reports print it."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether one condition is met; `taken`: without exclusions; `why` explains what does not hold."""

    truth: Truth
    taken: Truth
    exclusions: tuple[Exclusion, ...] = ()
    why: str = ""


MET = Ruling(Truth.HOLDS, Truth.HOLDS)


def fails(why: str) -> Ruling:
    """Return that a condition is not met."""
    return Ruling(Truth.FAILS, Truth.FAILS, (), why)


def opened(why: str) -> Ruling:
    """Return that nobody can tell whether a condition is met."""
    return Ruling(Truth.UNANSWERED, Truth.UNANSWERED, (), why)


def ruled(taken: Truth, left_out: Truth, exclusions: tuple[Exclusion, ...], about: str) -> Ruling:
    """Return the ruling on a condition with two sides; `about` names it in the reason."""
    truth = all_of((taken, negated(left_out)))
    if truth is Truth.HOLDS:
        return MET
    if truth is Truth.UNANSWERED:
        return Ruling(truth, taken, exclusions, f"not known whether it is about {about}")
    named = ", ".join(map(str, exclusions))
    return Ruling(truth, taken, exclusions, f"leaves out {named}" if named else f"is not about {about}")


class Effects(NamedTuple):
    """What a policy does to a sign-in: blocks it, demands MFA, stands in the way of a password alone."""

    blocks: Truth
    mfa: Truth
    stands: Truth


SILENT = Effects(Truth.FAILS, Truth.FAILS, Truth.FAILS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one policy means for a sign-in.

    `applies`: it is met and enforced. `scope`: its conditions are met, enforced or not. `but_for_exclusions`:
    they would be if nothing were left out; `exclusions` are those that fit. `effects`: what it does, given
    that it applies or not. `password`: whether a password alone meets its demand. `why`: the conditions that
    decide.
    """

    policy: Policy
    applies: Truth
    scope: Truth
    but_for_exclusions: Truth
    exclusions: tuple[Exclusion, ...]
    password: Truth
    effects: Effects
    why: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the policy's name."""
        return self.policy.name

    @property
    def would_apply(self) -> bool:
        """Return whether a report-only policy would apply, or may, if it were on."""
        return self.policy.state is State.REPORT_ONLY and self.scope is not Truth.FAILS


@dataclass(frozen=True, slots=True)
class Answer:
    """One question about a sign-in: the answer, what it follows from, and what leaves it open.

    `by` names the policies or settings that make it hold (for `password`: that stand in the way), `perhaps`
    those that may; `why` says what could not be looked at.
    """

    truth: Truth
    by: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """A policy that would stand in a password's way but for exclusions; all that fit are named."""

    policy: str
    policy_id: str
    exclusions: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """What a directory demands of one sign-in.

    What is `by_policies` is about Conditional Access alone; `blocked`, `mfa` and `password` count security
    defaults and the user's own MFA state as well. MFA is required where there is no other way; `password`
    says whether user and password alone are let through, as far as the directory decides. `exemptions` are
    sure.
    """

    verdicts: tuple[Verdict, ...]
    blocked_by_policies: Answer
    mfa_by_policies: Answer
    password_by_policies: Answer
    mfa_by_defaults: Answer
    mfa_by_user_state: Answer
    blocked: Answer
    mfa: Answer
    password: Answer
    exemptions: tuple[Exemption, ...]
