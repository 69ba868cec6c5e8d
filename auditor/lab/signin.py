"""Decides a sign-in: the checks of the token endpoint in the order that the world sets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from auditor.lab.access import demanded, within
from auditor.lab.apps import RESOURCE_IDS, is_guid
from auditor.lab.attempt import Attempt
from auditor.lab.refusals import Refusal

if TYPE_CHECKING:
    from auditor.lab.world.tenants import Order

Check: TypeAlias = "Callable[[Attempt], Refusal | None]"
_LONGEST_PASSWORD = 256
_BLOCKED_ADDRESS = "Sign-in was blocked because it came from an IP address with malicious activity."
_FORCED_CHANGE = "Force Change Password: the password must be changed at the first sign-in."
_AGENT_CODES = {"agent-unavailable": 80001, "directory-unreachable": 80002}


@dataclass(frozen=True)
class Granted:
    """A sign-in that all checks let pass, with the scopes its token carries."""

    attempt: Attempt
    scopes: frozenset[str]


def decide(attempt: Attempt) -> Granted | Refusal:
    """Return the token endpoint's decision; counts a wrong password against the account."""
    for check in checks(attempt.state.estate.order(attempt.tenant)):
        refusal = check(attempt)
        if refusal:
            return refusal
    return Granted(attempt, attempt.consented())


def let_in(attempt: Attempt) -> Refusal | None:
    """Return why a page lets nobody in with this password; counts a wrong one against the account."""
    steps = (_permitted_by_own_network, _known, _lock, _password, _enabled)
    return next((refusal for check in steps if (refusal := check(attempt))), None)


def standing(attempt: Attempt) -> Refusal | None:
    """Return why somebody who is signed in on a page gets no further with this application here."""
    steps = (_permitted_by_own_network, registered, preauthorized, resource, _known, _enabled)
    return next((refusal for check in steps if (refusal := check(attempt))), None)


def in_person(attempt: Attempt) -> Granted | Refusal:
    """Return the decision on somebody who has been through the pages."""
    refusal = standing(attempt) or assignment(attempt) or demanded(attempt) or consent(attempt)
    return refusal or Granted(attempt, attempt.consented())


def checks(order: "Order") -> Iterator[Check]:
    """Yield the checks in the order given."""
    yield _permitted_by_own_network
    if order.application == "before-password":
        yield _application
    if order.resource == "before-password":
        yield resource
    yield _known
    if order.disabled == "before-password":
        yield _enabled
    yield from (_lock, _password, federation_trust, _enabled)
    if order.application == "after-password":
        yield _application
    if order.resource == "after-password":
        yield resource
    yield assignment
    yield from (demanded, consent) if order.mfa == "before-consent" else (consent, demanded)


def _permitted_by_own_network(attempt: Attempt) -> Refusal | None:
    permitted = attempt.state.world.caller.tenant_restrictions
    return attempt.refusal(500021) if permitted and attempt.tenant.id not in permitted else None


def registered(attempt: Attempt) -> Refusal | None:
    """Return the refusal of an application that the tenant does not know or has disabled."""
    if not is_guid(attempt.client_id):
        return attempt.refusal(700038)
    if attempt.app is None:
        return attempt.refusal(700016)
    return attempt.refusal(7000112) if attempt.app.state == "disabled" else None


def _application(attempt: Attempt) -> Refusal | None:
    refusal = registered(attempt)
    app = attempt.app
    if refusal or app is None:
        return refusal
    if not app.public_client:
        return attempt.refusal(7000218)
    return preauthorized(attempt)


def preauthorized(attempt: Attempt) -> Refusal | None:
    """Return the refusal of one of Microsoft's applications that may not call Dataverse."""
    app = attempt.app
    at_graph = attempt.resource == RESOURCE_IDS["microsoft-graph"]
    return None if at_graph or app is None or app.preauthorized else attempt.refusal(65002)


def resource(attempt: Attempt) -> Refusal | None:
    """Return the refusal of a resource that the tenant does not know or has disabled."""
    if attempt.resource == RESOURCE_IDS["microsoft-graph"]:
        return None
    if not attempt.resource or attempt.tenant.dataverse == "missing":
        return attempt.refusal(500011)
    return attempt.refusal(500014) if attempt.tenant.dataverse == "disabled" else None


