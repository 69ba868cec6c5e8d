"""Refused sign-ins, and the answer that a token endpoint gives to them."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from auditor.lab.catalogue import CATALOGUE, OTHER
from auditor.lab.exchange import Exchange, Reply, as_json
from auditor.lab.state import State

_LOGIN_ERRORS = "https://{host}/error?code={code}"
_CHANGE_URL = "https://portal.microsoftonline.com/ChangePassword.aspx"


@dataclass(frozen=True)
class Refusal:
    """A refused sign-in: the AADSTS number, what the text names, the policies that stand behind it.

    An answer that is known by its error word alone has the number 0.
    """

    code: int
    names: dict[str, str] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    text: str = ""
    error: str = ""


def refuse(state: State, exchange: Exchange, refusal: Refusal, separator: str = "blank") -> Reply:
    """Return the token endpoint's answer to a refused sign-in."""
    entry = CATALOGUE.get(refusal.code, OTHER)
    old = exchange.parts.get("version") != "v2.0"
    body = _body(state, exchange, refusal, separator)
    body["error"] = refusal.error or (entry.v1 if old and entry.v1 else entry.error)
    body["error_uri"] = _LOGIN_ERRORS.format(host=exchange.host, code=refusal.code)
    if entry.suberror:
        body["suberror"] = entry.suberror
    if old and refusal.code == 50055:  # noqa: PLR2004 - AADSTS numbers are names
        body["password_change_url"] = _CHANGE_URL
    if refusal.policies:
        body["claims"] = _claims(refusal.policies)
    return as_json(entry.status, body, *service_headers(exchange, body["trace_id"]))


def _body(state: State, exchange: Exchange, refusal: Refusal, separator: str) -> dict[str, Any]:
    trace, correlation = str(uuid4()), exchange.headers.get("client-request-id") or str(uuid4())
    stamp = state.now().strftime("%Y-%m-%d %H:%M:%SZ")
    words = (said(refusal), f"Trace ID: {trace}", f"Correlation ID: {correlation}", f"Timestamp: {stamp}")
    return {
        "error": "",
        "error_description": ("\r\n" if separator == "crlf" else " ").join(words),
        "error_codes": [refusal.code] if refusal.code else [],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
    }


def described(state: State, exchange: Exchange, refusal: Refusal) -> str:
    """Return a refusal as `error_description` has it: number, words, trace, time."""
    return str(_body(state, exchange, refusal, "blank")["error_description"])


def said(refusal: Refusal) -> str:
    """Return the number and the words of a refusal."""
    words = refusal.text or CATALOGUE.get(refusal.code, OTHER).text.format_map(
        defaultdict(str, refusal.names)
    )
    return f"AADSTS{refusal.code}: {words}" if refusal.code else words


def _claims(policies: tuple[str, ...]) -> str:
    return json.dumps({"access_token": {"capolids": {"essential": True, "values": list(policies)}}})


def service_headers(exchange: Exchange, trace: str = "") -> tuple[tuple[str, str], ...]:
    """Return the headers that Entra ID sends with every answer; cookies included, which clients must drop."""
    correlation = exchange.headers.get("client-request-id", "")
    asked = exchange.headers.get("return-client-request-id", "").lower() == "true"
    return (
        ("cache-control", "no-store, no-cache"),
        ("pragma", "no-cache"),
        ("x-ms-request-id", trace or str(uuid4())),
        ("x-ms-ests-server", "2.1.0 - LAB ProdSlices"),
        ("set-cookie", f"fpc={uuid4().hex}; path=/; secure; HttpOnly; SameSite=None"),
        ("set-cookie", "x-ms-gateway-slice=estsfd; path=/; secure; HttpOnly"),
        *((("client-request-id", correlation),) if correlation and asked else ()),
    )
