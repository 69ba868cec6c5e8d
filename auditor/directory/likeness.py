"""What users have in common, as far as policies look, as bits of one number.

A bit stands for a group, a role, a user who is named, a kind of guest, a home tenant: what policies mention.
Two users with the same bits where a policy looks get the same verdict of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from auditor.directory.membership import Memberships
from auditor.directory.people import KINDS, Person
from auditor.directory.policies import EVERY_GUEST, Guests, People, Policy

Token: TypeAlias = tuple[str, str]


@dataclass(slots=True)
class Likeness:
    """The bits of all users of a directory; `looks` are those that each policy looks at."""

    _numbers: dict[Token, int]
    looks: tuple[int, ...]
    _of_user: dict[str, int]
    _of_kinds: dict[tuple[frozenset[str], str | None], int] = field(default_factory=dict)

    @classmethod
    def of(cls, policies: Iterable[Policy], memberships: Memberships) -> "Likeness":
        """Return what users share under these policies."""
        tokens = [list(_tokens(policy.conditions.people)) for policy in policies]
        named = dict.fromkeys(token for some in tokens for token in some)
        numbers = {token: 1 << at for at, token in enumerate(named)}
        looks = tuple(sum(numbers[token] for token in set(some)) for some in tokens)
        return cls(numbers, looks, _of_users(numbers, memberships))

    def bits(self, who: Person) -> int:
        """Return the bits of a user."""
        kinds = who.kinds, who.home_tenant
        if kinds not in self._of_kinds:
            tokens = [*(("kind", kind) for kind in who.kinds), ("home", who.home_tenant or "")]
            self._of_kinds[kinds] = sum(self._numbers.get(token, 0) for token in tokens)
        return self._of_user.get(who.id, 0) | self._of_kinds[kinds]


def _tokens(people: People) -> Iterator[Token]:
    """Yield everything about users that a policy mentions; any guest at all makes all kinds matter."""
    for what, choice in (("user", people.users), ("group", people.groups), ("role", people.roles)):
        for name in sorted(choice.include | choice.exclude):
            yield what, name
    words = people.users.include | people.users.exclude
    sides = [guests for guests in (people.guests, people.guests_left_out) if guests]
    if sides or EVERY_GUEST in words:
        yield from (("kind", kind) for kind in KINDS)
    for guests in sides:
        yield from _homes(guests)


def _homes(guests: Guests) -> Iterator[Token]:
    if guests.tenants is not None:
        yield from (("home", tenant) for tenant in ("", *sorted(guests.tenants)))


def _of_users(numbers: dict[Token, int], memberships: Memberships) -> dict[str, int]:
    """Return each user's bits for users, groups and roles; who is in none of them is left out."""
    bits: dict[str, int] = {}
    for (what, name), bit in numbers.items():
        for user in _users(what, name, memberships):
            bits[user] = bits.get(user, 0) | bit
    return bits


def _users(what: str, name: str, memberships: Memberships) -> Iterable[str]:
    if what == "group":
        return memberships.group(name).users
    if what == "role":
        return memberships.role(name).users
    return (name,) if what == "user" else ()
