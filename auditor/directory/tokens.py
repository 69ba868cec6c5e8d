"""Tokens of one administrator: what they say of themselves, and how long they are good. In memory only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from auditor.errors import NetworkError
from auditor.secrets import Secret, redact
from auditor.secrets.claims import claims_of, texts

_TRAILER = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp): .*", re.DOTALL)
_CODE = re.compile(r"AADSTS\d{4,9}")
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Held:
    """A token, until when it is good, and the permissions it carries."""

    token: Secret
    until: datetime
    permissions: frozenset[str]


def held_in(result: Mapping[str, Any], graph: str, now: datetime) -> Held | None:
    """Return the token in msal's result for a Graph host, None when there is none."""
    token = result.get("access_token")
    if not isinstance(token, str) or not token:
        return None
    claims = claims_of(token)
    said = str(result.get("scope") or claims.get("scp") or "").split()
    names = {scope.removeprefix(f"https://{graph}/") for scope in said} | set(texts(claims.get("roles")))
    seconds = result.get("expires_in")
    until = now + timedelta(seconds=float(seconds) if isinstance(seconds, int | float) else 0)
    return Held(Secret(token), until, frozenset(names))


def roles_of(claims: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the template ids of a person's directory roles (claim `wids`), None where there is no claim."""
    wids = claims.get("wids")
    return frozenset(text.lower() for text in texts(wids)) if isinstance(wids, list) else None


def why(result: Mapping[str, Any]) -> str:
    """Return why msal's result holds no token, in one line fit to be shown."""
    text = _TRAILER.sub("", str(result.get("error_description") or ""))
    said = " ".join(redact(text).split())[:_LONGEST_REASON]
    return said or redact(str(result.get("error", "no reason given")))[:80]


def code_of(result: Mapping[str, Any]) -> str:
    """Return the AADSTS code in msal's result, "" when there is none."""
    found = _CODE.search(str(result.get("error_description") or ""))
    return found.group() if found else ""


def why_raised(error: Exception) -> str:
    """Return what an exception around msal stands for; its own text only where it is ours."""
    return str(error) if isinstance(error, NetworkError) else type(error).__name__
