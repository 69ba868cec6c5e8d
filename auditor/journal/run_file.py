"""What a run file must look like to be used: told from its first bytes, which are only read."""

import sqlite3
from pathlib import Path

from auditor.errors import JournalError, NotARunFile, told
from auditor.journal.failures import reported

FORMAT = 1
SUFFIX = ".audit-run"
APPLICATION = 0x57534F41  # "WSOA"
_MAGIC = b"SQLite format 3\x00"


def identify(path: Path) -> None:
    """Raise NotARunFile for what is no run file of this version, without touching it."""
    if not path.is_file():
        raise NotARunFile(f"there is no run file {path.name}", "`auditor runs` lists the run files")
    found = _format_of(path)
    if found != FORMAT:
        raise NotARunFile(
            f"{path.name} is not a run file of this version (format {found}, expected {FORMAT})",
            "read it with the auditor that wrote it; it was left as it is",
        )


def _format_of(path: Path) -> int:
    """Return which version of run file this is, without touching it; raises NotARunFile for anything else."""
    try:
        with path.open("rb") as stream:
            magic = stream.read(len(_MAGIC))
    except OSError as error:
        raise JournalError(
            f"the run file {path.name} cannot be read: {told(error)}", "it belongs to whoever ran the audit"
        ) from None
    if magic == _MAGIC:
        with reported(path):
            looked = sqlite3.connect(f"{path.resolve().as_uri()}?{_looking_at(path)}", uri=True)
            try:
                application = looked.execute("PRAGMA application_id").fetchone()[0]
                found: int = looked.execute("PRAGMA user_version").fetchone()[0]
            finally:
                looked.close()
        if application == APPLICATION:
            return found
    raise NotARunFile(f"{path.name} is no run file", "RUN is the path of a .audit-run file, or an id")


def _looking_at(path: Path) -> str:
    """Return how to open a file and leave no trace: one that nobody writes is taken as it stands."""
    log = path.with_name(path.name + "-wal")
    return "mode=ro" if log.exists() else "mode=ro&immutable=1"
