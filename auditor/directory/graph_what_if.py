"""Spot checks: what Microsoft's own What-If says of a few sign-ins, and where our evaluation differs.

One request a second and tenant, so a handful of cases. What-If says of report-only policies too that they
apply. Source: Microsoft Graph, conditionalAccessRoot: evaluate.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.directory.graph import Ask, Graph, Limit
from auditor.directory.graph_refusals import Unread
from auditor.directory.snapshot import Lack
from auditor.model import Truth

PATH = "/v1.0/identity/conditionalAccess/evaluate"
PERMISSION = "Policy.Read.ConditionalAccess"


@dataclass(frozen=True, slots=True)
class Spot:
    """A sign-in to be checked: user's object id, resource's app id, client type in Graph's words, address."""

    user_id: str
    app_id: str
    client_type: str = "mobileAppsAndDesktopClients"
    address: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """Return it as What-If is asked."""
        conditions = {"clientAppType": self.client_type}
        if self.address:
            conditions["ipAddress"] = self.address
        return {
            "signInIdentity": {"@odata.type": "#microsoft.graph.userSignIn", "userId": self.user_id},
            "signInContext": {
                "@odata.type": "#microsoft.graph.applicationContext",
                "includeApplications": [self.app_id],
            },
            "signInConditions": conditions,
            "appliedPoliciesOnly": False,
        }


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


def ask_what_if(graph: Graph, spots: Sequence[Spot], permission: str = PERMISSION) -> Iterator[Answered]:
    """Yield what What-If says of each spot; raises Unread."""
    for spot in spots:
        reply = graph.get(Ask(PATH, permission, Limit.POLICIES, spot.body))
        results = reply.get("value")
        if not isinstance(results, list):
            raise Unread(Lack.FAILED, "the reply is no list")
        yield _answered(spot, [one for one in results if isinstance(one, dict) and one.get("id")])


def _answered(spot: Spot, results: Sequence[Mapping[str, Any]]) -> Answered:
    by_id = {str(one["id"]).lower(): one for one in results if isinstance(one.get("policyApplies"), bool)}
    return Answered(
        spot,
        {key: one["policyApplies"] for key, one in by_id.items()},
        {key: str(one.get("analysisReasons") or "") for key, one in by_id.items()},
        {key: str(one.get("displayName") or "") for key, one in by_id.items()},
    )


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
