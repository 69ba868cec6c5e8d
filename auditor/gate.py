"""The gate: one password submission per account and run, a breaker per tenant, pacing (DESIGN 4, 5).

Only an answer that proves the password right permits another submission for the account's other cases.
The breaker counts requests under way as if they were refused, so that concurrency cannot overshoot it. An
attempt whose answer says nothing of the password counts as refused, too; one that never left does not count.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from auditor.model import CaseKey, Mark, Reading, Refusal, Why


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When a tenant's batch stops: so many refusals in a row, or so many of the first so many."""

    in_a_row: int = 5
    bad: int = 5
    of_first: int = 10
    on: bool = True


@dataclass(slots=True)
class _Tenant:
    granted: int = 0
    under_way: int = 0
    in_a_row: int = 0
    early_bad: int = 0
    stopped: str = ""


@dataclass(slots=True)
class GrantedTurn:
    """A turn; see model.Turn."""

    refused: Refusal | None = None
    early: bool = False
    reading: Reading | None = None
    sent: bool = True

    def outcome(self, reading: Reading, *, sent: bool) -> None:
        """Keep how it went."""
        self.reading, self.sent = reading, sent


class Gate:
    """See the module; `intend` writes the intent down before the turn is granted, `wait` paces."""

    def __init__(
        self,
        limits: BreakerLimits,
        intend: Callable[[CaseKey], None],
        wait: Callable[[str], None],
    ) -> None:
        self._limits, self._intend, self._wait = limits, intend, wait
        self._tenants: dict[str, _Tenant] = {}
        self._accounts: dict[str, tuple[bool, CaseKey]] = {}
        self._changed = threading.Condition()
        self._interrupted = threading.Event()

    @contextmanager
    def submission(self, key: CaseKey, tenant: str) -> Iterator[GrantedTurn]:
        """Wait for a turn to submit a password for a case."""
        turn = self._enter(key, tenant)
        if turn.refused is not None:
            yield turn
            return
        try:
            self._wait(tenant)
            if self._interrupted.is_set():  # while it was waiting for its pace
                turn.refused, turn.sent = Refusal(Why.INTERRUPTED, ""), False
            else:
                self._intend(key)
            yield turn
        finally:
            self._leave(key, tenant, turn)

    def interrupt(self) -> None:
        """Grant no further turn, not even to those who wait for their pace."""
        with self._changed:
            self._interrupted.set()
            self._changed.notify_all()

    def sleep(self, seconds: float) -> None:
        """Sleep, but not past an interruption: what pacing sleeps with."""
        self._interrupted.wait(seconds)

    @property
    def stops(self) -> tuple[str, ...]:
        """Return what the breaker stopped, one sentence a tenant."""
        with self._changed:
            return tuple(state.stopped for state in self._tenants.values() if state.stopped)

    def _enter(self, key: CaseKey, tenant: str) -> GrantedTurn:
        with self._changed:
            state = self._tenants.setdefault(tenant, _Tenant())
            self._changed.wait_for(lambda: self._decided(key, state))
            refusal = self._refusal(key, state)
            if refusal is not None:
                return GrantedTurn(refusal)
            state.granted += 1
            state.under_way += 1
            self._accounts[key.account] = (False, key)
            return GrantedTurn(early=state.granted <= self._limits.of_first)

    def _decided(self, key: CaseKey, state: _Tenant) -> bool:
        return self._refusal(key, state) is not None or not self._limits.on or self._room(state)

    def _room(self, state: _Tenant) -> bool:
        """Return whether one more refusal, on top of all under way, would still be within the limits."""
        limits = self._limits
        early = state.granted < limits.of_first and state.early_bad + state.under_way >= limits.bad
        return state.in_a_row + state.under_way < limits.in_a_row and not early

    def _refusal(self, key: CaseKey, state: _Tenant) -> Refusal | None:
        if self._interrupted.is_set():
            return Refusal(Why.INTERRUPTED, "")
        proven, first = self._accounts.get(key.account, (True, key))
        if not proven:
            return Refusal(Why.PASSWORD_NOT_PROVEN, f"see case {first}")
        if state.stopped:
            return Refusal(Why.BREAKER, state.stopped)
        return None

    def _leave(self, key: CaseKey, tenant: str, turn: GrantedTurn) -> None:
        with self._changed:
            state = self._tenants[tenant]
            state.under_way -= 1
            if turn.sent:
                proven = turn.reading is not None and turn.reading.mark is Mark.RIGHT
                self._accounts[key.account] = (proven, key)
                self._count(state, tenant, turn)
            else:
                del self._accounts[key.account]
            self._changed.notify_all()

    def _count(self, state: _Tenant, tenant: str, turn: GrantedTurn) -> None:
        """Count an attempt that was spent: all that does not speak for the password speaks against it."""
        mark = turn.reading.mark if turn.reading else Mark.UNKNOWN
        if mark in {Mark.RIGHT, Mark.PROBABLY_RIGHT}:
            state.in_a_row = 0
        else:
            state.in_a_row += 1
            state.early_bad += turn.early
        if self._limits.on and not state.stopped:
            state.stopped = self._why_stopped(state, tenant)

    def _why_stopped(self, state: _Tenant, tenant: str) -> str:
        limits = self._limits
        if state.in_a_row >= limits.in_a_row:
            return f"{state.in_a_row} refusals in a row in tenant {tenant}"
        if state.early_bad >= limits.bad:
            return f"{state.early_bad} refusals among the first {limits.of_first} in tenant {tenant}"
        return ""
