"""Device codes of Entra ID: given out to whoever names an application, and asked about until they expire.

Nobody names an account here, so only tenant, application and resource can be refused. That the application
may not do without a secret shows when the code is redeemed, and that Microsoft's own may not call Dataverse
when somebody signs in (see docs/lab.md for what is an assumption).
"""

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from auditor.lab.attempt import Attempt, sign_in_wanted
from auditor.lab.estate import app_of
from auditor.lab.exchange import Exchange, Reply, as_json
from auditor.lab.refusals import Refusal, refuse, service_headers
from auditor.lab.signin import registered, resource
from auditor.lab.state import DeviceCode

if TYPE_CHECKING:
    from auditor.lab.state import State
    from auditor.lab.world.tenants import Tenant

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LIFETIME = 900
_INTERVAL = 5
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PAGE = "https://microsoft.com/devicelogin"
_IMPLIED = frozenset({"common", "organizations", "consumers"})


def device_code(state: "State", exchange: Exchange) -> Reply:
    """Answer `POST /{tenant}/oauth2/v2.0/devicecode`."""
    name = exchange.parts["tenant"].lower()
    tenant = state.estate.tenant(name)
    refusal = _refused(state, exchange, tenant, name)
    if refusal:
        return refuse(state, exchange, refusal, tenant.separator if tenant else "blank")
    client = exchange.form["client_id"].strip().lower()
    code, shown = secrets.token_urlsafe(96), "".join(secrets.choice(_LETTERS) for _ in range(9))
    expires = state.now() + timedelta(seconds=LIFETIME)
    wanted = sign_in_wanted(exchange, state.estate.graph_of(tenant)) if tenant else None
    state.device_codes[code] = DeviceCode(client, expires, shown, wanted, tenant=tenant.id if tenant else "")
    return as_json(200, _given(code, shown), *service_headers(exchange))


def _refused(state: "State", exchange: Exchange, tenant: "Tenant | None", name: str) -> Refusal | None:
    missing = next((field for field in ("client_id", "scope") if not exchange.form.get(field)), "")
    if missing:
        return Refusal(900144, {"parameter": missing})
    if tenant is None:
        return Refusal(50059) if name in _IMPLIED else Refusal(90002, {"tenant": exchange.parts["tenant"]})
    if not state.estate.signs_in_at(tenant, exchange.host):
        return Refusal(900439)
    wanted = sign_in_wanted(exchange, state.estate.graph_of(tenant))
    if not wanted.host:
        return Refusal(70011)
    attempt = Attempt(state, tenant, "", exchange.form["client_id"].strip().lower(), wanted)
    return registered(attempt) or resource(attempt)


def _given(code: str, shown: str) -> dict[str, object]:
    return {
        "user_code": shown,
        "device_code": code,
        "verification_uri": _PAGE,
        "expires_in": LIFETIME,
        "interval": _INTERVAL,
        "message": f"To sign in, open {_PAGE} in a browser and enter the code {shown}.",
    }


def redeemed(state: "State", exchange: Exchange, tenant: "Tenant") -> Refusal | Attempt:
    """Return what a token request that brings a device code comes to: a sign-in, once somebody entered it."""
    form = exchange.form
    client, code = form.get("client_id", "").strip().lower(), form.get("device_code") or form.get("code", "")
    missing = "client_id" if not client else "" if code else "device_code"
    if missing:
        return Refusal(900144, {"parameter": missing})
    app = app_of(tenant, client)
    if app is not None and not app.public_client:  # the client is looked at before what it brings
        return Refusal(7000218)
    kept = state.device_codes.get(code)
    if kept is None or kept.client_id != client:
        return Refusal(70018)
    if kept.refused:
        return kept.refused
    if not kept.upn or kept.wanted is None:
        return Refusal(70016) if state.now() < kept.expires else Refusal(70020)
    del state.device_codes[code]
    return Attempt(
        state, tenant, kept.upn, client, kept.wanted, in_person=True, mfa=kept.mfa, by_device_code=True
    )
