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
    ends, and the error is raised.
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
        pool.shutdown(wait=True, cancel_futures=True)
