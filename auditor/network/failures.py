"""From what sockets, TLS, proxies and `requests` raise to why there was no usable reply."""

import http.client
import re
import socket
import ssl
from collections.abc import Iterator

import urllib3.exceptions
from urllib3.exceptions import ProtocolError, ProxyError, SSLError

from auditor.model import Failure

_GATEWAY_TROUBLE = {502, 503, 504}
_CREDENTIALS, _SIGN_IN_TO_NETWORK = 407, 511
_BEHIND = re.compile(r"(?i)\bdns\b|resolv|unknown host")
# OpenSSL's x509_vfy.h
_NOT_IN_TIME, _NOT_ITS_NAME = {9, 10}, {62, 64}


class Odd(ValueError):  # noqa: N818 - reads as the condition it is
    """A reply that is no HTTP, or in an encoding that was not asked for; its text is ours alone."""


class ProxyAway(OSError):  # noqa: N818 - reads as the condition it is
    """The proxy itself could not be reached."""


class TunnelRefused(OSError):  # noqa: N818 - reads as the condition it is
    """A proxy answered CONNECT with something else than a tunnel.

    `schemes` are the ways to authenticate that it offers; `reason` is only looked at.
    """

    def __init__(self, status: int, reason: str = "", schemes: tuple[str, ...] = ()) -> None:
        super().__init__(f"the proxy answered HTTP {status}")
        self.status, self.reason, self.schemes = status, reason, schemes

    @property
    def failure(self) -> Failure:
        """Return what the refusal means: a proxy resolves names for us, and a status is all it says."""
        if self.status == _CREDENTIALS:
            return Failure.PROXY_LOGIN
        if self.status == _SIGN_IN_TO_NETWORK:
            return Failure.PORTAL
        if _BEHIND.search(self.reason):
            return Failure.DNS
        return Failure.CONNECT if self.status in _GATEWAY_TROUBLE else Failure.PROXY

    @property
    def detail(self) -> str:
        """Return it in words that hold nothing of the proxy's own."""
        offered = [scheme for scheme in self.schemes if re.fullmatch(r"[A-Za-z]{1,20}", scheme)]
        if self.status == _CREDENTIALS and offered:
            return f"{self}; it takes {', '.join(offered)}, the auditor speaks Basic"
        return str(self)


# In this order: a line that breaks behind a proxy may be reported as the proxy's error, and every timeout is
# a connection error too.
_BY_TYPE: tuple[tuple[Failure, tuple[type[BaseException], ...]], ...] = (
    (Failure.PROXY, (ProxyAway,)),
    (Failure.NOT_UNDERSTOOD, (Odd,)),
    (Failure.DNS, (socket.gaierror,)),
    (Failure.RESET, (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)),
    (Failure.RESET, (http.client.IncompleteRead,)),
    (Failure.NOT_UNDERSTOOD, (http.client.HTTPException,)),
    (Failure.PROXY, (ProxyError,)),
    (Failure.TLS, (ssl.SSLError, SSLError)),
    (Failure.CONNECT, (ConnectionRefusedError,)),
    (Failure.TIMEOUT, (TimeoutError, urllib3.exceptions.TimeoutError)),
    (Failure.RESET, (ProtocolError,)),
    (Failure.NOT_UNDERSTOOD, (ValueError,)),
    (Failure.CONNECT, (OSError,)),
)


def failure_of(error: Exception) -> tuple[Failure, str]:
    """Return what an exception stands for and a short text fit to be kept; by type, never by text."""
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, TunnelRefused):
            return link.failure, link.detail
        if isinstance(link, ssl.SSLCertVerificationError):
            return _certificate(link)
    for failure, kinds in _BY_TYPE:
        found = next((link for link in chain if isinstance(link, kinds)), None)
        if found is not None:
            return failure, str(found) if isinstance(found, ProxyAway | Odd) else type(found).__name__
    return Failure.NOT_UNDERSTOOD, type(error).__name__


def _certificate(error: ssl.SSLCertVerificationError) -> tuple[Failure, str]:
    code = getattr(error, "verify_code", None)
    if code in _NOT_ITS_NAME:
        return Failure.WRONG_HOST, "the certificate is that of another host"
    if code in _NOT_IN_TIME:
        return Failure.CLOCK, "the certificate is not valid yet or any more, by the clock of this machine"
    return Failure.TLS, "the certificate is not trusted here"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and everything it was raised from or wraps, each once."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        current = todo.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        todo += [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
