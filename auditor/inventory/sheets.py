"""Excel workbooks, read with calamine: the sheet that fits best, merged cells, hidden rows."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.errors import InventoryError
from auditor.inventory.columns import REQUIRED, header_fit
from auditor.inventory.interface import Record, Table
from auditor.inventory.texts import cell_text, has_text, listed
from auditor.spreadsheets import SAVE_AGAIN, Bounds, Package, opened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from python_calamine import CalamineSheet, CalamineWorkbook

    from auditor.inventory.interface import ReadOptions

_BOUNDS = Bounds(
    InventoryError,
    spread="delete the stray cells far below or to the right of the table, or save it as .csv",
    unpacked="save the sheet with the accounts as .csv",
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sheet that may be the inventory, how well its header fits, and the numbers of its hidden rows."""

    name: str
    index: int
    fit: tuple[int, int]
    hidden: "Collection[int]"

    @property
    def complete(self) -> bool:
        return self.fit[0] == len(REQUIRED)


@contextmanager
def workbook_table(path: "Path", options: "ReadOptions") -> "Iterator[Table]":
    """Give the inventory sheet of a workbook as a table; rows are numbered as Excel shows them.

    Raises InventoryError when the file is encrypted, damaged or no workbook, or has no such sheet.
    """
    with opened(path, _BOUNDS) as (workbook, package):
        sheets = _sheets(path, workbook, options)
        candidates, best, sheet = _best(workbook, package, sheets, options.mapping)
        remarks = (_choice(candidates, best), *_hidden_remark(sheet, best.hidden))
        yield Table(path.name, best.name, _records(sheet), remarks)


def _sheets(path: "Path", workbook: "CalamineWorkbook", options: "ReadOptions") -> dict[int, str]:
    """Return the sheets to choose from, index -> name: the one asked for, else the visible ones, else all."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415 - not needed for text files

    listing = list(enumerate(workbook.sheets_metadata))
    sheets = [(i, m) for i, m in listing if m.typ == SheetTypeEnum.WorkSheet]
    if options.sheet:
        sheets = [(i, m) for i, m in sheets if m.name.casefold() == options.sheet.strip().casefold()]
        if not sheets:
            raise InventoryError(
                f"{path.name}: there is no sheet {listed([options.sheet])}",
                f"the sheets are {listed(workbook.sheet_names)}",
            )
    if not sheets:
        raise InventoryError(f"{path.name}: the workbook has no sheet with cells", SAVE_AGAIN)
    visible = [(i, m) for i, m in sheets if m.visible == SheetVisibleEnum.Visible]
    return {index: metadata.name for index, metadata in visible or sheets}


def _best(
    workbook: "CalamineWorkbook",
    package: Package | None,
    sheets: dict[int, str],
    mapping: "Mapping[str, str]",
) -> "tuple[list[_Candidate], _Candidate, CalamineSheet]":
    """Return all candidates, the best and its sheet, holding no more than two sheets in memory."""
    candidates = []
    chosen: tuple[_Candidate, CalamineSheet] | None = None
    for index, name in sheets.items():
        hidden = package.survey(index, name).hidden if package else ()
        sheet = workbook.get_sheet_by_index(index)
        candidates.append(_Candidate(name, index, header_fit(_records(sheet), mapping), hidden))
        if chosen is None or candidates[-1].fit > chosen[0].fit:
            chosen = candidates[-1], sheet
    assert chosen is not None
    return candidates, *chosen


def _choice(candidates: "Sequence[_Candidate]", best: _Candidate) -> str:
    said = f"sheet {listed([best.name])} was read"
    if len(candidates) > 1:
        said += f", its header fits best ({best.fit[1]} known columns)"
    others = [c.name for c in candidates if c is not best and c.complete]
    if others:
        said += f"; {listed(others)} would fit too and was not read (--sheet chooses)"
    return said


def _hidden_remark(sheet: "CalamineSheet", hidden: "Collection[int]") -> tuple[str, ...]:
    if not hidden:
        return ()
    filled = sum(1 for record in _records(sheet) if record.row in hidden)
    return (f"hidden rows read like the others: {filled}",) if filled else ()


def _records(sheet: "CalamineSheet") -> "Iterator[Record]":
    """Yield the rows that hold something, cells of merged blocks filled from the block's first row."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    ends = {(top, column - left): bottom for (top, column), (bottom, _) in sheet.merged_cell_ranges or ()}
    lasting: dict[int, tuple[int, str]] = {}
    for index, row in enumerate(sheet.iter_rows()):
        if has_text(row):
            cells = [value if type(value) is str else cell_text(value) for value in row]
            yield Record(index + 1, _with_merged(index, cells, ends, lasting) if ends else cells)


def _with_merged(
    index: int,
    cells: list[str],
    ends: "Mapping[tuple[int, int], int]",
    lasting: dict[int, tuple[int, str]],
) -> list[str]:
    for column, text in enumerate(cells):
        if (index, column) in ends:
            lasting[column] = (ends[index, column], text)
        elif not text and index <= lasting.get(column, (-1, ""))[0]:
            cells[column] = lasting[column][1]
    return cells
