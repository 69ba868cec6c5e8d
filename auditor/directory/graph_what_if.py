"""Asking Microsoft's own What-If about a few sign-ins: one request a second and tenant, so a handful.

Source: Microsoft Graph, conditionalAccessRoot: evaluate.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auditor.directory.graph import Ask, Graph, Limit
from auditor.directory.graph_refusals import Unread
from auditor.directory.snapshot import Lack
from auditor.directory.spot_checks import Answered, Spot

PATH = "/v1.0/identity/conditionalAccess/evaluate"
PERMISSION = "Policy.Read.ConditionalAccess"


def ask_what_if(graph: Graph, spots: Sequence[Spot], permission: str = PERMISSION) -> Iterator[Answered]:
    """Yield what What-If says of each spot; raises Unread."""
    for spot in spots:
        reply = graph.get(Ask(PATH, permission, Limit.POLICIES, _body(spot)))
        results = reply.get("value")
        if not isinstance(results, list):
            raise Unread(Lack.FAILED, "the reply is no list")
        yield _answered(spot, [one for one in results if isinstance(one, dict) and one.get("id")])


def _body(spot: Spot) -> dict[str, Any]:
    conditions = {"clientAppType": spot.client_type}
    if spot.address:
        conditions["ipAddress"] = spot.address
    return {
        "signInIdentity": {"@odata.type": "#microsoft.graph.userSignIn", "userId": spot.user_id},
        "signInContext": {
            "@odata.type": "#microsoft.graph.applicationContext",
            "includeApplications": [spot.app_id],
        },
        "signInConditions": conditions,
        "appliedPoliciesOnly": False,
    }


def _answered(spot: Spot, results: Sequence[Mapping[str, Any]]) -> Answered:
    by_id = {str(one["id"]).lower(): one for one in results if isinstance(one.get("policyApplies"), bool)}
    return Answered(
        spot,
        {key: one["policyApplies"] for key, one in by_id.items()},
        {key: str(one.get("analysisReasons") or "") for key, one in by_id.items()},
        {key: str(one.get("displayName") or "") for key, one in by_id.items()},
    )
