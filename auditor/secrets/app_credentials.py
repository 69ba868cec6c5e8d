"""What an application proves itself with: told by where a reference leads, and by what stands there.

`federated:PATH` is a token file of another issuer, read when it is used. A PEM text with a certificate and
its private key is a certificate. Everything else is a client secret.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from auditor.errors import SecretError
from auditor.secrets.references import FEDERATED, Reference
from auditor.secrets.resolver import Resolver
from auditor.secrets.values import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

_LONGEST = 200
_KEY, _CERTIFICATE = "PRIVATE KEY-----", "BEGIN CERTIFICATE-----"
_ENCRYPTED = ("ENCRYPTED PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED")
_CONVERT = "write both into one PEM text, for example with `openssl pkcs12 -in app.pfx -nodes -out app.pem`"


class CredentialKind(StrEnum):
    """What an application proves itself with."""

    SECRET = "secret"  # noqa: S105 - the name of a kind
    CERTIFICATE = "certificate"
    FEDERATED = "federated token"


@dataclass(frozen=True, slots=True)
class AppCredential:
    """An application's credential; everything but `value` may be told.

    `value` is the secret, the token, or the private key as PEM; `certificate` the PEM text of the certificate
    that belongs to it. `expires` is its end in UTC where it says so itself, `thumbprint` the certificate's
    SHA-256, `claims` a token's issuer, subject and audience.
    """

    kind: CredentialKind
    value: Secret
    certificate: str = field(default="", repr=False)
    expires: datetime | None = None
    thumbprint: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)


def app_credential(resolver: Resolver, reference: Reference) -> AppCredential:
    """Return the credential that a reference leads to; raises SecretError that shows neither of them."""
    if reference.scheme == FEDERATED:
        return _federated(resolver.token(reference))
    if reference.scheme == "prompt":
        raise SecretError(
            "nobody is asked for an application's credential",
            "name where it is kept, for example env:NAME, file:PATH or federated:PATH",
        )
    value = resolver.resolve(reference, "")
    text = value.reveal()
    if "-----BEGIN " in text:
        return _certificate(text)
    if unfit := value.unfit():
        raise SecretError(f"the application's secret cannot be sent: {unfit}", "correct it where it is kept")
    return AppCredential(CredentialKind.SECRET, value)


def _certificate(text: str) -> AppCredential:
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - slow to import

    if any(mark in text for mark in _ENCRYPTED):
        raise SecretError(
            "the private key of the application's certificate is encrypted",
            "keep it unencrypted in a store that only this job may read, or use a federated token",
        )
    if _KEY not in text or _CERTIFICATE not in text:
        lacking = "certificate" if _KEY in text else "private key"
        raise SecretError(f"the application's certificate comes without its {lacking}", _CONVERT)
    key, certificate = _pair(text)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return AppCredential(
        CredentialKind.CERTIFICATE,
        Secret(private.decode()),
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        certificate.not_valid_after_utc,
        certificate.fingerprint(hashes.SHA256()).hex(),
    )


def _pair(text: str) -> "tuple[RSAPrivateKey, Certificate]":
    """Return the key of a PEM text and the certificate that belongs to it, among others perhaps."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - as above
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - as above

    try:
        key = load_pem_private_key(_from(text, "PRIVATE KEY"), None)
        certificates = load_pem_x509_certificates(text.encode())
    except (ValueError, TypeError) as error:
        raise SecretError(
            f"the application's certificate or its key cannot be read ({type(error).__name__})", _CONVERT
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise SecretError("the private key of the application's certificate is no RSA key", _CONVERT)
    own = key.public_key()
    for certificate in certificates:
        if certificate.public_key() == own:
            return key, certificate
    raise SecretError("the private key belongs to none of the certificates beside it", _CONVERT)


def _from(text: str, kind: str) -> bytes:
    """Return the first block of a kind, whatever stands before it."""
    start = text.rfind("-----BEGIN ", 0, text.index(f"{kind}-----"))
    return text[start:].encode()


def _federated(token: Secret) -> AppCredential:
    claims = _claims(token.reveal())
    ends = claims.get("exp")
    expires = datetime.fromtimestamp(ends, UTC) if isinstance(ends, int) and 0 < ends < 2**35 else None
    audience = claims.get("aud")
    named = {
        "issuer": claims.get("iss"),
        "subject": claims.get("sub"),
        "audience": audience[0] if isinstance(audience, list) and audience else audience,
    }
    said = {name: value[:_LONGEST] for name, value in named.items() if isinstance(value, str)}
    return AppCredential(CredentialKind.FEDERATED, token, expires=expires, claims=said)


def _claims(token: str) -> dict[str, Any]:
    """Return what a signed token says; nobody here checks the signature: that is the service's business."""
    try:
        head, middle, _ = token.split(".")
        parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (head, middle)]
        header, claims = (json.loads(part) for part in parts)
    except (ValueError, binascii.Error, RecursionError):
        header, claims = None, None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise SecretError(
            "the file that the credential names holds no signed token",
            "federated: takes the file in which the platform keeps the workload's token (a JWT)",
        )
    return claims
