"""Pacing: at most so many starts a second for each key (a tenant, a federation host)."""

import threading
import time
from collections.abc import Callable


class Pace:
    """Spaces starts evenly: `rate` a second for each key; None lets everything through at once."""

    def __init__(
        self,
        rate: float | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._clock, self._sleep = clock, sleep
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, key: str) -> None:
        """Return when the key's next start is due."""
        if not self._gap:
            return
        with self._lock:
            now = self._clock()
            due = max(now, self._next.get(key, now))
            self._next[key] = due + self._gap
        if due > now:
            self._sleep(due - now)
