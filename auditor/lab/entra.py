"""Entra ID's token endpoint: reads the request, lets the sign-in be decided, mints or refuses."""

import json
import re
from typing import TYPE_CHECKING, Any

from auditor.lab import app_signin, codes, devicecode
from auditor.lab.attempt import Attempt, sign_in_wanted, wanted_by
from auditor.lab.estate import derived_id
from auditor.lab.exchange import Exchange, Reply, as_json
from auditor.lab.refusals import Refusal, refuse, service_headers
from auditor.lab.roles import ORDINARY_USER, role_template
from auditor.lab.signin import Granted, decide
from auditor.lab.signin_log import noted
from auditor.lab.state import Refreshing
from auditor.lab.tokens import Assertion, b64url, from_b64url

if TYPE_CHECKING:
    from auditor.lab.state import State
    from auditor.lab.world.tenants import Tenant

PASSWORD_GRANT = "password"  # noqa: S105 - the name of a grant
SAML_GRANTS = tuple(f"urn:ietf:params:oauth:grant-type:{kind}-bearer" for kind in ("saml1_1", "saml2"))
REFRESH_GRANT = "refresh_token"
GRANTS = {PASSWORD_GRANT, REFRESH_GRANT, app_signin.GRANT, devicecode.GRANT, codes.GRANT, *SAML_GRANTS}
LIFETIME = 4368
_ASSERTION_ID = re.compile(rb"\b(?:AssertionID|ID)=[\"']([^\"']+)[\"']")


def token(state: "State", exchange: Exchange) -> Reply:
    """Answer `POST /{tenant}/oauth2/[v2.0/]token`."""
    asked = _tenant_asked(state, exchange)
    separator = "blank" if isinstance(asked, Refusal) else asked.separator
    result = asked if isinstance(asked, Refusal) else _decided(state, exchange, asked)
    if isinstance(result, Refusal):
        return refuse(state, exchange, result, separator)
    if isinstance(result, dict):
        return as_json(200, result, *service_headers(exchange))
    return as_json(200, _issued(result, exchange), *service_headers(exchange))


def _decided(state: "State", exchange: Exchange, tenant: "Tenant") -> Granted | Refusal | dict[str, Any]:
    """Return the decision on a request whose form is sound; a Refusal that names what is wrong with it."""
    form = exchange.form
    if form["grant_type"] == app_signin.GRANT:
        return app_signin.app_token(state, exchange, tenant)
    if form["grant_type"] in {devicecode.GRANT, codes.GRANT, REFRESH_GRANT}:
        return _in_person(state, exchange, tenant)
    return noted(state, exchange, _by_password(state, exchange, tenant))


def _in_person(state: "State", exchange: Exchange, tenant: "Tenant") -> Granted | Refusal:
    """Return the decision where a person has signed in on a page, now or before."""
    if exchange.form["grant_type"] == devicecode.GRANT:
        came = devicecode.redeemed(state, exchange, tenant)
        return came if isinstance(came, Refusal) else decide(came)
    if exchange.form["grant_type"] == codes.GRANT:
        return codes.redeemed(state, exchange, tenant)
    client = exchange.form.get("client_id", "").strip().lower()
    kept = state.refreshing.get(exchange.form.get("refresh_token", ""))
    if kept is None or kept.client_id != client:
        return Refusal(70008)
    wanted = sign_in_wanted(exchange, state.estate.graph_of(tenant))
    return decide(Attempt(state, tenant, kept.upn, client, wanted, in_person=True, mfa=kept.mfa))


def _by_password(state: "State", exchange: Exchange, tenant: "Tenant") -> Granted | Refusal:
    form = exchange.form
    missing = _missing(form)
    if missing:
        return Refusal(900144, {"parameter": missing})
    wanted = wanted_by(exchange)
    if not wanted.host:
        return Refusal(70011)
    client, upn = form["client_id"].strip().lower(), form.get("username", "")
    if form["grant_type"] == PASSWORD_GRANT:
        return decide(Attempt(state, tenant, upn, client, wanted, form["password"]))
    assertion = assertion_in(state, exchange)
    if assertion is None:
        return Refusal(50008)
    return decide(Attempt(state, tenant, assertion.upn, client, wanted))


def _missing(form: dict[str, str]) -> str:
    of_password = ("username", "password") if form.get("grant_type") == PASSWORD_GRANT else ("assertion",)
    return next((name for name in ("client_id", *of_password) if not form.get(name)), "")


def assertion_in(state: "State", exchange: Exchange) -> Assertion | None:
    """Return the assertion that a token request carries, if an AD FS of this world issued it."""
    return assertion_of(state, from_b64url(exchange.form.get("assertion", "")))


def assertion_of(state: "State", text: bytes) -> Assertion | None:
    """Return the assertion that a text is, if an AD FS of this world issued it."""
    found = _ASSERTION_ID.search(text)
    return state.mint.believed(found[1].decode(), text, state.now()) if found else None


