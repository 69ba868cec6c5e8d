"""An earlier workbook, read back after people worked in it - in whatever program, sorted, filtered, cut down.

It is untrusted: opened within bounds, nothing in it is evaluated or followed. Found by its headers, whatever
the sheets are called now and wherever the columns stand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from auditor.atomic import open_elsewhere
from auditor.errors import PreviousError, told
from auditor.model import REGISTRY_SHEET, ColumnUse
from auditor.spreadsheets import Bounds, opened
from auditor.workbooks.collected import Collected
from auditor.workbooks.headings import WITHIN, Heading, heading_in
from auditor.workbooks.registry import Registry
from auditor.workbooks.seen import Seen, base, remarks_of
from auditor.workbooks.written import SheetRows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from python_calamine import CalamineSheet, CalamineWorkbook

    from auditor.model import Left
    from auditor.spreadsheets import Package, Survey
    from auditor.workbooks.written import Written

BOUNDS = Bounds(
    PreviousError,
    spread="delete the stray cells far below or to the right of the table, and save it",
    unpacked="delete the sheets that are not needed (the findings and the hidden sheet are), and save it",
    cells=40_000_000,
    another="name a report.xlsx that auditor wrote; people may have worked in it since",
)
_OWN_AT_MOST = 250
_LOOKED_AT_MOST = 3 * 1024**3
"""Bytes of all sheets that are looked at: a workbook holds any number of them, or one many times."""
_ADVICE = BOUNDS.another
_AS_XLSX = "save it as .xlsx"


@dataclass(frozen=True, slots=True)
class Ours:
    """How we lay sheets out today: headers by column, of the findings and of what is carried over; titles.

    `empty` are the sentences that stand on sheets without records.
    """

    findings: Mapping[str, str]
    carried: Mapping[str, str]
    title: str
    carried_title: str
    titles: frozenset[str]
    empty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Previous:
    """What an earlier workbook says: its file's name, the run it was written from ("" where nobody knows).

    `as_of` is when it ended: nobody looked later for what stands in it. `rows` say something of a finding,
    each of another one; `notices` are to be listed once.
    """

    source: str
    run: str = ""
    as_of: "datetime | None" = None
    own_columns: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    rows: "tuple[Written, ...]" = ()
    notices: "tuple[Left, ...]" = ()


def read_previous(path: "Path", ours: Ours) -> Previous:
    """Return what people wrote into an earlier workbook.

    Raises PreviousError where it cannot be read, is encrypted, damaged or none of ours, or far too large.
    """
    try:
        with opened(path, BOUNDS) as (workbook, package):
            if package is None:
                raise PreviousError(f"{path.name}: an Excel workbook of the older kind", _AS_XLSX)
            reading = _Reading(path.name, workbook, package, ours)
            reading.seen.held = open_elsewhere(path)
            return reading.result()
    except PermissionError as error:
        advice = "close it where it is open, or make it readable for you"
        raise PreviousError(f"{path} cannot be read: {told(error)}", advice) from None
    except OSError as error:
        raise PreviousError(f"{path} cannot be read: {told(error)}", _ADVICE) from None


class _Reading:
    """One reading of a workbook."""

    def __init__(self, name: str, workbook: "CalamineWorkbook", package: "Package", ours: Ours) -> None:
        self._name, self._workbook, self._package, self._ours = name, workbook, package, ours
        self._bytes = 0
        self._registry = Registry()
        self._collected = Collected(self._registry)
        self.seen = Seen()

    def result(self) -> Previous:
        """Read everything."""
        from python_calamine import SheetTypeEnum  # noqa: PLC0415 - only where a workbook is read

        sheets = [
            (index, one.name)
            for index, one in enumerate(self._workbook.sheets_metadata)
            if one.typ == SheetTypeEnum.WorkSheet
        ]
        for index, title in sheets:
            if base(title) == REGISTRY_SHEET:
                self._survey(index, title)
                self._registry.take(row for _, row in _records(self._workbook.get_sheet_by_index(index)))
        order = {base(self._ours.title): 0, base(self._ours.carried_title): 2}
        for index, title in sorted(sheets, key=lambda sheet: order.get(base(sheet[1]), 1)):
            if base(title) != REGISTRY_SHEET and not self._is_another(title):
                self._take(index, title)
        if not self.seen.read:
            raise PreviousError(f"{self._name}: no sheet of it holds findings with their status", _ADVICE)
        self.seen.parts = self._package.names()
        return Previous(
            self._name,
            self._registry.run,
            self._registry.as_of,
            self._collected.own.headers,
            tuple(remarks_of(self.seen, self._collected)),
            tuple(self._collected.padded()),
            tuple(self._collected.notices),
        )

    def _is_another(self, title: str) -> bool:
        """Return whether a sheet is one of ours that nobody works on, or the continuation of one."""
        others = {name.lower() for name in (*self._ours.titles, *self._registry.sheets)}
        worked_on = {base(self._ours.title), base(self._ours.carried_title)}
        return base(title) not in worked_on and bool({title.lower(), base(title)} & others)

    def _take(self, index: int, title: str) -> None:
        try:
            survey = self._survey(index, title)
        except PreviousError:
            if base(title) == base(self._ours.title):
                raise
            self.seen.own_sheets.append(title)
            return
        sheet = self._workbook.get_sheet_by_index(index)
        heading, carried = self._heading(sheet)
        if heading is None:
            if sheet.start is not None:
                self.seen.own_sheets.append(title)
            return
        assert sheet.start is not None, "headers stand in cells"
        facts = [] if carried else [one.key for one in self._registry.columns if one.use is ColumnUse.FACT]
        first = sheet.start[1] + 1
        rows = SheetRows(title, heading, self._collected.own, first, facts)
        self.seen.note(title, heading, first, survey.formulas, checked=carried or rows.checks)
        for number, cells in _records(sheet):
            row = rows.read(number, cells)
            if number > heading.row + 1 and row.name.account not in self._ours.empty:
                self._collected.take(row)
        if len(self._collected.own.headers) > _OWN_AT_MOST:
            raise PreviousError(
                f"{self._name}, sheet {title}: more than {_OWN_AT_MOST} columns that are not ours",
                "delete those that are not needed, and save it",
            )

    def _survey(self, index: int, title: str) -> "Survey":
        self._bytes += self._package.size(index)
        if self._bytes > _LOOKED_AT_MOST:
            message = f"{self._name}, sheet {title}: the sheets unpack to more than is read"
            raise PreviousError(message, BOUNDS.unpacked)
        return self._package.survey(index, title)

    def _heading(self, sheet: "CalamineSheet") -> tuple[Heading | None, bool]:
        """Return a sheet's heading, None where it has none, and whether it is that of what was carried."""
        ours = {one.key: one.header for one in self._registry.columns} or self._ours.findings
        first = list(islice(sheet.iter_rows(), WITHIN))
        found, carried = (
            heading_in(first, {header.lower(): key for key, header in headers.items()})
            for headers in (ours, self._ours.carried)
        )
        if carried and (found is None or len(carried.ours) > len(found.ours)):
            return carried, True
        return found, False


def _records(sheet: "CalamineSheet") -> "Iterator[tuple[int, Sequence[object]]]":
    """Yield the rows that hold something with their numbers, as spreadsheets show them."""
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if any(cell != "" for cell in cells):
            yield number, cells
