"""Runs one command and writes what it cost: `python -I -S meter.py RESULT COMMAND...`.

A process of its own between the benchmark and what it measures: the system counts the size of the process
that starts a command into the command's peak memory, and this one stays small. It imports nothing of ours.
"""

import os
import sys
import time


def main(result: str, command: list[str]) -> int:
    """Run the command, write wall seconds, CPU seconds and peak memory (the system's unit); its exit code."""
    begun = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    with open(result, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib would make this process larger
        file.write(f"{wall!r} {usage.ru_utime + usage.ru_stime!r} {usage.ru_maxrss}")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
