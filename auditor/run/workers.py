"""Threads for independent pieces of work, with a clean end when one fails or the operator interrupts."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
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
    futures: list[Future[object]] = []
    try:
        futures.extend(pool.submit(work, item) for item in items)
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
    except BaseException:  # Ctrl-C as well: those who wait are let go, and it goes on
        if stop is not None:
            stop()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        _wait_out([future for future in futures if not future.cancelled()])


def _wait_out(futures: "Sequence[Future[object]]") -> None:
    """Return when no piece of work is under way any more; every request has its own time limit.

    The futures are waited for, not the threads: an interrupted `Thread.join` takes a thread for ended
    .
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
