"""What the operator sees and is asked: progress, closing table, questions.

Results go to standard output, everything else to standard error.
"""

import getpass
import logging
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from auditor.cli.harmless import harmless
from auditor.errors import SecretError
from auditor.model import Audit, Axis, Severity

_TITLES = {Axis.MFA: "MFA", Axis.CONSENT: "Consent", Axis.ROPC: "ROPC", Axis.PATH: "Path"}
_COLOURS = {
    Severity.BLOCKER: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


class Screen:
    """One run's console. `quiet` leaves the result alone; a terminal gets bars, anything else plain lines."""

    def __init__(self, *, quiet: bool, verbose: bool = False) -> None:
        self.quiet = quiet
        seen = (
            sys.stderr.isatty()
        )  # build services ask for colour in logs (FORCE_COLOR), which are no terminals
        self._notes = Console(
            stderr=True, highlight=False, quiet=quiet, soft_wrap=not seen, force_terminal=seen
        )
        self._out = Console(highlight=False, soft_wrap=True, force_terminal=sys.stdout.isatty())
        self._shown: Progress | None = None
        if verbose:
            _log_to(self._notes)

    def say(self, text: str) -> None:
        """Print a line about the run."""
        self._notes.print(escape(harmless(text)))

    def ask(self, text: str, end: str = "\n") -> None:
        """Print to whoever is asked something, also where the run is to be quiet."""
        sys.stderr.write(f"{harmless(text)}{end}")
        sys.stderr.flush()

    def result(self, text: str) -> None:
        """Print a line that is the result."""
        self._out.print(escape(harmless(text)))

    def command(self, text: str) -> None:
        """Print a command for the build service that reads standard output, as it stands."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    @contextmanager
    def progress(self) -> "Iterator[Bars | Lines]":
        """Show how far the run is while the block lasts."""
        if self.quiet or not self._notes.is_terminal:
            yield Lines(self)
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=10),
            MofNCompleteColumn(),
            TextColumn("{task.fields[tally]}"),
        )
        with Progress(*columns, console=self._notes, transient=False) as shown:
            self._shown = shown
            yield Bars(shown)
        self._shown = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep the bars still while the operator is asked something."""
        shown = self._shown
        if shown is None:
            yield
            return
        shown.stop()
        yield
        shown.start()

    def close(self, audit: Audit) -> None:
        """Print the closing table: cases per verdict, findings per severity."""
        table = Table(title="What came out", title_justify="left", show_lines=False)
        for name, style in (("", "bold"), ("verdict", ""), ("cases", "")):
            table.add_column(name, style=style, justify="right" if name == "cases" else "left")
        for axis in Axis:
            counts = audit.summary.verdicts[axis]
            for index, (value, count) in enumerate(sorted(counts.items(), key=lambda item: -item[1])):
                table.add_row(_TITLES[axis] if index == 0 else "", escape(value), str(count))
            table.add_section()
        for index, severity in enumerate(s for s in Severity if audit.summary.findings.get(s)):
            word = f"[{_COLOURS[severity]}]{severity}[/]"
            found = str(audit.summary.findings[severity])
            table.add_row("Findings" if index == 0 else "", word, found)
        self._notes.print(table)


def _log_to(console: Console) -> None:
    """Show our own log lines: legs, hosts, statuses. Those of libraries may hold more, and stay out."""
    from rich.logging import RichHandler  # noqa: PLC0415 - only for --verbose

    handler = RichHandler(
        console=console, show_path=False, show_level=False, log_time_format="%X", omit_repeated_times=False
    )
    logger = logging.getLogger("auditor")
    logger.handlers = [handler]
    logger.setLevel(logging.DEBUG)
    logger.propagate = False


class Bars:
    """Progress on a terminal: a bar a stage, with counts by verdict."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._task: TaskID | None = None
        self._tally: Counter[str] = Counter()
        self._lock = threading.Lock()

    def stage(self, name: str, total: int) -> None:
        """Begin a bar."""
        self._tally.clear()
        self._task = self._shown.add_task(name, total=total, tally="")

    def step(self, note: str = "", verdict: str = "") -> None:  # noqa: ARG002 - the bar names no account
        """Advance the bar."""
        if self._task is None:
            return
        with self._lock:
            self._tally[verdict] += bool(verdict)
            tally = " ".join(f"{word} {count}" for word, count in self._tally.items() if count)
            self._shown.update(self._task, advance=1, tally=tally)

    def say(self, text: str) -> None:
        """Print a line above the bars."""
        self._shown.console.print(escape(harmless(text)))


class Lines:
    """Elsewhere a line when a stage begins, and no progress: a log is read afterwards."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def stage(self, name: str, total: int) -> None:
        """Say what begins."""
        self._screen.say(f"{name}: {total}")

    def step(self, note: str = "", verdict: str = "") -> None:
        """Say nothing; a log names no account."""

    def say(self, text: str) -> None:
        """Print a line."""
        self._screen.say(text)


class Terminal:
    """Questions to the operator; with nobody there, or `--no-input`, every answer is no."""

    def __init__(self, screen: Screen, *, no_input: bool) -> None:
        self._screen = screen
        self._nobody = no_input or not (sys.stdin.isatty() and sys.stderr.isatty())

    @property
    def present(self) -> bool:
        """Return whether somebody sits at a terminal and may be asked."""
        return not self._nobody

    def agree(self, tenants: Sequence[str], hosts: Sequence[str]) -> bool:
        """Ask once whether the operator owns what would be signed in to."""
        if self._nobody:
            return False
        lines = [f"  tenant {name}" for name in tenants] + [f"  federation host {name}" for name in hosts]
        question = "Accounts would sign in, a password sent once each, to:\n" + "\n".join(lines)
        with self._screen.paused():
            sys.stderr.write(f"{question}\nDo you own these, or audit them on behalf of who does? [y/N] ")
            sys.stderr.flush()
            return sys.stdin.readline().strip().lower() in {"y", "yes"}

    def password(self, account: str) -> str:
        """Ask for an account's password, unseen."""
        if self._nobody:
            raise SecretError("nobody can be asked for a password here", "run it on a terminal")
        with self._screen.paused():
            try:
                return getpass.getpass(f"Password of {account}: ", stream=sys.stderr)
            except EOFError:
                raise SecretError("no password was typed", "type it, or take the row out") from None
