"""The frame of all benchmarks: ways of doing one thing, each in its own process, in turns.

A benchmark is a module of this package with `NAME` (what its tables are about) and
`tables(quick: bool) -> list[Table]`. It describes `Way`s, has them `alternated`, and makes rows of what comes
back. The code that is measured runs in a child, mostly the same module run as a script, which puts
`with work() as said:` around the part that counts; heavy imports belong into the child.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Protocol

CHECKOUT = Path(__file__).resolve().parent.parent
HEAD = ("what", "way", "wall s", "CPU s", "peak MB", "wall: times the first", "CPU", "memory")
_METER = Path(__file__).with_name("meter.py")
_MEBIBYTE = 1024 * 1024 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss: bytes there, else KiB


class MeasureError(Exception):
    """A measurement that could not be made: a command that failed, or an extra that is not installed."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of results: `head` and `rows` have the same number of cells; `notes` stand below it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


class Benchmark(Protocol):
    """What a module of benchmarks offers."""

    NAME: str

    def tables(self, quick: bool) -> list[Table]:
        """Measure and return the tables; `quick` with small sizes and few runs."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing it: its name in the table, and the command whose process is measured."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One run. `wall` and `cpu` in seconds: of the part inside `work()`, of the process without it.

    `peak` is the largest resident memory of the whole process in MB (MiB), `whole_wall` its seconds from
    start to end, `said` further numbers from the child.
    """

    wall: float
    cpu: float
    peak: float
    whole_wall: float
    said: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """All runs of one way, in the order of the turns."""

    name: str
    readings: tuple[Reading, ...]


def wall(reading: Reading) -> float:
    """Return the wall time of a run."""
    return reading.wall


def cpu(reading: Reading) -> float:
    """Return the CPU time of a run."""
    return reading.cpu


def peak(reading: Reading) -> float:
    """Return the peak memory of a run."""
    return reading.peak


def module_way(name: str, module: str, *arguments: str) -> Way:
    """Return the way that runs a module of this package as a script: `module_way("ours", __name__, ...)`."""
    return Way(name, (sys.executable, "-m", module, *arguments))


def alternated(ways: Sequence[Way], runs: int, *, warm: bool = True) -> tuple[Measured, ...]:
    """Run the ways in turns (a, b, a, b, ...), each `runs` times; a first turn is not counted if `warm`.

    Turns rather than blocks: what else the machine does meets all of them alike. Raises MeasureError when
    a command fails.
    """
    if warm:
        for way in ways:
            measured(way)
    turns = [[measured(way) for way in ways] for _ in range(runs)]
    return tuple(Measured(way.name, tuple(turn[i] for turn in turns)) for i, way in enumerate(ways))


def measured(way: Way) -> Reading:
    """Run one way once. Raises MeasureError when it fails, with the last lines it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        result, said, errors = (Path(folder) / name for name in ("result", "out", "err"))
        with said.open("wb") as out, errors.open("wb") as err:
            done = subprocess.run(
                [sys.executable, "-I", "-S", str(_METER), str(result), *way.command],
                cwd=CHECKOUT,
                env={**os.environ, **way.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                check=False,
            )
        if done.returncode:
            raise MeasureError(f"{way.name}: exit code {done.returncode}: {_tail(errors)}")
        return _reading(result.read_text(encoding="ascii"), _numbers(said))


def _reading(result: str, said: Mapping[str, float]) -> Reading:
    whole, used, size = (float(word) for word in result.split())
    return Reading(said.get("wall", whole), said.get("cpu", used), size / _MEBIBYTE, whole, said)


def _tail(errors: Path) -> str:
    lines = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(lines[-2:]) or "nothing was said"


def _numbers(said: Path) -> dict[str, float]:
    """Return the JSON object that `work` wrote as the last line; empty for a command that is not ours."""
    last = said.read_text(encoding="utf-8", errors="replace").rstrip().rpartition("\n")[2]
    if not last.startswith('{"wall": '):
        return {}
    return {name: float(value) for name, value in json.loads(last).items()}


@contextmanager
def work() -> Iterator[dict[str, float]]:
    """Measure the block, in the child; what is put into the dictionary is reported with it.

    The result is the last line on stdout. Nothing is reported when the block raises.
    """
    said: dict[str, float] = {}
    begun, used = time.perf_counter(), time.process_time()
    yield said
    took = {"wall": time.perf_counter() - begun, "cpu": time.process_time() - used}
    sys.stdout.write(f"\n{json.dumps({**took, **said})}\n")


def spread(numbers: Sequence[float]) -> str:
    """Return median and range: "1.52 (1.50-1.61)"; a single number stands alone."""
    if len(numbers) == 1:
        return figure(numbers[0])
    return f"{figure(median(numbers))} ({figure(min(numbers))}-{figure(max(numbers))})"


def figure(number: float) -> str:
    """Return a number with three significant digits."""
    if not number or not math.isfinite(number):
        return str(number)
    digits = max(0, 2 - math.floor(math.log10(abs(number))))
    return f"{number:,.{digits}f}"


def values(of: Measured, what: Callable[[Reading], float]) -> list[float]:
    """Return one number of every run."""
    return [what(reading) for reading in of.readings]


def ratios(theirs: Measured, ours: Measured, what: Callable[[Reading], float]) -> list[float]:
    """Return theirs / ours of every turn; above 1 ours is the better."""
    pairs = zip(values(theirs, what), values(ours, what), strict=True)
    return [their / our for their, our in pairs]


def rows(label: str, ways: Sequence[Measured]) -> tuple[tuple[str, ...], ...]:
    """Return the rows (`HEAD`) of one contest; the others cost so many times what the first way does."""
    return tuple(_row(label, way, ways[0]) for way in ways)


def _row(label: str, way: Measured, first: Measured) -> tuple[str, ...]:
    costs = [spread(values(way, what)) for what in (wall, cpu, peak)]
    if way is first:
        return (label, way.name, *costs, "1", "1", "1")
    return (label, way.name, *costs, *(spread(ratios(way, first, what)) for what in (wall, cpu, peak)))


def markdown(table: Table) -> str:
    """Return a table as Markdown, with its title and notes."""
    lines = [f"### {table.title}", "", _line(table.head), _line([":--"] * len(table.head))]
    lines += [_line(row) for row in table.rows]
    lines += ["", *(f"{note}  " for note in table.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
