"""Who is in which group and holds which role, through groups in groups, as far as the snapshot says.

A group's members are worked out once. Groups that contain one another are no trouble: each is looked at once.
A list that is not whole proves who is in it and nothing about the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.directory.snapshot import Known, Members, Role, Snapshot
from auditor.model import Truth


@dataclass(frozen=True, slots=True)
class Reach:
    """All users that a group or role reaches; `whole` says that there are no others."""

    users: frozenset[str]
    whole: bool

    def holds(self, user_id: str) -> Truth:
        """Return whether a user is among them."""
        if user_id in self.users:
            return Truth.HOLDS
        return Truth.FAILS if self.whole else Truth.UNANSWERED


UNREAD = Reach(frozenset(), whole=False)
NOBODY = Reach(frozenset(), whole=True)


@dataclass(slots=True)
class Memberships:
    """The memberships of one snapshot."""

    _lists: Mapping[str, Members]
    _roles: Mapping[str, Role]
    _roles_whole: bool
    _groups: dict[str, Reach] = field(default_factory=dict)
    _held: dict[str, Reach] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Memberships":
        """Return the memberships that a snapshot tells; groups that are not in it are unread."""
        lists = snapshot.members.value if isinstance(snapshot.members, Known) else {}
        if isinstance(snapshot.roles, Known):
            roles = snapshot.roles.value
            by_object = {role.id: role for role in roles.values() if role.id}
            return cls(lists, {**by_object, **roles}, not snapshot.roles.gaps)
        return cls(lists, {}, _roles_whole=False)

    def group(self, group_id: str) -> Reach:
        """Return whom a group reaches."""
        if group_id not in self._groups:
            self._groups[group_id] = self._reach(self._lists.get(group_id))
        return self._groups[group_id]

    def role(self, template_id: str) -> Reach:
        """Return who holds a role; one that is not active in the tenant is held by nobody."""
        if template_id not in self._held:
            role = self._roles.get(template_id)
            absent = NOBODY if self._roles_whole else UNREAD
            self._held[template_id] = self._reach(role.members) if role else absent
        return self._held[template_id]

    def _reach(self, members: Members | None) -> Reach:
        """Return whom a list reaches: its users and, unless it has them already, those of its groups."""
        if members is None:
            return UNREAD
        users = [members.users]
        whole = members.whole
        waiting = [] if members.all_levels and members.whole else list(members.groups)
        seen = set(waiting)
        while waiting:
            inner = self._inner(waiting.pop())
            if inner is None:
                whole = False
                continue
            users.append(inner.users)
            whole = whole and inner.whole
            further = inner.groups - seen
            waiting.extend(further)
            seen |= further
        return Reach(users[0].union(*users[1:]) if users[1:] else users[0], whole)

    def _inner(self, group_id: str) -> Members | None:
        return self._lists.get(group_id)
