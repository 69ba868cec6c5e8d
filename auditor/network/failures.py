"""From what `requests` raises to why there was no usable reply."""

import re
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3
from urllib3.exceptions import NameResolutionError, NewConnectionError, ProtocolError

from auditor.model import Failure

_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\s*(.*)")
_PROXY_COULD_NOT_REACH = {"502", "503", "504"}


# In this order: a line that breaks behind a proxy is reported as the proxy's error, what a proxy says hides
# what lies behind it, and every timeout is a connection error too.
_BY_TYPE: tuple[tuple[Failure, tuple[type[BaseException], ...]], ...] = (
    (Failure.DNS, (NameResolutionError, socket.gaierror)),
    (Failure.RESET, (ConnectionResetError, BrokenPipeError)),
    (Failure.PROXY, (requests.exceptions.ProxyError,)),
    (Failure.TLS, (ssl.SSLError, requests.exceptions.SSLError)),
    (Failure.CONNECT, (NewConnectionError, ConnectionRefusedError)),
    (Failure.TIMEOUT, (requests.exceptions.Timeout, TimeoutError, urllib3.exceptions.TimeoutError)),
    (Failure.RESET, (requests.exceptions.ChunkedEncodingError, ProtocolError)),
    (Failure.CONNECT, (requests.exceptions.ConnectionError, ConnectionError)),
)


def failure_of(error: Exception) -> Failure:
    """Return the reason that an exception of `requests` stands for; by type, by text only for proxies."""
    chain = list(_chain(error))
    tunnel = _tunnel_failure(chain)
    if tunnel is not None:
        return tunnel
    for failure, kinds in _BY_TYPE:
        if any(isinstance(link, kinds) for link in chain):
            return failure
    return Failure.NOT_UNDERSTOOD


def _tunnel_failure(chain: list[BaseException]) -> Failure | None:
    """Return what a proxy's refusal means: it resolves names for us, and its status line is all it says."""
    for error in chain:
        found = _TUNNEL.search(str(error)) if isinstance(error, OSError) else None
        if found:
            status, reason = found.groups()
            if re.search(r"(?i)\bdns\b|resolv|unknown host", reason):
                return Failure.DNS
            return Failure.CONNECT if status in _PROXY_COULD_NOT_REACH else Failure.PROXY
    return None


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
