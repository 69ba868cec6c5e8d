"""`--previous`: an earlier workbook, read before anything is asked of anybody."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditor.errors import PreviousError, UsageError
from auditor.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.workbooks.previous import Ours, Previous
    from auditor.workbooks.written import Written

_ELSEWHERE = "name another file with -o"


class Earlier(NamedTuple):
    """An earlier workbook: where it is, and what people wrote in it."""

    path: Path
    says: "Previous"


def earlier_in(path: Path | None) -> Earlier | None:
    """Return what an earlier workbook says, None without one; raises PreviousError."""
    if path is None:
        return None
    return Earlier(path, _read(path))


def _read(path: Path) -> "Previous":
    from auditor.workbooks.previous import read_previous  # noqa: PLC0415 - only where a workbook is named

    return read_previous(path, _ours())


def free_target(wished: Path, earlier: Earlier | None) -> Path:
    """Return where a report goes that nobody named a file for: beside earlier ones, not in their place."""
    number, found = 1, wished
    while earlier is not None and found.exists():
        number += 1
        found = wished.with_stem(f"{wished.stem}-{number}")
    return found


def keep(earlier: Earlier | None, targets: "Iterable[Path]", read: Path | None = None) -> None:
    """Raise UsageError where a report would take the place of what people need.

    That is the workbook that is carried over - their words would be, but not their sheets, colours and
    notes -, `read`, which this command or its run read, and any workbook that nobody could write anew.
    """
    for target in targets:
        if earlier is not None and _same(earlier.path, target):
            raise UsageError(
                f"{earlier.path} would be replaced by the report that carries it over",
                "name another file with -o; the old one keeps what is not carried over: own sheets, colours",
            )
        if read is not None and _same(read, target):
            raise UsageError(f"{target} is the inventory, and the report would replace it", _ELSEWHERE)
        if target.suffix.lower() == ".xlsx" and target.is_file() and target.stat().st_size:
            _keep_words(target, earlier)


def _keep_words(target: Path, earlier: Earlier | None) -> None:
    """Raise UsageError where a workbook holds words that neither we nor `earlier` could write again."""
    try:
        rows = _read(target).rows
    except PreviousError as error:
        raise UsageError(f"{error}; the report would replace it", _ELSEWHERE) from None
    known = {_said(row) for row in earlier.says.rows} if earlier else set()
    if written := sum(_said(row) not in known for row in rows):
        many = f"{written} findings" if written > 1 else "1 finding"
        raise UsageError(
            f"{target} holds what people wrote about {many}, and the report would replace it",
            f"carry it over: --previous {target}; or name another file with -o",
        )


def _said(row: "Written") -> tuple[object, ...]:
    """Return what a row says of which finding; an acceptance that runs out is one that was open again."""
    tracked = row.tracked
    status = Status.OPEN if tracked.status is Status.ACCEPTED else tracked.status
    own = tuple(value for value in tracked.own if value is not None)
    return row.key or row.name, status, tracked.owner, tracked.due, tracked.comment, own


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (other.exists() and one.exists() and one.samefile(other))


def _ours() -> "Ours":
    """Return how the workbook is laid out today."""
    from auditor.workbooks.previous import Ours  # noqa: PLC0415 - as above
    from auditor.writers.layout import load_layout  # noqa: PLC0415 - as above

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
