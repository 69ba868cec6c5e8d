"""What a directory demands of a sign-in: each policy's verdict, and what it all comes to.

Nothing is added up naively: a policy that may apply leaves the sum open unless another one decides it, and
so do policies that were not read. Users who are alike as far as a policy looks share its verdict.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from auditor.directory import defaults, demands
from auditor.directory.conditions import Terrain, rulings
from auditor.directory.likeness import Likeness
from auditor.directory.logic import all_of, any_of, negated
from auditor.directory.membership import Memberships
from auditor.directory.people import Circle, Person, about, person
from auditor.directory.policies import Policy, State
from auditor.directory.rulings import Access, Answer, Exemption, Ruling, Verdict
from auditor.directory.signins import SignIn
from auditor.directory.snapshot import Known, Part, Snapshot
from auditor.model import Truth

_ENFORCED = {State.ENABLED: Truth.HOLDS, State.UNKNOWN: Truth.UNANSWERED}
_REMEMBERED = 10_000

Alike: TypeAlias = tuple[object, ...]


def evaluate(snapshot: Snapshot, sign_in: SignIn) -> Access:
    """Return what a directory demands of one sign-in; for many, make one `Evaluator`."""
    return Evaluator(snapshot).access(sign_in)


@dataclass(slots=True)
class _Shape:
    """What was worked out for one kind of sign-in, by what its users have in common."""

    accesses: dict[Alike, Access] = field(default_factory=dict)
    verdicts: dict[Alike, Verdict] = field(default_factory=dict)


class Evaluator:
    """Evaluates sign-ins against one snapshot; remembers what users have in common, not the users."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._memberships = Memberships.of(snapshot)
        self._circle = Circle(snapshot, self._memberships)
        self._terrain = Terrain.of(snapshot)
        part = snapshot.policies
        known = isinstance(part, Known)
        self._policies: tuple[Policy, ...] = part.value if isinstance(part, Known) else ()
        self._gaps = part.gaps if isinstance(part, Known) else (f"{Part.POLICIES}: {part}",)
        self._likeness = Likeness.of(self._policies, self._memberships, defaults.ROLES) if known else None
        self._shapes: dict[SignIn, _Shape] = {}

    def access(self, sign_in: SignIn) -> Access:
        """Return what the directory demands of a sign-in."""
        who = person(self._snapshot, sign_in.user_id)
        state = defaults.state_of(self._snapshot, who.id)
        shape = self._shapes.setdefault(replace(sign_in, user_id=""), _Shape())
        if self._likeness is None:
            return self._worked_out(who, sign_in, state, [])
        alike = (*self._likeness.of_all(who), state)
        found = shape.accesses.get(alike)
        if found is None:
            verdicts = [self._verdict(at, who, sign_in, shape) for at in range(len(self._policies))]
            _room(shape.accesses)
            found = shape.accesses[alike] = self._worked_out(who, sign_in, state, verdicts)
        return found

    def _verdict(self, at: int, who: Person, sign_in: SignIn, shape: _Shape) -> Verdict:
        assert self._likeness is not None
        alike = (at, *self._likeness.of_policy(at, who))
        found = shape.verdicts.get(alike)
        if found is None:
            policy = self._policies[at]
            conditions = rulings(policy.conditions, sign_in, self._terrain)
            ruled = [about(policy.conditions.people, who, self._circle), *conditions]
            _room(shape.verdicts)
            found = shape.verdicts[alike] = verdict(policy, ruled, sign_in)
        return found

    def _worked_out(self, who: Person, sign_in: SignIn, state: str | None, verdicts: list[Verdict]) -> Access:
        blocking = _demanded(verdicts, self._gaps, lambda found: Truth.HOLDS if found.blocks else Truth.FAILS)
        mfa = _demanded(verdicts, self._gaps, lambda found: found.mfa)
        standing = _demanded(verdicts, self._gaps, lambda found: negated(found.password))
        admin = defaults.administrator(self._memberships, who.id)
        sync = defaults.synchronises(self._memberships, who.id)
        by_defaults = defaults.mfa_by_defaults(self._snapshot, sign_in, admin, sync)
        by_state = defaults.mfa_by_state(self._snapshot, sign_in, state)
        blocked = defaults.blocked_by_defaults(self._snapshot, sign_in)
        return Access(
            verdicts=tuple(verdicts),
            blocked_by_policies=blocking,
            mfa_by_policies=mfa,
            password_by_policies=_opposite(standing),
            mfa_by_defaults=by_defaults,
            mfa_by_user_state=by_state,
            blocked=_either(blocking, blocked),
            mfa=_either(mfa, by_defaults, by_state),
            password=_opposite(_either(standing, by_defaults, by_state, blocked)),
            exemptions=tuple(_exemptions(verdicts)),
        )


