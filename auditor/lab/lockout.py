"""Counting refused passwords: smart lockout of Entra ID, and the plain counter of AD FS."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from auditor.clouds import CloudName

if TYPE_CHECKING:
    from auditor.lab.world.tenants import Tenant

_REMEMBERED = 3
_PUBLIC_THRESHOLD = 10
_GOVERNMENT_THRESHOLD = 3


def threshold(tenant: "Tenant") -> int:
    """Return how many different wrong passwords lock an account of this tenant."""
    government = tenant.cloud in {CloudName.GCC_HIGH, CloudName.DOD}
    return tenant.lockout.threshold or (_GOVERNMENT_THRESHOLD if government else _PUBLIC_THRESHOLD)


@dataclass
class Counter:
    """One account's refusals in one password store."""

    failures: int = 0
    locks: int = 0
    until: datetime | None = None
    recent: deque[bytes] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))


@dataclass
class Lockouts:
    """All accounts' counters, by store (`entra` or an AD FS host) and lower-case principal name."""

    counters: dict[tuple[str, str], Counter] = field(default_factory=dict)

    def of(self, store: str, upn: str) -> Counter:
        """Return an account's counter."""
        return self.counters.setdefault((store, upn.lower()), Counter())

    def is_locked(self, store: str, upn: str, now: datetime) -> bool:
        """Return whether an account is locked now."""
        until = self.of(store, upn).until
        return until is not None and now < until

    def refused_by_entra(self, tenant: "Tenant", upn: str, password: str, now: datetime) -> None:
        """Count a wrong password. One of the last three again does not count, unless agents check it."""
        counter = self.of("entra", upn)
        digest = sha256(password.encode()).digest()
        by_agents = tenant.pass_through == "ok"  # noqa: S105 - a state, not a password
        if digest in counter.recent and not by_agents:
            return
        counter.recent.append(digest)
        counter.failures += 1
        if counter.failures >= threshold(tenant):
            counter.until = now + timedelta(seconds=tenant.lockout.seconds * 2**counter.locks)
            counter.locks += 1

    def refused_by_federation(self, host: str, upn: str) -> None:
        """Count a wrong password at an AD FS, the same one as often as it comes."""
        self.of(host, upn).failures += 1

    def accepted(self, store: str, upn: str) -> None:
        """Start an account's count again after a right password."""
        self.counters.pop((store, upn.lower()), None)
