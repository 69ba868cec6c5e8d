"""Rows of an export read into values of a part: each row gives entries of (part, key, value)."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from auditor.directory.app_shapes import (
    ApplicationShape,
    AssignmentShape,
    GrantShape,
    OrganizationShape,
    RealmPolicyShape,
    ServicePrincipalShape,
    SignInShape,
)
from auditor.directory.gathering import joined
from auditor.directory.location_shapes import LocationShape, StrengthShape
from auditor.directory.policy_shapes import PolicyShape
from auditor.directory.shapes import (
    AuthorizationShape,
    DomainShape,
    GroupShape,
    RegistrationShape,
    RoleAssignmentShape,
    RoleShape,
    UserShape,
    UserStateShape,
    members,
)
from auditor.directory.snapshot import Members, Part, Role
from auditor.directory.values import Plain, Shape

Entry: TypeAlias = tuple[Part, Any, Any]
Reader: TypeAlias = Callable[[Plain], Iterator[Entry]]

EXPANDED_AT_MOST = 20  # so many members `$expand` gives at most; a list of just as many may be cut off
WHOLE = "auditor@whole"  # beside a row: its members were read to the end
ONLY = ""  # the key of parts that hold one thing
_TENANT_WIDE = "/"


def _simple(part: Part, shape: type[Shape], read: str, key: str) -> Reader:
    """Return a reader of rows that become one value; `key` names its attribute, "" the value itself."""

    def entries(row: Plain) -> Iterator[Entry]:
        value = getattr(shape.model_validate(row), read)()
        yield part, getattr(value, key) if key else value, value

    return entries


def _single(part: Part, shape: type[Shape], read: str) -> Reader:
    def entries(row: Plain) -> Iterator[Entry]:
        yield part, ONLY, getattr(shape.model_validate(row), read)()

    return entries


class _DefaultsShape(Shape):
    isenabled: bool


def _security_defaults(row: Plain) -> Iterator[Entry]:
    yield Part.SECURITY_DEFAULTS, ONLY, _DefaultsShape.model_validate(row).isenabled


def _user_state(row: Plain) -> Iterator[Entry]:
    shape = UserStateShape.model_validate(row)
    name = shape.userid or shape.id or str(row.get("userprincipalname", "")).lower()
    if not name:
        raise ValueError("does not say whose state it is")
    yield Part.USER_STATES, name, shape.perusermfastate


def _group(row: Plain) -> Iterator[Entry]:
    if row.keys() & {"displayname", "grouptypes", "securityenabled"}:
        group = GroupShape.model_validate(row).group()
        yield Part.GROUPS, group.id, group
    listed = _listed(row)
    if listed is not None:
        yield Part.MEMBERS, str(row["id"]).lower(), listed


def _listed(row: Plain) -> Members | None:
    """Return the members that a group or role carries; a list that may be cut off is not whole."""
    found: Members | None = None
    for key in ("transitivemembers", "members"):
        rows = [row[key]] if isinstance(row.get(key), dict) else row.get(key)
        if isinstance(rows, list):
            cut = f"{key}@odata.nextlink" in row or (len(rows) == EXPANDED_AT_MOST and WHOLE not in row)
            listed = members(rows, whole=not cut, all_levels=key == "transitivemembers")
            found = joined(found, listed) if found else listed
    return found


def _member(row: Plain) -> Iterator[Entry]:
    """Return who is in a group, from a group with its members or from a row of (group, member)."""
    if "groupid" not in row:
        yield from _group(row)
        return
    member = next((row[key] for key in ("userid", "memberid", "principalid") if key in row), "")
    one = members([{"id": member, "@odata.type": row.get("@odata.type", "")}], whole=False)
    yield Part.MEMBERS, str(row["groupid"]).lower(), one


def _role(row: Plain) -> Iterator[Entry]:
    if "roletemplateid" in row:
        shape = RoleShape.model_validate(row)
        listed = _listed(row) or Members(whole=False)
        yield (
            Part.ROLES,
            shape.roletemplateid,
            Role(shape.roletemplateid, shape.displayname, listed, shape.id),
        )
        return
    held = RoleAssignmentShape.model_validate(row)
    if held.directoryscopeid == _TENANT_WIDE:
        who = members([{**_dict(row.get("principal")), "id": held.principalid}])
        name = str(_dict(row.get("roledefinition")).get("displayname", ""))
        yield Part.ROLES, held.roledefinitionid, Role(held.roledefinitionid, name, who)


def _dict(value: object) -> Plain:
    return value if isinstance(value, dict) else {}


READERS: dict[Part, Reader] = {
    Part.ORGANIZATION: _single(Part.ORGANIZATION, OrganizationShape, "organization"),
    Part.DOMAINS: _simple(Part.DOMAINS, DomainShape, "domain", "name"),
    Part.USERS: _simple(Part.USERS, UserShape, "user", "id"),
    Part.REGISTRATIONS: _simple(Part.REGISTRATIONS, RegistrationShape, "registration", "user_id"),
    Part.USER_STATES: _user_state,
    Part.SECURITY_DEFAULTS: _security_defaults,
    Part.POLICIES: _simple(Part.POLICIES, PolicyShape, "policy", "id"),
    Part.LOCATIONS: _simple(Part.LOCATIONS, LocationShape, "location", "id"),
    Part.STRENGTHS: _simple(Part.STRENGTHS, StrengthShape, "strength", "id"),
    Part.GROUPS: _group,
    Part.MEMBERS: _member,
    Part.ROLES: _role,
    Part.AUTHORIZATION: _single(Part.AUTHORIZATION, AuthorizationShape, "authorization"),
    Part.SERVICE_PRINCIPALS: _simple(
        Part.SERVICE_PRINCIPALS, ServicePrincipalShape, "service_principal", "id"
    ),
    Part.APPLICATIONS: _simple(Part.APPLICATIONS, ApplicationShape, "registered", "app_id"),
    Part.GRANTS: _simple(Part.GRANTS, GrantShape, "grant", ""),
    Part.ASSIGNMENTS: _simple(Part.ASSIGNMENTS, AssignmentShape, "assignment", ""),
    Part.REALM_POLICIES: _simple(Part.REALM_POLICIES, RealmPolicyShape, "realm_policy", "id"),
    Part.SIGN_INS: _simple(Part.SIGN_INS, SignInShape, "sign_in", ""),
}
