"""Bytes that come in over a connection: each waited for so long, all of them until a moment."""

import io
import re
import socket
import time

from auditor.network.failures import Odd

_CHUNK = 65_536
_LONGEST_HEAD = 65_536
_LONGEST_LINE = 8_192
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


class Incoming:
    """What a socket receives; `until` is a moment of `time.monotonic`, `idle` seconds without a byte."""

    def __init__(self, sock: socket.socket, idle: float, until: float) -> None:
        self.until = until
        self.held = b""
        self._sock, self._idle = sock, idle

    def some(self) -> bytes:
        """Return what has arrived, b"" at the end; raises TimeoutError."""
        if self.held:
            data, self.held = self.held, b""
            return data
        return self._received()

    def up_to(self, size: int) -> bytes:
        """Return the next bytes, at most so many; raises ConnectionResetError when there are none."""
        if not self.held:
            self._more()
        data, self.held = self.held[:size], self.held[size:]
        return data

    def head(self) -> bytes:
        """Return the bytes in front of the next empty line: a status line and headers."""
        return self._through(_END_OF_HEAD, _LONGEST_HEAD)

    def line(self) -> bytes:
        """Return the next line without its end."""
        return self._through(_END_OF_LINE, _LONGEST_LINE)

    def _through(self, end: "re.Pattern[bytes]", most: int) -> bytes:
        while not (found := end.search(self.held)):
            if len(self.held) > most:
                raise Odd("a line or a head without end")
            self._more()
        data, self.held = self.held[: found.start()], self.held[found.end() :]
        return data

    def _more(self) -> None:
        received = self._received()
        if not received:
            raise ConnectionResetError("the connection ended within a reply")
        self.held += received

    def _received(self) -> bytes:
        wait_at_most(self._sock, self._idle, self.until)
        return self._sock.recv(_CHUNK)


_END_OF_LINE = re.compile(rb"\r?\n")


def wait_at_most(sock: socket.socket, idle: float, until: float) -> None:
    """Let the socket's next operation take `idle` seconds at most, and none go past `until`."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the reply did not end in time")
    sock.settimeout(min(idle, left))


class BoundedStream(io.RawIOBase):
    """The same bounds for `http.client`, which reads from a file and closes the socket before that."""

    def __init__(self, sock: socket.socket, idle: float, until: float) -> None:
        super().__init__()
        self._sock, self._idle, self._until = sock, idle, until
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        """Return that it can be read from."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]  # nothing else comes
        """Fill the buffer with what has arrived; raises TimeoutError."""
        wait_at_most(self._sock, self._idle, self._until)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()
