"""What was gathered of each part, put together into a snapshot."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auditor.directory.gathering import Gathered
from auditor.directory.policies import Policy, Strength
from auditor.directory.rows import ONLY
from auditor.directory.snapshot import Known, Missing, Part, Snapshot
from auditor.model import Truth

_MAPS = {
    Part.DOMAINS: "domains",
    Part.USERS: "users",
    Part.REGISTRATIONS: "registrations",
    Part.LOCATIONS: "locations",
    Part.STRENGTHS: "strengths",
    Part.GROUPS: "groups",
    Part.MEMBERS: "members",
    Part.ROLES: "roles",
    Part.SERVICE_PRINCIPALS: "service_principals",
    Part.APPLICATIONS: "applications",
}
_LISTS = {
    Part.GRANTS: "grants",
    Part.ASSIGNMENTS: "assignments",
    Part.REALM_POLICIES: "realm_policies",
    Part.SIGN_INS: "sign_ins",
}
_SINGLE = {
    Part.ORGANIZATION: "organization",
    Part.SECURITY_DEFAULTS: "security_defaults",
    Part.AUTHORIZATION: "authorization",
}


def snapshot_of(
    parts: Mapping[Part, Gathered], unknown: tuple[str, ...], problems: tuple[str, ...]
) -> Snapshot:
    """Return the snapshot; a strength that a policy only names is looked up among the strengths."""
    made: dict[str, Any] = {name: parts[part].known(parts[part].values) for part, name in _MAPS.items()}
    for part, name in _LISTS.items():
        made[name] = parts[part].known(tuple(parts[part].values.values()))
    for part, name in _SINGLE.items():
        made[name] = _single(parts[part])
    made["policies"] = _policies(parts[Part.POLICIES], parts[Part.STRENGTHS].values)
    made["user_states"] = _user_states(parts[Part.USER_STATES], parts[Part.USERS])
    return Snapshot(**made, files_unknown=unknown, problems=problems)


def _single(gathered: Gathered) -> Known[Any] | Missing:
    """Return what a part of one thing says; a file about it that says nothing leaves it missing."""
    if ONLY in gathered.values:
        return gathered.known(gathered.values[ONLY])
    return gathered.absent()


def _policies(gathered: Gathered, strengths: Mapping[str, Strength]) -> Known[tuple[Policy, ...]] | Missing:
    return gathered.known(tuple(_resolved(policy, strengths) for policy in gathered.values.values()))


def _resolved(policy: Policy, strengths: Mapping[str, Strength]) -> Policy:
    named = policy.demand.strength
    known = strengths.get(named.id) if named and named.mfa is Truth.UNANSWERED else None
    return replace(policy, demand=replace(policy.demand, strength=known)) if known else policy


def _user_states(states: Gathered, users: Gathered) -> Known[Mapping[str, str]] | Missing:
    """Return the states by user id, also where the export names the user by UPN."""
    by_upn = {user.upn.lower(): user.id for user in users.values.values()}
    return states.known({by_upn.get(name, name): state for name, state in states.values.items()})
