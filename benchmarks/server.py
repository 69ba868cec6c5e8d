"""A stand-in for the service that costs next to nothing: the real host names behind CONNECT on loopback.

`python -m benchmarks.server FOLDER MILLISECONDS` writes its authority's certificate to FOLDER/ca.pem, says
its proxy address on stdout, answers each request so much later, and ends with its standard input. It computes
nothing as the lab does: every fourth account has the right password, all others are refused (AADSTS50126).
A request that is no CONNECT is answered with how many requests of each kind there were since the last.
"""

import asyncio
import base64
import json
import re
import socket
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext

LOGIN, ENVIRONMENT = "login.microsoftonline.com", "contoso.crm4.dynamics.com"
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT_ID = "00000000-aaaa-bbbb-cccc-000000000001"
_TOKEN_URL = f"https://{LOGIN}/{TENANT}/oauth2/v2.0/token"
_NUMBER = re.compile(rb"username=u(\d+)")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_COMMON = (
    "Cache-Control: no-store, no-cache",
    "Pragma: no-cache",
    "Expires: -1",
    "Strict-Transport-Security: max-age=31536000; includeSubDomains",
    "X-Content-Type-Options: nosniff",
    "x-ms-request-id: 0b0b0b0b-1111-2222-3333-444444444400",
    "x-ms-ests-server: 2.1.0 - LAB",
    "Set-Cookie: fpc=bench; path=/; secure; HttpOnly",
    "Set-Cookie: stsservicecookie=estsfd; path=/; secure; HttpOnly",
)


