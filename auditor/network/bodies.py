"""A reply's body as it comes: decoded, and never larger than allowed, whatever it was packed into."""

import zlib
from typing import Protocol

from auditor.errors import NetworkError
from auditor.model import Failure
from auditor.network.failures import Odd

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class _Decoder(Protocol):
    def feed(self, data: bytes, most: int) -> bytes: ...


class _Plain:
    def feed(self, data: bytes, most: int) -> bytes:  # noqa: ARG002 - nothing is unpacked
        return data


class _Inflating:
    """gzip, or deflate with or without zlib's wrapping (both are sent under that name)."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._begun = False

    def feed(self, data: bytes, most: int) -> bytes:
        """Return what comes out, at most one byte more than `most`; raises Odd."""
        try:
            out = self._inflate.decompress(data, most + 1)
        except zlib.error:
            out = self._bare(data, most)
        self._begun = self._begun or bool(data)
        return out

    def _bare(self, data: bytes, most: int) -> bytes:
        if self._begun:
            raise Odd("a packed body that does not unpack")
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return self._inflate.decompress(data, most + 1)
        except zlib.error:
            raise Odd("a packed body that does not unpack") from None


class Body:
    """Collects a body; at most `most` bytes, packed or not."""

    def __init__(self, encoding: str, host: str, most: int) -> None:
        self._decoder = _decoder(encoding.strip().lower())
        self._host, self._most = host, most
        self._parts: list[bytes] = []
        self._packed = self._size = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes off the wire; raises NetworkError when it becomes too large, or Odd."""
        self._packed += len(data)
        part = self._decoder.feed(data, self._most - self._size)
        self._size += len(part)
        self._parts.append(part)
        if max(self._size, self._packed) > self._most:
            raise NetworkError(Failure.TOO_LARGE, self._host, f"more than {self._most} bytes")

    def whole(self) -> bytes:
        """Return what has come."""
        return b"".join(self._parts)


def _decoder(encoding: str) -> _Decoder:
    if encoding in {"", "identity"}:
        return _Plain()
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _Inflating()
    raise Odd("a body in an encoding that was not asked for")
