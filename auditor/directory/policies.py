"""A Conditional Access policy as the directory holds it: whom, what, when, and what it demands.

Ids and words (`all`, `none`, `alltrusted`, `office365`, `guestsorexternalusers`) are in lower case. An empty
set means that the condition is not configured. Words we do not know are kept: they make an answer unknown,
never "does not apply". Source: Microsoft Graph, conditionalAccessPolicy and the types it is made of.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from auditor.model import Truth

ALL = "all"
NONE = "none"
ALL_TRUSTED = "alltrusted"
EVERY_GUEST = "guestsorexternalusers"


_KNOWN_STARTS = (ALL, "office", "microsoft")


def looks_like_id(word: str) -> bool:
    """Return whether a word is an object's id rather than a word with a meaning of its own.

    Ids are GUIDs; words such as `AllTrusted` have neither digits nor hyphens, or begin as known ones do.
    """
    return not word.isalpha() and not word.startswith(_KNOWN_STARTS)


class State(StrEnum):
    """What a policy's switch says. Only `ENABLED` is enforced."""

    ENABLED = "enabled"
    REPORT_ONLY = "report-only"
    DISABLED = "disabled"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """Whether what a filter matches is taken in or left out."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    UNKNOWN = "unknown"


class Operator(StrEnum):
    """How the controls of a policy go together."""

    AND = "and"
    OR = "or"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a condition takes in and what it leaves out; leaving out wins."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    @property
    def configured(self) -> bool:
        """Return whether anything is chosen at all."""
        return bool(self.include or self.exclude)


@dataclass(frozen=True, slots=True)
class Guests:
    """Kinds of guests and external users, in lower case, and their home tenants; None means all tenants.

    `tenants_known` is False where the tenants are chosen in a way that we do not know.
    """

    types: frozenset[str]
    tenants: frozenset[str] | None = None
    tenants_known: bool = True


@dataclass(frozen=True, slots=True)
class Filter:
    """A rule over devices or over custom attributes of apps, in the directory's own language."""

    mode: Mode
    rule: str


@dataclass(frozen=True, slots=True)
class People:
    """Whom a policy is about. A user counts who is taken in by any part and left out by none.

    `unknown` says what may take in or leave out others: properties that we do not know.
    """

    users: Choice = Choice()
    groups: Choice = Choice()
    roles: Choice = Choice()
    guests: Guests | None = None
    guests_left_out: Guests | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Targets:
    """What a policy guards: resources by app id or word, user actions, or authentication contexts.

    `unknown` says what may take in or leave out others: properties that we do not know.
    """

    apps: Choice = Choice()
    filter: Filter | None = None
    actions: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a policy applies. `others` are conditions that we do not know, by name.

    `workload`: the policy is about service principals. `flows`: the transfer methods it is limited to.
    """

    people: People = People()
    targets: Targets = Targets()
    client_types: frozenset[str] = frozenset()
    locations: Choice = Choice()
    platforms: Choice = Choice()
    devices: Filter | None = None
    device_states: Choice = Choice()
    user_risk: frozenset[str] = frozenset()
    sign_in_risk: frozenset[str] = frozenset()
    insider_risk: frozenset[str] = frozenset()
    flows: frozenset[str] = frozenset()
    workload: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Strength:
    """An authentication strength: whether only MFA satisfies it, and whether a password alone does."""

    id: str
    name: str
    mfa: Truth = Truth.UNANSWERED
    password: Truth = Truth.UNANSWERED


@dataclass(frozen=True, slots=True)
class Demand:
    """What a policy demands once it applies; nothing at all where only session controls are set.

    `controls` are the built-in ones in lower case; `terms` and `custom` are ids. `told` is False where the
    export left the demand out: then nobody knows what it is.
    """

    operator: Operator = Operator.AND
    controls: frozenset[str] = frozenset()
    strength: Strength | None = None
    terms: frozenset[str] = frozenset()
    custom: frozenset[str] = frozenset()
    told: bool = True

    @property
    def nothing(self) -> bool:
        """Return whether the policy demands nothing of a sign-in."""
        return self.told and not (self.controls or self.strength or self.terms or self.custom)


@dataclass(frozen=True, slots=True)
class Policy:
    """One Conditional Access policy."""

    id: str
    name: str
    state: State
    conditions: Conditions = field(default_factory=Conditions)
    demand: Demand = field(default_factory=Demand)
