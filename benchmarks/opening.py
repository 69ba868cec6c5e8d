"""Opening the workbook and working in it: LibreOffice without a window, reports of growing size."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.measure import MeasureError, Table, measured, module_way, spread

NAME = "Opening the workbook"
_HEAD = ("what", "MB", "open s", "a Status and what follows, s", "everything anew, s")
_MEANT = (
    "LibreOffice is started anew for each workbook; its start is not counted.",
    "A Status is set on Findings, then the progress on the sheets of all desks is read.",
    "Everything anew is a hard recalculation, which nobody needs: what formulas come to stands in the file.",
)
_SIZES = (1_000, 10_000)
_PYTHON = "/usr/bin/python3"


def tables(quick: bool) -> list[Table]:
    """Measure the workbooks of 1,000 and 10,000 accounts."""
    sizes, runs = ((60,), 1) if quick else (_SIZES, 3)
    with tempfile.TemporaryDirectory() as folder:
        found = tuple(_row(size, runs, Path(folder)) for size in sizes)
    return [Table("LibreOffice", _HEAD, found, _MEANT)]


def _row(size: int, runs: int, folder: Path) -> tuple[str, ...]:
    run, workbook = folder / f"{size}.audit-run", folder / f"{size}.xlsx"
    report = "benchmarks.report"
    measured(module_way("a run file to judge", report, "run file", str(run), str(size)))
    measured(module_way("a workbook to open", report, "whole", str(run), str(workbook)))
    said = [_opened(workbook) for _ in range(runs)]
    told = (spread([one[name] for one in said]) for name in ("opened", "edited", "reckoned"))
    return (f"{size:,} accounts", f"{workbook.stat().st_size / 1e6:.1f}", *told)


def _opened(workbook: Path) -> dict[str, float]:
    program = shutil.which("libreoffice") or shutil.which("soffice")
    if program is None:
        raise MeasureError("LibreOffice is not installed here")
    script = str(Path(__file__).with_name("office.py"))
    done = subprocess.run(
        [_PYTHON, script, program, str(workbook)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MeasureError(f"LibreOffice: {done.stderr.strip().splitlines()[-1]}")
    said: dict[str, float] = json.loads(done.stdout)
    return said
