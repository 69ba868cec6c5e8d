"""Threads for independent pieces of work, with a clean end when one fails or the operator interrupts."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")


def each(
    work: Callable[[T], object], items: Iterable[T], threads: int, stop: Callable[[], object] | None = None
) -> None:
    """Do the work for every item, `threads` at a time, started in order.

    When a piece raises, or on Ctrl-C, nothing further is started, `stop` is called, what is under way
    ends, and the error is raised. A second Ctrl-C does not cut that short: whoever returns from here may
    say what was done, and nothing is being done any more.
    """
    pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="auditor")
    futures = [pool.submit(work, item) for item in items]
    try:
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
    except BaseException:
        if stop is not None:
            stop()
        raise
    finally:
        _wait_out(pool)


def _wait_out(pool: ThreadPoolExecutor) -> None:
    """Return when no thread of the pool works any more; every request has its own time limit."""
    interrupted = False
    while True:
        try:
            pool.shutdown(wait=True, cancel_futures=True)
        except KeyboardInterrupt:
            interrupted = True
        else:
            break
    if interrupted:
        raise KeyboardInterrupt
