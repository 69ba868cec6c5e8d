"""Applications sign in as themselves: the client-credentials grant, with a secret or a signed assertion.

The token carries the application permissions that the tenant granted at Microsoft Graph. Source: RFC 6749
section 4.4, RFC 7523; Microsoft identity platform, certificate credentials (PS256, x5t#S256).
"""

import hmac
import json
from typing import TYPE_CHECKING, Any

from auditor.lab.apps import client_id
from auditor.lab.attempt import Attempt, wanted_by
from auditor.lab.estate import app_of, derived_id
from auditor.lab.refusals import Refusal
from auditor.lab.signin import registered
from auditor.lab.tokens import from_b64url

if TYPE_CHECKING:
    from auditor.lab.exchange import Exchange
    from auditor.lab.state import State
    from auditor.lab.world.tenants import App, Tenant

GRANT = "client_credentials"
LIFETIME = 3599


def app_token(state: "State", exchange: "Exchange", tenant: "Tenant") -> Refusal | dict[str, Any]:
    """Return the token endpoint's answer to an application that signs in for itself."""
    wanted = wanted_by(exchange)
    client = exchange.form.get("client_id", "").strip().lower()
    if wanted.host not in state.estate.graphs or ".default" not in wanted.scopes:
        return Refusal(70011)
    refusal = registered(Attempt(state, tenant, "", client, wanted))
    app = app_of(tenant, client)
    if refusal or app is None:
        return refusal or Refusal(700016, {"app": client, "tenant": tenant.domains[0].name})
    refusal = _proven(app, exchange)
    return refusal or _issued(state, tenant, app, wanted.text)


def _proven(app: "App", exchange: "Exchange") -> Refusal | None:
    form = exchange.form
    if "client_secret" in form:
        right = app.secret is not None and hmac.compare_digest(
            form["client_secret"].encode(), app.secret.encode()
        )
        return None if right else Refusal(7000215)
    if "client_assertion" in form:
        return None if _signed(form["client_assertion"], app, exchange) else Refusal(700027)
    return Refusal(7000218)


def _signed(assertion: str, app: "App", exchange: "Exchange") -> bool:
    """Return whether the application's certificate signed an assertion about itself for this endpoint."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only where one is brought
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 - as above
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - as above

    signed, _, signature = assertion.rpartition(".")
    claims = json.loads(from_b64url(signed.partition(".")[2]) or b"{}")
    ours = claims.get("iss") == claims.get("sub") == client_id(app.app) and exchange.path in claims["aud"]
    if app.certificate is None or not ours:
        return False
    key = load_pem_x509_certificate(app.certificate.encode()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    how = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    try:
        key.verify(from_b64url(signature), signed.encode(), how, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _issued(state: "State", tenant: "Tenant", app: "App", audience: str) -> dict[str, Any]:
    issued = int(state.now().timestamp())
    client = client_id(app.app)
    claims = {
        "iss": f"https://sts.windows.net/{tenant.id}/",
        "aud": audience,
        "iat": issued,
        "exp": issued + LIFETIME,
        "appid": client,
        "oid": derived_id(tenant.id, "servicePrincipal", client),
        "tid": tenant.id,
        "idtyp": "app",
        "roles": list(app.graph_permissions),
    }
    return {
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": state.mint.token(claims),
    }
