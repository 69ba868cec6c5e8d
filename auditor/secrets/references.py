"""References to secrets, as a `credential` cell holds them.

Schemes: `env:NAME`, `file:PATH` (relative to the inventory), `prompt`, `keyring:SERVICE/USER`
(extra `keyring`). A plain password (`--allow-plaintext-passwords`) travels as a reference of scheme
`plaintext` that holds a Secret. Neither reference texts nor values are ever shown.
"""

import re
from dataclasses import dataclass, field

from auditor.secrets.values import Secret

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SCHEMES = ("env:NAME", "file:PATH", "prompt", "keyring:SERVICE/USER")


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
    raise ValueError(f"not a known reference, {len(text)} characters")


def plaintext(value: str) -> Reference:
    """Return the reference for a password that stood in the inventory itself."""
    return Reference("plaintext", value=Secret(value))
