"""How far somebody is, and what the next page asks of them: derived from the world each time."""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from auditor.lab.access import demanded
from auditor.lab.attempt import BROWSER, NATIVE_CLIENT, Attempt
from auditor.lab.consents import may_consent_for_all
from auditor.lab.refusals import Refusal
from auditor.lab.signin import assignment, by_administrator, consent, standing

if TYPE_CHECKING:
    from auditor.lab.state import State
    from auditor.lab.visits import Visit
    from auditor.lab.world.tenants import Tenant

IMPLIED = frozenset({"common", "organizations"})
_FACTOR = {"entra": 50076, "third-party": 50158}
_REGISTER = 50079
_CONSENT, _APPROVAL = 65001, 90094
_NOBODY = Refusal(50058)
_CONFIRM = Refusal(
    0, text="The person has to confirm that they stay signed in.", error="interaction_required"
)


class Ask(NamedTuple):
    """What a page asks for, and the refusal that a silent request gets in its place."""

    page: str
    refusal: Refusal = _NOBODY


def tenant_of(state: "State", visit: "Visit") -> "Tenant | None":
    """Return the tenant that is signed in to: the one in the address, or the person's own."""
    name = visit.asked.tenant.lower()
    return state.estate.tenant_of(visit.upn) if name in IMPLIED else state.estate.tenant(name)


def attempt_of(state: "State", visit: "Visit") -> Attempt | None:
    """Return the sign-in that a visit stands for, None before it is known in which tenant."""
    tenant = tenant_of(state, visit)
    if tenant is None:
        return None
    asked = visit.asked
    attempt = Attempt(
        state,
        tenant,
        local_name(state, tenant, visit.upn),
        asked.client_id,
        asked.wanted,
        in_person=True,
        mfa=visit.mfa,
        by_device_code=asked.purpose == "device",
    )
    by_browser = asked.purpose == "admin-consent" or (attempt.app and not attempt.app.public_client)
    return replace(attempt, client_type=BROWSER if by_browser else NATIVE_CLIENT)


def local_name(state: "State", tenant: "Tenant", upn: str) -> str:
    """Return the principal name that somebody has in a tenant: their own, or that of a guest."""
    if state.estate.tenant_of(upn) is tenant:
        return upn
    prefix = f"{upn.replace('@', '_')}#ext#@".lower()
    guests = (guest.upn for guest in state.estate.guests if state.estate.tenant_of(guest.upn) is tenant)
    return next((guest for guest in guests if guest.lower().startswith(prefix)), upn)


def next_ask(state: "State", visit: "Visit") -> Ask | None:
    """Return what is asked next, None where the visit has come to its end."""
    if not visit.upn:
        return Ask("accounts" if _others(state, visit) else "username")
    if not visit.proven:
        return Ask("federation" if _federated(state, visit) else "password")
    attempt = attempt_of(state, visit)
    if attempt is None:
        return Ask("refused", Refusal(50059))
    refusal = standing(attempt)
    if refusal is None and visit.asked.purpose != "admin-consent":
        refusal = assignment(attempt)
    if refusal:
        return Ask("refused", _foreign(attempt, visit, refusal))
    return _policies(attempt) or _last(attempt, visit)


def _foreign(attempt: Attempt, visit: "Visit", refusal: Refusal) -> Refusal:
    if attempt.user is None and attempt.state.estate.tenant_of(visit.upn) is not attempt.tenant:
        return attempt.refusal(50020, provider="https://sts.windows.net/")
    return refusal


def _others(state: "State", visit: "Visit") -> bool:
    return bool(state.visits.browsers.get(visit.browser)) and not visit.another


def _federated(state: "State", visit: "Visit") -> bool:
    home, user = state.estate.tenant_of(visit.upn), state.estate.user(visit.upn)
    in_cloud = user is not None and user.staged_rollout
    return home is not None and not in_cloud and home.federation_of(visit.upn.rpartition("@")[2]) is not None


def _policies(attempt: Attempt) -> Ask | None:
    refusal = demanded(attempt)
    if refusal is None:
        return None
    if refusal.code == _FACTOR.get(attempt.person.mfa_method) and not attempt.met_mfa:
        return Ask("mfa", refusal)
    federation = attempt.federation
    by_provider = federation is not None and federation.mfa == "provider"
    if refusal.code == _REGISTER and attempt.person.mfa_method == "none" and not by_provider:
        return Ask("register", refusal)
    return Ask("refused", refusal)


def _last(attempt: Attempt, visit: "Visit") -> Ask | None:
    if not visit.stays:
        return Ask("stay", _CONFIRM)
    if visit.asked.purpose == "admin-consent":
        if not may_consent_for_all(attempt):
            return Ask("approval", attempt.refusal(_APPROVAL))
        return None if visit.agreed else Ask("admin-consent")
    asked = _consent(attempt, visit)
    if asked is None and visit.asked.purpose == "device" and not visit.confirmed:
        return Ask("confirm", _CONFIRM)
    return asked


def _consent(attempt: Attempt, visit: "Visit") -> Ask | None:
    refusal = consent(attempt)
    if refusal is None and (visit.agreed or visit.asked.prompt != "consent"):
        return None
    if refusal and refusal.code not in {_CONSENT, _APPROVAL}:
        return Ask("refused", refusal)
    if by_administrator(attempt) and not may_consent_for_all(attempt):
        return Ask("approval", attempt.refusal(_APPROVAL))
    return Ask("consent", refusal or attempt.refusal(_CONSENT))
