"""Authorization codes at the token endpoint: redeemed once, by whom they were given to, with PKCE."""

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from auditor.lab.app_proofs import disproved
from auditor.lab.attempt import BROWSER, NATIVE_CLIENT, Attempt
from auditor.lab.estate import app_of
from auditor.lab.refusals import Refusal
from auditor.lab.signin import Granted, in_person
from auditor.lab.tokens import b64url

if TYPE_CHECKING:
    from auditor.lab.exchange import Exchange
    from auditor.lab.state import State
    from auditor.lab.visits import Asked
    from auditor.lab.world.tenants import Tenant

GRANT = "authorization_code"
_NEEDED = ("client_id", "code", "redirect_uri")


def redeemed(state: "State", exchange: "Exchange", tenant: "Tenant") -> Refusal | Granted:
    """Return what a token request that brings an authorization code comes to."""
    form = exchange.form
    missing = next((name for name in _NEEDED if not form.get(name)), "")
    if missing:
        return Refusal(900144, {"parameter": missing})
    client, code = form["client_id"].strip().lower(), form["code"]
    kept = state.visits.codes.get(code)
    if kept is None or kept.visit.asked.client_id != client or state.now() >= kept.expires:
        return Refusal(70008)
    asked = kept.visit.asked
    refusal = _unproven(state, exchange, tenant, client) or _unfit(asked, form)
    if refusal:
        return refusal
    if kept.used:
        return Refusal(54005)
    state.visits.codes[code] = kept._replace(used=True)
    public = (app := app_of(tenant, client)) is not None and app.public_client
    attempt = Attempt(
        state,
        tenant,
        kept.visit.upn,
        client,
        asked.wanted,
        in_person=True,
        mfa=kept.visit.mfa,
        client_type=NATIVE_CLIENT if public else BROWSER,
        visit=kept.visit,
    )
    return in_person(attempt)


def _unproven(state: "State", exchange: "Exchange", tenant: "Tenant", client: str) -> Refusal | None:
    """Return why an application that has to keep a secret has not proven itself; others need not."""
    app = app_of(tenant, client)
    if app is None or app.public_client:
        return None
    proof = exchange.form.get("client_secret") or exchange.form.get("client_assertion")
    return disproved(state, app, exchange) if proof else Refusal(7000218)


def _unfit(asked: "Asked", form: dict[str, str]) -> Refusal | None:
    if form["redirect_uri"] != asked.redirect_uri:
        return Refusal(50011, {"app": asked.client_id, "redirect": form["redirect_uri"]})
    verifier = form.get("code_verifier", "")
    if not asked.challenge:
        return None
    if not verifier:
        return Refusal(900144, {"parameter": "code_verifier"})
    by_hash = asked.challenge_method.upper() == "S256"
    digest = b64url(sha256(verifier.encode()).digest()) if by_hash else verifier
    return None if hmac.compare_digest(digest.encode(), asked.challenge.encode()) else Refusal(501481)
