"""What a directory lets in: the password grant of an account, and its sign-in on a page, each in one word.

`mfa` and `blocked` mean that it is certain; where a further policy may block what is refused for MFA already,
the sentence beside the word says so. `allowed` means that nothing is left open: no policy, setting or state
that could not be looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.directory.access import Evaluator
from auditor.directory.accounts import UNKNOWN
from auditor.directory.defaults import USER_STATE
from auditor.directory.locations import NOWHERE, Place
from auditor.directory.policies import State
from auditor.directory.rulings import Access, Answer, Verdict
from auditor.directory.signins import DATAVERSE, ClientType, Flow, SignIn
from auditor.directory.snapshot import Known, Missing, Part, Snapshot
from auditor.directory.spot_checks import SpotChecks
from auditor.model import Detail, Truth

ALLOWED, MFA, BLOCKED, UNMET = "allowed", "mfa", "blocked", "unmet"
_SHOWN = 6
_PARTS = tuple(f"{part}: " for part in Part)
_NO_RISK = "none"
_WORDS = {Truth.HOLDS: "yes", Truth.FAILS: "no", Truth.UNANSWERED: UNKNOWN}
_PAGES = {ClientType.DESKTOP: "in an app of its own", ClientType.BROWSER: "in a browser"}


@dataclass(frozen=True, slots=True)
class Entrance:
    """One way in: a word, the policies or settings that lead to it, and what is left open."""

    word: str
    by: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """Return what is left open as one text."""
        return listed(self.open)


def listed(reasons: Sequence[str]) -> str:
    """Return reasons as one text, the first few and how many more there are."""
    more = [f"and {len(reasons) - _SHOWN} more"] if len(reasons) > _SHOWN else []
    return "; ".join([*reasons[:_SHOWN], *more])


def entrance(access: Access) -> Entrance:
    """Return what an access comes to. A block counts before MFA, and MFA before what else is demanded."""
    if access.blocked.truth is Truth.HOLDS:
        return Entrance(BLOCKED, _names(access.blocked))
    if access.mfa.truth is Truth.HOLDS:
        return Entrance(MFA, _names(access.mfa), _open(access.blocked))
    if access.password.truth is Truth.FAILS:
        return Entrance(UNMET, _names(access.password), _open(access.blocked, access.mfa))
    opened = _open(access.blocked, access.mfa, access.password)
    return Entrance(UNKNOWN, (), opened) if opened else Entrance(ALLOWED)


def _names(answer: Answer) -> tuple[str, ...]:
    """Return the policies and settings behind an answer, each once; a user's own state without its value."""
    return tuple(dict.fromkeys(USER_STATE if n.startswith(f"{USER_STATE} (") else n for n in answer.by))


def _open(*answers: Answer) -> tuple[str, ...]:
    """Return what leaves answers open, each reason once, whole parts that were not read before others.

    Policies that the same leaves open stand in one line; an open answer without a reason says so.
    """
    found: dict[str, dict[str, None]] = {}
    for answer in answers:
        if answer.truth is Truth.UNANSWERED:
            for text in answer.why or ("it does not follow from what was read",):
                name = next((name for name in answer.perhaps if text.startswith(f"{name}: ")), "")
                found.setdefault(text[len(name) + 2 :] if name else text, {})[name] = None
    lines = (f"{', '.join(names)}: {text}" if any(names) else text for text, names in found.items())
    return tuple(sorted(lines, key=lambda text: not text.startswith(_PARTS)))


