"""Taking secrets out of texts, known ones and whatever looks like one."""

import html
import json
import re
from urllib.parse import quote, quote_plus

from auditor.secrets.values import Secret

_HIDDEN = "[hidden]"
_PATTERNS = (
    re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}"),
    re.compile(r"(?i)(?<=password=)[^&\s\"']+"),
    re.compile(
        r"(?is)(?<=<wsse:password)[^>]*>.*?(?=</wsse:password|\Z)|<(?:\w+:)?assertion\b.*?(?:</(?:\w+:)?assertion>|\Z)"
    ),
    re.compile(
        r"(?i)(?<=\")(?:access_token|refresh_token|id_token|assertion|code|client_secret|password)\"\s*:\s*\"[^\"]*"
    ),
    re.compile(r"(?i)\b(?:code|id_token|access_token|refresh_token|assertion|client_secret)=[\w%.~+/-]{20,}"),
    re.compile(r"\b[A-Za-z0-9_-]{200,}={0,2}"),
)
_LIKELY = re.compile(r"eyJ|[=<\"]|[A-Za-z0-9_-]{200}")
"""What stands in everything that a pattern finds; most texts hold none of it."""
_UNESCAPED = re.compile(r"[A-Za-z0-9_.~-]*")
"""What looks the same in XML, JSON, addresses and forms."""


def _forms(value: str) -> list[str]:
    """Return a secret as it may come back: as it is, escaped for XML, JSON and forms, with blanks folded."""
    if _UNESCAPED.fullmatch(value):
        return [value] if value else []
    escaped = html.escape(value, quote=False)
    forms = {
        value,
        " ".join(value.split()),
        escaped,
        html.escape(value),
        html.escape(value).replace("&#x27;", "&apos;"),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        *_encoded(value),
    }
    return sorted(filter(None, forms), key=len, reverse=True)


def _encoded(value: str) -> list[str]:
    """Return a value as addresses and forms carry it; the digits behind % in either case."""
    forms = [quote(value, safe=""), quote(value), quote_plus(value)]
    return forms + [re.sub(r"%[0-9A-F]{2}", lambda found: found.group().lower(), form) for form in forms]


class Redaction:
    """Takes secrets out of texts, and whatever looks like a token or a password; holds them as it does so."""

    def __init__(self, *known: Secret) -> None:
        self._known = known
        self._ways: list[str] | None = None  # worked out when there is a text: most answers bring none

    def of(self, text: str) -> str:
        """Return the text without them."""
        if not text:
            return text
        if self._ways is None:
            self._ways = [form for secret in self._known for form in _forms(secret.reveal())]
        for form in self._ways:
            text = text.replace(form, _HIDDEN)
        if _LIKELY.search(text):
            for pattern in _PATTERNS:
                text = pattern.sub(_HIDDEN, text)
        return text


def redact(text: str, *known: Secret) -> str:
    """Return the text without the secrets given and without whatever looks like a token or a password."""
    return Redaction(*known).of(text)
