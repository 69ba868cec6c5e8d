"""Key vaults: secrets in versions, and the applications that may read them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, uuid5

from pydantic import AwareDatetime, Field

from auditor.edges import Edge
from auditor.lab.world.kinds import Host, Name

if TYPE_CHECKING:
    from auditor.lab.world.root import World

_LONG_AGO = datetime(2026, 1, 5, 8, tzinfo=UTC)


class VaultSecret(Edge):
    """One version of a secret. Of several with one name the last is the current one."""

    name: Name = Field(description="Its name.")
    value: str = Field(description="What it holds.", repr=False)
    enabled: bool = Field(default=True, description="Whether it may be read.")
    days: int | None = Field(default=None, description="In how many days it expires; less than 0: it has.")
    put: AwareDatetime = Field(
        default=_LONG_AGO, description="When it was put there, for example 2026-01-05T08:00:00Z."
    )

    @property
    def version(self) -> str:
        """Return the version's id: another value is another version."""
        return uuid5(NAMESPACE_DNS, f"{self.name.lower()}/{self.value}").hex


class Vault(Edge):
    """A key vault and who may read its secrets."""

    host: Host = Field(description="Its host, for example contoso.vault.azure.net.")
    tenant: Name = Field(description="Whose it is: a tenant's GUID, domain or name.")
    readers: tuple[Name, ...] = Field(
        default=(), description="Applications that may read secrets; others get 403 Forbidden."
    )
    secrets: tuple[VaultSecret, ...] = Field(default=(), description="Its secrets, the older version first.")

    @property
    def domain(self) -> str:
        """Return the domain that all vaults of a cloud share; tokens are for it."""
        return self.host.partition(".")[2]

    def secret(self, name: str, version: str) -> VaultSecret | None:
        """Return a secret's version, the current one for ""; None where there is none."""
        found = [one for one in self.secrets if one.name.lower() == name.lower()]
        return next((one for one in reversed(found) if version in {"", one.version}), None)


def vault_at(world: "World", host: str) -> Vault | None:
    """Return the vault at a host."""
    return next((vault for vault in world.vaults if vault.host == host), None)
