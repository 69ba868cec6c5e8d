"""Dataverse's Web API, as far as the auditor asks: the challenge, WhoAmI, one row of one table.

The order of its checks after the token: address, environment, app, user, licence, roles, access mode,
privilege. Codes are Microsoft's; texts are the lab's own around the phrases by which real ones are known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from auditor.lab.access import within
from auditor.lab.apps import client_id, user_name
from auditor.lab.estate import derived_id
from auditor.lab.exchange import Exchange, Reply, as_html, as_json
from auditor.lab.world.environments import Member

if TYPE_CHECKING:
    from auditor.lab.state import State
    from auditor.lab.world.environments import Environment
    from auditor.lab.world.tenants import Tenant

_ADMINISTRATORS = {"System Administrator", "System Customizer"}
_MODES = {"read-write": 0, "administrative": 1, "read": 2, "support": 3, "non-interactive": 4}


@dataclass(frozen=True)
class _No:
    code: str
    text: str
    status: int = 403


@dataclass(frozen=True)
class Call:
    """A call with a token: the environment, and what the token says."""

    state: "State"
    environment: "Environment"
    claims: dict[str, Any]

    @property
    def application(self) -> str:
        """Return the client id of an application that calls for itself, "" where a person does."""
        return str(self.claims["appid"]) if self.claims.get("idtyp") == "app" else ""

    @property
    def upn(self) -> str:
        """Return who calls: a user's principal name, or a name for an application's own user."""
        return user_name(self.application) if self.application else str(self.claims["upn"])

    @cached_property
    def member(self) -> Member:
        """Return the caller as the environment knows them; `absent` when it does not."""
        if self.application:
            return _application_user(self)
        listed = self.state.estate.member(self.environment, self.upn)
        state = "enabled" if self.environment.open_to_tenant else "absent"
        return listed or Member(user=self.upn, state=state)

    @property
    def user_id(self) -> str:
        """Return the caller's row id in this environment."""
        return derived_id(self.environment.host, "systemuser", self.upn)


def _application_user(call: Call) -> Member:
    """Return an application's user; what else a user needs, a licence for one, does not apply to it."""
    for user in call.environment.application_users:
        if client_id(user.app) == call.application:
            return Member(user=call.upn, state=user.state, roles=user.roles, reads=user.reads)
    return Member(user=call.upn, state="absent")


def challenge(state: "State", exchange: Exchange) -> Reply:
    """Answer a request without a token: 401, naming tenant and resource; or whatever the state implies."""
    environment = state.estate.environment(exchange.host)
    if environment is None or environment.state == "not-found":
        return as_html(404, "Not found")
    tenant = state.estate.owner(environment)
    if environment.state == "no-challenge" or tenant is None:
        return Reply(401, b"Unauthorized")
    return Reply(401, b"", headers=(_challenge_header(state, environment, tenant, exchange.host),))


def _challenge_header(
    state: "State", environment: "Environment", tenant: "Tenant", host: str
) -> tuple[str, str]:
    login = state.estate.login(environment.challenge_cloud or tenant.cloud)
    authority = f"https://{login}/{tenant.id}/oauth2/authorize"
    return "www-authenticate", f"Bearer authorization_uri={authority}, resource_id=https://{host}/"


