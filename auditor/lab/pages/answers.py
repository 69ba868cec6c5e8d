"""How an application gets its answer: in the address, behind #, or as a form that is posted to it."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from auditor.lab.catalogue import CATALOGUE, OTHER
from auditor.lab.estate import derived_id
from auditor.lab.exchange import Reply
from auditor.lab.pages.html import posting
from auditor.lab.refusals import Refusal, described
from auditor.lab.tokens import b64url

if TYPE_CHECKING:
    from auditor.lab.exchange import Exchange
    from auditor.lab.state import State
    from auditor.lab.visits import Asked, Visit
    from auditor.lab.world.tenants import App

_LOOPBACK = frozenset({"localhost", "127.0.0.1"})
MODES = frozenset({"query", "fragment", "form_post"})


def is_registered(app: "App", address: str) -> bool:
    """Return whether an application has this redirect address; of a loopback one any port will do."""
    return any(address == known or _same_but_port(address, known) for known in app.redirect_uris)


def _same_but_port(address: str, known: str) -> bool:
    try:
        one, other = urlsplit(address), urlsplit(known)
        plain = one.port is not None and address == f"http://{one.hostname}:{one.port}{one.path}"
    except ValueError:
        return False
    same_path = (one.path or "/") == (other.path or "/")
    same_host = (one.scheme, one.hostname) == (other.scheme, other.hostname)
    return plain and one.hostname in _LOOPBACK and same_host and same_path


def answer(asked: "Asked", fields: dict[str, str], organisation: str) -> Reply:
    """Return fields to the application, in the way it asked for."""
    if asked.state is not None:
        fields = {**fields, "state": asked.state}
    if asked.reply_mode == "form_post":
        return posting(asked.redirect_uri, fields, organisation)
    mark = "#" if asked.reply_mode == "fragment" else "&" if "?" in asked.redirect_uri else "?"
    location = f"{asked.redirect_uri}{mark}{urlencode(fields)}"
    return Reply(302, headers=(("location", location), ("cache-control", "no-store")))


@dataclass(frozen=True)
class Denied:
    """An error that goes back to the application."""

    refusal: Refusal
    subcode: str = ""


def denied(state: "State", exchange: "Exchange", asked: "Asked", error: Denied, organisation: str) -> Reply:
    """Return an error to the application, with the AADSTS number in its description where there is one."""
    entry = CATALOGUE.get(error.refusal.code, OTHER)
    subcode = {"error_subcode": error.subcode} if error.subcode else {}
    fields = {
        "error": error.refusal.error or entry.error,
        **subcode,
        "error_description": described(state, exchange, error.refusal),
    }
    if error.refusal.code:
        fields["error_uri"] = f"https://{exchange.host}/error?code={error.refusal.code}"
    return answer(asked, fields, organisation)


def granted(state: "State", visit: "Visit", organisation: str, tenant_id: str, object_id: str) -> Reply:
    """Return an authorization code to the application."""
    fields = {"code": state.visits.give_code(visit, state.now())}
    if visit.asked.client_info:
        fields["client_info"] = b64url(json.dumps({"uid": object_id, "utid": tenant_id}).encode())
    fields["session_state"] = derived_id("session", visit.browser)
    return answer(visit.asked, fields, organisation)
