"""What a directory says of an account: who it is, what it has registered, which roles it holds.

Whatever was not read is "unknown", with a sentence that says why. Registered is not required: who must do MFA
is a matter of `entrances`.
"""

from collections.abc import Iterator, Mapping

from auditor.directory.logs import Log
from auditor.directory.membership import Memberships
from auditor.directory.passwords import expiry_of
from auditor.directory.snapshot import Known, Part, Registration, Snapshot, User, lines_of
from auditor.model import Detail

UNKNOWN = "unknown"
_TYPES = {"member", "guest"}
_STATES = {"disabled", "enabled", "enforced"}
_FIELDS = (
    # field of a user, and what it would say
    ("enabled", "whether the account is enabled"),
    ("type", "whether the account is a member or a guest"),
    ("synced", "whether the account is synchronised"),
    ("password_never_expires", "whether its password expires"),
)


def yes_no(value: bool | None) -> str:  # noqa: FBT001 - the value is what is asked about
    """Return yes, no, or unknown for None."""
    return UNKNOWN if value is None else "yes" if value else "no"


class Accounts:
    """The accounts of one directory, by user principal name."""

    def __init__(self, snapshot: Snapshot, memberships: Memberships) -> None:
        self._snapshot = snapshot
        self._by_upn: dict[str, User] = {}
        if isinstance(snapshot.users, Known):
            for user in snapshot.users.value.values():
                self._by_upn.setdefault(user.upn.lower(), user)
        self._log = Log(snapshot)
        self._roles, self._roles_unread = _holders(snapshot, memberships)

    @property
    def unread(self) -> tuple[str, ...]:
        """Return why an account that is not found may be there all the same; () where it is not."""
        return lines_of(Part.USERS, self._snapshot.users)

    @property
    def domains(self) -> frozenset[str]:
        """Return the domains that accounts of this directory's own are named by."""
        return frozenset(
            upn.rpartition("@")[2] for upn, user in self._by_upn.items() if user.external is not True
        )

    def find(self, upn: str) -> User | None:
        """Return an account's user, None where none of those that were read has this name."""
        return self._by_upn.get(upn.lower())

    def roles(self, user: User) -> tuple[str, ...]:
        """Return the names of the roles that a user is known to hold."""
        return tuple(name for _, name in self._roles.get(user.id, ()))

    def role_ids(self, user: User) -> frozenset[str]:
        """Return the template ids of the roles that a user is known to hold."""
        return frozenset(template for template, _ in self._roles.get(user.id, ()))

    def details(self, user: User | None) -> Mapping[str, Detail]:
        """Return what is said of an account (`model.evidence`, directory user); None: it is not there."""
        if user is None:
            return {"found": False}
        registration = self._registration(user)
        state = self._state(user)
        expiry = expiry_of(user, self._snapshot.domains)
        return {
            "found": True,
            "enabled": yes_no(user.enabled),
            "synced": yes_no(user.synced),
            "user_type": user.type if user.type in _TYPES else UNKNOWN,
            "password_expiry": expiry.word,
            "password_never_by": expiry.never_by,
            "password_expires": expiry.day,
            "password_expires_why": expiry.why,
            "password_changed": user.password_changed.date().isoformat() if user.password_changed else "",
            "mfa_registered": yes_no(registration.mfa_registered if registration else None),
            "mfa_capable": yes_no(registration.mfa_capable if registration else None),
            "methods": registration.methods if registration else (),
            "per_user_mfa": state if state in _STATES else UNKNOWN,
            "roles": self.roles(user),
            **self._log.details(user),
            "unread": tuple(dict.fromkeys((*self._unread(user, registration, state), *expiry.unread))),
        }

    def _registration(self, user: User) -> Registration | None:
        part = self._snapshot.registrations
        return part.value.get(user.id) if isinstance(part, Known) else None

    def _state(self, user: User) -> str | None:
        part = self._snapshot.user_states
        return part.value.get(user.id) if isinstance(part, Known) else None

    def _unread(self, user: User, registration: Registration | None, state: str | None) -> Iterator[str]:
        for name, what in _FIELDS:
            if getattr(user, name) is None:
                yield f"{Part.USERS}: {what} is not said"
        if registration is None:
            lines = lines_of(Part.REGISTRATIONS, self._snapshot.registrations)
            yield from lines or (f"{Part.REGISTRATIONS}: the account is not among them",)
        if state is None:
            lines = lines_of(Part.USER_STATES, self._snapshot.user_states)
            yield from lines or (f"{Part.USER_STATES}: the account is not among those read",)
        elif state not in _STATES:
            yield f"{Part.USER_STATES}: {state[:40]} is not a state that we know"
        yield from self._roles_unread


def _holders(
    snapshot: Snapshot, memberships: Memberships
) -> tuple[dict[str, list[tuple[str, str]]], tuple[str, ...]]:
    """Return by user id the roles held (template id, name), and why there may be more."""
    part = snapshot.roles
    unread = list(lines_of(Part.ROLES, part))
    held: dict[str, list[tuple[str, str]]] = {}
    for template, role in part.value.items() if isinstance(part, Known) else ():
        reach = memberships.role(template)
        for user_id in reach.users:
            held.setdefault(user_id, []).append((template, role.name or template))
        if not reach.whole:
            unread.append(f"{Part.ROLES}: not all who hold {role.name or template} could be read")
    return held, tuple(unread)
