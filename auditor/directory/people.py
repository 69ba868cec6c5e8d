"""Whether a policy is about a user: by id, group, role, or kind of guest. Leaving out wins over taking in.

Kinds of guests follow from where somebody's home is and what the directory calls them: the local guest, the
invited guest and the invited member. Users of service providers and of direct connections have no user
object, so no user of the directory is one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.directory.logic import all_of, any_of, negated
from auditor.directory.membership import Memberships
from auditor.directory.policies import ALL, EVERY_GUEST, NONE, Choice, Guests, People, looks_like_id
from auditor.directory.rulings import Exclusion, Kind, Ruling, opened
from auditor.directory.snapshot import Known, Missing, Part, Snapshot, User
from auditor.model import Truth

MEMBER = "member"
LOCAL_GUEST = "internalguest"
INVITED_GUEST = "b2bcollaborationguest"
INVITED_MEMBER = "b2bcollaborationmember"
_USERLESS = frozenset({"b2bdirectconnectuser", "otherexternaluser", "serviceprovider"})
KINDS = frozenset({MEMBER, LOCAL_GUEST, INVITED_GUEST, INVITED_MEMBER})
_BY_TYPE = {
    ("member", False): MEMBER,
    ("member", True): INVITED_MEMBER,
    ("guest", False): LOCAL_GUEST,
    ("guest", True): INVITED_GUEST,
}


@dataclass(frozen=True, slots=True)
class Person:
    """A user as policies see them: `kinds` are all that the user may be, one where the export says which."""

    id: str
    name: str
    kinds: frozenset[str] = KINDS
    home_tenant: str | None = None


def person(snapshot: Snapshot, user_id: str) -> Person:
    """Return a user of the snapshot, or what can be said of one who is not in it: the id."""
    users = snapshot.users.value if isinstance(snapshot.users, Known) else {}
    user = users.get(user_id)
    return Person(user_id, user_id) if user is None else person_of(user)


def person_of(user: User) -> Person:
    """Return a user as policies see them."""
    kinds = frozenset(
        kind
        for (kind_type, external), kind in _BY_TYPE.items()
        if user.type in {None, kind_type} and user.external in {None, external}
    )
    return Person(user.id, user.upn or user.id, kinds or KINDS, user.home_tenant)


@dataclass(slots=True)
class Circle:
    """Who belongs where in one directory, with the names that people know."""

    snapshot: Snapshot
    memberships: Memberships

    def is_user(self, word: str) -> bool:
        """Return whether a word means one user or nobody; others are words that we do not know."""
        users = self.snapshot.users.value if isinstance(self.snapshot.users, Known) else {}
        return word in users or word == NONE or looks_like_id(word)

    def group_name(self, group_id: str) -> str:
        """Return a group's name, or its id."""
        groups = self.snapshot.groups.value if isinstance(self.snapshot.groups, Known) else {}
        group = groups.get(group_id)
        return group.name or group_id if group else group_id

    def role_name(self, template_id: str) -> str:
        """Return a role's name, or its id."""
        roles = self.snapshot.roles.value if isinstance(self.snapshot.roles, Known) else {}
        by_object = (held for held in roles.values() if held.id == template_id)
        role = roles.get(template_id) or next(by_object, None)
        return role.name or template_id if role else template_id


@dataclass(frozen=True, slots=True)
class _Part:
    """One way in or out: what it is called and whether it fits the user."""

    kind: Kind
    id: str
    name: str
    truth: Truth


def about(people: People, who: Person, circle: Circle) -> Ruling:
    """Return whether a policy is about a user, with the exclusions that decide."""
    inside = list(
        _parts(people.users, people.groups, people.roles, people.guests, who, circle, included=True)
    )
    left_out = people.guests_left_out
    outside = list(_parts(people.users, people.groups, people.roles, left_out, who, circle, included=False))
    taken, excluded = any_of(part.truth for part in inside), any_of(part.truth for part in outside)
    if people.unknown and excluded is not Truth.HOLDS:
        return opened(f"not known whom it is about: {', '.join(people.unknown)}")
    exclusions = tuple(
        Exclusion(part.kind, part.id, part.name) for part in outside if part.truth is Truth.HOLDS
    )
    truth = all_of((taken, negated(excluded)))
    return Ruling(truth, taken, exclusions, _why(truth, inside, outside, exclusions, circle))