def _reply(status: str, data: object, *headers: str) -> bytes:
    body = json.dumps(data).encode()
    lines = [f"HTTP/1.1 {status}", *_COMMON, "Content-Type: application/json; charset=utf-8", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def _unsigned(**claims: object) -> str:
    parts = [json.dumps({"alg": "none"}).encode(), json.dumps(claims).encode(), b"s" * 256]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _token() -> dict[str, object]:
    client_info = base64.urlsafe_b64encode(json.dumps({"uid": "1", "utid": TENANT}).encode()).decode()
    issuer = f"https://{LOGIN}/{TENANT}/v2.0"
    identity = _unsigned(aud=CLIENT_ID, iss=issuer, exp=4102444800, iat=1, sub="s", oid="1", tid=TENANT)
    access = {"token_type": "Bearer", "access_token": _unsigned(aud="x" * 900), "expires_in": 3599}
    return {**access, "scope": "user_impersonation", "id_token": identity, "client_info": client_info}


REPLIES = {
    "realm": _reply(
        "200 OK",
        {"ver": "1.0", "account_type": "Managed", "cloud_instance_name": "microsoftonline.com"},
    ),
    "openid": _reply(
        "200 OK",
        {
            "token_endpoint": _TOKEN_URL,
            "authorization_endpoint": _TOKEN_URL.replace("token", "authorize"),
            "device_authorization_endpoint": _TOKEN_URL.replace("token", "devicecode"),
            "issuer": f"https://{LOGIN}/{TENANT}/v2.0",
            "cloud_instance_name": "microsoftonline.com",
            "tenant_region_scope": "EU",
        },
    ),
    "device code": _reply(
        "200 OK",
        {
            "user_code": "ABCD",
            "device_code": "D",
            "verification_uri": f"https://{LOGIN}/d",
            "expires_in": 900,
        },
    ),
    "waiting": _reply(
        "400 Bad Request", {"error": "authorization_pending", "error_codes": [70016], "error_description": ""}
    ),
    "challenge": _reply(
        "401 Unauthorized",
        {},
        f"WWW-Authenticate: Bearer authorization_uri=https://{LOGIN}/{TENANT}/oauth2/authorize,"
        f" resource_id=https://{ENVIRONMENT}/",
    ),
    "whoami": _reply("200 OK", {"UserId": "1", "BusinessUnitId": "2", "OrganizationId": "3"}),
    "token": _reply("200 OK", _token()),
    "refused": _reply(
        "400 Bad Request",
        {
            "error": "invalid_grant",
            "error_description": "AADSTS50126: Error validating credentials due to invalid username or"
            " password. Trace ID: 0b0b0b0b Correlation ID: 1c1c1c1c Timestamp: 2026-11-22 08:00:00Z",
            "error_codes": [50126],
            "timestamp": "2026-11-22 08:00:00Z",
            "trace_id": "0b0b0b0b-1111-2222-3333-444444444400",
            "correlation_id": "1c1c1c1c-1111-2222-3333-444444444400",
            "error_uri": f"https://{LOGIN}/error?code=50126",
        },
    ),
}


def kind_of(head: bytes, body: bytes) -> str:
    """Return which of the replies a request gets."""
    path = head.split(b" ", 2)[1]
    if path.endswith(b"/token"):
        if b"device_code=" in body:
            return "waiting"
        number = _NUMBER.search(body)
        return "token" if number and int(number[1]) % 4 == 0 else "refused"
    for part, kind in (
        (b"/userrealm/", "realm"),
        (b"/WhoAmI", "whoami"),
        (b"openid-configuration", "openid"),
        (b"/devicecode", "device code"),
    ):
        if part in path:
            return kind
    return "challenge"


@dataclass
class Service:
    """What all connections share: certificate, latency in seconds, counts."""

    context: SSLContext
    latency: float
    counts: Counter[str] = field(default_factory=Counter)


class _Site(asyncio.Protocol):
    """One connection inside a tunnel; requests come one after another."""

    def __init__(self, service: Service) -> None:
        self._service, self._held = service, b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.data_received(b"")

    def data_received(self, data: bytes) -> None:
        self._held += data
        if self.transport is None:  # the handshake is over, but nobody has said so yet
            return
        head, end, body = self._held.partition(b"\r\n\r\n")
        if not end:
            return
        length = _LENGTH.search(head)
        if length and len(body) < int(length[1]):
            return
        self._held = b""
        kind = kind_of(head, body)
        self._service.counts[kind] += 1
        self._answer(REPLIES[kind])

    def _answer(self, reply: bytes) -> None:
        assert self.transport is not None
        if self._service.latency:
            asyncio.get_running_loop().call_later(self._service.latency, self.transport.write, reply)
        else:
            self.transport.write(reply)


class _Door(asyncio.Protocol):
    """A connection to the proxy, before it is a tunnel."""

    def __init__(self, service: Service) -> None:
        self._service, self._held = service, b""
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        if b"\r\n\r\n" not in self._held or self._transport is None:
            return
        if self._held.startswith(b"CONNECT "):
            self._transport.pause_reading()
            self._transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._task = asyncio.get_running_loop().create_task(self._tunnel(self._transport))
            return
        counts, self._service.counts = self._service.counts, Counter()
        self._transport.write(_reply("200 OK", counts, "Connection: close"))
        self._transport.close()

    async def _tunnel(self, transport: asyncio.Transport) -> None:
        site = _Site(self._service)
        loop = asyncio.get_running_loop()
        upgraded = await loop.start_tls(transport, site, self._service.context, server_side=True)
        if upgraded is not None:
            site.connection_made(upgraded)


def certified(folder: Path) -> SSLContext:
    """Return a TLS context for the hosts; its authority's certificate stands in the folder."""
    from auditor.lab.certificates import (  # noqa: PLC0415 - needs the extra lab
        new_authority,
        server_context,
    )

    authority = new_authority()
    (folder / "ca.pem").write_bytes(authority.pem)
    return server_context(authority, [LOGIN, ENVIRONMENT], folder, "bench")


async def serve(folder: Path, milliseconds: float) -> None:
    """Serve until standard input ends."""
    service = Service(certified(folder), milliseconds / 1000)
    loop = asyncio.get_running_loop()
    # without a named protocol asyncio leaves Nagle's algorithm on
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = await loop.create_server(lambda: _Door(service), sock=listener, backlog=512)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    ended = asyncio.Event()
    threading.Thread(
        target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True
    ).start()
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), float(sys.argv[2])))
