"""AD FS: its metadata and its usernamemixed endpoints."""

from typing import TYPE_CHECKING
from uuid import uuid4

from auditor.lab.estate import derived_id
from auditor.lab.exchange import Exchange, Reply, as_html, as_xml
from auditor.lab.mex import document
from auditor.lab.soap import assertion, fault, read_request, response

if TYPE_CHECKING:
    from auditor.lab.state import State
    from auditor.lab.world.tenants import Federation
    from auditor.lab.world.users import User

AUDIENCE = "urn:federation:MicrosoftOnline"
_UNUSABLE = {"expired", "must-change", "none"}
_REFUSED = "ID3242: The security token could not be authenticated or authorized."
_DENIED = "MSIS7068: Access denied."
_NO_PARTY = "MSIS3127: The specified request failed."


def metadata(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET /adfs/services/trust/mex`."""
    federation = state.estate.federation(exchange.host)
    if federation is None or federation.metadata == "not-found":
        return as_html(404, "Not found")
    if federation.metadata == "unavailable":
        return as_html(503, "Service unavailable")
    if federation.metadata == "malformed":
        return as_xml(200, "<wsdl:definitions><unclosed>", "text/xml; charset=utf-8")
    return as_xml(200, document(federation))


def personal_metadata(_state: "State", _exchange: Exchange) -> Reply:
    """Answer the metadata request for personal accounts: a document without any username endpoint."""
    descriptor = (
        '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="uri:WindowsLiveID"/>'
    )
    return as_xml(200, descriptor, "text/xml; charset=utf-8")


def username_mixed(state: "State", exchange: Exchange) -> Reply:
    """Answer `POST /adfs/services/trust/{version}/usernamemixed`."""
    federation = state.estate.federation(exchange.host)
    version = int(exchange.parts["version"])
    if federation is None or federation.metadata == "unavailable" or version not in federation.endpoints:
        return Reply(503)
    request = read_request(exchange.body, version)
    if request is None or request.applies_to != AUDIENCE:
        return as_xml(500, fault(version, "RequestFailed", _NO_PARTY, state.now()))
    user = state.estate.federated_user(exchange.host, request.username)
    wrong = refused(state, federation, user, request.username, request.password)
    if user is None or wrong:
        return as_xml(500, fault(version, "FailedAuthentication", wrong, state.now()))
    return as_xml(200, _issued(state, user, exchange.host, version))


def refused(
    state: "State", federation: "Federation", user: "User | None", username: str, password: str
) -> str:
    """Return why the user gets no assertion, in the few words that AD FS has for it; "" for none."""
    counter = state.lockouts.of(federation.host, username)
    locked = 0 < federation.lockout_threshold <= counter.failures
    if user is None or user.locked or locked or not user.enabled or password != user.password:
        state.lockouts.refused_by_federation(federation.host, username)
        return _REFUSED
    if user.password_state in _UNUSABLE or user.sign_in_hours == "denied":
        return _REFUSED
    state.lockouts.accepted(federation.host, username)
    return _DENIED if user.federation_access == "denied" else ""


def _issued(state: "State", user: "User", host: str, version: int) -> str:
    identity = f"_{uuid4()}"
    now = state.now()
    issuer = f"http://{host}/adfs/services/trust"
    text, expires = assertion(identity, issuer, user.upn, derived_id("immutable", user.upn), now)
    state.mint.keep(identity, text, user.upn, host, expires)
    return response(version, text, AUDIENCE, now)
