"""What a federation server offers for user and password: its metadata (mex), read as msal will read it.

msal prefers WS-Trust 1.3 and takes the first 2005 endpoint otherwise; it drops addresses that are not
https from the document, but follows the realm's `federation_active_auth_url` as it stands when there is
no metadata address. Source: msal 1.39 mex.py, wstrust_request.py, application.py.
"""

from dataclasses import dataclass
from http import HTTPStatus

from auditor.errors import NetworkError
from auditor.model import Answer, Flow, Leg
from auditor.network import Door, host_of
from auditor.probes.documents import metadata_naming, xml_root
from auditor.probes.replies import answer_of, answer_to_failure

USABLE, PLAIN_HTTP, NO_ENDPOINT = "usable", "plain_http", "no_endpoint"
UNREADABLE, UNREACHABLE = "unreadable", "unreachable"


@dataclass(frozen=True, slots=True)
class Federation:
    """What was found: a state (constants above), the endpoint msal would post to, and the answer to mex."""

    state: str
    endpoint: str = ""
    answer: Answer | None = None

    @property
    def endpoint_host(self) -> str:
        """Return the host that would receive the password, "" when there is none."""
        return host_of(self.endpoint.strip())


def read_federation(door: Door, mex_url: str, active_url: str) -> Federation:
    """Return what the provider named by a realm offers. Never raises; asks for the metadata once."""
    if not mex_url:
        return _from_active_url(active_url)
    if not mex_url.lower().startswith("https://"):
        return Federation(PLAIN_HTTP, mex_url)
    try:
        reply = door.get(mex_url, Leg.MEX)
    except NetworkError as error:
        return Federation(UNREACHABLE, answer=answer_to_failure(Flow.DISCOVERY, Leg.MEX, error))
    answer = answer_of(Flow.DISCOVERY, Leg.MEX, reply)
    if reply.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Federation(NO_ENDPOINT, answer=answer)
    if reply.status != HTTPStatus.OK:
        return Federation(UNREACHABLE, answer=answer)
    return _from_document(reply.text, answer)


def _from_active_url(active_url: str) -> Federation:
    if "/usernamemixed" not in active_url.lower():
        return Federation(NO_ENDPOINT)
    if not host_of(active_url.strip()):
        return Federation(UNREADABLE)
    return Federation(USABLE if active_url.lower().startswith("https://") else PLAIN_HTTP, active_url)


def _from_document(text: str, answer: Answer) -> Federation:
    endpoint = username_endpoint(text)
    if endpoint is None:
        return Federation(UNREADABLE, answer=answer)
    if endpoint:
        return Federation(USABLE if host_of(endpoint) else UNREADABLE, endpoint, answer)
    plain = _plain_http_endpoint(text)
    return Federation(PLAIN_HTTP if plain else NO_ENDPOINT, plain, answer)


def username_endpoint(text: str) -> str | None:
    """Return the https address msal would post a password to, "" for none, None if it cannot read it."""
    found = _endpoint(text)
    return None if found is None else found[0]


def metadata_for_msal(text: str) -> str:
    """Return metadata that names what msal would find in the server's, no more; "" if it cannot read it."""
    found = _endpoint(text)
    return "" if found is None else metadata_naming(*found)


def _endpoint(text: str) -> tuple[str, str] | None:
    """Return address and SOAP action that msal would post to, "" for none; None if it cannot read it."""
    from msal.mex import Mex  # noqa: PLC0415 - msal is slow to import

    if xml_root(text) is None:
        return None
    try:
        found = Mex(text).get_wstrust_username_password_endpoint()
    except (AttributeError, SyntaxError, TypeError):
        # what msal raises on documents it does not expect: missing attributes, SOAP 1.1 bindings, no XML
        return None
    return (str(found["address"]).strip(), str(found["action"] or "")) if found else ("", "")


def _plain_http_endpoint(text: str) -> str:
    root = xml_root(text)
    addresses = (
        [] if root is None else [(e.text or "").strip() for e in root.iter() if e.tag.endswith("}Address")]
    )
    plain = (a for a in addresses if a.lower().startswith("http://") and "usernamemixed" in a.lower())
    return next(plain, "")
