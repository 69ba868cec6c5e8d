"""Which proxy leads to a host, and the credentials for it, which stay in here and in one request header."""

import base64
import threading
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from auditor.errors import UsageError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy: `scheme` is http or https; `authorization` the value of Proxy-Authorization, "" for none."""

    scheme: str
    host: str
    port: int
    authorization: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Return its address, without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_proxy(text: str) -> Proxy:
    """Return the proxy that an address names; raises UsageError, which shows nothing of it."""
    parts = _split(text if "://" in text else f"http://{text}")
    if parts is None or parts.scheme.lower() not in _PORTS or not parts.hostname:
        raise UsageError(
            "the proxy's address cannot be used",
            "it is http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ before the host where the proxy"
            " asks for credentials; signs such as @ and : in them are written as %40 and %3A",
        )
    scheme = parts.scheme.lower()
    return Proxy(scheme, parts.hostname, parts.port or _PORTS[scheme], _authorization(parts))


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _authorization(parts: SplitResult) -> str:
    """Return Basic credentials in UTF-8 (RFC 7617), "" where the address has none."""
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"


class Proxies:
    """The proxy for each host: the one given, else the environment's, which is read once a host."""

    def __init__(self, given: str) -> None:
        self._given = parse_proxy(given) if given else None
        _ = self._given or _environments("")  # what cannot be used is said before anything is asked
        self._found: dict[str, Proxy | None] = {}
        self._lock = threading.Lock()

    def of(self, host: str) -> Proxy | None:
        """Return the proxy for a host, None for a direct connection; raises UsageError as `parse_proxy`."""
        if self._given is not None:
            return self._given
        with self._lock:
            if host not in self._found:
                self._found[host] = _environments(host)
            return self._found[host]


def _environments(host: str) -> Proxy | None:
    proxies = getproxies()
    found = proxies.get("https") or proxies.get("all") or ""
    return parse_proxy(found) if found and not proxy_bypass(host) else None
