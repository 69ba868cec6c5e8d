"""One request over `requests`: no redirects, no retries, no cookies, no environment, a bounded reply."""

import io
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLContext
from typing import Any
from urllib.request import getproxies, proxy_bypass

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from auditor.errors import NetworkError
from auditor.model import Failure
from auditor.network.failures import failure_of

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Wire:
    """What a reply looked like on the wire; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Watched(io.BytesIO):
    """A request body that knows whether any of it has been handed to the connection."""

    begun = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes; from now on they may have left this machine."""
        self.begun = True
        return super().read(size)


class _ContextAdapter(HTTPAdapter):
    """Connections with our TLS context, and no retry of any kind."""

    def __init__(self, context: SSLContext, size: int) -> None:
        self._context = context
        super().__init__(pool_connections=size, pool_maxsize=size, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        # urllib3 leaves Nagle's algorithm on towards proxies, which costs a form post 40 ms
        options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        return super().proxy_manager_for(proxy, ssl_context=self._context, socket_options=options, **kwargs)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002 - the signature is requests'
        """Leave the trusted certificates to the context; certifi's must not join them."""
        conn.cert_reqs = "CERT_REQUIRED"


class Transport:
    """`requests` sessions, one a thread, that all behave alike."""

    def __init__(
        self, context: SSLContext, proxy: str, timeouts: tuple[float, float], max_body: int, deadline: float
    ) -> None:
        self._context, self._proxy, self._timeouts = context, proxy, timeouts
        self._max_body, self._deadline = max_body, deadline
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._lock = threading.Lock()

    def send(
        self, method: str, url: str, host: str, headers: Mapping[str, str], body: Watched | None
    ) -> Wire:
        """Return the reply; raises NetworkError with the reason, `sent` if the body had begun to leave."""
        started = time.monotonic()
        try:
            with self._session().request(
                method,
                url,
                headers=dict(headers),
                data=body,
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
                proxies=self._proxies(host),
            ) as reply:
                content = self._read(reply, host, started)
                lowered = {name.lower(): value for name, value in reply.headers.items()}
                return Wire(reply.status_code, lowered, content)
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            sent = body is not None and body.begun
            raise NetworkError(failure_of(error), host, type(error).__name__, sent=sent) from None

    def _read(self, reply: requests.Response, host: str, started: float) -> bytes:
        parts, size = [], 0
        # read1 returns what has arrived; a read of a whole chunk would wait for a server that drips
        while part := reply.raw.read1(_CHUNK, decode_content=True):
            size += len(part)
            parts.append(part)
            if size > self._max_body:
                raise NetworkError(Failure.TOO_LARGE, host, f"more than {self._max_body} bytes")
            if time.monotonic() - started > self._deadline:
                raise NetworkError(Failure.TIMEOUT, host, "the reply did not end")
        return b"".join(parts)

    def _proxies(self, host: str) -> dict[str, str]:
        if self._proxy:
            return {"https": self._proxy}
        found = getproxies().get("https", "")
        return {"https": found} if found and not proxy_bypass(host) else {}

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._new_session()
        return session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.clear()
        session.mount("https://", _ContextAdapter(self._context, 4))
        with self._lock:
            self._sessions.append(session)
        return session

    def close(self) -> None:
        """Close every thread's connections."""
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
