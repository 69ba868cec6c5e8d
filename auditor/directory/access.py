"""What a directory demands of a sign-in: each policy's verdict, and what it all comes to.

Nothing is added up naively: a policy that may apply leaves the sum open unless another one decides it, and so
do policies that were not read. Users who are alike as far as a policy looks share its verdict.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.directory import defaults
from auditor.directory.conditions import rulings
from auditor.directory.likeness import Likeness
from auditor.directory.membership import Memberships
from auditor.directory.people import Circle, Person, about, person
from auditor.directory.rulings import SILENT, Access, Verdict
from auditor.directory.signins import SignIn
from auditor.directory.snapshot import Known, Part, Snapshot
from auditor.directory.sums import either, exemptions, opposite, summed, verdict
from auditor.directory.terrain import Terrain

if TYPE_CHECKING:
    from auditor.directory.policies import Policy

_REMEMBERED, _KINDS = 2_000, 100


def evaluate(snapshot: Snapshot, sign_in: SignIn) -> Access:
    """Return what a directory demands of one sign-in; for many, make one `Evaluator`."""
    return Evaluator(snapshot).access(sign_in)


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What was worked out for sign-ins of one kind: per policy, by the bits of users that it looks at."""

    verdicts: tuple[dict[int, Verdict], ...]


class Evaluator:
    """Evaluates sign-ins against one snapshot; remembers what users have in common, not the users."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._memberships = Memberships.of(snapshot)
        self._circle = Circle(snapshot, self._memberships)
        self._terrain = Terrain.of(snapshot)
        part = snapshot.policies
        self._policies: tuple[Policy, ...] = part.value if isinstance(part, Known) else ()
        self._gaps = tuple(
            f"{Part.POLICIES}: {gap}" for gap in (part.gaps if isinstance(part, Known) else (part,))
        )
        self._likeness = Likeness.of(self._policies, self._memberships)
        self._kinds: dict[SignIn, _Remembered] = {}

    def access(self, sign_in: SignIn) -> Access:
        """Return what the directory demands of a sign-in."""
        who = person(self._snapshot, sign_in.user_id)
        kind = replace(sign_in, user_id="")
        if kind not in self._kinds:
            if len(self._kinds) >= _KINDS:
                self._kinds.clear()
            self._kinds[kind] = _Remembered(tuple({} for _ in self._policies))
        bits = self._likeness.bits(who)
        known = zip(self._likeness.looks, self._kinds[kind].verdicts, strict=True)
        verdicts = tuple(
            remembered.get(bits & look) or self._verdict(at, who, sign_in, remembered, bits & look)
            for at, (look, remembered) in enumerate(known)
        )
        return self._summed(sign_in, verdicts)

    def _verdict(
        self, at: int, who: Person, sign_in: SignIn, known: dict[int, Verdict], bits: int
    ) -> Verdict:
        """Return a policy's verdict on users like this one, and remember it while there is room."""
        policy = self._policies[at]
        people = about(policy.conditions.people, who, self._circle)
        found = verdict(policy, [people, *rulings(policy.conditions, sign_in, self._terrain)], sign_in)
        if len(known) >= _REMEMBERED:
            known.clear()
        known[bits] = found
        return found

    def _summed(self, sign_in: SignIn, verdicts: tuple[Verdict, ...]) -> Access:
        telling = [found for found in verdicts if found.effects != SILENT]
        blocking, mfa, standing = (
            summed(telling, effect, self._gaps) for effect in ("blocks", "mfa", "stands")
        )
        by_defaults = defaults.mfa_by_defaults(self._snapshot, sign_in, self._memberships)
        by_state = defaults.mfa_by_state(self._snapshot, sign_in)
        blocked = defaults.blocked_by_defaults(self._snapshot, sign_in)
        return Access(
            verdicts=verdicts,
            blocked_by_policies=blocking,
            mfa_by_policies=mfa,
            password_by_policies=opposite(standing),
            mfa_by_defaults=by_defaults,
            mfa_by_user_state=by_state,
            blocked=either(blocking, blocked),
            mfa=either(mfa, by_defaults, by_state),
            password=opposite(either(standing, by_defaults, by_state, blocked)),
            exemptions=exemptions(verdicts),
        )
