"""From references to secrets."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from auditor.errors import SecretError, told
from auditor.secrets.references import FEDERATED, Reference
from auditor.secrets.values import Secret

_MAX_SECRET_FILE = 4096


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret as a store with versions keeps it; the version is no secret (see `Resolver.version`)."""

    secret: Secret
    version: str


class Vault(Protocol):
    """Key vaults, by HOST/NAME or HOST/NAME/VERSION; each secret is read once a run."""

    def secret(self, target: str) -> Kept:
        """Return a secret; raises SecretError that names nothing of the target."""
        ...


def _unnoticed(secret: Secret) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """Turns references into secrets. `base` is the folder that `file:` paths are relative to.

    `typed` holds what the operator typed for each account beforehand: nobody is asked from a worker thread,
    where Ctrl-C does not reach. `most` is how many bytes a file may hold: a key is longer than a password.
    Without a `vault` nothing is read from one. `noticed` is told of each secret before anybody gets it.
    """

    base: Path
    typed: Mapping[str, Secret] = field(default_factory=dict)
    most: int = _MAX_SECRET_FILE
    vault: Vault | None = None
    noticed: Callable[[Secret], None] = _unnoticed

    def resolve(self, reference: Reference, account: str) -> Secret:
        """Return the secret; raises SecretError that names the scheme, never the reference."""
        secret = self._found(reference, account)
        self.noticed(secret)
        return secret

    def _found(self, reference: Reference, account: str) -> Secret:
        if reference.value is not None:
            return reference.value
        match reference.scheme:
            case "env":
                return self._environment(reference.target)
            case "file":
                return self._file(reference.target)
            case "keyring":
                return self._keyring(reference.target)
            case "keyvault":
                return self._kept(reference.target).secret
            case scheme if scheme == FEDERATED:
                raise SecretError(
                    "a federated token proves an application and is no password",
                    "expect `application` of this row, or name where its password is kept",
                )
            case _:
                return self._typed(account)

    def token(self, reference: Reference) -> Secret:
        """Return the token in a `federated:` file as it stands now; raises SecretError."""
        token = Secret(self._file(reference.target).reveal().strip())
        self.noticed(token)
        return token

    def version(self, reference: Reference) -> str:
        """Return the version of what a reference leads to, no secret: a file's time; "" where there is none.

        Of a key vault when the version was put there, a slash, and the version's id. Versions of one scheme
        sort by age as text.
        """
        if reference.scheme == "keyvault":
            try:
                return self._kept(reference.target).version
            except SecretError:
                return ""
        if reference.scheme != "file":
            return ""
        try:
            return f"{(self.base / Path(reference.target).expanduser()).stat().st_mtime_ns:020d}"
        except OSError:
            return ""

    def _typed(self, account: str) -> Secret:
        if account.lower() not in self.typed:
            raise SecretError("nobody was there to type the password", "run it on a terminal")
        return self.typed[account.lower()]

    def _environment(self, name: str) -> Secret:
        value = os.environ.get(name)
        if value is None:
            raise SecretError(
                "the environment variable that the credential names is not set",
                "set it in the environment that starts the auditor",
            )
        return Secret(value)

    def _file(self, target: str) -> Secret:
        path = self.base / Path(target).expanduser()
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise SecretError(
                f"the file that the credential names cannot be read: {told(error)}",
                "paths are relative to the inventory's folder",
            ) from None
        if len(raw) > self.most:
            raise SecretError("the file that the credential names is too large for a password")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SecretError("the file that the credential names is not UTF-8 text") from None
        return Secret(re.sub(r"\r?\n\Z", "", text))

    def _kept(self, target: str) -> Kept:
        if self.vault is None:
            raise SecretError("no key vault is read here", "name another place for the credential")
        return self.vault.secret(target)

    def _keyring(self, target: str) -> Secret:
        service, _, user = target.partition("/")
        try:
            import keyring  # noqa: PLC0415 - an optional extra, and slow to import
        except ImportError:
            raise SecretError(
                "credentials by keyring need the extra `keyring`",
                "pip install 'wstrust-oauth-auditor[keyring]'",
            ) from None
        try:
            value = keyring.get_password(service, user)
        except keyring.errors.KeyringError as error:
            raise SecretError(f"the keyring does not answer ({type(error).__name__})") from None
        if value is None:
            raise SecretError("the keyring has no entry that the credential names")
        return Secret(value)
