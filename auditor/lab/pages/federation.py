"""AD FS in the browser: its sign-in page, and Entra ID's address to which it sends people back."""

import hmac
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING
from uuid import uuid4

from auditor.lab.adfs import refused
from auditor.lab.attempt import Attempt
from auditor.lab.entra import assertion_of
from auditor.lab.estate import derived_id
from auditor.lab.exchange import Exchange, Reply, as_html
from auditor.lab.pages.html import hidden, page, posting, tag
from auditor.lab.pages.people import vouched_for
from auditor.lab.pages.walk import browser_of, go_on
from auditor.lab.refusals import described
from auditor.lab.signin import federation_trust
from auditor.lab.soap import assertion

if TYPE_CHECKING:
    from auditor.lab.state import State
    from auditor.lab.world.tenants import Federation
    from auditor.lab.world.users import User

_WRONG = "Incorrect user ID or password. Type the correct user ID and password, and try again."
_WRONG_CODE = "The verification code is not right."
_DENIED = "You are not authorized to access this site. (MSIS7068)"


def sign_in(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET` and `POST /adfs/ls/`: the form, and what comes of it."""
    federation = state.estate.federation(exchange.host)
    if federation is None or federation.metadata == "unavailable":
        return as_html(503, "Service unavailable")
    if exchange.method == "GET":
        named = exchange.query.get("username", "")
        return _form(exchange.query.get("wctx", ""), federation, "" if named.startswith("@") else named)
    form = exchange.form
    upn, context = form.get("UserName", "").strip(), form.get("wctx", "")
    user = state.estate.federated_user(exchange.host, upn)
    wrong = refused(state, federation, user, upn, form.get("Password", ""))
    if user is None or wrong:
        return _form(context, federation, upn, _DENIED if wrong.startswith("MSIS") else _WRONG)
    by_provider = federation.mfa == "provider" and user.mfa_method != "none"
    if by_provider and not hmac.compare_digest(form.get("Code", "").encode(), user.mfa_code.encode()):
        return _form(context, federation, upn, _WRONG_CODE)
    return _vouching(state, exchange.host, user, context, mfa=by_provider)


def _form(context: str, federation: "Federation", upn: str, error: str = "") -> Reply:
    """Return the form; it asks for a code as well where the provider does MFA itself."""
    fields = [("User account", "UserName", "email", upn), ("Password", "Password", "password", "")]
    if federation.mfa == "provider":
        fields.append(("Verification code (if you have one)", "Code", "text", ""))
    rows = [
        tag("label", label, tag("input", type=kind, name=name, id=name, value=value, autocomplete="off"))
        for label, name, kind, value in fields
    ]
    ways = tag("div", tag("button", "Sign in", type="submit", class_="main"), class_="buttons")
    form = tag("form", hidden(wctx=context), *rows, ways, method="post", action="/adfs/ls/")
    said = tag("p", error, class_="error", role="alert") if error else tag("p", "")
    return page("Sign in with your organizational account", federation.host, said, form, kind="sts")


def _vouching(state: "State", host: str, user: "User", context: str, *, mfa: bool) -> Reply:
    """Return the page that carries an assertion to Entra ID; its id says whether a code was given."""
    identity = f"_{'m' if mfa else 'p'}{uuid4()}"
    now = state.now()
    issuer = f"http://{host}/adfs/services/trust"
    text, expires = assertion(identity, issuer, user.upn, derived_id("immutable", user.upn), now)
    state.mint.keep(identity, text, user.upn, host, expires)
    tenant = state.estate.tenant_of(user.upn)
    assert tenant
    fields = {"wa": "wsignin1.0", "wresult": b64encode(text.encode()).decode(), "wctx": context}
    return posting(f"https://{state.estate.login_of(tenant)}/login.srf", fields, tenant.name)


def came_back(state: "State", exchange: Exchange) -> Reply:
    """Answer `POST /login.srf`: somebody comes back from their AD FS, with its assertion."""
    key = exchange.form.get("wctx", "")
    visit = state.visits.of(key, browser_of(exchange))
    text = b64decode(exchange.form.get("wresult", "").encode() + b"==")
    believed = assertion_of(state, text)
    tenant = state.estate.tenant_of(believed.upn) if believed else None
    if visit is None or believed is None or tenant is None:
        said = tag("p", "This page has been left or belongs to another browser. Start again in the app.")
        return page("Start again", "Work or school account", said, status=400)
    attempt = Attempt(state, tenant, believed.upn, visit.asked.client_id, visit.asked.wanted)
    refusal = federation_trust(attempt)
    if refusal:
        return page("We could not sign you in", tenant.name, tag("p", described(state, exchange, refusal)))
    mfa = believed.identity.startswith("_m")
    return go_on(state, exchange, key, vouched_for(state, visit, attempt.person.upn, mfa=mfa))
