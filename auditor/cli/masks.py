"""Build services hide in their logs what they are told of first: each password, before anything else is said.

The protocol of both services is a line on standard output, which the service takes out of the log. It is
spoken only where that service may be what reads the line: never on a terminal, and never into a file.
Sources: GitHub, workflow commands (add-mask) and @actions/core, escapeData; Azure Pipelines, logging commands
(SetSecret) and azure-pipelines-task-lib, escapeData.
"""

import os
import stat
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TextIO

from auditor.secrets import Secret

_GITHUB = ("::add-mask::", "%25")
_AZURE = ("##vso[task.setsecret]", "%AZP25")


def masking(
    *, quiet: bool = False, environment: Mapping[str, str] = os.environ, stream: TextIO | None = None
) -> Callable[[Secret], None]:
    """Return what takes notice of each resolved secret: masks where a build service reads, nothing elsewhere.

    Nothing under `--quiet`, either: standard output is then the result alone, for a script to take.
    """
    out = stream or sys.stdout
    protocol = _protocol(environment)
    return _Masks(*protocol, out) if protocol and not quiet and _is_read(out) else _nothing


def _nothing(secret: Secret) -> None:
    """Take no notice."""


def _protocol(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return how a mask begins and what stands for a percent sign; None where no build service runs us."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return _GITHUB
    return _AZURE if environment.get("TF_BUILD", "").lower() == "true" else None


def _is_read(stream: TextIO) -> bool:
    """Return whether a build service may be what reads this: a pipe, no terminal and no file."""
    try:
        return stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


class _Masks:
    """Names each line of each secret once; safe among threads."""

    def __init__(self, command: str, percent: str, stream: TextIO) -> None:
        self._command, self._percent, self._stream = command, percent, stream
        self._named: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, secret: Secret) -> None:
        with self._lock:
            new = [line for line in _lines(secret.reveal()) if line not in self._named]
            self._named.update(new)
            if new:
                self._stream.write("".join(f"{self._command}{self._escaped(line)}\n" for line in new))
                self._stream.flush()

    def _escaped(self, line: str) -> str:
        return line.replace("%", self._percent).replace("\r", "%0D").replace("\n", "%0A")


def _lines(value: str) -> list[str]:
    """Return the lines of a value that hold anything, and each without the blanks around it."""
    lines = [line for line in value.replace("\r\n", "\n").split("\n") if line.strip()]
    return list(dict.fromkeys(form for line in lines for form in (line, line.strip())))
