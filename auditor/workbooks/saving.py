"""Saving a workbook in one step: it is whole, or the old one is still there."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import ReportError

if TYPE_CHECKING:
    from openpyxl import Workbook


def save(workbook: "Workbook", path: Path) -> None:
    """Write the workbook beside its place and move it there; raises ReportError when that cannot be done."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            temporary = Path(part.name)
    except OSError as error:
        raise _unwritable(path, error, "check that the folder exists and that you may write to it") from None
    try:
        workbook.save(temporary)
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error, "close it if it is open in Excel, or give another name") from None
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError, advice: str) -> ReportError:
    return ReportError(f"{path.name} cannot be written ({error.strerror or type(error).__name__})", advice)
