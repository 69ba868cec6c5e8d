"""Addresses read one way only: what two parsers read differently leads nowhere."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

_ODD = re.compile(r"[\x00-\x20\x7f\\@]")
_PLAIN = re.compile(r"https://([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::443)?(?=/)[!-?A-\[\]-~]*")
_HTTPS = 443


@dataclass(frozen=True, slots=True)
class Site:
    """Where a request goes: host and port to connect to, and what is asked for there."""

    host: str
    port: int
    target: str

    @property
    def key(self) -> tuple[str, int]:
        """Return what connections are told apart by."""
        return self.host, self.port

    @property
    def name(self) -> str:
        """Return it as a Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _HTTPS else f"{host}:{self.port}"


def host_of(url: str) -> str:
    r"""Return the host that a connection for this URL would be made to, in lower case; "" when in doubt.

    URL parsers disagree on odd addresses (`https://evil.example\@agreed.example/`), and the one that
    connects decides who gets the password. So two parsers are asked, and what they read differently, or
    holds user names, backslashes, blanks or control characters, has no host at all. IPv6 addresses are
    returned without brackets.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        return plain[1].lower()
    if not url or _ODD.search(url):
        return ""
    try:
        connecting, other = parse_url(url), urlsplit(url)
        host = (connecting.host or "").lower().removeprefix("[").removesuffix("]")
        same = host == (other.hostname or "").lower() and not connecting.auth and not other.username
        same = same and connecting.port == other.port
    except (ValueError, HTTPError):
        return ""
    return host if same else ""


def is_https(url: str) -> bool:
    """Return whether an address is one of https."""
    return url[:8].lower() == "https://"


def site_of(url: str, host: str) -> Site:
    """Return where a request for an https address goes; `host` is what `host_of` says of it."""
    plain = _PLAIN.fullmatch(url)
    if plain is not None and "#" not in url:
        return Site(host, _HTTPS, url[url.index("/", 8) :])
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Site(host, parts.port or _HTTPS, target)
