"""Threads for independent pieces of work, with a clean end when one fails or the operator interrupts."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

T = TypeVar("T")


def each(
    work: Callable[[T], object], items: Iterable[T], threads: int, stop: Callable[[], object] | None = None
) -> None:
    """Do the work for every item, `threads` at a time, started in order; items are taken as they are needed.

    When a piece raises, or on Ctrl-C, nothing further is started, `stop` is called, what is under way
    ends, and the error is raised. A second Ctrl-C does not cut that short: whoever returns from here may
    say what was done, and nothing is being done any more.
    """
    supply = _Supply(iter(items))
    pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="auditor")
    futures: list[Future[object]] = []
    try:
        futures.extend(pool.submit(_work_off, work, supply) for _ in range(threads))
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
    except BaseException:  # Ctrl-C as well: those who wait are let go, and it goes on
        supply.end()
        if stop is not None:
            stop()
        raise
    finally:
        supply.end()
        pool.shutdown(wait=False, cancel_futures=True)
        _wait_out([future for future in futures if not future.cancelled()])


class _Supply(Generic[T]):
    """Items for several threads, one at a time; a hundred thousand are not held at once."""

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items
        self._lock = threading.Lock()
        self._ended = False

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        with self._lock:
            if self._ended:
                raise StopIteration
            return next(self._items)

    def end(self) -> None:
        """Hand out nothing further; waits for nobody, so that it can be called where Ctrl-C struck."""
        self._ended = True


def _work_off(work: Callable[[T], object], supply: _Supply[T]) -> None:
    try:
        for item in supply:
            work(item)
    except BaseException:
        supply.end()
        raise


def _wait_out(futures: "Sequence[Future[object]]") -> None:
    """Return when no piece of work is under way any more; every request has its own time limit.

    The futures are waited for, not the threads: an interrupted `Thread.join` takes a thread for ended.
    """
    interrupted = False
    while True:
        try:
            wait(futures)
        except KeyboardInterrupt:
            interrupted = True
        else:
            break
    if interrupted:
        raise KeyboardInterrupt
