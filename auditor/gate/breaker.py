"""The breaker: what stops a batch before accounts are locked (DESIGN 5, issue 4).

It knows no threads; the gate holds the lock.

Requests under way count as if they were refused, so that concurrency cannot overshoot a limit. An attempt
whose answer says nothing of the password counts as refused, too; one that never left counts for nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from auditor.model import Mark, Reading
from auditor.plurals import counted

BLOCKED_ADDRESS = "source_address_blocked"
LOCKOUTS = frozenset({"account_locked", "locked_or_ip_blocked", BLOCKED_ADDRESS})


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When a batch stops.

    A tenant's: after so many refusals in a row, so many `bad` of the first `of_first`, or so many
    `lockouts`. Everybody's: after so many `blocked_addresses`, because they block us and not an account.
    """

    in_a_row: int = 5
    bad: int = 5
    of_first: int = 10
    lockouts: int = 2
    blocked_addresses: int = 2
    on: bool = True

    def at_most(self, refusals: int) -> "BreakerLimits":
        """Return the limits with no more refusals than these."""
        return BreakerLimits(
            min(self.in_a_row, refusals),
            min(self.bad, refusals),
            self.of_first,
            min(self.lockouts, refusals),
            self.blocked_addresses,
            self.on,
        )


@dataclass(slots=True)
class _Tenant:
    limits: BreakerLimits
    granted: int = 0
    under_way: int = 0
    in_a_row: int = 0
    early_bad: int = 0
    lockouts: int = 0
    stopped: str = ""

    def room(self) -> bool:
        """Return whether one more refusal, on top of all under way, would still be within the limits."""
        limits = self.limits
        early = self.granted < limits.of_first and self.early_bad + self.under_way >= limits.bad
        locked = self.lockouts and self.lockouts + self.under_way >= limits.lockouts
        return self.in_a_row + self.under_way < limits.in_a_row and not early and not locked

    def count(self, reading: Reading | None, *, early: bool) -> None:
        """Count an attempt that was spent: all that does not speak for the password speaks against it."""
        if reading is not None and reading.mark in {Mark.RIGHT, Mark.PROBABLY_RIGHT}:
            self.in_a_row = 0
            return
        self.in_a_row += 1
        self.early_bad += early
        self.lockouts += reading is not None and reading.outcome in LOCKOUTS

    def why_stopped(self, tenant: str) -> str:
        limits = self.limits
        if self.lockouts >= limits.lockouts:
            answers = counted(self.lockouts, "answer")
            return f"{answers} of locked accounts or a blocked address in tenant {tenant}"
        if self.in_a_row >= limits.in_a_row:
            return f"{counted(self.in_a_row, 'refusal', 'refusals in a row')} in tenant {tenant}"
        if self.early_bad >= limits.bad:
            refusals = counted(self.early_bad, "refusal")
            return f"{refusals} among the first {limits.of_first} in tenant {tenant}"
        return ""


@dataclass(slots=True)
class Breaker:
    """The counters of a run: a tenant's, and the one of blocked addresses that crosses tenants.

    `limits_of` returns a tenant's limits; `limits` are the run's.
    """

    limits: BreakerLimits
    limits_of: Callable[[str], BreakerLimits] | None = None
    _tenants: dict[str, _Tenant] = field(default_factory=dict)
    _under_way: int = 0
    _blocked: int = 0
    _everything: str = ""

    def room(self, tenant: str) -> bool:
        """Return whether a submission may begin now; if not, one under way has to end first."""
        if not self.limits.on:
            return True
        crossing = self._blocked and self._blocked + self._under_way >= self.limits.blocked_addresses
        return self._of(tenant).room() and not crossing

    def stopped(self, tenant: str) -> str:
        """Return why nothing further is sent to a tenant, "" when it may be."""
        return self._everything or self._of(tenant).stopped

    @property
    def stops(self) -> tuple[str, ...]:
        """Return what was stopped, one sentence each."""
        stopped = tuple(state.stopped for state in self._tenants.values() if state.stopped)
        return (self._everything, *stopped) if self._everything else stopped

    def enter(self, tenant: str) -> bool:
        """Count a submission as under way; returns whether it is among a tenant's first."""
        state = self._of(tenant)
        state.granted += 1
        state.under_way += 1
        self._under_way += 1
        return state.granted <= state.limits.of_first

    def leave(self, tenant: str, reading: Reading | None, *, early: bool, sent: bool) -> None:
        """Count how a submission ended."""
        state = self._of(tenant)
        state.under_way -= 1
        self._under_way -= 1
        if not sent:
            return
        state.count(reading, early=early)
        self._blocked += reading is not None and reading.outcome == BLOCKED_ADDRESS
        if self.limits.on:
            state.stopped = state.stopped or state.why_stopped(tenant)
            if self._blocked >= self.limits.blocked_addresses:
                answers = counted(self._blocked, "answer")
                self._everything = f"{answers} that our own address is blocked, in all tenants"

    def _of(self, tenant: str) -> _Tenant:
        if tenant not in self._tenants:
            limits = self.limits_of(tenant) if self.limits_of else self.limits
            self._tenants[tenant] = _Tenant(limits)
        return self._tenants[tenant]
