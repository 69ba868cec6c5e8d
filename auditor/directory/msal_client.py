"""The administrator's msal speaks through our door: https only, no redirects, and to one sign-in host."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from auditor.errors import NetworkError
from auditor.model import Failure, Leg
from auditor.network import Door, host_of
from auditor.network.http_client import MsalReply, kept_headers, with_query

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class Client:
    """An `http_client` for msal that reaches one sign-in host and nobody else."""

    def __init__(self, door: Door, login: str) -> None:
        self._door, self._login = door, login
        self.graph = ""
        """The Graph host that the tenant's OpenID document names, "" where it names none."""

    def get(
        self, url: str, params: Any = None, headers: Mapping[str, str] | None = None, **_: object
    ) -> MsalReply:
        """Fetch a document of the sign-in host; raises NetworkError for any other host."""
        address = with_query(url, params)
        if host_of(address) != self._login:
            raise NetworkError(Failure.REFUSED_BY_DOOR, host_of(address), "not the sign-in host")
        reply = self._door.get(address, Leg.OPENID, kept_headers(headers))
        named = _object(reply.text).get("msgraph_host")
        self.graph = named.lower() if isinstance(named, str) else self.graph
        return MsalReply(reply.status, reply.text, reply.headers)

    def post(
        self,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> MsalReply:
        """Send a form, which may hold a code or a secret: once, and to the sign-in host alone."""
        form = dict(data or {})
        by_device = url.endswith("/devicecode") or form.get("grant_type") == DEVICE_GRANT
        sending = kept_headers(headers) | {"Content-Type": "application/x-www-form-urlencoded"}
        reply = self._door.post_secret(
            with_query(url, params),
            Leg.DEVICE_CODE if by_device else Leg.TOKEN,
            sending,
            urlencode(form).encode(),
            frozenset({self._login}),
        )
        return MsalReply(reply.status, reply.text, reply.headers)

    def close(self) -> None:
        """Nothing of msal's to close; the door belongs to whoever opened it."""


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
