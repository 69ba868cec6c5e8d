"""Opening a workbook: what is encrypted, damaged or none is a sentence, not a traceback."""

from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditor.spreadsheets.package import Package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from python_calamine import CalamineWorkbook

    from auditor.errors import AuditorError
    from auditor.spreadsheets.package import Bounds

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AGAIN = "open it in Excel and save it again as .xlsx"


@contextmanager
def opened(path: "Path", bounds: "Bounds") -> "Iterator[tuple[CalamineWorkbook, Package | None]]":
    """Give a workbook and its parts; None for the parts of the older .xls.

    Raises the bounds' error when the file is encrypted, damaged or no workbook, then and while it is read.
    """
    import python_calamine  # noqa: PLC0415 - not needed for text files

    if path.exists() and not (path.is_file() or path.is_dir()):
        raise bounds.error(f"{path.name}: a pipe or a device, not a file", "name the file itself")
    package = _package(path, bounds)
    if package:
        package.check()
    try:
        with path.open("rb") as stream:
            yield python_calamine.CalamineWorkbook.from_filelike(stream), package
    except python_calamine.PasswordError:
        raise _encrypted(path, bounds) from None
    except python_calamine.CalamineError:
        raise bounds.error(f"{path.name}: the workbook is damaged", SAVE_AGAIN) from None


def _package(path: "Path", bounds: "Bounds") -> Package | None:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_ZIP):
        return Package(path, bounds)
    if start != _OLE:
        named = ", whatever its name says" if path.suffix.lower().startswith(".xls") else ""
        raise bounds.error(f"{path.name}: not an Excel workbook{named}", bounds.another)
    if path.suffix.lower() != ".xls":
        raise _encrypted(path, bounds)
    return None


def _encrypted(path: "Path", bounds: "Bounds") -> "AuditorError":
    return bounds.error(
        f"{path.name}: the workbook is encrypted", "save a copy without a password to open it"
    )
