"""From references to secrets."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.errors import SecretError, told
from auditor.secrets.references import Reference
from auditor.secrets.values import Secret

_MAX_SECRET_FILE = 4096


@dataclass(frozen=True, slots=True)
class Resolver:
    """Turns references into secrets. `base` is the folder that `file:` paths are relative to.

    `typed` holds what the operator typed for each account beforehand: nobody is asked from a worker thread,
    where Ctrl-C does not reach. `most` is how many bytes a file may hold: a key is longer than a password.
    """

    base: Path
    typed: Mapping[str, Secret] = field(default_factory=dict)
    most: int = _MAX_SECRET_FILE

    def resolve(self, reference: Reference, account: str) -> Secret:
        """Return the secret; raises SecretError that names the scheme, never the reference."""
        if reference.value is not None:
            return reference.value
        match reference.scheme:
            case "env":
                return self._environment(reference.target)
            case "file":
                return self._file(reference.target)
            case "keyring":
                return self._keyring(reference.target)
            case _:
                return self._typed(account)

    def version(self, reference: Reference) -> str:
        """Return the version of what a reference leads to, no secret: a file's time; "" where there is none.

        Versions of one scheme sort by age as text.
        """
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
