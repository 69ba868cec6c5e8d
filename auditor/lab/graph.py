"""Microsoft Graph, as far as the auditor reads it: who asks, whether they may, and what the world says.

The order of its checks: token, permission, role, licence, pace.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from auditor.lab import graph_policies
from auditor.lab.exchange import Exchange, Reply, as_json
from auditor.lab.faults import answered
from auditor.lab.graph_query import filtered, page_of, selected
from auditor.lab.graph_resources import RESOURCES, WHAT_IF, Caller, Resource

if TYPE_CHECKING:
    from auditor.lab.state import State

_KEY = re.compile(r"/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
_MOST_IN_A_BATCH = 20
_PACE = timedelta(seconds=1)
_NO_TOKEN = "Access token is missing, expired or for another API."  # noqa: S105 - a sentence


def read(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET /{version}/{resource}`."""
    caller = _caller(state, exchange)
    if caller is None:
        return _error(
            401, "InvalidAuthenticationToken", "Access token is missing, expired or for another API."
        )
    for resource in RESOURCES:
        match = resource.path.fullmatch(exchange.parts["resource"])
        if match:
            return _refused(caller, resource) or _found(caller, resource, match.groupdict(), exchange)
    return _error(404, "Request_ResourceNotFound", "The resource is not found.")


def batch(state: "State", exchange: Exchange) -> Reply:
    """Answer `POST /{version}/$batch`: each question as if it had come alone, faults included."""
    if _caller(state, exchange) is None:
        return _error(
            401, "InvalidAuthenticationToken", "Access token is missing, expired or for another API."
        )
    asked = _data(exchange).get("requests", [])
    if not 1 <= len(asked) <= _MOST_IN_A_BATCH:
        return _error(400, "BadRequest", "A batch holds one to twenty requests.")
    responses = [_inner(state, exchange, one) for one in asked]
    return as_json(200, {"responses": responses[::-1]})  # in no order that anybody could count on


def evaluate(state: "State", exchange: Exchange) -> Reply:
    """Answer `POST /{version}/identity/conditionalAccess/evaluate` (What-If)."""
    caller = _caller(state, exchange)
    if caller is None:
        return _error(
            401, "InvalidAuthenticationToken", "Access token is missing, expired or for another API."
        )
    context = f"https://{exchange.host}/v1.0/$metadata#Collection(microsoft.graph.whatIfAnalysisResult)"
    refused = _refused(caller, WHAT_IF)
    value = graph_policies.what_if(state, caller.tenant, _data(exchange))
    return refused or as_json(200, {"@odata.context": context, "value": value})


def _caller(state: "State", exchange: Exchange) -> Caller | None:
    claims = state.mint.claims(exchange.bearer, state.now())
    tenant = state.estate.tenant(str(claims.get("tid", "")))
    if tenant is None or urlsplit(str(claims.get("aud", ""))).hostname != exchange.host:
        return None
    return Caller(state, tenant, claims)


def _refused(caller: Caller, resource: Resource) -> Reply | None:
    if not caller.granted(resource.permissions):
        return _error(
            403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
        )
    if not caller.in_role(resource.roles):
        return _error(403, "Authorization_RequestDenied", "The user is in none of the required roles.")
    if resource.premium and caller.tenant.licence == "free":
        if resource.paced:
            return _error(403, "AccessDenied", "The tenant is not licensed for this feature.")
        text = "Neither tenant is B2C or tenant doesn't have premium license"
        return _error(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", text)
    return _too_fast(caller) if resource.paced and caller.tenant.paced else None


def _too_fast(caller: Caller) -> Reply | None:
    now, key = caller.state.now(), caller.tenant.id
    last = caller.state.asked_last.get(key)
    if last is not None and now - last < _PACE:
        return _error(429, "TooManyRequests", "Please retry again later.")
    caller.state.asked_last[key] = now
    return None


def _found(caller: Caller, resource: Resource, parts: Mapping[str, str], exchange: Exchange) -> Reply:
    found = resource.found(caller, parts)
    base = f"https://{exchange.host}/{exchange.parts['version']}"
    named = _KEY.sub(r"('\1')", exchange.parts["resource"])
    context = {"@odata.context": f"{base}/$metadata#{named}"}
    if found is None:
        return _error(404, "Request_ResourceNotFound", "The resource is not found.")
    if isinstance(found, dict):
        return as_json(200, {**context, **selected(found, exchange.query)})
    rows = filtered(found, exchange.query.get("$filter", ""))
    if rows is None:
        return _error(400, "Request_UnsupportedQuery", "The filter is not supported.")
    address = f"{base}/{exchange.parts['resource']}"
    return as_json(200, {**context, **page_of(rows, exchange.query, caller.tenant.page_size, address)})


def _inner(state: "State", outer: Exchange, asked: Mapping[str, Any]) -> dict[str, Any]:
    parts = urlsplit(str(asked.get("url", "")))
    version = outer.parts["version"]
    single = replace(
        outer,
        method="GET",
        path=f"/{version}{parts.path}",
        query=dict(parse_qsl(parts.query)),
        body=b"",
        parts={"version": version, "resource": parts.path.lstrip("/")},
    )
    reply = answered(state, single, read, "").reply or Reply(503)
    headers = dict(reply.headers)
    body = json.loads(reply.body) if reply.content_type.startswith("application/json") else {"error": {}}
    return {"id": asked.get("id"), "status": reply.status, "headers": headers, "body": body}


def _data(exchange: Exchange) -> dict[str, Any]:
    try:
        data = json.loads(exchange.body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _error(status: int, code: str, message: str) -> Reply:
    inner = {"request-id": str(uuid4()), "client-request-id": str(uuid4())}
    return as_json(status, {"error": {"code": code, "message": message, "innerError": inner}})
