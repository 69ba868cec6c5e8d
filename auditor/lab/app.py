"""The simulated cloud as one web application: every request of every host comes through here."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from auditor.lab.exchange import Exchange, Reply
from auditor.lab.faults import answered
from auditor.lab.routes import named, routed
from auditor.lab.state import Seen, State

if TYPE_CHECKING:
    from starlette.requests import Request

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def application(state: State, break_line: Callable[[int], None]) -> Starlette:
    """Return the application over a state; `break_line` cuts the connection that comes from a local port."""

    async def answer(request: "Request") -> Response:
        exchange, handler = routed(state, await _read(request))
        upn, password = named(state, exchange)
        record(state, exchange, upn, password=password)
        outcome = answered(state, exchange, handler, upn)
        if outcome.delay:
            await asyncio.sleep(outcome.delay)
        if outcome.reply is None:
            break_line(request.client.port if request.client else 0)
        return _written(outcome.reply or Reply(502), state.now().astimezone(UTC))

    return Starlette(routes=[Route("/{path:path}", answer, methods=_METHODS)])


def record(state: State, exchange: Exchange, upn: str, *, password: bool) -> None:
    """Note that a request arrived, and the password it carried."""
    state.requests.append(Seen(exchange.host, exchange.method, exchange.path, upn))
    if password:
        state.submissions[upn.lower()] += 1


async def _read(request: "Request") -> Exchange:
    return Exchange(
        host=(request.headers.get("host") or "").partition(":")[0].lower(),
        method=request.method,
        path=request.scope["path"],
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=await request.body(),
    )


def _written(reply: Reply, now: datetime) -> Response:
    response: Response
    if reply.piece:
        response = StreamingResponse(_pieces(reply), reply.status)
    else:
        response = Response(reply.body, reply.status, media_type=None)
    response.headers["content-type"] = reply.content_type
    response.headers["date"] = format_datetime(now, usegmt=True)
    for name, value in reply.headers:
        if name == "date":
            del response.headers["date"]
        response.headers.append(name, value)
    return response


async def _pieces(reply: Reply) -> AsyncIterator[bytes]:
    for start in range(0, len(reply.body), reply.piece):
        yield reply.body[start : start + reply.piece]
        await asyncio.sleep(reply.gap)
