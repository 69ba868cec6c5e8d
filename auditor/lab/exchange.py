"""A request as the simulated services see it, and their reply. Plain values, no sockets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from auditor.model import Leg


@dataclass(frozen=True)
class Exchange:
    """One request: host, method, percent-decoded path, query, lower-case headers, body.

    A route adds what it made of it: the leg, and the named parts of the path.
    """

    host: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    leg: Leg | None = None
    parts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def form(self) -> dict[str, str]:
        """Return the fields of a form body, {} when there is none."""
        if "x-www-form-urlencoded" not in self.headers.get("content-type", ""):
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def bearer(self) -> str:
        """Return the bearer token, "" when there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True)
class Reply:
    """One reply: status, body, content type, further headers (which may repeat).

    With `piece` the body is sent in pieces of so many bytes, `gap` seconds apart, and no length is said.
    """

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = field(default=())
    piece: int = 0
    gap: float = 0.0


def as_json(status: int, data: Mapping[str, Any], *headers: tuple[str, str]) -> Reply:
    """Return a JSON reply."""
    return Reply(status, json.dumps(data).encode(), "application/json; charset=utf-8", headers)


def as_html(status: int, title: str, *headers: tuple[str, str]) -> Reply:
    """Return a small HTML page, as gateways and captive portals send them."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Reply(status, page.encode(), "text/html; charset=utf-8", headers)


def as_xml(status: int, text: str, content_type: str = "application/soap+xml; charset=utf-8") -> Reply:
    """Return an XML reply."""
    return Reply(status, text.encode(), content_type)
