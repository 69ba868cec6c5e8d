"""Tokens and assertions the simulated cloud mints and believes; nobody else's."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any


def b64url(data: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    """Return what base64url without padding holds, b"" when it is none."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


@dataclass(frozen=True)
class Assertion:
    """A SAML assertion that an AD FS issued: its id, for whom, where, and until when."""

    identity: str
    upn: str
    host: str
    digest: bytes
    expires: datetime


@dataclass
class Mint:
    """Signs tokens with a key of its own and keeps the assertions issued."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    assertions: dict[str, Assertion] = field(default_factory=dict)

    def token(self, claims: Mapping[str, Any]) -> str:
        """Return a signed token with these claims."""
        head = b64url(json.dumps({"typ": "JWT", "alg": "HS256"}).encode())
        signed = f"{head}.{b64url(json.dumps(claims).encode())}"
        return f"{signed}.{self._signature(signed)}"

    def claims(self, token: str, now: datetime) -> dict[str, Any]:
        """Return a token's claims, {} when it is not ours, changed or expired."""
        signed, _, signature = token.rpartition(".")
        if not signed or not hmac.compare_digest(signature.encode(), self._signature(signed).encode()):
            return {}
        claims: dict[str, Any] = json.loads(from_b64url(signed.partition(".")[2]))
        return claims if now.timestamp() < claims["exp"] else {}

    def _signature(self, signed: str) -> str:
        return b64url(hmac.digest(self.key, signed.encode(), "sha256"))

    def keep(self, identity: str, text: str, upn: str, host: str, expires: datetime) -> None:
        """Remember an assertion as issued."""
        self.assertions[identity] = Assertion(identity, upn, host, sha256(text.encode()).digest(), expires)

    def believed(self, identity: str, text: bytes, now: datetime) -> Assertion | None:
        """Return the assertion if it was issued here, is unchanged and has not expired."""
        found = self.assertions.get(identity)
        fits = found is not None and found.digest == sha256(text).digest() and now < found.expires
        return found if fits else None