def verdict(policy: Policy, ruled: list[Ruling], sign_in: SignIn) -> Verdict:
    """Return what a policy means for a sign-in, given the rulings on its conditions."""
    scope = all_of(ruling.truth for ruling in ruled)
    return Verdict(
        policy=policy,
        applies=all_of((scope, _ENFORCED.get(policy.state, Truth.FAILS))),
        scope=scope,
        but_for_exclusions=all_of(ruling.taken for ruling in ruled),
        exclusions=tuple(exclusion for ruling in ruled for exclusion in ruling.exclusions),
        blocks=demands.blocks(policy.demand),
        mfa=demands.mfa(policy.demand, sign_in),
        password=demands.met_by_password(policy.demand, sign_in),
        why=tuple(_why(policy, scope, ruled)),
    )


def _why(policy: Policy, scope: Truth, ruled: list[Ruling]) -> Iterable[str]:
    """Yield why a policy does not apply, or why that is not known: one failing condition is enough."""
    if policy.state is State.UNKNOWN:
        yield "has a state that we do not know"
    elif policy.state is not State.ENABLED:
        yield f"is {policy.state}"
    if scope is not Truth.HOLDS:
        yield from (ruling.why for ruling in ruled if ruling.truth is scope)


def _demanded(
    verdicts: Iterable[Verdict], gaps: tuple[str, ...], effect: Callable[[Verdict], Truth]
) -> Answer:
    """Return whether any policy has an effect, and which; policies that were not read may have it too."""
    by, perhaps, why = [], [], list(gaps)
    for found in verdicts:
        truth = all_of((found.applies, effect(found)))
        if truth is Truth.HOLDS:
            by.append(found.name)
        elif truth is Truth.UNANSWERED:
            perhaps.append(found.name)
            why.extend(f"{found.name}: {text}" for text in found.why)
    unsure = Truth.UNANSWERED if perhaps or gaps else Truth.FAILS
    return Answer(Truth.HOLDS if by else unsure, tuple(by), tuple(perhaps), tuple(why))


def _either(*answers: Answer) -> Answer:
    """Return whether any of these holds, with all that they name."""
    return Answer(
        any_of(answer.truth for answer in answers),
        tuple(name for answer in answers for name in answer.by),
        tuple(name for answer in answers for name in answer.perhaps),
        tuple(text for answer in answers for text in answer.why),
    )


def _opposite(answer: Answer) -> Answer:
    return replace(answer, truth=negated(answer.truth))


def _exemptions(verdicts: Iterable[Verdict]) -> Iterable[Exemption]:
    """Yield the enforced policies that no password meets and that exclusions alone keep away."""
    for found in verdicts:
        kept_away = found.scope is Truth.FAILS and found.but_for_exclusions is Truth.HOLDS
        if kept_away and found.policy.state is State.ENABLED and found.password is Truth.FAILS:
            yield Exemption(found.name, found.policy.id, found.exclusions)


def _room(remembered: dict[Alike, Access] | dict[Alike, Verdict]) -> None:
    """Forget everything once it is too much; it is worked out again where it is needed."""
    if len(remembered) >= _REMEMBERED:
        remembered.clear()
