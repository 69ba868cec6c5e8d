"""What applications prove themselves with: certificates, and what an issuer elsewhere says of a workload.

Keys are made when they are first needed and live as long as their world.
"""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from auditor.edges import Edge
from auditor.lab.world.kinds import Name

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

EXCHANGE = "api://AzureADTokenExchange"
_VALID_BEFORE = timedelta(days=700)
_KEY_SIZE = 2048


def _new_key() -> "RSAPrivateKey":
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - only where a key is needed

    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_SIZE)


class Certificate(Edge):
    """A certificate that stands at an application; its operator holds the key."""

    name: Name = Field(description="Its name.")
    days: int = Field(
        default=365, description="In how many days it expires; less than 0: it has expired, AADSTS700027."
    )
    registered: bool = Field(
        default=True, description="Whether the application knows it; one that it does not gets AADSTS700027."
    )

    @cached_property
    def pem(self) -> str:
        """Return private key and certificate as one PEM text."""
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only where one is needed

        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self._key.private_bytes(*form).decode() + self.public

    @cached_property
    def public(self) -> str:
        """Return the certificate alone, as PEM."""
        from cryptography import x509  # noqa: PLC0415 - only where one is needed
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - as above
        from cryptography.x509.oid import NameOID  # noqa: PLC0415 - as above

        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name[:64])])
        ends = datetime.now(UTC) + timedelta(days=self.days, hours=12)
        builder = x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=self._key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=ends - _VALID_BEFORE,
            not_valid_after=ends,
        )
        made = builder.sign(self._key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.PEM).decode()

    @cached_property
    def _key(self) -> "RSAPrivateKey":
        return _new_key()


class FederatedCredential(Edge):
    """Whose word an application takes for itself: a token by this issuer for this subject and audience."""

    issuer: Name = Field(description="The issuer's address, one of the world's `issuers`; else AADSTS700211.")
    subject: Name = Field(description="The workload that it names; another one gets AADSTS700213.")
    audience: Name = Field(default=EXCHANGE, description="For whom the token is; else AADSTS70021.")


class Issuer(Edge):
    """Somebody else's identity provider, such as that of a build service, and its tokens for workloads."""

    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$", max_length=200)] = Field(
        description="Its address, for example https://token.builds.example."
    )

    @cached_property
    def key(self) -> "RSAPrivateKey":
        """Return the key it signs with."""
        return _new_key()
