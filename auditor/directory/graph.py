"""Asking Microsoft Graph through the door: tokens, pacing, Retry-After, pages.

Only reading goes out: GET, and the two POSTs that read (`$batch`, What-If). They change nothing, so that
unlike a sign-in they are asked again after 429, 5xx and broken connections. Limits are those of Graph's
throttling page: one request a second and tenant for policies, five in ten seconds for reports; `$batch` does
not lift them.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from auditor.directory.graph_refusals import Unread, document, refused
from auditor.directory.snapshot import Lack
from auditor.errors import DirectoryError, NetworkError
from auditor.model import Failure, Leg
from auditor.network import Door, Pace, Reply
from auditor.secrets import Secret

MOST_PAGES = 20_000
_EMPTY_PAGES = 20
_TRIES = 6
_LONGEST_WAIT = 300.0
_TRY_AGAIN = {429, 500, 502, 503, 504}
_PASSING = {Failure.CONNECT, Failure.TIMEOUT, Failure.RESET}
_KEPT = "/?&=$(),':@%+~*!;"  # a link from Graph is encoded already
_HEADERS = {
    "Accept": "application/json",
    "Prefer": "include-unknown-enum-members",
}


class Limit(StrEnum):
    """Which of Graph's limits a request counts for."""

    DIRECTORY = "directory"
    POLICIES = "policies"
    REPORTS = "reports"


# a batch of twenty counts twenty times: 15 a second stay below a small tenant's 3,500 units in ten seconds
PER_SECOND: Mapping[Limit, float] = {Limit.DIRECTORY: 15.0, Limit.POLICIES: 1.0, Limit.REPORTS: 0.5}


class Bearer(Protocol):
    """Who has tokens: a signed-in administrator."""

    def token(self, permission: str, *, renew: bool = False) -> Secret:
        """Return a token with this permission; raises DirectoryError where there is none any more."""
        ...

    def holds(self, text: str) -> bool:
        """Return whether one of the tokens stands in a text."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: path behind the host, with version and query. A body makes it a POST."""

    path: str
    permission: str
    limit: Limit = Limit.DIRECTORY
    body: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(slots=True)
