"""What an application proves itself with, checked: a secret, its own signature, or another issuer's token.

An assertion whose issuer is the application is signed by one of its certificates; any other is a token of an
issuer whose word the application takes. Source: RFC 7523; Microsoft identity platform, certificate
credentials (RS256 with x5t, PS256 with x5t#S256) and workload identity federation (issuer, subject,
audience). Times in assertions are those of the machine that the clients run on, not the lab's clock's.
"""

import hmac
import json
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from auditor.lab.apps import client_id
from auditor.lab.refusals import Refusal
from auditor.lab.state import utc_now
from auditor.lab.tokens import b64url, from_b64url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.x509 import Certificate

    from auditor.lab.exchange import Exchange
    from auditor.lab.state import State
    from auditor.lab.world.app_credentials import Issuer
    from auditor.lab.world.tenants import App

_SKEW = 300
_EXPIRED = "The certificate used to sign the client assertion is expired."
_UNREADABLE = "The client assertion is no signed token."
_OTHER_AUDIENCE = "The client assertion is meant for another audience."


def disproved(state: "State", app: "App", exchange: "Exchange") -> Refusal | None:
    """Return why an application is not believed to be itself, None when it is."""
    form = exchange.form
    if "client_secret" in form:
        return _secret(state, app, form["client_secret"])
    if "client_assertion" not in form:
        return Refusal(7000218)
    header, claims = _parts(form["client_assertion"])
    if not header or not claims:
        return Refusal(700027, text=_UNREADABLE)
    own = claims.get("iss") == client_id(app.app)
    return _own(app, exchange, header, claims) if own else _foreign(state, app, exchange, claims)


def _secret(state: "State", app: "App", given: str) -> Refusal | None:
    if app.secret is None or not hmac.compare_digest(given.encode(), app.secret.encode()):
        return Refusal(7000215, {"app": client_id(app.app)})
    if app.secret_days is not None and state.began + timedelta(days=app.secret_days) <= state.now():
        return Refusal(7000222, {"app": client_id(app.app)})
    return None


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a signed token, {} for what is none."""
    pieces = assertion.split(".")
    if len(pieces) != 3:  # noqa: PLR2004 - header, claims, signature
        return {}, {}
    return _object(pieces[0]), _object(pieces[1])


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(from_b64url(text))
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _own(app: "App", exchange: "Exchange", header: dict[str, Any], claims: dict[str, Any]) -> Refusal | None:
    """Check what one of the application's certificates has signed about itself, for this endpoint."""
    signer = next((one for one in _registered(app) if _named(one, header)), None)
    if signer is None:
        return Refusal(700027, {"app": client_id(app.app)})
    if signer.not_valid_after_utc <= utc_now():
        return Refusal(700027, text=_EXPIRED)
    if claims.get("sub") != claims.get("iss"):
        return Refusal(50048)
    if exchange.path not in str(claims.get("aud")):
        return Refusal(700027, text=_OTHER_AUDIENCE)
    key: RSAPublicKey = signer.public_key()  # type: ignore[assignment]  # the world holds RSA keys alone
    if not _verified(exchange.form["client_assertion"], key, str(header.get("alg"))):
        return Refusal(700027, {"app": client_id(app.app)})
    return _timely(claims, utc_now())


def _registered(app: "App") -> "Iterator[Certificate]":
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - only where one is looked at

    known = [one.public for one in app.certificates if one.registered]
    for text in ([app.certificate] if app.certificate else []) + known:
        yield load_pem_x509_certificate(text.encode())


def _named(certificate: "Certificate", header: dict[str, Any]) -> bool:
    """Return whether a header names a certificate, by either of its thumbprints."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - as above

    by_name = {"x5t#S256": hashes.SHA256(), "x5t": hashes.SHA1()}  # noqa: S303 - the older header's name for it
    # libraries differ in whether they pad what they encode
    given = {name: str(header.get(name, "")).rstrip("=") for name in by_name}
    return any(given[name] == b64url(certificate.fingerprint(how)) for name, how in by_name.items())


def _verified(assertion: str, key: "RSAPublicKey", algorithm: str) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only where one is brought
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415 - as above

    signed, _, signature = assertion.rpartition(".")
    if algorithm not in {"PS256", "RS256"}:
        return False
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    how = pss if algorithm == "PS256" else padding.PKCS1v15()
    try:
        key.verify(from_b64url(signature), signed.encode(), how, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _timely(claims: dict[str, Any], now: "datetime") -> Refusal | None:
    present = now.timestamp()
    begins, ends = claims.get("nbf", claims.get("iat", 0)), claims.get("exp", 0)
    fits = all(isinstance(moment, int | float) for moment in (begins, ends))
    return None if fits and begins - _SKEW <= present < ends + _SKEW else Refusal(700024)


def _foreign(state: "State", app: "App", exchange: "Exchange", claims: dict[str, Any]) -> Refusal | None:
    """Check a token of somebody else's against the federated credentials of the application."""
    of_issuer = [one for one in app.federated if one.issuer == claims.get("iss")]
    issuer = next((one for one in state.world.issuers if one.url == claims.get("iss")), None)
    if not of_issuer or issuer is None:
        return Refusal(700211, {"issuer": str(claims.get("iss"))})
    of_subject = [one for one in of_issuer if one.subject == claims.get("sub")]
    if not of_subject:
        return Refusal(700213, {"subject": str(claims.get("sub"))})
    if claims.get("aud") not in {one.audience for one in of_subject}:
        return Refusal(70021)
    if not _verified(exchange.form["client_assertion"], issuer.key.public_key(), "RS256"):
        return Refusal(50012)
    return _timely(claims, utc_now())


def issued_by(issuer: "Issuer", subject: str, audience: str, now: "datetime", seconds: int) -> str:
    """Return a token that an issuer elsewhere signs for a workload."""
    begins = int(now.astimezone(UTC).timestamp())
    times = {"iat": begins, "nbf": begins, "exp": begins + seconds}
    claims = {"iss": issuer.url, "sub": subject, "aud": audience, **times}
    return _signed({"typ": "JWT", "alg": "RS256"}, claims, issuer.key)


def _signed(header: dict[str, Any], claims: dict[str, Any], key: "RSAPrivateKey") -> str:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - only where one is made
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415 - as above

    signed = ".".join(b64url(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{b64url(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"
