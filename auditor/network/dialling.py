"""Connecting to a name: its addresses raced, families by turns, each in bounded time (RFC 8305)."""

import contextlib
import ipaddress
import queue
import selectors
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from typing import Any, Self, TypeAlias

Address: TypeAlias = tuple[socket.AddressFamily, Any]
_HEAD_START = 0.25


def dial(host: str, port: int, seconds: float) -> socket.socket:
    """Return a connected socket without Nagle's algorithm, `seconds` as its timeout.

    Raises socket.gaierror when the name has no address (or none in time), TimeoutError, or the OSError of
    the last address that was tried.
    """
    until = time.monotonic() + seconds
    sock = connected(by_turns(addresses_of(host, port, seconds)), until)
    with contextlib.suppress(OSError):  # no TCP option is worth a connection
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(seconds)
    return sock


def addresses_of(host: str, port: int, seconds: float) -> list[Address]:
    """Return a host's addresses; raises socket.gaierror. A resolver may take its time, the caller may not."""
    with contextlib.suppress(ValueError):
        literal = ipaddress.ip_address(host)
        return [(socket.AF_INET if literal.version == 4 else socket.AF_INET6, (host, port))]  # noqa: PLR2004 - IPv4
    said: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()
    threading.Thread(target=_resolve, args=(host, port, said), name="resolver", daemon=True).start()
    try:
        found = said.get(timeout=seconds)
    except queue.Empty:
        raise socket.gaierror(socket.EAI_AGAIN, "no answer in time") from None
    if isinstance(found, OSError):
        raise found
    return found


def _resolve(host: str, port: int, said: "queue.SimpleQueue[list[Address] | OSError]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        said.put([(family, address) for family, _, _, _, address in found])
    except OSError as error:
        said.put(error)
    except UnicodeError:  # a label that is empty or too long
        said.put(socket.gaierror(socket.EAI_NONAME, "no host name"))


def by_turns(found: Sequence[Address]) -> list[Address]:
    """Return the addresses, those of the first one's family and the others by turns."""
    first = [address for address in found if address[0] == found[0][0]]
    others = [address for address in found if address[0] != found[0][0]]
    return [address for address in chain(*zip_longest(first, others)) if address is not None]


def connected(addresses: Sequence[Address], until: float) -> socket.socket:
    """Return the first socket to connect; each address has a quarter second's lead over the next."""
    with _Race() as race:
        for address in addresses:
            race.start(address)
            last = address is addresses[-1]
            winner = race.winner(until if last else min(until, time.monotonic() + _HEAD_START))
            if winner is not None:
                return winner
        raise race.lost or TimeoutError("no connection in time")


class _Race:
    """Sockets on their way; all but the winner are closed at the end."""

    def __init__(self) -> None:
        self.lost: OSError | None = None
        self._waiting = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._waiting.get_map().values()):
            self._drop(_socket_of(key))
        self._waiting.close()

    def start(self, address: Address) -> None:
        family, where = address
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:  # a family that this machine does not have
            self.lost = error
            return
        sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._waiting.register(sock, selectors.EVENT_WRITE)
        try:
            sock.connect(where)
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            self.lost = error
            self._drop(sock)

    def winner(self, until: float) -> socket.socket | None:
        """Return a socket that is connected; None when the time is over, or none is on its way."""
        while self._waiting.get_map() and (left := until - time.monotonic()) > 0:
            for sock in self._ready(left):
                failed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not failed:
                    self._waiting.unregister(sock)
                    return sock
                self.lost = OSError(failed, "no connection")
                self._drop(sock)
        return None

    def _ready(self, seconds: float) -> Iterator[socket.socket]:
        for key, _ in self._waiting.select(seconds):
            yield _socket_of(key)

    def _drop(self, sock: socket.socket) -> None:
        self._waiting.unregister(sock)
        sock.close()


def _socket_of(key: selectors.SelectorKey) -> socket.socket:
    assert isinstance(key.fileobj, socket.socket)
    return key.fileobj
