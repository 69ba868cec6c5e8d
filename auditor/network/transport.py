"""The transport for what is asked once a run: `requests`, with every convenience of it switched off."""

import functools
import io
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from auditor.errors import NetworkError
from auditor.network.bodies import Body
from auditor.network.dialling import dial
from auditor.network.failures import Odd, failure_of
from auditor.network.incoming import BoundedStream
from auditor.network.proxies import Proxies, Proxy
from auditor.network.tunnels import ask_for_tunnel, reach_proxy
from auditor.network.wire import Limits, Watched, Wire

_CHUNK = 65_536


class RequestsTransport:
    """`requests` sessions, one a thread, that all behave alike."""

    def __init__(self, context: ssl.SSLContext, proxies: Proxies, limits: Limits) -> None:
        self._context, self._proxies, self._limits = context, proxies, limits
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._lock = threading.Lock()

    def send(
        self, method: str, url: str, host: str, headers: Mapping[str, str], body: Watched | None
    ) -> Wire:
        """Return the reply; see `wire.Transport`."""
        try:
            proxy = self._proxies.of(host)
            with self._session(proxy).request(
                method,
                url,
                headers={name: value for name, value in headers.items() if name.lower() != "host"},
                data=body,
                timeout=(self._limits.connect, self._limits.read),
                allow_redirects=False,
                stream=True,
                proxies={"https": proxy.url} if proxy else {},
            ) as reply:
                lowered = {name.lower(): value for name, value in reply.headers.items()}
                return Wire(reply.status_code, lowered, self._read(reply, lowered, host))
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            failure, detail = failure_of(error)
            raise NetworkError(failure, host, detail, sent=body is not None and body.begun) from None

    def _read(self, reply: requests.Response, headers: Mapping[str, str], host: str) -> bytes:
        body = Body(headers.get("content-encoding", ""), host, self._limits.max_body)
        for part in _arriving(reply):
            body.add(part)
        return body.whole()

    def _session(self, proxy: Proxy | None) -> requests.Session:
        """Return this thread's session; it has one adapter for each proxy's credentials."""
        found: dict[Proxy | None, requests.Session] = self._local.__dict__.setdefault("sessions", {})
        if proxy not in found:
            found[proxy] = self._new_session(proxy)
        return found[proxy]

    def _new_session(self, proxy: Proxy | None) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.clear()
        session.mount("https://", adapter_for(self._context, self._limits, proxy))
        with self._lock:
            self._sessions.append(session)
        return session

    def close(self) -> None:
        """Close every thread's connections."""
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()


def _arriving(reply: requests.Response) -> Iterator[bytes]:
    """Yield the body as it arrives, packed; a read of a whole chunk would wait for a server that drips."""
    while part := reply.raw.read1(_CHUNK, decode_content=False):
        yield part


def adapter_for(context: ssl.SSLContext, limits: Limits, proxy: Proxy | None) -> HTTPAdapter:
    """Return what makes our kind of connections for a session of `requests`, through a proxy or none."""
    return _Adapter(context, limits, proxy)


class _Adapter(HTTPAdapter):
    """Connections of ours, with our TLS context, and no retry of any kind."""

    def __init__(self, context: ssl.SSLContext, limits: Limits, proxy: Proxy | None) -> None:
        self._context, self._limits, self._proxy = context, limits, proxy
        super().__init__(pool_connections=4, pool_maxsize=4, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools()

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)
        manager.pool_classes_by_scheme = self._pools()
        return manager

    def _pools(self) -> dict[str, Any]:
        kind = type("_Pool", (HTTPSConnectionPool,), {"ConnectionCls": self._connection})
        return {"https": kind}

    def _connection(self, *args: Any, **kwargs: Any) -> "_Connection":
        authorization = self._proxy.authorization if self._proxy else ""
        return _Connection(*args, limits=self._limits, authorization=authorization, **kwargs)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002 - the signature is requests'
        """Leave the trusted certificates to the context; certifi's must not join them."""
        conn.cert_reqs = "CERT_REQUIRED"


class _Connection(HTTPSConnection):
    """urllib3's connection, dialled and tunnelled as ours are, its replies bounded from the first byte."""

    def __init__(self, *args: Any, limits: Limits, authorization: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits, self._authorization = limits, authorization
        self._until = 0.0
        reading: Any = functools.partial(_bounded_response, self)
        self.response_class = reading

    @property
    def incoming_bounds(self) -> tuple[float, float]:
        """Return seconds without a byte, and the moment at which all of the reply has to be there."""
        return self._limits.read, self._until

    def _new_conn(self) -> socket.socket:
        if self._tunnel_host is not None:
            return reach_proxy(self.host, self.port, self._limits.connect)
        return dial(self.host, self.port, self._limits.connect)

    def _tunnel(self) -> None:
        assert self._tunnel_host is not None and self._tunnel_port is not None  # noqa: PT018 - no test
        ask_for_tunnel(self.sock, self._tunnel_host, self._tunnel_port, self._authorization, self._limits)

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request; from here on its deadline runs."""
        self._until = time.monotonic() + self._limits.deadline
        super().request(*args, **kwargs)


def _bounded_response(connection: _Connection, sock: Any, *args: Any, **kwargs: Any) -> HTTPResponse:
    readable: Any = _Readable(sock, connection)
    return _Strict(readable, *args, **kwargs)


class _Strict(HTTPResponse):
    """A reply whose headers are headers; urllib3 would print a warning with the address, and go on."""

    def begin(self) -> None:
        """Read status and headers; raises Odd."""
        super().begin()
        if self.headers.defects:
            raise Odd("the reply has a header that is none")


class _Readable:
    """What `http.client` makes a file of: a socket that is read within bounds."""

    def __init__(self, sock: socket.socket, connection: _Connection) -> None:
        self._sock, self._connection = sock, connection

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(BoundedStream(self._sock, *self._connection.incoming_bounds))
