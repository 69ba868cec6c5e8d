"""What a directory says of an app and an account: known, enabled, assigned, consented to, and how widely.

A consent belongs to a pair of service principals, the app's and the resource's, and holds for everybody or
for one user. An app of the resource's own publisher may be authorised beforehand and then needs no consent.
An app that requires assignment takes no consent from users, and its assignment to a group counts for the
group's direct members alone. Source: Microsoft Graph, oAuth2PermissionGrant, preAuthorizedApplication; Entra
documentation, "Manage users and groups assignment to an application", "Configure how users consent".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from auditor.directory.accounts import UNKNOWN, Accounts, yes_no
from auditor.directory.signins import DATAVERSE
from auditor.directory.snapshot import (
    ONLY_ASKED_APPS,
    Grant,
    Known,
    Members,
    Missing,
    Part,
    ServicePrincipal,
    Snapshot,
    User,
    lines_of,
)
from auditor.model import Detail

NONE, USER, ALL = "none", "user", "all"
NEEDED = "user_impersonation"
_ALWAYS = frozenset({"openid", "profile", "offline_access", "email"})
_GROUP, _DIRECT = "group", "user"
_FOR_SELF = "managepermissiongrantsforself."
# The policies of Microsoft that let users consent to what an administrator need not consent to.
_FREE = frozenset({"microsoft-user-default-legacy", "microsoft-user-default-recommended"})
# Who may consent for everybody to delegated permissions of Dataverse, by the template ids of the roles.
GRANTERS = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
}


@dataclass(frozen=True, slots=True)
class _Said:
    """A word, and why it is not a surer one."""

    word: str
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _App:
    """What is known of one app, whoever uses it."""

    principal: ServicePrincipal | None
    known: _Said
    for_all: tuple[Grant, ...]
    by_user: Mapping[str, tuple[Grant, ...]]
    assigned: frozenset[str]
    groups: tuple[str, ...]


class Consents:
    """The consents of one directory. Each app is looked up once."""

    def __init__(self, snapshot: Snapshot, accounts: Accounts) -> None:
        self._snapshot, self._accounts = snapshot, accounts
        part = snapshot.service_principals
        self._principals = part.value if isinstance(part, Known) else {}
        self._by_app = {found.app_id: found for found in self._principals.values()}
        self._dataverse = self._by_app.get(DATAVERSE)
        self._dataverse_known = self._knows(DATAVERSE)
        self._granters = _held_granters(snapshot)
        self._apps: dict[str, _App] = {}

    def details(self, client_id: str, user: User | None, nobody: str = "") -> Mapping[str, Detail]:
        """Return what is said of an app and a user (`model.evidence`, directory consent).

        Without a user, `nobody` says why it is not known who it is; "" means that there is none.
        """
        app = self._app(client_id.lower())
        granted = self._granted(app, user)
        consent = self._consent(app, granted, user, nobody)
        required = app.principal.assignment_required if app.principal else None
        assigned = self._assigned(app, user, nobody) if required else _Said(UNKNOWN)
        may = self._may_consent(user, nobody, required=required)
        return {
            "consent": consent.word,
            "scopes": tuple(
                sorted({scope for one in granted if self._at_dataverse(one) for scope in one.scopes})
            ),
            "wider": tuple(sorted(self._wider(granted))),
            "user_may_consent": may.word,
            "consent_by": self._granters,
            "app_known": app.known.word,
            "app_enabled": yes_no(app.principal.enabled if app.principal else None),
            "assignment_required": yes_no(required),
            "assigned": assigned.word,
            "dataverse_known": self._dataverse_known.word,
            "dataverse_enabled": yes_no(self._dataverse.enabled if self._dataverse else None),
            **self._secrets(client_id.lower()),
            "unread": _once(app.known, self._dataverse_known, consent, self._wide(app), assigned, may),
        }

    def _secrets(self, client_id: str) -> Mapping[str, Detail]:
        """Return when an app's secrets end, or why that is not known; apps of others are elsewhere."""
        part = self._snapshot.applications
        found = part.value.get(client_id) if isinstance(part, Known) else None
        if found is None or None in found.secret_ends:
            lines = lines_of(Part.APPLICATIONS, part) if isinstance(part, Missing) else ()
            why = "the app's registration is not among those that were read"
            if found is not None:
                why = "the app's registration does not say when its secrets end"
            return {"secret_ends": (), "secret_ends_why": "; ".join(lines) or why}
        ends = sorted(end for end in found.secret_ends if end is not None)
        return {"secret_ends": tuple(f"{end:%Y-%m-%d}" for end in ends), "secret_ends_why": ""}

    def _app(self, client_id: str) -> _App:
        if client_id not in self._apps:
            self._apps[client_id] = self._look_up(client_id)
        return self._apps[client_id]

    def _look_up(self, client_id: str) -> _App:
        principal = self._by_app.get(client_id)
        grants = self._snapshot.grants.value if isinstance(self._snapshot.grants, Known) else ()
        own = [one for one in grants if principal and one.client_id == principal.id]
        by_user: dict[str, tuple[Grant, ...]] = {}
        for one in own:
            if one.principal_id is not None:
                by_user[one.principal_id] = (*by_user.get(one.principal_id, ()), one)
        part = self._snapshot.assignments
        assignments = [
            one
            for one in (part.value if isinstance(part, Known) else ())
            if principal and one.resource_id == principal.id
        ]
        return _App(
            principal,
            self._knows(client_id),
            tuple(one for one in own if one.principal_id is None),
            by_user,
            frozenset(one.principal_id for one in assignments),
            tuple(one.principal_id for one in assignments if one.principal_type.lower() != _DIRECT),
        )

    def _knows(self, client_id: str) -> _Said:
        """Return whether the tenant knows an app; no only where it was looked for."""
        if client_id in self._by_app:
            return _Said("yes")
        lines = lines_of(Part.SERVICE_PRINCIPALS, self._snapshot.service_principals)
        if client_id in self._snapshot.asked_apps:
            lines = tuple(line for line in lines if not line.endswith(ONLY_ASKED_APPS))
        return _Said(UNKNOWN, lines) if lines else _Said("no")

    def _granted(self, app: _App, user: User | None) -> tuple[Grant, ...]:
        """Return the consents that an app can use for a user."""
        return (*app.for_all, *(app.by_user.get(user.id, ()) if user else ()))

    def _at_dataverse(self, grant: Grant) -> bool:
        return self._dataverse is not None and grant.resource_id == self._dataverse.id

    def _consent(self, app: _App, granted: Iterable[Grant], user: User | None, nobody: str) -> _Said:
        """Return for whom the scope that is needed was consented to; none only where it was looked for."""
        fitting = [
            one for one in granted if self._at_dataverse(one) and NEEDED in {s.lower() for s in one.scopes}
        ]
        if any(one.principal_id is None for one in fitting):
            return _Said(ALL)
        if fitting:
            return _Said(USER)
        lines = [*app.known.unread, *self._dataverse_known.unread]
        if "no" not in {app.known.word, self._dataverse_known.word}:
            lines += lines_of(Part.GRANTS, self._snapshot.grants)
            lines += [nobody] if user is None and nobody and app.by_user else []
            lines += self._beforehand(app)
        return _Said(UNKNOWN, tuple(lines)) if lines else _Said(NONE)

    def _beforehand(self, app: _App) -> Iterator[str]:
        """Yield why an app without consent may be authorised all the same."""
        publisher = self._dataverse.owner_tenant if self._dataverse else None
        if app.principal and publisher and app.principal.owner_tenant == publisher:
            yield f"{Part.GRANTS}: an app of Microsoft's own may be authorised beforehand, without a consent"

    def _wider(self, granted: Iterable[Grant]) -> Iterator[str]:
        for one in granted:
            usual = _ALWAYS | ({NEEDED} if self._at_dataverse(one) else set())
            resource = self._principals.get(one.resource_id)
            name = (resource.name if resource else "") or f"resource {one.resource_id}"
            yield from (f"{name}: {scope}" for scope in one.scopes if scope.lower() not in usual)

    def _wide(self, app: _App) -> _Said:
        """Return why there may be more consents than those that are known."""
        return _Said(UNKNOWN, lines_of(Part.GRANTS, self._snapshot.grants) if app.principal else ())

    def _assigned(self, app: _App, user: User | None, nobody: str) -> _Said:
        """Return whether a user is assigned to an app, directly or as a direct member of a group."""
        if user is None:
            return _Said(UNKNOWN, (nobody,)) if nobody else _Said("no")
        if user.id in app.assigned:
            return _Said("yes")
        lines = list(lines_of(Part.ASSIGNMENTS, self._snapshot.assignments))
        for group in app.groups:
            found = self._in_group(group, user.id)
            if found.word == "yes":
                return found
            lines += found.unread
        return _Said(UNKNOWN, tuple(lines)) if lines else _Said("no")

    def _in_group(self, group: str, user_id: str) -> _Said:
        part = self._snapshot.members
        members: Members | None = part.value.get(group) if isinstance(part, Known) else None
        name = self._group_name(group)
        if members is None:
            why = str(part) if isinstance(part, Missing) else "not read"
            return _Said(UNKNOWN, (f"{Part.MEMBERS}: {name}: {why}",))
        flat = members.whole and not members.groups
        if user_id in (members.users if flat else members.direct):
            return _Said("yes")
        if members.direct_whole or (members.whole and user_id not in members.users):
            return _Said("no")
        nested = "perhaps through a group in it, which does not count"
        why = nested if user_id in members.users else "not all were read"
        return _Said(UNKNOWN, (f"{Part.MEMBERS}: {name}: {why}",))

    def _group_name(self, group: str) -> str:
        part = self._snapshot.groups
        found = part.value.get(group) if isinstance(part, Known) else None
        return (found.name if found else "") or group

    def _may_consent(self, user: User | None, nobody: str, *, required: bool | None) -> _Said:
        """Return whether a user may consent to this app alone."""
        if user is None:
            return _Said(UNKNOWN, (nobody,) if nobody else ())
        if self._accounts.role_ids(user) & GRANTERS.keys():
            return _Said("yes")
        if required:
            return _Said("no")
        if user.type == "guest":
            return _Said(UNKNOWN, (f"{Part.AUTHORIZATION}: it speaks of members, not of guests",))
        return self._by_setting()

    def _by_setting(self) -> _Said:
        part = self._snapshot.authorization
        if isinstance(part, Missing) or part.value.grant_policies is None:
            why = str(part) if isinstance(part, Missing) else "whether users may consent is not said"
            return _Said(UNKNOWN, (f"{Part.AUTHORIZATION}: {why}",))
        policies = [name.lower() for name in part.value.grant_policies]
        own = [name.removeprefix(_FOR_SELF) for name in policies if name.startswith(_FOR_SELF)]
        if not own:
            return _Said("no")
        if _FREE & set(own):
            return _Said("yes")
        return _Said(UNKNOWN, (f"{Part.AUTHORIZATION}: it depends on the consent policy {', '.join(own)}",))


def _held_granters(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the roles that could consent: those that somebody holds; all of them where that is not known."""
    part = snapshot.roles
    if isinstance(part, Missing) or part.gaps:
        return tuple(GRANTERS.values())
    return tuple(
        name
        for template, name in GRANTERS.items()
        if (role := part.value.get(template))
        and (role.members.users or role.members.groups or not role.members.whole)
    )


def _once(*said: _Said) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for one in said for line in one.unread))
