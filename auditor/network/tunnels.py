"""A way to a host's port: straight, or through a proxy that is asked for a tunnel (RFC 9110, CONNECT)."""

import re
import socket
import time

from auditor.network.dialling import dial
from auditor.network.failures import Odd, ProxyAway, TunnelRefused
from auditor.network.incoming import Incoming
from auditor.network.proxies import Proxy
from auditor.network.wire import Limits

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?(?:\n|\Z)")
_OFFER = re.compile(rb"(?im)^proxy-authenticate:[ \t]*([A-Za-z]+)")
_GOOD = range(200, 300)


def reach(host: str, port: int, proxy: Proxy | None, limits: Limits) -> socket.socket:
    """Return a connection to a host, or through an http proxy a tunnel to it.

    Raises what `dial` raises; ProxyAway and TunnelRefused where a proxy is in the way.
    """
    if proxy is None:
        return dial(host, port, limits.connect)
    sock = reach_proxy(proxy.host, proxy.port, limits.connect)
    try:
        ask_for_tunnel(sock, host, port, proxy.authorization, limits)
    except BaseException:  # also Ctrl-C: the socket is nobody's yet
        sock.close()
        raise
    return sock


def reach_proxy(host: str, port: int, seconds: float) -> socket.socket:
    """Return a connection to a proxy; raises ProxyAway, so that its name is not taken for the service's."""
    try:
        return dial(host, port, seconds)
    except socket.gaierror:
        raise ProxyAway("the proxy's name was not found") from None
    except TimeoutError:
        raise ProxyAway("the proxy did not answer in time") from None
    except OSError:
        raise ProxyAway("no connection to the proxy") from None


def ask_for_tunnel(sock: socket.socket, host: str, port: int, authorization: str, limits: Limits) -> None:
    """Ask for a tunnel; raises TunnelRefused, TimeoutError, Odd, ConnectionResetError."""
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    credentials = f"Proxy-Authorization: {authorization}\r\n" if authorization else ""
    sock.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credentials}\r\n".encode("ascii"))
    incoming = Incoming(sock, limits.read, time.monotonic() + limits.deadline)
    head = incoming.head()
    found = _STATUS.match(head)
    if found is None:
        raise Odd("the proxy's answer is no HTTP")
    status = int(found[1])
    if status not in _GOOD:
        offers = tuple(offer.decode("ascii") for offer in _OFFER.findall(head))
        raise TunnelRefused(status, (found[2] or b"").decode("latin-1"), offers)
    if incoming.held:
        raise Odd("the proxy says more than that the tunnel stands")
    sock.settimeout(limits.connect)
