"""Who is in the groups that policies name, and who has directory roles; nesting is resolved by Graph.

Whoever may not read a kind of member gets its id and type all the same; members of groups with hidden
membership are left out by Graph without a word unless Member.Read.Hidden was granted. Source: Microsoft
Graph, group transitiveMembers, directoryRole members.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.directory.archive import PASSING
from auditor.directory.graph import Ask
from auditor.directory.graph_batch import batched
from auditor.directory.graph_parts import Reading
from auditor.directory.graph_refusals import Unread
from auditor.directory.graph_session import Session
from auditor.directory.snapshot import Lack, Part

_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_GROUP = "#microsoft.graph.group"
_GROUP_FIELDS = "id,displayName,groupTypes,isAssignableToRole,securityEnabled"


def note_groups(session: Session, policies: Mapping[str, Any]) -> None:
    """Take notice of the groups that a page of policies names."""
    for policy in policies["value"]:
        conditions = policy.get("conditions") if isinstance(policy, dict) else None
        users = conditions.get("users") if isinstance(conditions, dict) else None
        for key in ("includeGroups", "excludeGroups"):
            named = users.get(key) if isinstance(users, dict) else None
            session.groups |= {
                one.lower() for one in named or () if isinstance(one, str) and _GUID.fullmatch(one)
            }


def read_roles(session: Session, reading: Reading, permission: str) -> None:
    """Keep every activated role with all its members; `$expand` would stop at twenty."""
    for page in session.graph.pages(Ask(reading.path, permission, reading.limit)):
        roles = [role for role in page["value"] if isinstance(role, dict) and role.get("id")]
        for role in roles:
            members = _listed(session, f"/v1.0/directoryRoles/{role['id']}/members?$select=id", permission)
            role["members"] = members
            session.groups |= {str(one["id"]).lower() for one in members if one.get("@odata.type") == _GROUP}
        session.archive.page(Part.ROLES, page)


def read_groups(session: Session, reading: Reading, permission: str) -> None:
    """Keep the groups named by policies, roles and assignments; one that is gone is a gap."""
    found: list[dict[str, Any]] = []
    paths = {group: f"/groups/{group}?$select={_GROUP_FIELDS}" for group in sorted(session.groups)}
    for group, answer in batched(session.graph, "v1.0", paths, permission, reading.limit):
        if isinstance(answer, Unread):
            _lacking(session, Part.GROUPS, group, answer)
        else:
            found.append({name: value for name, value in answer.items() if name != "@odata.context"})
    context = f"https://{session.graph.host}/v1.0/$metadata#groups"
    session.archive.page(Part.GROUPS, {"@odata.context": context, "value": found})


def read_members(session: Session, reading: Reading, permission: str) -> None:
    """Keep the members of each of these groups, through all levels; raises Unread where none can be read."""
    context = f"https://{session.graph.host}/v1.0/$metadata#groups(id,transitiveMembers())/$entity"
    last: Unread | None = None
    kept = 0
    for group in sorted(session.groups):
        path = f"/v1.0/groups/{group}/transitiveMembers?$select=id&$top=999"
        try:
            members = _listed(session, path, permission)
        except Unread as error:
            last = error
            _lacking(session, Part.MEMBERS, group, error)
            continue
        kept += 1
        found = {"@odata.context": context, "id": group, "transitiveMembers": members}
        session.archive.page(reading.part, found | _direct(session, group, members, permission))
    if not kept and last is not None:
        raise last
    if not session.groups:
        session.archive.page(reading.part, {"@odata.context": f"{context}", "value": []})


def _direct(
    session: Session, group: str, members: list[dict[str, Any]], permission: str
) -> dict[str, list[dict[str, Any]]]:
    """Return the direct members of a group that is assigned to an app, where there are others as well."""
    if group not in session.assigned or not any(one["@odata.type"] == _GROUP for one in members):
        return {}
    try:
        return {"members": _listed(session, f"/v1.0/groups/{group}/members?$select=id&$top=999", permission)}
    except Unread as error:
        _lacking(session, Part.MEMBERS, group, error)
        return {}


def _lacking(session: Session, part: Part, group: str, error: Unread) -> None:
    gone = error.lack is Lack.NOT_FOUND
    why = "named, but not there any more" if gone else error.detail
    session.archive.gap(part, f"group {group}: {why}", broken=error.lack in PASSING)


def _listed(session: Session, path: str, permission: str) -> list[dict[str, Any]]:
    return list(_members(session, path, permission))


def _members(session: Session, path: str, permission: str) -> Iterator[dict[str, Any]]:
    for page in session.graph.pages(Ask(path, permission)):
        for one in page["value"]:
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                yield {"@odata.type": one.get("@odata.type"), "id": one["id"]}
