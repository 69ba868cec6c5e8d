"""The door: https only, no redirects, bounded replies, calls recorded, passwords once and to agreed hosts."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from auditor import __version__
from auditor.errors import NetworkError
from auditor.model import CallRecord, Failure, Leg
from auditor.network.addresses import host_of, is_https
from auditor.network.moments import clock_off, retry_after
from auditor.network.transports import Transports
from auditor.network.wire import Limits, Watched

_LOG = logging.getLogger(__name__)
_TRY_AGAIN = {429, 502, 503, 504}
_PASSING = {Failure.CONNECT, Failure.TIMEOUT, Failure.RESET}
_REDIRECTS = range(300, 400)
_LONGEST_PAUSE = 30.0
_AGENT = {"User-Agent": f"wstrust-oauth-auditor/{__version__}", "Accept-Encoding": "gzip, deflate"}


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """How to reach the outside: times in seconds, sizes in bytes; `proxy` "" takes the environment's."""

    proxy: str = field(default="", repr=False)
    ca_bundle: Path | None = None
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    deadline: float = 120.0
    max_body: int = 4 * 1024 * 1024
    tries: int = 3

    @property
    def limits(self) -> Limits:
        """Return what transports keep to."""
        return Limits(self.connect_timeout, self.read_timeout, self.deadline, self.max_body)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP reply. Header names are in lower case; the body is at most `DoorSettings.max_body` bytes.

    `received` is when it came, by the clock of this machine.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    host: str = ""
    received: datetime | None = None

    @property
    def text(self) -> str:
        """Return the body as text: UTF-8, or as Latin-1 what is not."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.body.decode("latin-1")

    @property
    def retry_after(self) -> float | None:
        """Return for how many seconds the service asks to be left alone, None when it does not say."""
        return retry_after(self.headers, self.received)


class Door:
    """Everything the auditor asks of the network goes through one of these; safe to share between threads."""

    def __init__(
        self,
        settings: DoorSettings,
        sleep: Callable[[float], object] | None = None,
        now: Callable[[], datetime] | None = None,
        transports: Transports | None = None,
    ) -> None:
        self._settings = settings
        self._local = threading.local()
        self._hurried = threading.Event()
        self._sleep = sleep or self._hurried.wait
        self._now = now or _utc_now
        self._transports = transports or Transports(settings.proxy, settings.ca_bundle, settings.limits)
        self._clocks: dict[str, float] = {}

    @property
    def clocks_off(self) -> Mapping[str, float]:
        """Return by how many seconds whose clock is ahead of ours, host by host, where that is a lot."""
        return dict(self._clocks)

    def get(self, url: str, leg: Leg, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the reply to a request that carries no password; asked again when the trouble may pass.

        Raises NetworkError when there is none, or a redirect instead.
        """
        return self._patiently("GET", url, leg, headers or {}, None)

    def look(self, url: str, leg: Leg, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the reply as `get` does, a redirect as it came: whoever asks decides what becomes of it."""
        return self._patiently("GET", url, leg, headers or {}, None, redirects=True)

    def post(self, url: str, leg: Leg, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return the reply to a form that holds no secret; asked again when the trouble may pass.

        Raises NetworkError as `get` does, `sent` never true: no password was in it.
        """
        return self._patiently("POST", url, leg, headers, body)

    def _patiently(
        self,
        method: str,
        url: str,
        leg: Leg,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        redirects: bool = False,
    ) -> Reply:
        def call() -> Reply:
            form = None if body is None else Watched(body)
            return self._call(method, url, leg, headers, form, secret=False, redirects=redirects)

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
            self._pause(reply.retry_after, left)
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
        self._transports.close()

    def _call(
        self,
        method: str,
        url: str,
        leg: Leg,
        headers: Mapping[str, str],
        body: Watched | None,
        *,
        secret: bool,
        redirects: bool = False,
    ) -> Reply:
        host, started = host_of(url), time.monotonic()
        try:
            _only_https(url, host)
            transport = self._transports.of(leg, host)
            wire = transport.send(method, url, host, {**_AGENT, **headers}, body)
        except NetworkError as error:
            sent = secret and body is not None and body.begun
            self._record(leg, method, host, None, error.failure, time.monotonic() - started, sent=sent)
            raise NetworkError(error.failure, host, error.detail, sent=sent) from None
        failure = Failure.REDIRECT if wire.status in _REDIRECTS and not redirects else None
        reply = Reply(wire.status, wire.headers, wire.body, host, self._now())
        self._record(leg, method, host, reply, failure, time.monotonic() - started, sent=secret)
        if failure:
            raise NetworkError(failure, host, f"HTTP {wire.status}", sent=secret)
        return reply

    def _record(
        self,
        leg: Leg,
        method: str,
        host: str,
        reply: Reply | None,
        failure: Failure | None,
        seconds: float,
        *,
        sent: bool,
    ) -> None:
        calls: list[CallRecord] | None = getattr(self._local, "calls", None)
        _LOG.debug(
            "%s %s %s: %s in %.2f s", leg, method, host, failure or (reply and reply.status), seconds
        )  # no address: paths hold user names, queries hold more
        if reply is not None:
            self._look_at_clock(host, reply)
        if calls is not None:
            calls.append(_call_record(leg, method, host, reply, failure, seconds, sent=sent))

    def _look_at_clock(self, host: str, reply: Reply) -> None:
        assert reply.received is not None
        if host not in self._clocks and (ahead := clock_off(reply.headers, reply.received)) is not None:
            self._clocks[host] = ahead

    def _pause(self, asked: float | None, left: int) -> None:
        own = 0.5 * 2 ** (self._settings.tries - 1 - left)
        self._sleep(min(own if asked is None else asked, _LONGEST_PAUSE))


def _call_record(
    leg: Leg,
    method: str,
    host: str,
    reply: Reply | None,
    failure: Failure | None,
    seconds: float,
    *,
    sent: bool,
) -> CallRecord:
    if reply is None:
        return CallRecord(leg, method, host, None, failure, sent, None, "", "", seconds)
    headers = reply.headers
    ids = headers.get("x-ms-request-id", ""), headers.get("client-request-id", "")
    return CallRecord(leg, method, host, reply.status, failure, sent, reply.retry_after, *ids, seconds)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _only_https(url: str, host: str) -> None:
    if not host or not is_https(url):
        raise NetworkError(Failure.REFUSED_BY_DOOR, host, "only plain https addresses are spoken to")
