"""msal's way to the network: our door, and a guard for each trap that msal's own client leaves open.

| trap (msal 1.39, read in its source or proven by experiment)     | guard                              |
|------------------------------------------------------------------|------------------------------------|
| a cached WS-Trust fault answers other users; the cache runs dry  | `Forgetful`: nothing is cached     |
| one realm 404 switches realm discovery off for the process       | the realm answer is ours, from the |
| the realm request loses the port; `#EXT#` cuts its address       | probe, and never asked for by msal |
| 307/308 send the password on; http:// endpoints are used         | the door: no redirects, https only |
| realm and metadata decide which host gets the password           | agreed hosts alone                 |
| a user name outside Latin-1 breaks a routing header              | that header is left out            |
| telemetry carries other users' failures                          | that header is left out            |
| XML from a federation server is read without bounds              | it gets what was checked, or none  |
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_plus

from auditor.errors import NetworkError
from auditor.model import Failure, Leg
from auditor.network import Door, Reply, host_of
from auditor.network.http_client import Forgetful, MsalReply, kept_headers, with_query
from auditor.probes.documents import fit_for_msal
from auditor.probes.federation import metadata_for_msal

__all__ = ["Attempt", "Forgetful", "MsalDoor"]


_SENT_ONCE = ("password", "client_secret", "client_assertion")
_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*")


@dataclass(slots=True)
class Attempt:
    """One sign-in: what msal is told about the realm, where the credential may go, and what came back.

    `reply` and `leg` are the last exchange; they live in memory only, for the answer to be read from.
    """

    realm: Mapping[str, Any]
    agreed: frozenset[str]
    leg: Leg | None = None
    reply: Reply | None = field(default=None, repr=False)
    error: NetworkError | None = None
    sent: bool = False
    federated: bool = False
    correlation_id: str = ""


class MsalDoor:
    """An `http_client` for msal over the door. Each thread's requests belong to its current attempt."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._local = threading.local()
        self._documents: dict[str, MsalReply] = {}

    @contextmanager
    def attempt(self, attempt: Attempt) -> Iterator[Attempt]:
        """Make this thread's requests part of an attempt."""
        self._local.attempt = attempt
        try:
            yield attempt
        finally:
            del self._local.attempt

    def get(
        self, url: str, params: Any = None, headers: Mapping[str, str] | None = None, **_: object
    ) -> MsalReply:
        """Answer realm questions from the probe's evidence; fetch documents through the door."""
        if "/common/userrealm/" in url:
            return MsalReply(200, json.dumps(dict(self._current().realm)), {})
        address = with_query(url, params)
        if "/.well-known/" in url:
            return self._exchange(
                Leg.OPENID, lambda: self._door.get(address, Leg.OPENID, kept_headers(headers))
            )
        return self._metadata(address, kept_headers(headers))

    def post(
        self,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> MsalReply:
        """Send a password or an assertion: a credential once an attempt, and to agreed hosts alone."""
        attempt = self._current()
        leg = _leg(url, data)
        address = with_query(url.strip(), params)
        if leg is Leg.WSTRUST or any(name in data for name in _SENT_ONCE) or _brings_code(data):
            _only_once(attempt, address)
        body = data.encode() if isinstance(data, str) else _form(data)
        sending = kept_headers(headers)
        if leg is Leg.WSTRUST:
            attempt.federated = True
        else:
            sending["Content-Type"] = "application/x-www-form-urlencoded"
            attempt.correlation_id = sending.get("client-request-id", "")
        return self._exchange(
            leg, lambda: self._door.post_secret(address, leg, sending, body, attempt.agreed)
        )

    def _metadata(self, url: str, headers: dict[str, str]) -> MsalReply:
        """Return what msal may know of a federation server's metadata; asked for once, for all accounts."""
        known = self._documents.get(url)
        if known is None:
            known = self._exchange(Leg.MEX, lambda: self._door.get(url, Leg.MEX, headers))
            if known.status_code == HTTPStatus.OK and known.text:
                self._documents[url] = known
        return known

    def close(self) -> None:
        """Nothing of msal's to close; the door belongs to the run."""

    def _current(self) -> Attempt:
        attempt: Attempt = self._local.attempt
        return attempt

    def _exchange(self, leg: Leg, send: Any) -> MsalReply:
        attempt = self._current()
        attempt.leg = leg
        try:
            reply: Reply = send()
        except NetworkError as error:
            attempt.error, attempt.reply = error, None
            attempt.sent = attempt.sent or error.sent
            raise
        attempt.error, attempt.reply = None, reply
        attempt.sent = attempt.sent or leg in {Leg.WSTRUST, Leg.TOKEN}
        # without headers: msal reads none of them but Retry-After, for a cache that keeps nothing here
        return MsalReply(reply.status, _checked(leg, reply), {})


def _leg(url: str, data: Any) -> Leg:
    if isinstance(data, str):
        return Leg.WSTRUST
    return Leg.DEVICE_CODE if url.rstrip().endswith("/devicecode") else Leg.TOKEN


def _brings_code(data: Any) -> bool:
    """Return whether a form redeems the code of a browser; one of a device is asked about again and again."""
    return not isinstance(data, str) and data.get("grant_type") == "authorization_code"


def _checked(leg: Leg, reply: Reply) -> str:
    """Return what msal may read of a reply: of a federation server's nothing that was not checked."""
    if leg is Leg.MEX:
        return metadata_for_msal(reply.text) if reply.status == HTTPStatus.OK else ""
    if leg is Leg.WSTRUST and not fit_for_msal(reply.text):
        return ""
    return reply.text


def _form(data: Mapping[str, Any]) -> bytes:
    """Return a form; what `urlencode` returns, in a third of its time."""
    return "&".join(f"{_part(name)}={_part(value)}" for name, value in data.items()).encode("ascii")


def _part(value: object) -> str:
    if isinstance(value, bytes):
        return quote_plus(value)
    text = str(value)
    return text if _UNRESERVED.fullmatch(text) else quote_plus(text)


def _only_once(attempt: Attempt, url: str) -> None:
    if attempt.sent:
        raise NetworkError(Failure.REFUSED_BY_DOOR, host_of(url), "a credential is sent once", sent=True)