def _known(attempt: Attempt) -> Refusal | None:
    user = attempt.user
    if user is None:
        return attempt.refusal(90072 if _is_guests_home_name(attempt) else 50034)
    if not user.guest_of:
        return None
    if not user.enabled:
        return attempt.refusal(500571)
    if attempt.in_person:  # a page has asked the guest's home, no password grant can
        return None
    home = attempt.state.estate.tenant_named(user.guest_of)
    if home is None:
        return attempt.refusal(50020, provider="live.com")
    return attempt.refusal(90072, provider=f"https://sts.windows.net/{home.id}/")


def _is_guests_home_name(attempt: Attempt) -> bool:
    guest = f"{attempt.upn.replace('@', '_')}#ext#@".lower()
    return any(
        user.key.startswith(guest) and attempt.state.estate.tenant_of(user.upn) is attempt.tenant
        for user in attempt.state.estate.guests
    )


def _enabled(attempt: Attempt) -> Refusal | None:
    return None if attempt.person.enabled else attempt.refusal(50057)


def _lock(attempt: Attempt) -> Refusal | None:
    if attempt.password is None:
        return None
    if within(attempt.state.address, attempt.tenant.blocked_addresses):
        return attempt.refusal(50053, text=_BLOCKED_ADDRESS)
    locked = attempt.state.lockouts.is_locked("entra", attempt.upn, attempt.state.now())
    return attempt.refusal(50053) if locked or attempt.person.locked else None


def _password(attempt: Attempt) -> Refusal | None:
    password, user, tenant = attempt.password, attempt.person, attempt.tenant
    if password is None:
        return None
    if len(password) > _LONGEST_PASSWORD:
        return attempt.refusal(50052)
    if user.password_state in {"none", "not-synchronised"}:
        return attempt.refusal(50056)
    if attempt.federation:
        return attempt.refusal(50126)
    if tenant.pass_through in _AGENT_CODES:
        return attempt.refusal(_AGENT_CODES[tenant.pass_through])
    if user.sign_in_hours == "denied":
        return attempt.refusal(80012)
    if password != user.password:
        attempt.state.lockouts.refused_by_entra(tenant, attempt.upn, password, attempt.state.now())
        return attempt.refusal(50126)
    attempt.state.lockouts.accepted("entra", attempt.upn)
    return _validity(attempt)


def _validity(attempt: Attempt) -> Refusal | None:
    if _ended(attempt):
        return attempt.refusal(50055)
    match attempt.person.password_state:
        case "expired":
            return attempt.refusal(50055)
        case "must-change":
            return attempt.refusal(50055, text=_FORCED_CHANGE)
        case _:
            return None


def _ended(attempt: Attempt) -> bool:
    """Return whether the period of the domain is over; synchronised users are not held to it."""
    user = attempt.person
    days, changed = attempt.tenant.validity_of(user.domain), user.password_changed
    if not days or not changed or user.password_never_expires or attempt.tenant.syncs(user):
        return False
    return (attempt.state.now().date() - changed).days > days


def federation_trust(attempt: Attempt) -> Refusal | None:
    """Return why Entra ID does not believe the AD FS that has vouched for somebody."""
    if attempt.password is not None or attempt.in_person:
        return None
    federation = attempt.tenant.federation_of(attempt.person.domain)
    if federation is None or federation.trust == "issuer-unknown":
        provider = f"http://{federation.host}/adfs/services/trust" if federation else ""
        return attempt.refusal(50107, provider=provider)
    if federation.trust == "certificate-unknown":
        return attempt.refusal(50008)
    return attempt.refusal(51004) if attempt.person.immutable_id == "mismatch" else None


def assignment(attempt: Attempt) -> Refusal | None:
    """Return the refusal of somebody who is not assigned to an application that demands it."""
    app = attempt.app
    if app is None or not app.assignment_required:
        return None
    groups = attempt.state.estate.directly_in(attempt.tenant, attempt.upn)
    names = {attempt.upn.lower(), *(group.lower() for group in groups)}
    assigned = names & {name.lower() for name in app.assigned}
    return None if assigned else attempt.refusal(50105)


def consent(attempt: Attempt) -> Refusal | None:
    """Return the refusal where neither the person nor an administrator has consented to what is asked."""
    consented, app = attempt.consented(), attempt.app
    asked = attempt.wanted.scopes - {".default"}
    if consented and asked <= consented:
        return None
    if attempt.in_person and not asked:  # who signs in consents to being known by name
        return None
    if app and app.permission == "missing":
        return attempt.refusal(650057)
    return attempt.refusal(90094 if by_administrator(attempt) else 65001)


def by_administrator(attempt: Attempt) -> bool:
    """Return whether only an administrator can consent to this application here."""
    assigned = attempt.app is not None and attempt.app.assignment_required
    return attempt.tenant.user_consent == "admin-approval" or assigned
