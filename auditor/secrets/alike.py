"""Which accounts have equal passwords."""

import hmac
import os
import threading

from auditor.secrets.values import Secret


class Alike:
    """Finds accounts with equal passwords, and keeps nothing from which one could be recovered.

    Passwords are compared by a digest under a key that lives as long as this object, in memory.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._first: dict[bytes, str] = {}
        self._shared: set[str] = set()
        self._lock = threading.Lock()

    def note(self, account: str, secret: Secret) -> None:
        """Take notice of an account's password."""
        value = secret.reveal().encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, value, "sha256")[:16]  # enough to tell a million apart
        with self._lock:
            first = self._first.setdefault(digest, account)
            if first.lower() != account.lower():
                self._shared |= {first.lower(), account.lower()}

    def accounts(self) -> list[str]:
        """Return the accounts whose password another account has, too; not with whom they share it."""
        with self._lock:
            return sorted(self._shared)
