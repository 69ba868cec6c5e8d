"""A throw-away certificate authority and the certificates of a world's hosts."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_VALID = timedelta(days=2)
_USAGES = ("digital_signature", "key_cert_sign", "crl_sign")
_NOT_USED = (
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Authority:
    """A certificate authority that lives as long as its lab."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """Return the certificate to trust."""
        return self.certificate.public_bytes(Encoding.PEM)


def new_authority() -> Authority:
    """Return a new authority with a new key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Auditor lab, throw-away authority")
    usage = x509.KeyUsage(**dict.fromkeys(_USAGES, True), **dict.fromkeys(_NOT_USED, False))
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        _builder(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, SHA256())
    )
    return Authority(key, certificate)


def server_context(
    authority: Authority,
    hosts: "Iterable[str]",
    folder: "Path",
    name: str,
    *,
    off: timedelta = timedelta(),
) -> ssl.SSLContext:
    """Return a TLS context with one certificate for all hosts; its key stands in `folder` for a moment.

    `off` moves the days on which the certificate is valid: by a week, and it is not valid today.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate.subject
    names = x509.SubjectAlternativeName([_alternative(host) for host in sorted(hosts)])
    certificate = (
        _builder(_name(name), issuer, key, off)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
        .sign(authority.key, SHA256())
    )
    return _context(certificate, key, folder / f"{name}.pem")


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, off: timedelta = timedelta()
) -> x509.CertificateBuilder:
    now = datetime.now(UTC) + off
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - _VALID,
        not_valid_after=now + _VALID,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _context(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, path: "Path") -> ssl.SSLContext:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(path)
    finally:
        path.unlink()
    return context
