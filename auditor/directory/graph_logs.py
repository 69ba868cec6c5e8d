"""Recent sign-ins of the apps asked about: interactive ones, and those without a person (another query).

Which of the two holds password grants is not known, so both are asked. Of each entry only what tells flows,
places and policies apart is kept. Source: Microsoft Graph beta, signIn; throttling of reports.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from auditor.directory.graph import Ask
from auditor.directory.graph_parts import Reading
from auditor.directory.graph_session import Session
from auditor.directory.snapshot import Part

_FIELDS = (
    "id",
    "createdDateTime",
    "userId",
    "userPrincipalName",
    "appId",
    "appDisplayName",
    "resourceId",
    "resourceDisplayName",
    "clientAppUsed",
    "authenticationProtocol",
    "incomingTokenType",
    "authenticationRequirement",
    "conditionalAccessStatus",
    "ipAddress",
    "isInteractive",
    "signInEventTypes",
    "correlationId",
    "status",
)
_POLICY_FIELDS = ("id", "displayName", "result")
_PAGE = 500
_APPS_AT_ONCE = 10


def read_sign_ins(
    session: Session, reading: Reading, permission: str, apps: Sequence[str], since: datetime
) -> None:
    """Keep the sign-ins of these apps since then; raises Unread."""
    session.archive.gap(Part.SIGN_INS, f"only the apps that were asked about, since {since:%Y-%m-%d}")
    for start in range(0, len(apps), _APPS_AT_ONCE):
        chosen = " or ".join(f"appId eq '{app}'" for app in sorted(apps)[start : start + _APPS_AT_ONCE])
        for kind in ("", " and signInEventTypes/any(t: t eq 'nonInteractiveUser')"):
            filtered = f"createdDateTime ge {since:%Y-%m-%dT%H:%M:%SZ} and ({chosen}){kind}"
            path = f"/beta/auditLogs/signIns?$filter={filtered}&$top={_PAGE}"
            for page in session.graph.pages(Ask(path, permission, reading.limit)):
                page["value"] = [lean(entry) for entry in page["value"] if isinstance(entry, dict)]
                session.archive.page(Part.SIGN_INS, page)


def days_ago(now: datetime, days: int) -> datetime:
    """Return the moment so many days before."""
    return now - timedelta(days=days)


def lean(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of an entry of the log: no device, no place, no name of a machine."""
    kept = {name: entry[name] for name in _FIELDS if name in entry}
    policies = entry.get("appliedConditionalAccessPolicies")
    if isinstance(policies, list):
        kept["appliedConditionalAccessPolicies"] = [
            {name: policy.get(name) for name in _POLICY_FIELDS}
            for policy in policies
            if isinstance(policy, dict)
        ]
    return kept
