"""The way in: a proxy on loopback that tunnels to the hosts of the world and to nothing else."""

import asyncio
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass, field

from auditor.lab.faults import of_host
from auditor.lab.state import Seen, State
from auditor.lab.world.faults import Kind

_HTTPS = 443
_CHUNK = 65536
_NO_LINGER = struct.pack("ii", 1, 0)
_UNREACHED = "502 Bad Gateway"
_REFUSALS: tuple[tuple[Kind, str], ...] = (
    ("no-dns", _UNREACHED),
    ("proxy-login", '407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="lab"'),
    ("proxy-refuses", "403 Forbidden"),
)


@dataclass
class Tunnels:
    """The open tunnels, by the local port from which each reaches the web application."""

    state: State
    target: int
    writers: dict[int, asyncio.StreamWriter] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to the proxy."""
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._connect(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self.tasks.discard(task)
            await _closed(writer)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, _, rest = head.partition(" ")
        authority = rest.partition(" ")[0]
        if self.is_silent(authority):
            await reader.read()
            return
        refusal = self.refuses(method, authority)
        if refusal:
            writer.write(f"HTTP/1.1 {refusal}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            return
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.target)
        port = inner_writer.get_extra_info("sockname")[1]
        self.writers[port] = writer
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(
                _pump(reader, inner_writer, writer), _pump(inner_reader, writer, inner_writer)
            )
        finally:
            del self.writers[port]
            await _closed(inner_writer)

    def is_silent(self, authority: str) -> bool:
        """Return whether the proxy leaves a request for a tunnel without an answer."""
        return of_host(self.state, _host_in(authority), "proxy-silent")

    def refuses(self, method: str, authority: str) -> str:
        """Return status and headers of the proxy's refusal, "" where it tunnels; a plain request is noted."""
        if method != "CONNECT":
            self.state.requests.append(_plain(method, authority))
            return _UNREACHED
        host = _host_in(authority)
        for kind, refusal in _REFUSALS:
            if of_host(self.state, host, kind):
                return refusal
        known = host in self.state.estate.sites and authority.endswith(f":{_HTTPS}")
        return "" if known else _UNREACHED

    def break_line(self, port: int) -> None:
        """Reset the client's connection whose tunnel reaches the application from this local port."""
        writer = self.writers.get(port)
        if writer is None:
            return
        line: socket.socket = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        writer.transport.abort()

    async def close(self) -> None:
        """Break off all tunnels."""
        tasks = tuple(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _host_in(authority: str) -> str:
    return authority.rpartition(":")[0].lower()


def _plain(method: str, url: str) -> Seen:
    rest = url.removeprefix("http://")
    host, slash, path = rest.partition("/")
    return Seen(host.partition(":")[0].lower(), method, slash + path.partition("?")[0], "")


def _acknowledge_at_once(writer: asyncio.StreamWriter) -> None:
    # clients leave Nagle's algorithm on towards a proxy: each form body would wait 40 ms for this
    if sys.platform == "linux" and not writer.is_closing():
        line: socket.socket = writer.get_extra_info("socket")
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, source: asyncio.StreamWriter
) -> None:
    _acknowledge_at_once(source)
    while data := await reader.read(_CHUNK):
        _acknowledge_at_once(source)
        writer.write(data)
        await writer.drain()
    writer.close()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, asyncio.CancelledError):
        await writer.wait_closed()
