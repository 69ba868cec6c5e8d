"""A TLS server on loopback that does one scripted thing a connection, and counts what reaches it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from auditor.lab.certificates import new_authority, server_context
from auditor.network import Door, DoorSettings
from auditor.network.transports import Transports


def reply(status=200, body=b"{}", keep=False, **headers):
    """One HTTP reply, given as a script step."""
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}"]
    lines += [] if keep else ["Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Drip:
    """A script step: a reply that comes in small pieces, a little apart, until the client hangs up.

    Without a head the pieces come in the place of headers.
    """

    def __init__(self, head, piece, pieces=60):
        self.head, self.piece, self.pieces, self.sent = head, piece, pieces, 0

    def __call__(self, line):
        head = b"" if self.head is None else b"Connection: close\r\n" + self.head + b"\r\n\r\n"
        line.sendall(b"HTTP/1.1 200 Scripted\r\n" + head)
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
    connections: int = 0

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

    def start(*steps, keep=False, family=socket.AF_INET, host="127.0.0.1", names=("localhost",), days=0):
        listener = socket.create_server((host, 0), family=family)
        listeners.append(listener)
        server = Scripted(listener.getsockname()[1], list(steps))
        other = names != ("localhost",) or days
        own = server_context(authority, names, tmp_path, "other", off=timedelta(days)) if other else context
        _each_connection(listener, lambda raw: _answer(own, raw, server, keep))
        return server

    yield start
    for listener in listeners:
        listener.close()


def _each_connection(listener, serve):
    def accept():
        with contextlib.suppress(OSError):
            while True:
                raw, _ = listener.accept()
                threading.Thread(target=serve, args=(raw,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def _answer(context, raw, server, keep):
    with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as line:
        server.connections += 1
        while request := _read_request(line):
            server.received.append(request)
            step = server.next_step()
            if callable(step):
                step(line)
            elif step is not None:
                line.sendall(step)
            else:
                line.shutdown(socket.SHUT_RDWR)
            if not keep:
                break


@dataclass
class ScriptedProxy:
    """A proxy that tunnels to loopback whatever is asked for, or answers with `step` instead."""

    port: int
    step: bytes | Callable[[socket.socket], None] | None
    heads: list[bytes] = field(default_factory=list)

    def url(self, credentials=""):
        return f"http://{credentials}127.0.0.1:{self.port}"


@pytest.fixture
def scripted_proxy():
    """Start scripted proxies; each call returns one."""
    listeners = []

    def start(step=None):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        proxy = ScriptedProxy(listener.getsockname()[1], step)
        _each_connection(listener, lambda raw: _through(raw, proxy))
        return proxy

    yield start
    for listener in listeners:
        listener.close()


@pytest.fixture
def plain_server():
    """Start servers without TLS that do one thing to each connection; each call returns a port."""
    listeners = []

    def serve(raw, step):
        with contextlib.suppress(OSError), raw:
            step(raw)

    def start(step):
        listeners.append(socket.create_server(("127.0.0.1", 0)))
        _each_connection(listeners[-1], lambda raw: serve(raw, step))
        return listeners[-1].getsockname()[1]

    yield start
    for listener in listeners:
        listener.close()


def _through(raw, proxy):
    with contextlib.suppress(OSError), raw:
        head = _read_request(raw)
        proxy.heads.append(head)
        if callable(proxy.step):
            proxy.step(raw)
        elif proxy.step is not None:
            raw.sendall(proxy.step)
        else:
            port = int(head.split()[1].rpartition(b":")[2])
            with socket.create_connection(("127.0.0.1", port)) as inner:
                raw.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_copy, args=(inner, raw), daemon=True)
                back.start()
                _copy(raw, inner)
                back.join()


def _copy(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


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
