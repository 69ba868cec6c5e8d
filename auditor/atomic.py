"""Writing a file in one step: beside the target first, then in its place."""

import errno
import os
import stat
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from auditor.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def replacing(target: Path) -> "Iterator[BinaryIO]":
    """Yield a binary stream whose content becomes `target` when the block ends well.

    Until then, and after any error, the target stays what it was. The new file is readable by its
    owner only: a report can show which passwords are right. Raises ReportError with advice.
    """
    with replacing_all((target,)) as (stream,):
        yield stream


@contextmanager
def replacing_all(targets: "Sequence[Path]") -> "Iterator[tuple[BinaryIO, ...]]":
    """Yield a binary stream for each target; see `replacing`. None takes its place before all are on disk."""
    for target in targets:
        check_target(target)
    at, made = targets[0], list[Path]()
    try:
        with ExitStack() as opened:
            streams: list[BinaryIO] = []
            for at in targets:
                handle, name = tempfile.mkstemp(prefix=f".{at.name[:60]}.", suffix=".part", dir=at.parent)
                made.append(Path(name))
                streams.append(opened.enter_context(os.fdopen(handle, "w+b")))
            yield tuple(streams)
            for stream in streams:
                stream.flush()
                os.fsync(stream.fileno())
        for temporary, at in zip(made, targets, strict=True):
            temporary.replace(at)
    except OSError as error:
        raise _explained(error, at) from error
    finally:
        for temporary in made:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def check_target(target: Path) -> None:
    """Raise ReportError where a target could not be replaced: a folder, read-only, or open elsewhere."""
    if target.is_dir():
        raise ReportError(f"{target} is a folder", "name a file in it as the target")
    if not target.parent.is_dir():
        raise ReportError(
            f"{target.name} cannot be written: there is no folder {target.parent}",
            f"create the folder {target.parent} first, or name another target",
        )
    if target.exists() and not target.stat().st_mode & stat.S_IWUSR:
        raise ReportError(f"{target} is read-only", "make it writable, or name another target")
    if open_elsewhere(target):
        raise ReportError(f"{target} is open in another program", "close it there, or name another one")


def open_elsewhere(path: Path) -> bool:
    """Return whether Excel or LibreOffice says, by a file beside it, that somebody has a file open."""
    return any(path.with_name(lock).exists() for lock in (f"~${path.name}", f".~lock.{path.name}#"))


def _explained(error: OSError, target: Path) -> ReportError:
    message = f"{target} cannot be written ({error.strerror or type(error).__name__})"
    if error.errno in _FULL:
        return ReportError(message, "make room on the disk, or write to another one")
    if isinstance(error, PermissionError):
        return ReportError(message, "close it if it is open in Excel, or name a target you may write to")
    if isinstance(error, FileNotFoundError):
        return ReportError(message, f"create the folder {target.parent} first")
    if error.errno == errno.EROFS:
        return ReportError(message, "the folder is read-only; name another target")
    return ReportError(message, "name another target")
