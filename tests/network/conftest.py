"""A TLS server on loopback that does one scripted thing a connection, and counts what reaches it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from auditor.lab.certificates import new_authority, server_context
from auditor.network import Door, DoorSettings
from auditor.network.transports import Transports


def reply(status=200, body=b"{}", **headers):
    """One HTTP reply, given as a script step."""
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Drip:
    """A script step: a reply that comes in small pieces, a little apart, until the client hangs up."""

    def __init__(self, head, piece, pieces=60):
        self.head, self.piece, self.pieces, self.sent = head, piece, pieces, 0

    def __call__(self, line):
        line.sendall(b"HTTP/1.1 200 Scripted\r\nConnection: close\r\n" + self.head + b"\r\n\r\n")
        for _ in range(self.pieces):
            threading.Event().wait(0.02)
            self.sent += 1
            line.sendall(self.piece)


@dataclass
class Scripted:
    """The server: `steps` are replies in order (the last one stays), or None to break the line.

    A step that is a function writes to the line itself.
    """

    port: int
    steps: list[bytes | Callable[[ssl.SSLSocket], None] | None]
    received: list[bytes] = field(default_factory=list)

    def url(self, path="/"):
        return f"https://localhost:{self.port}{path}"

    def next_step(self):
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]


def _read_request(line):
    data = b""
    while b"\r\n\r\n" not in data:
        more = line.recv(65_536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += line.recv(65_536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def scripted(tmp_path):
    """Start scripted servers; each call returns one."""
    authority = new_authority()
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    context = server_context(authority, ["localhost"], tmp_path, "server")
    listeners = []

    def start(*steps):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        server = Scripted(listener.getsockname()[1], list(steps))

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    raw, _ = listener.accept()
                    _answer(context, raw, server)

        threading.Thread(target=serve, daemon=True).start()
        return server

    yield start
    for listener in listeners:
        listener.close()


def _answer(context, raw, server):
    with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as line:
        server.received.append(_read_request(line))
        step = server.next_step()
        if callable(step):
            step(line)
        elif step is not None:
            line.sendall(step)
        else:
            line.shutdown(socket.SHUT_RDWR)


class One(Transports):
    """Every request over one of the transports, so that both pass the same tests."""

    def __init__(self, name, settings):
        super().__init__(settings.proxy, settings.ca_bundle, settings.limits)
        self.one = getattr(self, name)

    def of(self, leg, host):
        return self.one


@pytest.fixture(params=["lean", "requests"])
def transport(request):
    """The transport that a test's doors go through; every test of a door runs with each."""
    return request.param


@pytest.fixture
def open_door(tmp_path, scripted, monkeypatch, transport):
    """Open doors that trust the scripted servers and do not sleep; `open_door.slept` holds the pauses."""
    for name in ("https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    doors, slept = [], []

    def make(now=None, **settings):
        settings = DoorSettings(**{"ca_bundle": tmp_path / "ca.pem", **settings})
        door = Door(settings, slept.append, now, One(transport, settings))
        doors.append(door)
        return door

    make.slept = slept
    yield make
    for door in doors:
        door.close()
