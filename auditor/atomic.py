"""Writing a file in one step: beside the target first, then in its place."""

import errno
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from auditor.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def replacing(target: Path) -> "Iterator[BinaryIO]":
    """Yield a binary stream whose content becomes `target` when the block ends well.

    Until then, and after any error, the target stays what it was. The new file is readable by its
    owner only: a report can show which passwords are right. Raises ReportError with advice.
    """
    if target.is_dir():
        raise ReportError(f"{target} is a folder", "name a file in it as the target")
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:60]}.", suffix=".part", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except OSError as error:
        raise _explained(error, target) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


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
