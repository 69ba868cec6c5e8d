"""A signed-in administrator: who it is, which permissions were granted, and tokens for them.

Each permission is asked for on its own, quietly: one that nobody consented to costs what needs it, and
nothing else. What a token says of roles and permissions tells beforehand what can be read; it decides
nothing.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from auditor.directory.tokens import Held, code_of, held_in, why, why_raised
from auditor.errors import DirectoryError
from auditor.secrets import Secret

_SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, as the tokens tell: tenant, roles by template id, and whether it is an application.

    `roles` is None where the token does not say; an application has none.
    """

    tenant_id: str
    application: bool
    roles: frozenset[str] | None = None


@dataclass(slots=True)
class Administrator:
    """A signed-in administrator: what was granted, and tokens for it."""

    identity: Identity
    _app: Any = field(repr=False)
    _graph: str
    _now: Callable[[], datetime]
    _held: list[Held] = field(repr=False)
    _refused: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def grants(self, permission: str) -> bool:
        """Return whether there is a token with this permission; a person's is asked for if there is none."""
        with self._lock:
            return self._fitting(permission) is not None or self._acquire(permission)

    def refusal(self, permission: str) -> str:
        """Return why a permission was not granted, "" when nothing was said."""
        return self._refused.get(permission, "")

    @property
    def permissions(self) -> frozenset[str]:
        """Return all permissions that were granted so far."""
        return frozenset[str]().union(*(held.permissions for held in self._held))

    def token(self, permission: str, *, renew: bool = False) -> Secret:
        """Return a token with this permission that is still good for some minutes, or a new one.

        Raises DirectoryError when the sign-in has come to its end.
        """
        with self._lock:
            held = self._fitting(permission)
            if held is not None and not renew and held.until - self._now() > _SOON:
                return held.token
            if self._acquire(permission) and (held := self._fitting(permission)) is not None:
                return held.token
        raise DirectoryError(f"no token for {permission}: {self.refusal(permission)}", "sign in again")

    def holds(self, text: str) -> bool:
        """Return whether one of this sign-in's tokens stands in a text."""
        return any(held.token.reveal() in text for held in self._held)

    def _fitting(self, permission: str) -> Held | None:
        return next((held for held in self._held if permission in held.permissions), None)

    def _acquire(self, permission: str) -> bool:
        try:
            result = self._asked(permission)
        except Exception as error:  # noqa: BLE001 - msal raises more than it documents; the reason is kept
            self._refused[permission] = why_raised(error)
            return False
        held = held_in(result, self._graph, self._now())
        if held is None or permission not in held.permissions:
            self._refused[permission] = (
                (code_of(result) or why(result)) if held is None else "not in the token"
            )
            return False
        self._held = [held, *(other for other in self._held if not other.permissions <= held.permissions)]
        return True

    def _asked(self, permission: str) -> Mapping[str, Any]:
        if self.identity.application:
            found: Mapping[str, Any] = self._app.acquire_token_for_client([f"https://{self._graph}/.default"])
            return found
        (account, *_) = self._app.get_accounts() or [None]
        scopes = [f"https://{self._graph}/{permission}"]
        result = self._app.acquire_token_silent_with_error(scopes, account=account, force_refresh=True)
        return result or {"error": "no_refresh_token"}
