"""`--previous`: an earlier workbook, read before anything is asked of anybody."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.workbooks.previous import Ours, Previous


class Earlier(NamedTuple):
    """An earlier workbook: where it is, and what people wrote in it."""

    path: Path
    says: "Previous"


def earlier_in(path: Path | None) -> Earlier | None:
    """Return what an earlier workbook says, None without one; raises PreviousError."""
    if path is None:
        return None
    from auditor.workbooks.previous import read_previous  # noqa: PLC0415 - only where a workbook is named

    return Earlier(path, read_previous(path, _ours()))


def keep(earlier: Earlier | None, targets: "Iterable[Path]") -> None:
    """Raise UsageError where a report would take the place of the workbook that people wrote in.

    Their words would be carried over, but not their sheets, colours and notes.
    """
    if earlier is not None and any(_same(earlier.path, target) for target in targets):
        raise UsageError(
            f"{earlier.path} would be replaced by the report that carries it over",
            "name another file with -o; the old one keeps what is not carried over: own sheets, colours",
        )


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (other.exists() and one.exists() and one.samefile(other))


def _ours() -> "Ours":
    """Return how the workbook is laid out today."""
    from auditor.workbooks.previous import Ours  # noqa: PLC0415 - as above
    from auditor.writers.workbook.layout import load_layout  # noqa: PLC0415 - as above

    layout = load_layout()
    findings, carried = layout.sheets["findings"], layout.sheets["carried"]
    return Ours(
        {column.key: column.header for column in findings.columns},
        {column.key: column.header for column in carried.columns},
        findings.title,
        carried.title,
        frozenset({layout.summary.title, *(sheet.title for sheet in layout.sheets.values())}),
        frozenset({findings.empty, carried.empty} - {""}),
    )
