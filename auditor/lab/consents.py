"""Consent given on a page: the world has one grant more from then on."""

from typing import TYPE_CHECKING

from auditor.lab.apps import RESOURCE_IDS, client_id, resource_id
from auditor.lab.world.tenants import Grant, Permission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.lab.attempt import Attempt
    from auditor.lab.world.tenants import App

_NAMES = {identity: name for name, identity in RESOURCE_IDS.items()}
ADMINISTRATORS = frozenset(
    {
        "Global Administrator",
        "Privileged Role Administrator",
        "Application Administrator",
        "Cloud Application Administrator",
    }
)
"""Who may consent for everybody to delegated permissions such as user_impersonation."""


def may_consent_for_all(attempt: "Attempt") -> bool:
    """Return whether the person has a role that consents on behalf of the organisation."""
    return bool(ADMINISTRATORS & attempt.state.estate.roles(attempt.tenant, attempt.upn))


def asked_for(attempt: "Attempt") -> Permission:
    """Return what a sign-in asks for, as a permission: all that is registered where it asks for .default."""
    name = _NAMES.get(attempt.resource, attempt.resource or "dataverse")
    registered = next((p for p in registered_by(attempt.app) if p.resource == name), None)
    wanted = attempt.wanted.scopes
    if ".default" in wanted and registered:
        return registered
    return Permission(resource=name, scopes=tuple(sorted(wanted - {".default"})) or ("User.Read",))


def registered_by(app: "App | None") -> tuple[Permission, ...]:
    """Return the permissions that an application's registration lists."""
    if app is None:
        return ()
    plain = (Permission(resource="dataverse", scopes=("user_impersonation",)),)
    return app.registered or (plain if app.permission == "present" else ())


def consent_for_one(attempt: "Attempt", given: Permission) -> None:
    """Add what a person consented to to what they had; everybody else's consents stay."""
    mine = [g for g in attempt.tenant.grants if _is_of(g, attempt) and _same(g, given) and _own(g, attempt)]
    scopes = {scope for grant in mine for scope in grant.scopes} | set(given.scopes)
    added = _grant(attempt, given, scopes, users=(attempt.person.upn,))
    attempt.state.change_tenant(
        attempt.tenant, grants=(*(g for g in attempt.tenant.grants if g not in mine), added)
    )


def consent_for_all(attempt: "Attempt", given: "Iterable[Permission]") -> None:
    """Let these be an application's grants for everybody, in place of earlier ones; people's own stay."""
    kept = [grant for grant in attempt.tenant.grants if not (_is_of(grant, attempt) and grant.all_users)]
    added = [_grant(attempt, one, set(one.scopes), all_users=True) for one in given]
    attempt.state.change_tenant(attempt.tenant, grants=(*kept, *added))


def _grant(
    attempt: "Attempt",
    given: Permission,
    scopes: set[str],
    *,
    all_users: bool = False,
    users: tuple[str, ...] = (),
) -> Grant:
    app = attempt.app.app if attempt.app else attempt.client_id
    return Grant(
        app=app, resource=given.resource, all_users=all_users, users=users, scopes=tuple(sorted(scopes))
    )


def _is_of(grant: Grant, attempt: "Attempt") -> bool:
    return client_id(grant.app) == attempt.client_id


def _same(grant: Grant, given: Permission) -> bool:
    return resource_id(grant.resource) == resource_id(given.resource)


def _own(grant: Grant, attempt: "Attempt") -> bool:
    return not grant.all_users and [upn.lower() for upn in grant.users] == [attempt.upn.lower()]
