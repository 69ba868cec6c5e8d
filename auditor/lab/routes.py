"""Which service answers which request: one table of sites, paths, legs and handlers."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from auditor.lab import adfs, app_signin, dataverse, devicecode, discovery, entra, graph, vaults
from auditor.lab.apps import user_name
from auditor.lab.exchange import Exchange, Reply, as_html
from auditor.lab.pages import authorize, device, federation, walk
from auditor.lab.soap import named_in
from auditor.model import Leg

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.lab.estate import Site
    from auditor.lab.state import State

Handler: TypeAlias = "Callable[[State, Exchange], Reply]"
_INSTANCE = r"/common/discovery/(?:v1\.1/)?instance"
_REALM = r"/common/userrealm/(?P<upn>.+)"
_OPENID = r"/(?P<tenant>[^/]+)/(?:(?P<version>v2\.0)/)?\.well-known/openid-configuration"
_TOKEN = r"/(?P<tenant>[^/]+)/oauth2/(?:(?P<version>v2\.0)/)?token"  # noqa: S105 - a path
_DEVICE_CODE = r"/(?P<tenant>[^/]+)/oauth2/(?P<version>v2\.0)/devicecode"
_AUTHORIZE = r"/(?P<tenant>[^/]+)/oauth2/(?:(?P<version>v2\.0)/)?authorize"
_ADMIN_CONSENT = r"/(?P<tenant>[^/]+)/(?:(?P<version>v2\.0)/)?adminconsent"
_NATIVE_CLIENT = "/common/oauth2/nativeclient"
_STEP = r"/common/page/(?P<step>[a-z-]+)"
_DEVICE_PAGE = device.ADDRESS
_ADFS_PAGE = r"/adfs/ls/?"
_MEX = r"/adfs/services/trust/mex"
_USERNAME_MIXED = r"/adfs/services/trust/(?P<version>13|2005)/usernamemixed"
_API = r"/api/data/v9\.\d"
_SECRET = r"/secrets/(?P<name>[^/]+)/(?P<version>[^/]*)"  # noqa: S105 - a path
_GRAPH = r"/(?P<version>v1\.0|beta)"


@dataclass(frozen=True)
class Route:
    """A path of a site, the leg that a request for it is, and who answers."""

    site: "Site"
    method: str
    path: re.Pattern[str]
    leg: Leg | None
    handler: Handler


def _route(site: "Site", method: str, path: str, leg: Leg | None, handler: Handler) -> Route:
    return Route(site, method, re.compile(path, re.IGNORECASE | re.DOTALL), leg, handler)


ROUTES = (
    _route("login", "GET", _INSTANCE, None, discovery.instances),
    _route("login", "GET", _REALM, Leg.REALM, discovery.realm),
    _route("login", "GET", _OPENID, Leg.OPENID, discovery.openid),
    _route("login", "POST", _TOKEN, Leg.TOKEN, entra.token),
    _route("login", "POST", _DEVICE_CODE, Leg.DEVICE_CODE, devicecode.device_code),
    *(_route("login", way, _AUTHORIZE, None, authorize.authorize) for way in ("GET", "POST")),
    _route("login", "GET", _ADMIN_CONSENT, None, authorize.admin_consent),
    _route("login", "POST", _STEP, None, walk.step),
    *(_route("login", way, _DEVICE_PAGE, None, device.enter) for way in ("GET", "POST")),
    *(_route("login", way, _NATIVE_CLIENT, None, authorize.native_client) for way in ("GET", "POST")),
    _route("login", "POST", r"/login\.srf", None, federation.came_back),
    *(_route("federation", way, _ADFS_PAGE, None, federation.sign_in) for way in ("GET", "POST")),
    _route("devicelogin", "GET", "/devicelogin", None, device.short_address),
    _route("federation", "GET", _MEX, Leg.MEX, adfs.metadata),
    _route("federation", "POST", _USERNAME_MIXED, Leg.WSTRUST, adfs.username_mixed),
    _route("personal", "GET", "/FederationMetadata/.*", Leg.MEX, adfs.personal_metadata),
    _route("graph", "POST", rf"{_GRAPH}/\$batch", Leg.GRAPH, graph.batch),
    _route("graph", "POST", rf"{_GRAPH}/identity/conditionalAccess/evaluate", Leg.GRAPH, graph.evaluate),
    _route("graph", "GET", rf"{_GRAPH}/(?P<resource>.+)", Leg.GRAPH, graph.read),
    _route("vault", "GET", _SECRET, None, vaults.secret),
    _route("dataverse", "GET", rf"{_API}/WhoAmI(?:\(\))?", Leg.WHOAMI, dataverse.whoami),
    _route("dataverse", "GET", rf"{_API}/(?P<set>[A-Za-z_]\w*)", Leg.TABLE, dataverse.table),
    _route("dataverse", "GET", r"/.*", Leg.CHALLENGE, dataverse.challenge),
)


def _not_found(_state: "State", _exchange: Exchange) -> Reply:
    return as_html(404, "Not found")


def routed(state: "State", exchange: Exchange) -> tuple[Exchange, Handler]:
    """Return the request with its leg and the parts of its path, and who answers it."""
    site = state.estate.sites.get(exchange.host)
    for route in ROUTES:
        match = route.path.fullmatch(exchange.path)
        if match and route.site == site and route.method == exchange.method:
            parts = {name: part for name, part in match.groupdict().items() if part is not None}
            return replace(exchange, leg=_leg(route, exchange), parts=parts), route.handler
    return exchange, _not_found


def _leg(route: Route, exchange: Exchange) -> Leg | None:
    if route.leg is Leg.TOKEN and exchange.form.get("grant_type") == devicecode.GRANT:
        return Leg.DEVICE_CODE
    asks_with_token = route.leg not in {Leg.WHOAMI, Leg.TABLE} or exchange.bearer
    return route.leg if asks_with_token else Leg.CHALLENGE


def named(state: "State", exchange: Exchange) -> tuple[str, bool]:
    """Return which account or application a routed request is about ("" for none).

    And whether it carries a password.
    """
    match exchange.leg:
        case Leg.TOKEN:
            if exchange.form.get("grant_type") == app_signin.GRANT:
                return user_name(exchange.form.get("client_id", "")), False
            assertion = entra.assertion_in(state, exchange)
            upn = assertion.upn if assertion else exchange.form.get("username", "")
            return upn, bool(exchange.form.get("password"))
        case Leg.WSTRUST:
            return named_in(exchange.body)
        case Leg.REALM:
            return exchange.parts["upn"], False
        case Leg.WHOAMI | Leg.TABLE:
            claims = state.mint.claims(exchange.bearer, state.now())
            application = user_name(str(claims["appid"])) if claims.get("idtyp") == "app" else ""
            return application or str(claims.get("upn", "")), False
        case _:
            return _on_page(state, exchange)


def _on_page(state: "State", exchange: Exchange) -> tuple[str, bool]:
    """Return whom a page's form is about, and whether it carries a password."""
    form = exchange.form if exchange.method == "POST" else {}
    visit = state.visits.under_way.get(form.get("ctx", ""))
    return form.get("UserName") or (visit.upn if visit else ""), bool(
        form.get("passwd") or form.get("Password")
    )
