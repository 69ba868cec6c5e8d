"""The gate: one password submission per account and run, a breaker per tenant, pacing (DESIGN 4, 5).

Only an answer that proves the password right permits another submission for the account's other cases.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from auditor.gate.breaker import Breaker
from auditor.model import CaseKey, Mark, Reading, Refusal, Why

DEFAULT_PAUSE = 60.0
"""Seconds that a throttled tenant rests when the service did not say for how long."""

LONGEST_PAUSE = 900.0


@dataclass(slots=True)
class GrantedTurn:
    """A turn; see model.Turn. `proven` says that this run has already seen the password to be right."""

    refused: Refusal | None = None
    early: bool = False
    proven: bool = False
    reading: Reading | None = None
    sent: bool = True
    retry_after: float | None = None

    def outcome(self, reading: Reading, *, sent: bool, retry_after: float | None = None) -> None:
        """Keep how it went."""
        self.reading, self.sent, self.retry_after = reading, sent, retry_after


class Gate:
    """See the module; `intend` writes the intent down before the turn is granted.

    `intend` returns a refusal when somebody else has tried the account in the meantime. `wait` paces
    starts for a tenant and a federation host, `pause` holds them back for some seconds. `interrupted` is
    set by `interrupt()`: what waits elsewhere sleeps on it.
    """

    def __init__(
        self,
        breaker: Breaker,
        intend: Callable[[CaseKey], Refusal | None],
        wait: Callable[..., None],
        pause: Callable[[str, float], object] | None = None,
        interrupted: threading.Event | None = None,
    ) -> None:
        self._breaker, self._intend, self._wait = breaker, intend, wait
        self._pause = pause
        self._accounts: dict[str, tuple[bool, CaseKey]] = {}
        self._changed = threading.Condition()
        self._interrupted = interrupted or threading.Event()

    @contextmanager
    def submission(self, key: CaseKey, tenant: str, host: str = "") -> Iterator[GrantedTurn]:
        """Wait for a turn to submit a password for a case, through a federation host if there is one."""
        turn = self._enter(key, tenant)
        if turn.refused is not None:
            yield turn
            return
        try:
            self._ready(key, turn, *filter(None, (tenant, host)))
            yield turn
            self._rest(turn, *filter(None, (tenant, host)))  # before another's turn comes
        finally:
            self._leave(key, tenant, turn)

    def _ready(self, key: CaseKey, turn: GrantedTurn, *keys: str) -> None:
        """Wait for the pace and write the intent down; the turn is refused where that cannot be."""
        sent, turn.sent = turn.sent, False
        self._wait(*keys)
        if self._interrupted.is_set():  # while it was waiting for its pace
            turn.refused = Refusal(Why.INTERRUPTED, "")
            return
        turn.refused = self._intend(key)
        turn.sent = sent and turn.refused is None

    def _rest(self, turn: GrantedTurn, *keys: str) -> None:
        """Hold back whoever asked for it; nothing that was sent is sent again."""
        throttled = turn.reading is not None and turn.reading.outcome == "throttled"
        if self._pause is None or not turn.sent or not (throttled or turn.retry_after):
            return
        seconds = DEFAULT_PAUSE if turn.retry_after is None else turn.retry_after
        for key in keys:
            self._pause(key, min(seconds, LONGEST_PAUSE))

    def restore(
        self, key: CaseKey, tenant: str, reading: Reading, *, sent: bool, counting: bool = True
    ) -> None:
        """Take notice of a submission that was made before this run was resumed, in the order they were.

        Without `counting` the breaker begins anew: the operator said so.
        """
        with self._changed:
            if counting:
                self._breaker.leave(tenant, reading, early=self._breaker.enter(tenant), sent=sent)
            if sent:
                self._accounts[key.account] = (reading.mark is Mark.RIGHT, key)

    def interrupt(self) -> None:
        """Grant no further turn, not even to those who wait for their pace."""
        with self._changed:
            self._interrupted.set()
            self._changed.notify_all()

    @property
    def stops(self) -> tuple[str, ...]:
        """Return what the breaker stopped, one sentence each."""
        with self._changed:
            return self._breaker.stops

    def _enter(self, key: CaseKey, tenant: str) -> GrantedTurn:
        with self._changed:
            self._changed.wait_for(lambda: self._refusal(key, tenant) or self._breaker.room(tenant))
            refusal = self._refusal(key, tenant)
            if refusal is not None:
                return GrantedTurn(refusal)
            proven = self._accounts.get(key.account, (False, key))[0]
            self._accounts[key.account] = (False, key)
            return GrantedTurn(early=self._breaker.enter(tenant), proven=proven)

    def _refusal(self, key: CaseKey, tenant: str) -> Refusal | None:
        if self._interrupted.is_set():
            return Refusal(Why.INTERRUPTED, "")
        proven, first = self._accounts.get(key.account, (True, key))
        if not proven:
            return Refusal(Why.PASSWORD_NOT_PROVEN, f"see case {first}")
        stopped = self._breaker.stopped(tenant)
        return Refusal(Why.BREAKER, stopped) if stopped else None

    def _leave(self, key: CaseKey, tenant: str, turn: GrantedTurn) -> None:
        with self._changed:
            self._breaker.leave(tenant, turn.reading, early=turn.early, sent=turn.sent)
            if turn.sent:
                proven = turn.reading is not None and turn.reading.mark is Mark.RIGHT
                self._accounts[key.account] = (proven, key)
            elif turn.proven:
                self._accounts[key.account] = (True, key)
            else:
                del self._accounts[key.account]
            self._changed.notify_all()
