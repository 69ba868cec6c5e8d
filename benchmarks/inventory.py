"""Reading an inventory with every check against pandas' bare reading into a frame, which checks nothing."""

import sys
import tempfile
from pathlib import Path

from benchmarks.estates import write_csv, write_xlsx
from benchmarks.measure import HEAD, Table, alternated, measured, module_way, rows, work

NAME = "Reading an inventory"
_MEANT = (
    "Theirs reads the file into a frame, no more.",
    "Ours finds the sheet, checks every cell, merges duplicates, finds contradictions, and returns cases.",
    "Times are of the reading alone, without the start of Python and its imports; memory is the process's.",
)
_GOAL = (
    "Goal: 100,000 rows of a workbook at least 5 times faster than pandas.read_excel. Its engine is openpyxl"
    " unless one asks for another; calamine, which ours reads with, is shown as well."
)
_WAYS = {"xlsx": ("ours", "pandas.read_excel", "the same with calamine"), "csv": ("ours", "pandas.read_csv")}
_SIZES = (1_000, 10_000, 100_000)


def tables(quick: bool) -> list[Table]:
    """Measure workbooks and text files of 1,000, 10,000 and 100,000 rows."""
    sizes, runs = ((50,), 1) if quick else (_SIZES, 5)
    with tempfile.TemporaryDirectory() as folder:
        return [
            Table("Workbooks", HEAD, _contests("xlsx", sizes, runs, folder), (*_MEANT, _GOAL)),
            Table("Text files", HEAD, _contests("csv", sizes, runs, folder), _MEANT),
        ]


def _contests(ending: str, sizes: tuple[int, ...], runs: int, folder: str) -> tuple[tuple[str, ...], ...]:
    found: tuple[tuple[str, ...], ...] = ()
    for size in sizes:
        path = str(Path(folder) / f"accounts-{size}.{ending}")
        measured(module_way("an inventory to read", __name__, "write", path, str(size)))
        ways = [module_way(name, __name__, name, path) for name in _WAYS[ending]]
        found += rows(f"{size:,} rows", alternated(ways, runs))
    return found


def write(path: Path, size: int) -> None:
    """Write what is to be read; in a process of its own, for the memory it takes."""
    (write_xlsx if path.suffix == ".xlsx" else write_csv)(path, size)


def ours(path: Path) -> None:
    """Read as `auditor audit` does."""
    from auditor.inventory import ReadOptions, read_inventory  # noqa: PLC0415 - in the measured process alone
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - as above

    book = load_rulebook()
    with work() as said:
        inventory = read_inventory(path, ReadOptions(), book.apps, book.clouds)
        said["cases"] = len(inventory.cases)
    assert inventory.cases
    assert not inventory.invalid


def theirs(way: str, path: Path) -> None:
    """Read as people do."""
    import pandas as pd  # noqa: PLC0415 - in the measured process alone

    with work() as said:
        if way == "pandas.read_csv":
            frame = pd.read_csv(path, sep=";")
        else:
            frame = pd.read_excel(path, engine="openpyxl" if way == "pandas.read_excel" else "calamine")
        said["rows"] = len(frame)


def _child(way: str, path: str, *size: str) -> None:
    if way == "write":
        write(Path(path), int(*size))
    elif way == "ours":
        ours(Path(path))
    else:
        theirs(way, Path(path))


if __name__ == "__main__":
    _child(*sys.argv[1:])