def _why(
    truth: Truth,
    inside: list[_Part],
    outside: list[_Part],
    exclusions: tuple[Exclusion, ...],
    circle: Circle,
) -> str:
    if truth is Truth.HOLDS:
        return ""
    if truth is Truth.UNANSWERED:
        open_parts = [part for part in (*inside, *outside) if part.truth is Truth.UNANSWERED]
        return "not known whether it is about this user: " + (
            _not_read(open_parts, circle.snapshot) or _listed(open_parts)
        )
    if exclusions:
        return "leaves out this user: " + ", ".join(map(str, exclusions))
    return "is about others: " + _listed(inside) if inside else "is about nobody"


def _not_read(parts: list[_Part], snapshot: Snapshot) -> str:
    """Return the parts of the directory without which none of these can be told; "" where that is not all."""
    sources = {Kind.GROUP: (Part.MEMBERS, snapshot.members), Kind.ROLE: (Part.ROLES, snapshot.roles)}
    found = [sources.get(part.kind) for part in parts]
    missing = [f"{one[0]}: {one[1]}" for one in found if one and isinstance(one[1], Missing)]
    return "; ".join(dict.fromkeys(missing)) if len(missing) == len(parts) else ""


def _listed(parts: list[_Part]) -> str:
    shown = ", ".join(f"{part.kind} {part.name}" for part in parts[:5])
    return shown + (f" and {len(parts) - 5} more" if len(parts) > 5 else "")  # noqa: PLR2004 - as many as are shown


def _parts(
    users: Choice,
    groups: Choice,
    roles: Choice,
    guests: Guests | None,
    who: Person,
    circle: Circle,
    *,
    included: bool,
) -> Iterator[_Part]:
    """Yield the parts of one side, included or excluded."""
    for word in sorted(_side(users, included)):
        yield _by_word(word, who, circle)
    if guests:
        yield _Part(Kind.GUESTS, EVERY_GUEST, ", ".join(sorted(guests.types)), _is_guest(guests, who))
    for group in sorted(_side(groups, included)):
        reach = circle.memberships.group(group)
        yield _Part(Kind.GROUP, group, circle.group_name(group), reach.holds(who.id))
    for role in sorted(_side(roles, included)):
        reach = circle.memberships.role(role)
        yield _Part(Kind.ROLE, role, circle.role_name(role), reach.holds(who.id))


def _side(choice: Choice, included: bool) -> frozenset[str]:  # noqa: FBT001 - which of the two sides
    return choice.include if included else choice.exclude


def _by_word(word: str, who: Person, circle: Circle) -> _Part:
    if word == EVERY_GUEST:
        return _Part(Kind.GUESTS, word, "GuestsOrExternalUsers", _within(who.kinds, KINDS - {MEMBER}))
    if word == ALL:
        return _Part(Kind.USER, word, "All", Truth.HOLDS)
    if word == who.id:
        return _Part(Kind.USER, word, who.name, Truth.HOLDS)
    return _Part(Kind.USER, word, word, Truth.FAILS if circle.is_user(word) else Truth.UNANSWERED)


def _is_guest(guests: Guests, who: Person) -> Truth:
    """Return whether a user is of one of these kinds, from one of these tenants."""
    kind = _within(who.kinds, guests.types)
    if guests.types - KINDS - _USERLESS and who.kinds != {MEMBER}:
        kind = any_of((kind, Truth.UNANSWERED))
    if kind is Truth.FAILS:
        return kind
    if not guests.tenants_known:
        return Truth.UNANSWERED
    if guests.tenants is None:
        return kind
    home = Truth.UNANSWERED if who.home_tenant is None else _within({who.home_tenant}, guests.tenants)
    return all_of((kind, home))


def _within(possible: frozenset[str] | set[str], wanted: frozenset[str]) -> Truth:
    """Return whether what is one of `possible` is one of `wanted`."""
    if possible <= wanted:
        return Truth.HOLDS
    return Truth.UNANSWERED if possible & wanted else Truth.FAILS
