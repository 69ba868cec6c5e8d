"""The apps and Dataverse as the tenant knows them: enabled, assigned to whom, consented to by whom.

Only the apps that were asked about are read; what was consented to them, and who is assigned to them, is read
wholly. Source: Microsoft Graph, servicePrincipal, application, passwordCredential, oAuth2PermissionGrant,
appRoleAssignment, homeRealmDiscoveryPolicy.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.directory.graph import Ask
from auditor.directory.graph_parts import APP_FIELDS, Reading
from auditor.directory.graph_refusals import Unread
from auditor.directory.graph_session import Session
from auditor.directory.snapshot import ONLY_ASKED_APPS, Part

DATAVERSE = "00000007-0000-0000-c000-000000000000"
_AT_ONCE = 15  # values that the operator `in` takes


@dataclass(slots=True)
class Apps:
    """The apps asked about, by client id, and the service principals that were found."""

    asked: Sequence[str]
    found: list[dict[str, Any]] = field(default_factory=list)

    def read(self, session: Session, reading: Reading, permission: str) -> None:
        """Keep the service principals of the apps and of Dataverse; raises Unread."""
        wanted = sorted({DATAVERSE, *(app.lower() for app in self.asked)})
        session.archive.asked("apps", tuple(wanted))
        session.archive.gap(Part.SERVICE_PRINCIPALS, ONLY_ASKED_APPS)
        for start in range(0, len(wanted), _AT_ONCE):
            listed = ",".join(f"'{app}'" for app in wanted[start : start + _AT_ONCE])
            path = f"/v1.0/servicePrincipals?$filter=appId in ({listed})&$select={APP_FIELDS}"
            for page in session.graph.pages(Ask(path, permission, reading.limit)):
                self.found += [one for one in page["value"] if isinstance(one, dict) and one.get("id")]
                session.archive.page(Part.SERVICE_PRINCIPALS, page)

    def read_registrations(self, session: Session, reading: Reading, permission: str) -> None:
        """Keep when the secrets of the apps that are registered here end; raises Unread.

        Of a secret Graph shows its first letters, too; nothing but its end is kept.
        """
        wanted = sorted({app.lower() for app in self.asked})
        session.archive.gap(Part.APPLICATIONS, ONLY_ASKED_APPS)
        for start in range(0, len(wanted), _AT_ONCE):
            listed = ",".join(f"'{app}'" for app in wanted[start : start + _AT_ONCE])
            path = f"/v1.0/applications?$filter=appId in ({listed})&$select=id,appId,passwordCredentials"
            for page in session.graph.pages(Ask(path, permission, reading.limit)):
                rows = [_ends_alone(one) for one in page["value"] if isinstance(one, dict)]
                session.archive.page(Part.APPLICATIONS, {**page, "value": rows})

    def read_grants(self, session: Session, reading: Reading, permission: str) -> None:
        """Keep what was consented to these apps, by whomever; raises Unread."""
        for app in self._clients:
            path = f"/v1.0/oauth2PermissionGrants?$filter=clientId eq '{app['id']}'"
            session.keep_pages(reading.part, path, permission)
        self._none(session, Part.GRANTS, "oauth2PermissionGrants")

    def read_assignments(self, session: Session, reading: Reading, permission: str) -> None:
        """Keep who is assigned to what requires it, and which application permissions the apps have."""
        for app in self.found:
            if app.get("appRoleAssignmentRequired"):
                self._assigned(session, app, permission)
        for app in self._clients:
            path = f"/v1.0/servicePrincipals/{app['id']}/appRoleAssignments"
            session.keep_pages(reading.part, path, permission)
        self._none(session, Part.ASSIGNMENTS, "appRoleAssignments")

    @property
    def _clients(self) -> list[dict[str, Any]]:
        return [app for app in self.found if str(app.get("appId", "")).lower() != DATAVERSE]

    def _assigned(self, session: Session, app: dict[str, Any], permission: str) -> None:
        path = f"/v1.0/servicePrincipals/{app['id']}/appRoleAssignedTo?$top=999"
        for page in session.graph.pages(Ask(path, permission)):
            session.archive.page(Part.ASSIGNMENTS, page)
            assigned = {
                str(one["principalId"]).lower()
                for one in page["value"]
                if isinstance(one, dict) and one.get("principalType") == "Group" and one.get("principalId")
            }
            session.groups |= assigned
            session.assigned |= assigned

    def _none(self, session: Session, part: Part, kind: str) -> None:
        """Say that nothing is there where no app was there to ask about."""
        if not self._clients:
            context = f"https://{session.graph.host}/v1.0/$metadata#{kind}"
            session.archive.page(part, {"@odata.context": context, "value": []})


def _ends_alone(app: dict[str, Any]) -> dict[str, Any]:
    secrets = app.get("passwordCredentials")
    ends = [
        {"endDateTime": one.get("endDateTime")}
        for one in (secrets if isinstance(secrets, list) else [])
        if isinstance(one, dict)
    ]
    kept = {name: app.get(name) for name in ("id", "appId")}
    return {**kept, "passwordCredentials": ends} if isinstance(secrets, list) else kept


def read_realm_policies(session: Session, reading: Reading, permission: str) -> None:
    """Keep home realm discovery policies, each with what it applies to where that may be read."""
    for page in session.graph.pages(Ask(reading.path, permission, reading.limit)):
        for policy in page["value"]:
            if isinstance(policy, dict) and isinstance(policy.get("id"), str):
                _apply(session, policy, permission)
        session.archive.page(Part.REALM_POLICIES, page)


def _apply(session: Session, policy: dict[str, Any], permission: str) -> None:
    path = f"/v1.0/policies/homeRealmDiscoveryPolicies/{policy['id']}/appliesTo?$select=id"
    try:
        policy["appliesTo"] = [
            one for page in session.graph.pages(Ask(path, permission)) for one in page["value"]
        ]
    except Unread as error:  # Microsoft's page asks for a permission to write, which we do not
        session.archive.gap(Part.REALM_POLICIES, f"what policy {policy['id']} applies to: {error.detail}")
