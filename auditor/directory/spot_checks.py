"""Spot checks: what Microsoft's own What-If said of a few sign-ins, and where our evaluation differs.

What-If says of report-only policies too that they apply. Source: Microsoft Graph, conditionalAccessRoot:
evaluate.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.directory.access import Evaluator
from auditor.directory.locations import Place
from auditor.directory.policies import State
from auditor.directory.signins import ClientType, Flow, SignIn
from auditor.model import Truth


@dataclass(frozen=True, slots=True)
class Spot:
    """A sign-in to be checked: user's object id, resource's app id, client type in Graph's words, address."""

    user_id: str
    app_id: str
    client_type: str = "mobileAppsAndDesktopClients"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What What-If said of a spot: each policy by id, whether it applies, and the reason given if not."""

    spot: Spot
    applies: Mapping[str, bool] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        """Return it as plain data, for the archive."""
        policies = [
            {"id": key, "displayName": self.names[key], "policyApplies": applies, "why": self.reasons[key]}
            for key, applies in self.applies.items()
        ]
        spot = self.spot
        return {
            "user": spot.user_id,
            "app": spot.app_id,
            "clientAppType": spot.client_type,
            "ipAddress": spot.address,
            "policies": policies,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """A policy on which What-If and our evaluation do not agree."""

    spot: Spot
    policy_id: str
    policy: str
    theirs: bool
    ours: Truth
    reason: str

    def __str__(self) -> str:
        """Return it as reports print it."""
        because = f" ({self.reason})" if self.reason and not self.theirs else ""
        said = "it applies" if self.theirs else f"it does not apply{because}"
        return f'"{self.policy or self.policy_id}": What-If says that {said}, the evaluation the opposite'


def differences(
    answered: Sequence[Answered], ours: Callable[[Spot], Mapping[str, Truth]]
) -> tuple[Difference, ...]:
    """Return where `ours` (by policy id) says the opposite; what is open is no difference."""
    return tuple(
        Difference(one.spot, key, one.names[key], theirs, said, one.reasons[key])
        for one in answered
        for said_by_us in (ours(one.spot),)
        for key, theirs in one.applies.items()
        if (said := said_by_us.get(key, Truth.UNANSWERED)) is (Truth.FAILS if theirs else Truth.HOLDS)
    )


class SpotChecks:
    """The spot checks of one directory, against its own evaluation."""

    def __init__(self, answered: Sequence[Answered], evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._by_user: dict[str, list[Answered]] = {}
        for one in answered:
            self._by_user.setdefault(one.spot.user_id, []).append(one)

    def asked(self, user_id: str) -> bool:
        """Return whether What-If was asked about a user."""
        return user_id in self._by_user

    def of(self, user_id: str) -> tuple[Difference, ...]:
        """Return where What-If says the opposite for a user."""
        return differences(self._by_user.get(user_id, ()), self._scopes)

    def all(self) -> Iterator[Difference]:
        """Yield all differences."""
        for user_id in self._by_user:
            yield from self.of(user_id)

    def _scopes(self, spot: Spot) -> Mapping[str, Truth]:
        """Return whether the conditions of each policy are met; one that is switched off never applies."""
        client = next((kind for kind in ClientType if kind == spot.client_type.lower()), None)
        if client is None:
            return {}
        sign_in = SignIn(spot.user_id, spot.app_id, client, Flow.PASSWORD, Place(spot.address))
        return {
            found.policy.id: Truth.FAILS if found.policy.state is State.DISABLED else found.scope
            for found in self._evaluator.access(sign_in).verdicts
        }
