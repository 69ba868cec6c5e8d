"""Pacing: at most so many starts a second for each key (a tenant, a federation host), and pauses."""

import threading
import time
from collections.abc import Callable


class Pace:
    """Buckets of one token, one a key, refilled `rate` times a second; None leaves only the pauses.

    A bucket holds one token, so that nobody saves up a burst: a federation server is often one machine.
    `sleep` returns true when it was cut short because the run is ending.
    """

    def __init__(
        self,
        rate: float | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._clock, self._sleep = clock, sleep
        self._next: dict[str, float] = {}
        self._paused: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, *keys: str) -> None:
        """Return when the next start is due for all the keys, or the run is ending."""
        due = self._reserve(keys)
        while (left := due - self._clock()) > 0:
            if self._sleep(left):
                return
            if self._paused_until(keys) > self._clock():  # in the meantime: queue up behind the pause
                due = self._reserve(keys)

    def pause(self, key: str, seconds: float) -> None:
        """Let nobody start for a key within so many seconds; those who wait already wait longer."""
        with self._lock:
            until = self._clock() + seconds
            self._paused[key] = max(self._paused.get(key, until), until)

    def _reserve(self, keys: tuple[str, ...]) -> float:
        with self._lock:
            now = self._clock()
            due = max(now, *(max(self._next.get(key, now), self._paused.get(key, now)) for key in keys))
            if self._gap:
                self._next.update(dict.fromkeys(keys, due + self._gap))
            return due

    def _paused_until(self, keys: tuple[str, ...]) -> float:
        with self._lock:
            return max(self._paused.get(key, 0.0) for key in keys)
