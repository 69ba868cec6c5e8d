"""References to secrets, as a `credential` cell holds them.

Schemes: `env:NAME`, `file:PATH` (relative to the inventory), `prompt`, `keyring:SERVICE/USER`
(extra `keyring`), `keyvault:VAULT/SECRET` or `keyvault:VAULT/SECRET/VERSION` (extra `keyvault`; VAULT is a
name in Azure's public cloud, or a whole host name), and for applications `federated:PATH`, the token file of
a workload. A plain password (`--allow-plaintext-passwords`) travels as a reference of scheme `plaintext` that
holds a Secret. Neither reference texts nor values are ever shown.
"""

import re
from dataclasses import dataclass, field

from auditor.secrets.values import Secret

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FEDERATED = "federated"
SCHEMES = ("env:NAME", "file:PATH", "prompt", "keyring:SERVICE/USER", "keyvault:VAULT/SECRET")
VERSIONED = frozenset({"file", "keyvault"})
"""Schemes whose stores know versions."""
_VAULT = re.compile(
    r"(?:https://)?(?P<vault>[a-z][a-z0-9-]{1,22}[a-z0-9]|[a-z0-9-]+(?:\.[a-z0-9-]+)+)"
    r"/(?P<name>[a-z0-9-]{1,127})(?:/(?P<version>[0-9a-f]{32}))?"
)
_PUBLIC = ".vault.azure.net"


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed credential reference. Two references are the same when scheme and target are."""

    scheme: str
    target: str = field(default="", repr=False)
    value: Secret | None = field(default=None, repr=False, compare=False)

    def same_as(self, other: "Reference") -> bool:
        """Return whether both lead to the same stored credential (never compares passwords of stores)."""
        if self.scheme == other.scheme == "plaintext" and self.value and other.value:
            return self.value.reveal() == other.value.reveal()
        return self.scheme != "prompt" and (self.scheme, self.target) == (other.scheme, other.target)


def parse_reference(text: str) -> Reference:
    """Return the reference in a `credential` cell; raises ValueError with a sentence that hides the text."""
    scheme, colon, target = text.strip().partition(":")
    name = scheme.strip().lower()
    if name == "prompt" and not colon:
        return Reference("prompt")
    if name == "env" and _ENV_NAME.fullmatch(target.strip()):
        return Reference("env", target.strip())
    if name == "file" and target.strip():
        return Reference("file", target.strip())
    if name == "keyring" and all(target.strip().partition("/")[::2]):
        return Reference("keyring", target.strip())
    if name == "keyvault" and (found := _VAULT.fullmatch(target.strip().lower())):
        return Reference("keyvault", _in_vault(found))
    if name == FEDERATED and target.strip():
        return Reference(FEDERATED, target.strip())
    raise ValueError(f"not a known reference, {len(text)} characters")


def _in_vault(found: re.Match[str]) -> str:
    """Return HOST/NAME or HOST/NAME/VERSION; vaults do not tell capitals from small letters."""
    host = found["vault"] if "." in found["vault"] else found["vault"] + _PUBLIC
    return "/".join(filter(None, (host, found["name"], found["version"])))


def plaintext(value: str) -> Reference:
    """Return the reference for a password that stood in the inventory itself."""
    return Reference("plaintext", value=Secret(value))