def whoami(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET /api/data/v9.2/WhoAmI`."""
    return _answered(state, exchange, _standing, _who)


def table(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET /api/data/v9.2/{entity set}?$select=...&$top=1`."""
    name = logical_name(exchange.parts["set"])

    def refused(call: Call) -> _No | None:
        return _standing(call) or _table_refusal(call, name)

    return _answered(state, exchange, refused, lambda call: _row(call, exchange, name))


def logical_name(entity_set: str) -> str:
    """Return the table of an entity set's name: accounts -> account, opportunities -> opportunity."""
    name = entity_set.lower()
    for ending, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", "")):
        if name.endswith(ending):
            return name.removesuffix(ending) + singular
    return name


_Check: TypeAlias = "Callable[[Call], _No | None]"


def _answered(
    state: "State", exchange: Exchange, refused: _Check, found: Callable[[Call], dict[str, Any]]
) -> Reply:
    environment = state.estate.environment(exchange.host)
    if not exchange.bearer or environment is None or environment.state in {"not-found", "no-challenge"}:
        return challenge(state, exchange)
    claims = state.mint.claims(exchange.bearer, state.now())
    if not _meant_for(state, environment, claims):
        return Reply(401, b"Unauthorized", headers=challenge(state, exchange).headers)
    call = Call(state, environment, claims)
    no = refused(call)
    return _refusal(environment, no) if no else as_json(200, found(call), ("odata-version", "4.0"))


def _meant_for(state: "State", environment: "Environment", claims: dict[str, Any]) -> bool:
    tenant = state.estate.owner(environment)
    audience = state.estate.environment(urlsplit(str(claims.get("aud", ""))).hostname or "")
    return audience is environment and tenant is not None and claims.get("tid") == tenant.id


def _refusal(environment: "Environment", no: _No) -> Reply:
    if environment.error_bodies == "text":
        return Reply(no.status, no.text.encode())
    return as_json(no.status, {"error": {"code": no.code, "message": no.text}}, ("odata-version", "4.0"))


def _standing(call: Call) -> _No | None:
    for check in (_place, _availability, _app, _membership, _entitlement):
        no = check(call)
        if no:
            return no
    return None


def _place(call: Call) -> _No | None:
    allowed = call.environment.ip_firewall
    if not allowed or within(call.state.address, allowed):
        return None
    return _No("0x80095ffe", "The request is rejected as access to your ip is blocked. Ask an administrator.")


def _availability(call: Call) -> _No | None:
    if call.environment.state == "disabled":
        return _No("0x8004a104", "The organization is disabled.")
    if call.environment.state == "administration" and not _ADMINISTRATORS & set(call.member.roles):
        return _No("0x8004a113", "The organization is in administration mode and the user may not enter it.")
    return None


def _app(call: Call) -> _No | None:
    blocked = {client_id(app) for app in call.environment.blocked_apps}
    if call.claims.get("appid") not in blocked:
        return None
    return _No("0x80095ffc", "The application id is not allowed to access this environment.")


def _membership(call: Call) -> _No | None:
    match call.member.state:
        case "absent":
            return _No("0x80072560", "The user is not a member of the organization.")
        case "disabled":
            return _No("0x80040225", "The specified user is disabled, or in no business unit.")
        case _:
            return None


def _entitlement(call: Call) -> _No | None:
    if not call.member.licensed:
        return _No("0x8004d24b", "The user has not been assigned any License.")
    if not call.member.roles:
        return _No("0x80042f09", "The user has not been assigned any roles.")
    if call.member.access_mode == "support":
        return _No("0x80044502", "The user has no read-write access to the organization.")
    return None


def _table_refusal(call: Call, name: str) -> _No | None:
    if name not in call.environment.tables:
        return _No("0x80060888", f"Resource not found for the segment '{name}'.", 404)
    readable = call.member.reads is None or name in call.member.reads
    if readable and call.member.access_mode != "administrative":
        return None
    mode = call.member.access_mode
    return _No(
        "0x80040220",
        f"Principal user (Id={call.user_id}, type=8, roleCount={len(call.member.roles)},"
        f" privilegeCount=1, accessMode='{_MODES[mode]} {mode.title()}'), is missing prvRead{name.title()}"
        f" privilege on OTC=1 for entity '{name}'.",
    )


def _who(call: Call) -> dict[str, Any]:
    host = call.environment.host
    return {
        "@odata.context": f"https://{host}/api/data/v9.2/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
        "BusinessUnitId": derived_id(host, "businessunit"),
        "UserId": call.user_id,
        "OrganizationId": derived_id(host, "organization"),
    }


def _row(call: Call, exchange: Exchange, name: str) -> dict[str, Any]:
    host, key = call.environment.host, f"{name}id"
    columns = [c for c in exchange.query.get("$select", "").split(",") if c] or [key, "name"]
    row = dict.fromkeys(columns, f"Invented {name}")
    return {
        "@odata.context": f"https://{host}/api/data/v9.2/$metadata#{exchange.parts['set']}({','.join(columns)})",
        "value": [{"@odata.etag": 'W/"1"', **row, key: derived_id(host, name)}],
    }
