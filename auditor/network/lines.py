"""TLS connections to hosts, and those that wait for their next request."""

import ssl
import threading
import time
from dataclasses import dataclass, field

from urllib3.util.wait import wait_for_read

from auditor.network.incoming import Incoming

_FRESH = 4.0
"""Seconds that a connection may have been idle: servers hang up after 5 and more."""
_MOST_IDLE = 128


@dataclass(slots=True)
class Line:
    """A connection to one site: host and port."""

    site: tuple[str, int]
    sock: ssl.SSLSocket
    incoming: Incoming
    used: float = field(default_factory=time.monotonic)

    def usable(self) -> bool:
        """Return whether a request may be sent: fresh, silent, and nobody has hung up.

        A request with a password is sent once, so a dead connection has to be known before it is sent.
        Whatever has arrived unasked would be read as the answer.
        """
        if time.monotonic() - self.used > _FRESH or self.sock.pending():
            return False
        return not wait_for_read(self.sock, timeout=0.0)

    def close(self) -> None:
        """Hang up."""
        self.sock.close()


class IdleLines:
    """Connections between two requests, the last used first; safe among threads."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], list[Line]] = {}
        self._count = 0
        self._closed = False
        self._lock = threading.Lock()

    def take(self, site: tuple[str, int]) -> Line | None:
        """Return a usable connection to a site, which is the caller's now; None when there is none."""
        while (line := self._pop(site)) is not None:
            if line.usable():
                return line
            line.close()
        return None

    def keep(self, line: Line) -> None:
        """Take back a connection after a whole reply."""
        line.used = time.monotonic()
        with self._lock:
            stale = self._swept(line.used) if self._count >= _MOST_IDLE else []
            if self._closed or self._count >= _MOST_IDLE:
                stale.append(line)
            else:
                self._lines.setdefault(line.site, []).append(line)
                self._count += 1
        for one in stale:
            one.close()

    def close(self) -> None:
        """Hang up on all, and on those that are taken back later."""
        with self._lock:
            self._closed = True
            lines = [line for group in self._lines.values() for line in group]
            self._lines.clear()
            self._count = 0
        for line in lines:
            line.close()

    def _pop(self, site: tuple[str, int]) -> Line | None:
        with self._lock:
            group = self._lines.get(site)
            if not group:
                return None
            self._count -= 1
            line = group.pop()
            if not group:
                del self._lines[site]
            return line

    def _swept(self, now: float) -> list[Line]:
        """Take out what has been idle for too long; without that, hosts that are done with would fill it."""
        stale: list[Line] = []
        for site, group in list(self._lines.items()):
            stale += [line for line in group if now - line.used > _FRESH]
            self._lines[site] = [line for line in group if now - line.used <= _FRESH]
            if not self._lines[site]:
                del self._lines[site]
        self._count -= len(stale)
        return stale