class Entrances:
    """The ways into Dataverse for the accounts of one directory, from one place."""

    def __init__(self, snapshot: Snapshot, place: Place = NOWHERE, label: str = "") -> None:
        self._evaluator = Evaluator(snapshot)
        self.checks = SpotChecks(snapshot.spot_checks, self._evaluator)
        self._place, self._label = place, label
        parts = {part: snapshot.part(part) for part in Part}
        self._missing = [f"{part}: {one}" for part, one in parts.items() if isinstance(one, Missing)]
        part = snapshot.security_defaults
        self._defaults = ("on" if part.value else "off") if isinstance(part, Known) else UNKNOWN

    def details(self, user_id: str, *, attended: bool) -> Mapping[str, Detail]:
        """Return what is said of a user's sign-ins (`model.evidence`, directory access).

        `attended` says that somebody signs in on a page: report-only policies are looked at for that.
        """
        password = self._access(user_id, ClientType.DESKTOP, Flow.PASSWORD)
        pages = {client: self._access(user_id, client, Flow.CODE) for client in _PAGES}
        ropc, page = entrance(password), _joined({client: entrance(one) for client, one in pages.items()})
        watched = list(pages.values()) if attended else [password]
        return {
            "ropc": ropc.word,
            "ropc_by": ropc.by,
            "ropc_why": ropc.why,
            "ropc_perhaps": _perhaps(password),
            "ropc_mfa": _WORDS[password.mfa.truth],
            "ropc_without_risk": self._at_ease(user_id) if ropc.word == UNKNOWN else ropc.word,
            "ropc_exclusion": _exclusions(password),
            "interactive": page.word,
            "interactive_by": page.by,
            "interactive_why": page.why,
            "report_only": _in_trial(watched),
            "security_defaults": self._defaults,
            "location_used": self._label if self._located([password, *pages.values()]) else "",
            "what_if_asked": self.checks.asked(user_id),
            "what_if": tuple(str(one) for one in self.checks.of(user_id)),
            "unread": self._unread((*ropc.open, *page.open)),
        }

    def _unread(self, reasons: Sequence[str]) -> tuple[str, ...]:
        """Return reasons, each once, and the parts whose absence stands behind a reason about policies."""
        behind = (text for text in self._missing if any(text in reason for reason in reasons))
        return tuple(dict.fromkeys((*reasons, *behind)))

    def _at_ease(self, user_id: str) -> str:
        """Return what the password grant comes to where nothing is at risk: what is sure stays as it is."""
        return entrance(self._access(user_id, ClientType.DESKTOP, Flow.PASSWORD, _NO_RISK)).word

    def nobody(self, why: str) -> Mapping[str, Detail]:
        """Return what is said of the sign-ins of an account that is not known: nothing, and why."""
        return {
            "ropc": UNKNOWN,
            "ropc_by": (),
            "ropc_why": why,
            "ropc_perhaps": (),
            "ropc_mfa": UNKNOWN,
            "ropc_without_risk": UNKNOWN,
            "ropc_exclusion": (),
            "interactive": UNKNOWN,
            "interactive_by": (),
            "interactive_why": why,
            "report_only": (),
            "security_defaults": self._defaults,
            "location_used": "",
            "what_if_asked": False,
            "what_if": (),
            "unread": (why,),
        }

    def _access(self, user_id: str, client: ClientType, flow: Flow, risk: str = "") -> Access:
        sign_in = SignIn(
            user_id,
            DATAVERSE,
            client,
            flow,
            self._place,
            user_risk=risk,
            sign_in_risk=risk,
            insider_risk=risk,
        )
        return self._evaluator.access(sign_in)

    def _located(self, accesses: Iterable[Access]) -> bool:
        """Return whether an enforced policy looked at where the sign-in comes from, and was told."""
        if self._place == NOWHERE:
            return False
        return any(
            found.policy.state is State.ENABLED and found.policy.conditions.locations.configured
            for access in accesses
            for found in access.verdicts
        )


def _joined(found: Mapping[ClientType, Entrance]) -> Entrance:
    """Return what holds for every kind of client on a page; where they differ, it is open which it is."""
    first, *others = found.values()
    if all(other.word == first.word for other in others):
        by = tuple(dict.fromkeys(name for one in found.values() for name in one.by))
        return Entrance(
            first.word, by, tuple(dict.fromkeys(text for one in found.values() for text in one.open))
        )
    told = [f"{one.word} {_PAGES[client]}" for client, one in found.items() if one.word != UNKNOWN]
    opened = tuple(dict.fromkeys(text for one in found.values() for text in one.open))
    return Entrance(
        UNKNOWN, (), (*(["it depends on the client: " + ", ".join(told)] if told else []), *opened)
    )


def _perhaps(access: Access) -> tuple[str, ...]:
    """Return the policies of which it is open whether they stand in the way."""
    answers = (access.blocked, access.mfa, access.password)
    return tuple(dict.fromkeys(name for answer in answers for name in answer.perhaps))


def _exclusions(access: Access) -> tuple[str, ...]:
    return tuple(
        f"{exemption.policy} excludes {exclusion}"
        for exemption in access.exemptions
        for exclusion in exemption.exclusions
    )


def _in_trial(accesses: Iterable[Access]) -> tuple[str, ...]:
    """Return the report-only policies that would stand in the way for certain if they were enforced."""
    return tuple(
        dict.fromkeys(found.name for access in accesses for found in access.verdicts if _would_refuse(found))
    )


def _would_refuse(found: Verdict) -> bool:
    return (
        found.policy.state is State.REPORT_ONLY
        and found.scope is Truth.HOLDS
        and found.password is Truth.FAILS
    )
