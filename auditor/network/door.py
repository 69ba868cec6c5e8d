"""The door: https only, no redirects, bounded replies, calls recorded, passwords once and to agreed hosts."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from auditor import __version__
from auditor.errors import NetworkError
from auditor.model import CallRecord, Failure, Leg
from auditor.network.tls import client_context
from auditor.network.transport import Transport, Watched, Wire

_LOG = logging.getLogger(__name__)
_ODD = re.compile(r"[\x00-\x20\x7f\\@]")
_TRY_AGAIN = {429, 502, 503, 504}
_PASSING = {Failure.CONNECT, Failure.TIMEOUT, Failure.RESET}
_REDIRECTS = range(300, 400)
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """How to reach the outside: times in seconds, sizes in bytes; `proxy` "" takes the environment's."""

    proxy: str = ""
    ca_bundle: Path | None = None
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    deadline: float = 120.0
    max_body: int = 4 * 1024 * 1024
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP reply. Header names are in lower case; the body is at most `DoorSettings.max_body` bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    host: str = ""

    @property
    def text(self) -> str:
        """Return the body as text: UTF-8, or as Latin-1 what is not."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.body.decode("latin-1")


class Door:
    """Everything the auditor asks of the network goes through one of these; safe to share between threads."""

    def __init__(self, settings: DoorSettings, sleep: Callable[[float], object] | None = None) -> None:
        self._settings = settings
        self._local = threading.local()
        self._hurried = threading.Event()
        self._sleep = sleep or self._hurried.wait
        self._transport = Transport(
            client_context(settings.ca_bundle),
            settings.proxy,
            (settings.connect_timeout, settings.read_timeout),
            settings.max_body,
            settings.deadline,
        )

    def get(self, url: str, leg: Leg, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the reply to a request that carries no password; asked again when the trouble may pass.

        Raises NetworkError when there is none, or a redirect instead.
        """
        return self._patiently("GET", url, leg, headers or {}, None)

    def post(self, url: str, leg: Leg, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return the reply to a form that holds no secret; asked again when the trouble may pass.

        Raises NetworkError as `get` does, `sent` never true: no password was in it.
        """
        return self._patiently("POST", url, leg, headers, body)

    def _patiently(
        self, method: str, url: str, leg: Leg, headers: Mapping[str, str], body: bytes | None
    ) -> Reply:
        def call() -> Reply:
            form = None if body is None else Watched(body)
            return self._call(method, url, leg, headers, form, secret=False)

        for left in range(self._settings.tries - 1, 0, -1):
            try:
                reply = call()
            except NetworkError as error:
                if error.failure not in _PASSING or self._hurried.is_set():
                    raise
                self._pause(None, left)
                continue
            if reply.status not in _TRY_AGAIN or self._hurried.is_set():
                return reply
            self._pause(retry_after(reply.headers), left)
        return call()

    def get_once(self, url: str, leg: Leg, headers: Mapping[str, str]) -> Reply:
        """Return the reply to a request that carries a token; asked once, whatever happens.

        Raises NetworkError as `get` does.
        """
        return self._call("GET", url, leg, headers, None, secret=False)

    def post_secret(
        self, url: str, leg: Leg, headers: Mapping[str, str], body: bytes, agreed: frozenset[str]
    ) -> Reply:
        """Return the reply to a request that carries a password or assertion; sent once, whatever happens.

        Raises NetworkError: before anything is sent when the host is not among the agreed ones (DESIGN 5);
        afterwards with `sent` true.
        """
        host = host_of(url)
        if host not in agreed:
            self._record(leg, "POST", host, None, Failure.REFUSED_BY_DOOR, 0.0, sent=False)
            raise NetworkError(Failure.REFUSED_BY_DOOR, host, "not a host that was agreed to")
        return self._call("POST", url, leg, headers, Watched(body), secret=True)

    @contextmanager
    def recording(self) -> Iterator[list[CallRecord]]:
        """Collect the calls that this thread makes inside the block."""
        outer = getattr(self._local, "calls", None)
        calls: list[CallRecord] = []
        self._local.calls = calls
        try:
            yield calls
        finally:
            self._local.calls = outer

    def hurry(self) -> None:
        """Ask nothing a second time from now on: the run is being ended."""
        self._hurried.set()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def _call(
        self,
        method: str,
        url: str,
        leg: Leg,
        headers: Mapping[str, str],
        body: Watched | None,
        *,
        secret: bool,
    ) -> Reply:
        host, started = host_of(url), time.monotonic()
        try:
            _only_https(url, host)
            wire = self._transport.send(method, url, host, _with_agent(headers), body)
        except NetworkError as error:
            sent = secret and body is not None and body.begun
            self._record(leg, method, host, None, error.failure, time.monotonic() - started, sent=sent)
            raise NetworkError(error.failure, host, error.detail, sent=sent) from None
        sent = secret
        failure = Failure.REDIRECT if wire.status in _REDIRECTS else None
        self._record(leg, method, host, wire, failure, time.monotonic() - started, sent=sent)
        if failure:
            raise NetworkError(failure, host, f"HTTP {wire.status}", sent=sent)
        return Reply(wire.status, wire.headers, wire.body, host)

    def _record(
        self,
        leg: Leg,
        method: str,
        host: str,
        wire: Wire | None,
        failure: Failure | None,
        seconds: float,
        *,
        sent: bool,
    ) -> None:
        record = CallRecord(leg, method, host, None, failure, sent, None, "", "", seconds)
        if wire is not None:
            record = replace(
                record,
                status=wire.status,
                retry_after=retry_after(wire.headers),
                request_id=wire.headers.get("x-ms-request-id", ""),
                correlation_id=wire.headers.get("client-request-id", ""),
            )
        _LOG.debug(
            "%s %s %s: %s in %.2f s", leg, method, host, failure or record.status, seconds
        )  # no address: paths hold user names, queries hold more
        calls: list[CallRecord] | None = getattr(self._local, "calls", None)
        if calls is not None:
            calls.append(record)

    def _pause(self, asked: float | None, left: int) -> None:
        own = 0.5 * 2 ** (self._settings.tries - 1 - left)
        self._sleep(min(own if asked is None else asked, _LONGEST_PAUSE))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After in seconds (whole or decimal), None when absent or not a number."""
    try:
        value = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _with_agent(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        "User-Agent": f"wstrust-oauth-auditor/{__version__}",
        "Accept-Encoding": "gzip, deflate",
        **headers,
    }


def host_of(url: str) -> str:
    r"""Return the host that a connection for this URL would be made to, in lower case; "" when in doubt.

    URL parsers disagree on odd addresses (`https://evil.example\@agreed.example/`), and the one that
    connects decides who gets the password. So its parser is asked, and what two parsers read differently,
    or holds user names, backslashes, blanks or control characters, has no host at all.
    """
    if _ODD.search(url):
        return ""
    try:
        connecting, other = parse_url(url), urlsplit(url)
        host = (connecting.host or "").lower()
        same = host == (other.hostname or "").lower() and not connecting.auth and not other.username
    except (ValueError, HTTPError):
        return ""
    return host if same else ""


def _only_https(url: str, host: str) -> None:
    if not host or urlsplit(url).scheme.lower() != "https":
        raise NetworkError(Failure.REFUSED_BY_DOOR, host, "only plain https addresses are spoken to")
