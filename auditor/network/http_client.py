"""What msal's `http_client` is made of, for probes and directory alike. Nothing here knows msal itself.

Source: msal 1.39, oauth2cli/http.py: an object with `get`, `post`, `close`; its replies have `status_code`,
`text`, `headers` and `raise_for_status`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

_DROPPED = {"x-anchormailbox", "x-client-last-telemetry", "x-client-current-telemetry"}


class Forgetful(dict[Any, Any]):
    """An HTTP cache for msal that keeps nothing, so that no answer reaches another account."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Forget."""


@dataclass(frozen=True, slots=True)
class MsalReply:
    """What msal reads of a reply."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Raise for 4xx and 5xx, as msal expects; it loses the reply, so whoever needs it keeps it."""
        if self.status_code >= HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"HTTP {self.status_code}")


def kept_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Return msal's headers without those that carry names and other users' failures."""
    return {name: value for name, value in (headers or {}).items() if name.lower() not in _DROPPED}


def with_query(url: str, params: Any) -> str:
    """Return an address with further query parameters."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url