class Graph:
    """Microsoft Graph at one host, asked for one administrator; used by one thread.

    `pace` makes the pace for a number of requests a second.
    """

    door: Door
    host: str
    bearer: Bearer = field(repr=False)
    pace: Callable[[float], Pace] = Pace
    _paces: dict[Limit, Pace] = field(default_factory=dict, init=False, repr=False)

    def get(self, ask: Ask) -> dict[str, Any]:
        """Return the JSON object that answers; raises Unread."""
        reply = self._answered(ask)
        if self.bearer.holds(reply.text):
            raise Unread(Lack.FAILED, "the reply repeats the sign-in's own token; nothing of it was kept")
        if reply.status != HTTPStatus.OK:
            raise refused(reply.status, _json_or_none(reply))
        return document(reply.text)

    def pages(self, ask: Ask, most: int = MOST_PAGES) -> Iterator[dict[str, Any]]:
        """Yield the pages of a list, without their links; raises Unread where they do not come to an end.

        A link is followed to the same host over https alone, once, and not for ever.
        """
        seen, empty = _Seen(), 0
        for _ in range(most):
            seen.address(ask.path)
            page = self.get(ask)
            values = page.get("value")
            if not isinstance(values, list):
                raise Unread(Lack.FAILED, "the reply is no list")
            link = page.pop("@odata.nextLink", None)
            seen.content(values)
            empty = 0 if values else empty + 1
            yield page
            if link is None:
                return
            if empty >= _EMPTY_PAGES:
                raise Unread(Lack.FAILED, f"{empty} empty pages one after another")
            ask = Ask(self._followed(link), ask.permission, ask.limit)
        raise Unread(Lack.FAILED, f"more than {most} pages")

    def pause(self, limit: Limit, seconds: float) -> None:
        """Ask nothing that counts for a limit within so many seconds."""
        self._paced(limit).pause(limit, min(seconds, _LONGEST_WAIT))

    def _followed(self, link: object) -> str:
        parts = urlsplit(link) if isinstance(link, str) else urlsplit("")
        if parts.scheme != "https" or parts.netloc.lower() != self.host:
            raise Unread(Lack.FAILED, "the link to the next page leads to another host")
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def _answered(self, ask: Ask) -> Reply:
        """Return the reply that is left when waiting and asking again are done."""
        renewed = False
        for left in range(_TRIES - 1, -1, -1):
            self._paced(ask.limit).wait(ask.limit)
            reply = self._sent(ask, last=not left, renew=renewed)
            if reply is None:
                self.pause(ask.limit, _own_wait(left))
                continue
            if reply.status == HTTPStatus.UNAUTHORIZED and not renewed and left:
                renewed = True
                continue
            if reply.status not in _TRY_AGAIN or not left:
                return reply
            self._rest(ask, reply, left)
        raise AssertionError("the last try returns or raises")

    def _rest(self, ask: Ask, reply: Reply, left: int) -> None:
        asked = reply.retry_after
        if asked is not None and asked > _LONGEST_WAIT:
            raise Unread(Lack.THROTTLED, f"Graph asks to be left alone for {asked:.0f} s", reply.status)
        self.pause(ask.limit, _own_wait(left) if asked is None else asked)

    def _sent(self, ask: Ask, *, last: bool, renew: bool) -> Reply | None:
        """Return the reply to one request, None where a passing trouble stood in its way."""
        try:
            token = self.bearer.token(ask.permission, renew=renew)
        except DirectoryError as error:
            raise Unread(Lack.FAILED, str(error)) from None
        headers = _HEADERS | {"Authorization": f"Bearer {token.reveal()}"}
        url = f"https://{self.host}{quote(ask.path, safe=_KEPT)}"
        try:
            if ask.body is None:
                return self.door.get_once(url, Leg.GRAPH, headers)
            body = json.dumps(ask.body).encode()
            sending = headers | {"Content-Type": "application/json"}
            return self.door.post_secret(url, Leg.GRAPH, sending, body, frozenset({self.host}))
        except NetworkError as error:
            if error.failure in _PASSING and not last:
                return None
            raise Unread(Lack.FAILED, f"{error.failure}") from None

    def _paced(self, limit: Limit) -> Pace:
        if limit not in self._paces:
            self._paces[limit] = self.pace(PER_SECOND[limit])
        return self._paces[limit]


@dataclass(slots=True)
class _Seen:
    """The pages that were seen: an address or a content that comes again is a circle."""

    addresses: set[str] = field(default_factory=set)
    contents: set[bytes] = field(default_factory=set)

    def address(self, path: str) -> None:
        if path in self.addresses:
            raise Unread(Lack.FAILED, "the links from page to page lead round in a circle")
        self.addresses.add(path)

    def content(self, values: list[Any]) -> None:
        if not values:
            return
        digest = sha256(json.dumps(values, sort_keys=True).encode("utf-8", "surrogatepass")).digest()
        if digest in self.contents:
            raise Unread(Lack.FAILED, "the same page comes again under another address")
        self.contents.add(digest)


def _own_wait(left: int) -> float:
    """Return how long to wait where Graph does not say: 1 s, then twice as long each time."""
    return float(2 ** (_TRIES - 1 - left))


def _json_or_none(reply: Reply) -> object:
    try:
        return document(reply.text)
    except Unread:
        return None


def new_graph(
    door: Door,
    host: str,
    bearer: Bearer,
    sleep: Callable[[float], object] = time.sleep,
    *,
    paced: bool = True,
) -> Graph:
    """Return Graph at a host, paced as its limits ask for; unpaced it rests only where it is told to."""
    return Graph(door, host, bearer, lambda rate: Pace(rate if paced else None, sleep=sleep))
