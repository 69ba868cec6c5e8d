"""Reports out: one package or module per format, behind `interface.Writer`. Formats load when asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, cast

from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.writers.interface import Writer

_WRITERS = {
    "xlsx": ("auditor.writers.workbook.writer", "WorkbookWriter"),
    "json": ("auditor.writers.json_v1", "JsonWriter"),
}
FORMATS = tuple(_WRITERS)


def writer_for(name: str) -> "Writer":
    """Return the writer of a format of `FORMATS`; raises UsageError that names the known ones."""
    known = _WRITERS.get(name.lower())
    if known is None:
        raise UsageError(f"unknown report format {name!r}", f"the formats are: {', '.join(FORMATS)}")
    module, writer = known
    return cast("Writer", getattr(import_module(module), writer)())
