"""How long a person waits for `auditor --help`, against the smallest app that Typer can show help for."""

import sys

from benchmarks.measure import HEAD, Table, Way, alternated, rows

NAME = "Start: --help"
_BARE = """\
import typer

app = typer.Typer(add_completion=False)


@app.command()
def bare(name: str = typer.Option("", help="A name.")) -> None:
    "Say nothing."


app()
"""


def tables(quick: bool) -> list[Table]:
    """Measure whole processes; both show their help by way of Rich."""
    ways = (
        Way("bare Typer app", (sys.executable, "-c", _BARE, "--help")),
        Way("auditor", (sys.executable, "-m", "auditor", "--help")),
    )
    measured = alternated(ways, 3 if quick else 40)
    return [Table("Help", HEAD, rows("--help", measured), ("Goal: at most 1.3 times the bare app.",))]
