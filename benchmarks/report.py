"""Writing a report: ours against DataFrame.to_excel and openpyxl's styles afterwards, from the same rows."""

import sys
import tempfile
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import HEAD, Table, alternated, measured, module_way, rows, work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from auditor.writers.tables.content import Content
    from auditor.writers.workbook.sheet import Book, RecordSheet
    from benchmarks.report_rows import Row

NAME = "Writing a report"
_MEANT = (
    "The same stream of rows for four sheets; both workbooks have the same cells, looks, heights and links.",
    "Theirs is a DataFrame per sheet, to_excel, and openpyxl over every cell afterwards, as people do it.",
    "Times are of reading the stream and writing, without the start of Python; memory is the process's.",
    "Goal: 100,000 rows at least 2 times faster, with under 15 % of the memory (6.7 times less).",
)
_WHOLE = (
    "A run file is judged by today's rules and written as the whole workbook, every sheet of it.",
    "Two thirds of the accounts of this invented run could not sign in; each has two findings or three.",
)
_SIZES = (1_000, 10_000, 100_000)
_WAYS = ("ours", "pandas.to_excel")


def tables(quick: bool) -> list[Table]:
    """Measure 1,000, 10,000 and 100,000 rows written, and as many accounts judged and written."""
    sizes, runs = ((60,), 1) if quick else (_SIZES, 3)
    with tempfile.TemporaryDirectory() as folder:
        return [
            Table("Rows", HEAD, _contests(sizes, runs, Path(folder)), _MEANT),
            Table("From run file to workbook", HEAD, _whole(sizes, runs, Path(folder)), _WHOLE),
        ]


def _contests(sizes: tuple[int, ...], runs: int, folder: Path) -> tuple[tuple[str, ...], ...]:
    found: tuple[tuple[str, ...], ...] = ()
    for size in sizes:
        stream, target = str(folder / f"{size}.rows"), str(folder / f"{size}.xlsx")
        measured(module_way("rows to write", __name__, "prepare", stream, str(size)))
        ways = [module_way(name, __name__, name, stream, target) for name in _WAYS]
        found += rows(f"{size:,} rows", alternated(ways, runs, warm=False))
    return found


def _whole(sizes: tuple[int, ...], runs: int, folder: Path) -> tuple[tuple[str, ...], ...]:
    found: tuple[tuple[str, ...], ...] = ()
    for size in sizes:
        run, target = str(folder / f"whole-{size}.audit-run"), str(folder / f"whole-{size}.xlsx")
        measured(module_way("a run file to judge", __name__, "run file", run, str(size)))
        ways = [module_way("ours", __name__, "whole", run, target)]
        found += rows(f"{size:,} accounts", alternated(ways, runs, warm=False))
    return found


def ours(stream: Path, target: Path) -> None:
    """Write the rows of a stream with the sheets of the workbook's writer."""
    from openpyxl import Workbook  # noqa: PLC0415 - in the measured process alone

    from auditor.writers.layout import load_layout  # noqa: PLC0415 - as above
    from auditor.writers.workbook.parts import save  # noqa: PLC0415 - as above
    from auditor.writers.workbook.sheet import Book, Limits  # noqa: PLC0415 - as above
    from auditor.writers.workbook.styles import Styles  # noqa: PLC0415 - as above
    from benchmarks.report_rows import read  # noqa: PLC0415 - as above

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    with closing(Book(workbook, Styles(load_layout()), Limits(), "")) as book:
        sheets = _sheets(book)
        for row in read(stream):
            sheets[row.table].add(row)
        for sheet in sheets.values():
            sheet.close()
        with target.open("wb") as file:
            save(workbook, book.parts, file, str)


def _sheets(book: "Book") -> "Mapping[str, RecordSheet[Row]]":
    from auditor.writers.workbook.sheet import RecordSheet  # noqa: PLC0415 - in the measured process alone
    from benchmarks.report_rows import TABLES  # noqa: PLC0415 - as above

    def cell(number: int) -> "Callable[[Row], Content]":
        return lambda row: row.cells[number]

    found: dict[str, RecordSheet[Row]] = {}
    for table in TABLES:
        columns = {column.key: cell(n) for n, column in enumerate(book.layout.sheets[table].columns)}
        found[table] = RecordSheet(book, table, columns)
    return found


def theirs(stream: Path, target: Path) -> None:
    """Write the rows of a stream as people do."""
    from benchmarks.report_pandas import write  # noqa: PLC0415 - pandas, in the measured process alone

    write(stream, target)


def whole(run: Path, target: Path) -> None:
    """Judge a run file and write it, as `auditor report` does."""
    from auditor.journal import Journal  # noqa: PLC0415 - in the measured process alone
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - as above
    from auditor.run.judged import judge  # noqa: PLC0415 - as above
    from auditor.writers.workbook.writer import WorkbookWriter  # noqa: PLC0415 - as above

    with closing(Journal.open(run)) as journal:
        audit = judge(journal, load_rulebook())
        WorkbookWriter().write(audit, target)
        assert audit.summary.cases


_DO = {
    "ours": (ours, ("auditor.writers.workbook.writer", "benchmarks.report_rows")),
    "pandas.to_excel": (theirs, ("benchmarks.report_pandas",)),
    "whole": (whole, ("auditor.writers.workbook.writer", "auditor.run.judged", "auditor.rulebook.load")),
}


def _child(way: str, source: str, target: str) -> None:
    if way == "prepare":
        from benchmarks.report_rows import prepare  # noqa: PLC0415 - in the preparing process alone

        prepare(Path(source), int(target))
    elif way == "run file":
        from benchmarks.runfiles import write_run_file  # noqa: PLC0415 - as above

        write_run_file(Path(source), int(target))
    else:
        do, needed = _DO[way]
        for module in needed:  # loading them is no part of what is measured
            import_module(module)
        with work():
            do(Path(source), Path(target))


if __name__ == "__main__":
    _child(*sys.argv[1:])
