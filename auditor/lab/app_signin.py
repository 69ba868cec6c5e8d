"""Applications sign in as themselves: the client-credentials grant, with a secret or a signed assertion.

The checks: application, credential, resource. A token for Microsoft Graph carries the application permissions
that the tenant granted; one for an environment names the application alone, and Dataverse decides. Source:
RFC 6749 section 4.4, RFC 7521 section 4.2; Microsoft identity platform, client credentials flow.
"""

from typing import TYPE_CHECKING, Any

from auditor.lab.app_proofs import disproved
from auditor.lab.apps import client_id
from auditor.lab.attempt import Attempt, wanted_by
from auditor.lab.estate import app_of, derived_id
from auditor.lab.refusals import Refusal
from auditor.lab.signin import registered, resource

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
    if not wanted.host:
        return Refusal(70011)
    if wanted.scopes != {".default"}:
        return Refusal(1002012, {"wanted": " ".join(sorted(wanted.scopes))})
    attempt = Attempt(state, tenant, "", client, wanted)
    refusal = registered(attempt)
    app = app_of(tenant, client)
    if refusal or app is None:
        return refusal or Refusal(700016, {"app": client, "tenant": tenant.domains[0].name})
    known = wanted.host in {vault.domain for vault in state.world.vaults}
    refusal = disproved(state, app, exchange) or (None if known else resource(attempt))
    return refusal or _issued(attempt, app)


def _issued(attempt: Attempt, app: "App") -> dict[str, Any]:
    state, tenant = attempt.state, attempt.tenant
    issued = int(state.now().timestamp())
    client = client_id(app.app)
    claims = {
        "iss": f"https://sts.windows.net/{tenant.id}/",
        "aud": attempt.wanted.text,
        "iat": issued,
        "exp": issued + LIFETIME,
        "appid": client,
        "oid": derived_id(tenant.id, "servicePrincipal", client),
        "tid": tenant.id,
        "idtyp": "app",
    }
    if attempt.wanted.host in state.estate.graphs:
        claims["roles"] = list(app.graph_permissions)
    return {
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": state.mint.token(claims),
    }
