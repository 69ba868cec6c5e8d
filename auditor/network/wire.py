"""What a transport takes and gives: limits, a body that knows whether it left, a reply as it came."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much: seconds to connect, without a byte, for a whole exchange; bytes of a body."""

    connect: float
    read: float
    deadline: float
    max_body: int


@dataclass(frozen=True, slots=True)
class Wire:
    """What a reply looked like on the wire; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Watched(io.BytesIO):
    """A request body that knows whether any of it has been handed to the connection."""

    begun = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes; from now on they may have left this machine."""
        self.begun = True
        return super().read(size)


class Transport(Protocol):
    """One request and its reply: no redirects, no retries, no cookies, no environment, a bounded reply."""

    def send(
        self, method: str, url: str, host: str, headers: Mapping[str, str], body: Watched | None
    ) -> Wire:
        """Return the reply; raises NetworkError with the reason, `sent` if the body had begun to leave."""
        ...

    def close(self) -> None:
        """Close every connection; those in use when they are done."""
        ...
