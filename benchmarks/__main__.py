"""`python -m benchmarks [NAME ...] [--quick]`: measures, and prints one or more tables per benchmark.

A NAME is a module of this package that has `tables`; without one, all of them run. What could not be
measured is said, and makes the exit code 1.
"""

import argparse
import importlib
import os
import pkgutil
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import benchmarks
from benchmarks.measure import Benchmark, MeasureError, markdown

_FRAME = ("__main__", "measure", "meter")


def found() -> dict[str, Benchmark | str]:
    """Return module name -> the benchmark, or what its import lacks. Modules without tables are helpers."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name not in _FRAME]
    loaded = {name: _loaded(name) for name in sorted(names)}
    return {name: it for name, it in loaded.items() if isinstance(it, str) or hasattr(it, "tables")}


def _loaded(name: str) -> Benchmark | str:
    try:
        return cast("Benchmark", importlib.import_module(f"benchmarks.{name}"))
    except ImportError as error:
        return f"{error} (pip install -e '.[dev]')"


def measured(chosen: Iterable[str], offered: Mapping[str, Benchmark | str], *, quick: bool) -> int:
    """Measure the benchmarks and print each as soon as it is done; return how many could not be measured."""
    failed = 0
    for name in chosen:
        sys.stderr.write(f"measuring {name}\n")
        try:
            print(_chapter(offered[name], quick=quick), flush=True)
        except MeasureError as error:
            failed += 1
            print(f"## {name}\n\nnot measured: {error}\n", flush=True)
    return failed


def _chapter(benchmark: Benchmark | str, *, quick: bool) -> str:
    if isinstance(benchmark, str):
        raise MeasureError(benchmark)
    tables = "\n".join(markdown(table) for table in benchmark.tables(quick=quick))
    return f"## {benchmark.NAME}\n\n{tables}"


def machine() -> str:
    """Return what the figures depend on, without the machine's name."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {python}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0, or 1 when something could not be measured."""
    offered = found()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against other ways.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(offered)}; without it all")
    parser.add_argument("--quick", action="store_true", help="small sizes and few runs: does it work at all")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(offered))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(offered)}")
    print(f"{machine()}. Runs in turns; median (least-most).\n")
    return 1 if measured(given.names or offered, offered, quick=given.quick) else 0


if __name__ == "__main__":
    sys.exit(main())
