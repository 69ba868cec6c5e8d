"""Where applications send people: the authorization endpoint and the addresses of administrators' consent."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.lab.attempt import Attempt, at_least_graph, wanted_of
from auditor.lab.estate import app_of
from auditor.lab.exchange import Exchange, Reply
from auditor.lab.pages.answers import MODES, Denied, denied, is_registered
from auditor.lab.pages.html import page, tag
from auditor.lab.pages.people import recognised
from auditor.lab.pages.stages import IMPLIED
from auditor.lab.pages.walk import begin, browser_of
from auditor.lab.refusals import Refusal, described
from auditor.lab.signin import registered, resource
from auditor.lab.visits import Asked, Purpose, Visit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.lab.state import State
    from auditor.lab.world.tenants import Tenant

_PROMPTS = frozenset({"", "none", "login", "consent", "select_account", "create"})


@dataclass(frozen=True)
class _Wrong:
    """What is wrong with a request; it goes back only to an address known to be the application's."""

    refusal: Refusal
    back: bool = False


def authorize(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET` and `POST /{tenant}/oauth2/[v2.0/]authorize`."""
    fields = exchange.form or dict(exchange.query)
    kind = fields.get("response_type", "")
    unfit = Refusal(900144, {"parameter": "response_type"}) if not kind else None
    if kind and kind != "code":
        unfit = Refusal(700054)
    if fields.get("prompt", "") not in _PROMPTS:
        unfit = Refusal(0, text=f"The prompt '{fields['prompt']}' is not known.", error="invalid_request")
    return _begun(state, exchange, _asked(state, exchange, fields, "sign-in"), unfit)


def admin_consent(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET /{tenant}/v2.0/adminconsent` and `GET /{tenant}/adminconsent`."""
    asked = _asked(state, exchange, dict(exchange.query), "admin-consent")
    asked = replace(asked, reply_mode="query", prompt="select_account")
    missing = asked.endpoint == "v2.0" and not asked.wanted.scopes
    unfit = Refusal(900144, {"parameter": "scope"}) if missing else None
    if asked.tenant.lower() == "common" and asked.endpoint == "v2.0":
        return _page(state, exchange, None, Refusal(50059))
    return _begun(state, exchange, asked, unfit)


def native_client(_state: "State", _exchange: Exchange) -> Reply:
    """Answer the address that applications without a web server have: an empty page."""
    return page("You can close this window", "Signed in", tag("p", "The application reads the address."))


def _asked(state: "State", exchange: Exchange, fields: "Mapping[str, str]", purpose: Purpose) -> Asked:
    name, version = exchange.parts["tenant"], exchange.parts.get("version", "")
    tenant = state.estate.tenant(name)
    graph = state.estate.graph_of(tenant) if tenant else "graph.microsoft.com"
    wanted = wanted_of(fields, version)
    if purpose == "admin-consent" and not version:
        wanted = replace(wanted, host=graph, scopes=frozenset())
    return Asked(
        purpose=purpose,
        host=exchange.host,
        tenant=name,
        client_id=fields.get("client_id", "").strip().lower(),
        wanted=at_least_graph(wanted, graph),
        endpoint=version,
        redirect_uri=fields.get("redirect_uri", ""),
        reply_mode=fields.get("response_mode", "") or "query",
        state=fields.get("state"),
        prompt=fields.get("prompt", ""),
        hint=fields.get("login_hint", "").strip(),
        domain_hint=fields.get("domain_hint", "").strip().lower(),
        nonce=fields.get("nonce", ""),
        challenge=fields.get("code_challenge", ""),
        challenge_method=fields.get("code_challenge_method", "plain"),
        client_info=fields.get("client_info") == "1",
        methods_in_id_token='"amr"' in fields.get("claims", ""),
        auth_time="max_age" in fields,
    )


def _begun(state: "State", exchange: Exchange, asked: Asked, unfit: Refusal | None) -> Reply:
    tenant = state.estate.tenant(asked.tenant)
    wrong = _wrong(state, asked, tenant, unfit)
    if wrong and wrong.back:
        name = tenant.name if tenant else "Work or school account"
        asked = asked if asked.reply_mode in MODES else replace(asked, reply_mode="query")
        return denied(state, exchange, asked, Denied(wrong.refusal), name)
    if wrong:
        return _page(state, exchange, tenant, wrong.refusal)
    app = app_of(tenant, asked.client_id) if tenant and not asked.redirect_uri else None
    if app:  # an administrator's link that names no address leads to the first one registered
        asked = replace(asked, redirect_uri=app.redirect_uris[0])
    return begin(state, exchange, _visit(state, exchange, asked))


def _wrong(state: "State", asked: Asked, tenant: "Tenant | None", unfit: Refusal | None) -> _Wrong | None:
    if not asked.client_id:
        return _Wrong(Refusal(900144, {"parameter": "client_id"}))
    if tenant is None:
        implied = asked.tenant.lower() in IMPLIED
        return _implied(state, asked, unfit) if implied else _Wrong(Refusal(90002, {"tenant": asked.tenant}))
    if not state.estate.signs_in_at(tenant, asked.host):
        return _Wrong(Refusal(900439))
    attempt = Attempt(state, tenant, "", asked.client_id, asked.wanted)
    refusal = registered(attempt) or _address(attempt, asked)
    if refusal:
        return _Wrong(refusal)
    unfit = unfit or _unreadable(asked)
    by_registration = asked.purpose == "admin-consent" and not asked.endpoint
    found = unfit or (None if by_registration else resource(attempt))
    return _Wrong(found, back=True) if found else None


def _implied(state: "State", asked: Asked, unfit: Refusal | None) -> _Wrong | None:
    """Return what is wrong where no tenant is named: any tenant's registration may know the address."""
    apps = [app for tenant in state.world.tenants if (app := app_of(tenant, asked.client_id))]
    if not apps:
        return _Wrong(Refusal(700016, {"app": asked.client_id, "tenant": asked.tenant}))
    if not any(is_registered(app, asked.redirect_uri) for app in apps):
        return _Wrong(Refusal(50011, {"app": asked.client_id, "redirect": asked.redirect_uri}))
    found = unfit or _unreadable(asked)
    return _Wrong(found, back=True) if found else None


def _address(attempt: Attempt, asked: Asked) -> Refusal | None:
    if not asked.redirect_uri and asked.purpose == "admin-consent" and not asked.endpoint:
        return None
    if not asked.redirect_uri:
        return attempt.refusal(900971)
    assert attempt.app
    known = is_registered(attempt.app, asked.redirect_uri)
    return None if known else attempt.refusal(50011, redirect=asked.redirect_uri)


def _unreadable(asked: Asked) -> Refusal | None:
    if asked.reply_mode not in MODES:
        text = f"The response mode '{asked.reply_mode}' is not known."
        return Refusal(0, text=text, error="invalid_request")
    return None if asked.wanted.host else Refusal(70011)


def _visit(state: "State", exchange: Exchange, asked: Asked) -> Visit:
    """Return a new visit, with the account that the request names or that is signed in alone."""
    visit = Visit(asked, state.visits.browser(browser_of(exchange)))
    known = state.visits.browsers[visit.browser]
    if asked.prompt == "select_account" and known:
        return visit
    if asked.prompt == "login" and not asked.hint:
        return replace(visit, another=True)
    if asked.hint and state.estate.user(asked.hint):
        named = replace(visit, upn=asked.hint)
        return named if asked.prompt == "login" else recognised(state, named)
    if not asked.hint and len(known) == 1:
        return recognised(state, replace(visit, upn=next(iter(known.values())).upn))
    return _by_domain(state, visit)


def _by_domain(state: "State", visit: Visit) -> Visit:
    """Return the visit of somebody whose domain is named: a federated one leads straight to its AD FS."""
    tenant = state.estate.tenant(visit.asked.domain_hint) if visit.asked.domain_hint else None
    federated = tenant is not None and tenant.federation_of(visit.asked.domain_hint) is not None
    return replace(visit, upn=f"@{visit.asked.domain_hint}") if federated else visit


def _page(state: "State", exchange: Exchange, tenant: "Tenant | None", refusal: Refusal) -> Reply:
    """Return an error that stays on the page: nobody knows that the application's address is its own."""
    name = tenant.name if tenant else "Work or school account"
    text = tag("p", described(state, exchange, refusal))
    return page("We could not sign you in", name, text, status=400)