def _tenant_asked(state: "State", exchange: Exchange) -> "Tenant | Refusal":
    name, grant = exchange.parts["tenant"].lower(), exchange.form.get("grant_type", "")
    if not grant:
        return Refusal(900144, {"parameter": "grant_type"})
    if grant not in GRANTS:
        return Refusal(70003, {"grant": grant})
    if name == "consumers" or (name == "common" and grant != codes.GRANT):
        return Refusal(9001023)
    tenant = _home(state, exchange) if name in {"organizations", "common"} else state.estate.tenant(name)
    if tenant is None:
        return Refusal(90002, {"tenant": exchange.parts["tenant"]})
    return tenant if state.estate.signs_in_at(tenant, exchange.host) else Refusal(900439)


def _home(state: "State", exchange: Exchange) -> "Tenant | None":
    code = state.visits.codes.get(exchange.form.get("code", ""))
    if code:
        return state.estate.tenant_of(code.visit.upn)
    assertion = assertion_in(state, exchange)
    return state.estate.tenant_of(assertion.upn if assertion else exchange.form.get("username", ""))


def _issued(granted: Granted, exchange: Exchange) -> dict[str, Any]:
    attempt = granted.attempt
    old = exchange.parts.get("version") != "v2.0"
    seconds: Any = str(LIFETIME) if old else LIFETIME
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": "user_impersonation" if old else _scope(granted),
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": _access_token(granted, exchange.host),
    }
    if old:
        body["resource"] = exchange.form["resource"]
    if old or "offline_access" in attempt.wanted.oidc:
        body["refresh_token"] = _refresh_token(attempt)
    if "openid" in attempt.wanted.oidc:
        body["id_token"] = attempt.state.mint.token(_identity(granted, exchange.host))
    if exchange.form.get("client_info") == "1":
        info = {"uid": object_id(attempt.upn), "utid": attempt.tenant.id}
        body["client_info"] = b64url(json.dumps(info).encode())
    return body


def _refresh_token(attempt: Attempt) -> str:
    token = "0." + b64url(derived_id(attempt.upn, attempt.client_id).encode()) * 4
    attempt.state.refreshing[token] = Refreshing(attempt.upn, attempt.client_id, attempt.mfa)
    return token


def _scope(granted: Granted) -> str:
    host = granted.attempt.wanted.host
    return " ".join(f"https://{host}/{scope}" for scope in (*sorted(granted.scopes), ".default"))


def object_id(upn: str) -> str:
    """Return a user's object id."""
    return derived_id("user", upn)


def _common(granted: Granted, host: str) -> dict[str, Any]:
    attempt = granted.attempt
    issued = int(attempt.state.now().timestamp())
    return {
        "iss": f"https://{host}/{attempt.tenant.id}/v2.0",
        "iat": issued,
        "nbf": issued,
        "exp": issued + LIFETIME,
        "oid": object_id(attempt.upn),
        "sub": derived_id("sub", attempt.upn, attempt.client_id),
        "tid": attempt.tenant.id,
    }


def _identity(granted: Granted, host: str) -> dict[str, Any]:
    attempt = granted.attempt
    names = {"name": attempt.person.name or attempt.upn, "preferred_username": attempt.person.upn}
    return {
        **_common(granted, host),
        "aud": attempt.client_id,
        "ver": "2.0",
        **names,
        **_asked_on_page(attempt),
    }


def _asked_on_page(attempt: Attempt) -> dict[str, Any]:
    """Return the claims that an application asked for when it sent the person to a page."""
    if attempt.visit is None:
        return {}
    asked, since = attempt.visit.asked, attempt.visit.at
    nonce = {"nonce": asked.nonce} if asked.nonce else {}
    amr = {"amr": methods(attempt)} if asked.methods_in_id_token else {}
    time = {"auth_time": int(since.timestamp())} if asked.auth_time and since else {}
    return {**nonce, **amr, **time}


def methods(attempt: Attempt) -> list[str]:
    """Return how the person proved who they are, in the words of tokens."""
    return ["pwd", "mfa"] if attempt.met_mfa else ["pwd"]


def _access_token(granted: Granted, host: str) -> str:
    attempt = granted.attempt
    return attempt.state.mint.token(
        {
            **_common(granted, host),
            "iss": f"https://sts.windows.net/{attempt.tenant.id}/",
            "aud": attempt.wanted.text,
            "appid": attempt.client_id,
            "scp": " ".join(sorted(granted.scopes)),
            "upn": attempt.person.upn,
            "amr": methods(attempt),
            "ver": "1.0",
            **_roles_claim(attempt),
        }
    )


def _roles_claim(attempt: Attempt) -> dict[str, Any]:
    """Return the claim with a person's directory roles, which tokens for Microsoft Graph carry."""
    if attempt.wanted.host not in attempt.state.estate.graphs:
        return {}
    roles = attempt.state.estate.roles(attempt.tenant, attempt.upn)
    return {"wids": sorted([role_template(role) for role in roles] + [ORDINARY_USER])}
