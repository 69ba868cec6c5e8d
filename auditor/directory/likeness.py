"""What users have in common, as far as policies look: the groups and roles that policies name, as bits.

Two users with the same bits, the same kinds of guest and no mention by name get the same verdict of a policy.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from auditor.directory.membership import Memberships, Reach
from auditor.directory.people import Person
from auditor.directory.policies import ALL, EVERY_GUEST, NONE, People, Policy

Key: TypeAlias = tuple[object, ...]
_WORDS = frozenset({ALL, EVERY_GUEST, NONE})


@dataclass(frozen=True, slots=True)
class _Look:
    """What one policy looks at: bits of groups and roles, users by id, and whether it looks at guests."""

    bits: int
    users: frozenset[str]
    guests: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """The bits of all users of a directory, and what each policy looks at."""

    _bits: dict[str, int]
    _looks: tuple[_Look, ...]
    _mentioned: frozenset[str]
    _guests: bool

    @classmethod
    def of(cls, policies: Iterable[Policy], memberships: Memberships, roles: Iterable[str]) -> "Likeness":
        """Return what users share under these policies; `roles` count beside those that policies name."""
        places = [policy.conditions.people for policy in policies]
        wanted = {("role", role): memberships.role(role) for role in roles}
        for people in places:
            wanted |= _wanted(people, memberships)
        numbers = {key: 1 << at for at, key in enumerate(wanted)}
        looks = tuple(_look(people, numbers) for people in places)
        return cls(
            _bits_of(wanted.values()),
            looks,
            frozenset[str]().union(*(look.users for look in looks)),
            any(look.guests for look in looks),
        )

    def of_policy(self, at: int, who: Person) -> Key:
        """Return what tells a user from others for one policy."""
        look = self._looks[at]
        named = who.id if who.id in look.users else ""
        kinds = (who.kinds, who.home_tenant) if look.guests else ()
        return self._bits.get(who.id, 0) & look.bits, named, kinds

    def of_all(self, who: Person) -> Key:
        """Return what tells a user from others for all policies together."""
        named = who.id if who.id in self._mentioned else ""
        kinds = (who.kinds, who.home_tenant) if self._guests else ()
        return self._bits.get(who.id, 0), named, kinds


def _wanted(people: People, memberships: Memberships) -> dict[tuple[str, str], Reach]:
    groups = people.groups.include | people.groups.exclude
    roles = people.roles.include | people.roles.exclude
    return {
        **{("group", group): memberships.group(group) for group in sorted(groups)},
        **{("role", role): memberships.role(role) for role in sorted(roles)},
    }


def _look(people: People, numbers: dict[tuple[str, str], int]) -> _Look:
    groups = people.groups.include | people.groups.exclude
    roles = people.roles.include | people.roles.exclude
    bits = sum(numbers["group", group] for group in groups) | sum(numbers["role", role] for role in roles)
    users = people.users.include | people.users.exclude
    guests = bool(people.guests or people.guests_left_out or EVERY_GUEST in users)
    return _Look(bits, users - _WORDS, guests)


def _bits_of(reaches: Iterable[Reach]) -> dict[str, int]:
    bits: dict[str, int] = {}
    for at, reach in enumerate(reaches):
        for user in reach.users:
            bits[user] = bits.get(user, 0) | 1 << at
    return bits
