"""What a report writer is."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.model import Audit


class Writer(Protocol):
    """Writes one format of a judged run. Takes the results as a stream and never holds them as a list."""

    @property
    def suffix(self) -> str:
        """Return the file suffix with its dot."""
        ...

    def write(self, audit: "Audit", target: "Path") -> None:
        """Write the report in one step: afterwards the target is whole and new, or as it was.

        Raises ReportError when the target cannot be written.
        """
        ...
