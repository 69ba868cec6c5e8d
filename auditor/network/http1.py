"""Requests written and replies read, HTTP/1.1 (RFC 9112), one after another on a connection.

Where a reply leaves doubt about its end, the connection is not used again: what is left of one reply must
never be read as the answer to another account.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from auditor.network.bodies import Body
from auditor.network.failures import Odd
from auditor.network.incoming import Incoming
from auditor.network.wire import Wire

_STATUS = re.compile(r"HTTP/1\.([01]) ([1-9]\d\d)(?: .*)?")
_FIELD = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)\r?$", re.MULTILINE)
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,12}")
_MOST_HEADERS, _MOST_NOTICES = 200, 8
_WITHOUT_BODY = {204, 304}


@dataclass(frozen=True, slots=True)
class Head:
    """A reply's status line and headers; `again` means that its version keeps connections alive."""

    status: int
    headers: Mapping[str, str]
    again: bool


def request_head(
    method: str, target: str, site: str, headers: Mapping[str, str], length: int | None
) -> bytes:
    """Return a request up to its body; `site` is the Host header. Raises ValueError for headers that break.

    The host is ours to name: a header of that name is left out.
    """
    if not _TARGET.fullmatch(target):
        target = quote(target, safe=_KEPT)
    lines = [f"{name}: {value}" for name, value in headers.items() if name.lower() not in _OURS]
    if not all(map(_HEADER.fullmatch, lines)):
        raise ValueError("a header that would break the request")
    own = f"{method} {target} HTTP/1.1\r\nHost: {site}\r\n"
    if length is not None:
        own += f"Content-Length: {length}\r\n"
    return (own + "\r\n".join([*lines, "", ""])).encode("latin-1")


_KEPT = "/?:@!$&'()*+,;=%-._~[]"
_TARGET = re.compile(r"[A-Za-z0-9/?:@!$&'()*+,;=%\-._~\[\]]*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\r\n\0]*")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


def read_reply(incoming: Incoming, host: str, max_body: int) -> tuple[Wire, bool]:
    """Return the reply to a request that is no HEAD, and whether the connection may be used again.

    Raises ConnectionResetError, TimeoutError, Odd, NetworkError (too large).
    """
    head = _final_head(incoming)
    body = Body(head.headers.get("content-encoding", ""), host, max_body)
    ends = _filled(body, head, incoming)
    closing = "close" in head.headers.get("connection", "").lower()
    again = ends and head.again and not closing and not incoming.held
    return Wire(head.status, head.headers, body.whole()), again


def _final_head(incoming: Incoming) -> Head:
    """Return the head of the reply itself, behind notices (1xx)."""
    for _ in range(_MOST_NOTICES):
        head = parse_head(incoming.head())
        if head.status >= 200:  # noqa: PLR2004 - RFC 9110 section 15
            return head
    raise Odd("notices without a reply")


def parse_head(data: bytes) -> Head:
    """Return a status line and headers; repeated headers are joined by commas. Raises Odd."""
    status, _, rest = data.decode("latin-1").partition("\n")
    found = _STATUS.fullmatch(status.removesuffix("\r"))
    lines = rest.count("\n") + 1 if rest else 0
    if found is None or lines > _MOST_HEADERS:
        raise Odd("the reply is no HTTP")
    fields = _FIELD.findall(rest)
    if len(fields) != lines:
        raise Odd("the reply has a header that is none")
    headers: dict[str, str] = {}
    for name, text in fields:
        lower, value = name.lower(), text.rstrip()
        headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    return Head(int(found[2]), headers, found[1] == "1")


def _filled(body: Body, head: Head, incoming: Incoming) -> bool:
    """Fill the body; return whether its end was said by the reply and not by the end of the connection."""
    if head.status in _WITHOUT_BODY:
        return True
    for part in _parts(head.headers, incoming):
        body.add(part)
    return "transfer-encoding" in head.headers or "content-length" in head.headers


def _parts(headers: Mapping[str, str], incoming: Incoming) -> Iterator[bytes]:
    coding, length = headers.get("transfer-encoding", ""), headers.get("content-length", "")
    if coding:
        if coding.lower() != "chunked" or length:
            raise Odd("a body whose end cannot be told")
        return _chunks(incoming)
    if not length:
        return iter(incoming.some, b"")
    if not length.isascii() or not length.isdecimal():
        raise Odd("a body whose end cannot be told")
    return _sized(incoming, int(length))


def _sized(incoming: Incoming, left: int) -> Iterator[bytes]:
    while left:
        part = incoming.up_to(left)
        left -= len(part)
        yield part


def _chunks(incoming: Incoming) -> Iterator[bytes]:
    while size := _chunk_size(incoming.line()):
        yield from _sized(incoming, size)
        if incoming.line():
            raise Odd("a chunk without end")
    for _ in range(_MOST_HEADERS):
        if not incoming.line():
            return
    raise Odd("trailers without end")


def _chunk_size(line: bytes) -> int:
    word = line.partition(b";")[0].strip()
    if not _SIZE.fullmatch(word):
        raise Odd("a chunk without size")
    return int(word, 16)
