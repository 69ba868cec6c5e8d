"""The operator leads people through sign-ins: who is next, which key does what, and whose code it is."""

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.atomic import replacing
from auditor.cli.collecting_directory import has_browser
from auditor.directory.sign_in import Way
from auditor.errors import UsageError
from auditor.model import Invitation, Person, Step

if TYPE_CHECKING:
    from auditor.cli.console import Screen
    from auditor.model import Ask, Usher
    from auditor.run.interface import Settings

_READY = {"": Step.GO, "s": Step.SKIP, "q": Step.STOP}
_AGAIN = {"": Step.SKIP, "r": Step.RETRY, "q": Step.STOP}
_KEYS = "Enter opens the browser, s skips this sign-in, q stops here"
_KEYS_AGAIN = "Enter goes on, r tries again, q stops here"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))
BEFORE_CODES = (
    "Before the codes are handed out:",
    "- security defaults and many policies block this way of signing in",
    "  (AADSTS530035, AADSTS53003); the browser usually works then",
    "- a code that nobody expects looks like phishing, and often is: tell each",
    "  person beforehand, in another way",
    "- that a code worked shows no lasting way in where policies on",
    "  authentication flows exist",
)
BEFORE_BROWSERS = (
    "People sign in one after another in this machine's browser; they type their",
    "passwords there. While a page is open, Ctrl-C gives up waiting for it; at a",
    "question it ends the run.",
)
IN_A_CONTAINER = (
    "note: this looks like a container; the page's answer is awaited on all of its",
    "addresses, not only on this machine's own",
)
AFTER_CODES = "it is deleted when all have answered or the codes ran out; Ctrl-C ends it earlier"


class Console:
    """An usher at a terminal. `sheet` is where codes are written while they hold."""

    present = True

    def __init__(self, screen: "Screen", sheet: Path, read: Callable[[], str]) -> None:
        self._screen, self._sheet, self._read = screen, sheet, read
        self._begun = False

    def ready(self, person: Person) -> Step:
        """Say who is next, and ask whether to go on."""
        if not self._begun:
            self._begun = True
            inside = any(path.exists() for path in _CONTAINER)
            self._say(*BEFORE_BROWSERS, *(IN_A_CONTAINER if inside else ()))
        where = f"{person.app}, {person.environment}"
        return self._choice(f"[{person.number} of {person.total}] {person.account} ({where})", _KEYS, _READY)

    def again(self, person: Person, said: str) -> Step:
        """Say why nothing came of it, and ask what to do."""
        return self._choice(f"{person.account}: {said}", _KEYS_AGAIN, _AGAIN)

    def tell(self, text: str) -> None:
        """Print a line."""
        self._say(text)

    @contextmanager
    def invited(self, invitations: Sequence[Invitation]) -> Iterator[None]:
        """Show the codes and write them to the sheet, which is gone when the block ends."""
        try:
            with replacing(self._sheet) as stream:
                stream.write(sheet_of(invitations).encode("utf-8-sig"))
            self._say(*BEFORE_CODES, "", *lines_of(invitations), "", f"the same as a sheet: {self._sheet}")
            self._say(
                "it is deleted when all have answered or the codes have run out; Ctrl-C ends the waiting"
            )
            yield
        finally:
            self._sheet.unlink(missing_ok=True)

    def _choice(self, what: str, keys: str, steps: dict[str, Step]) -> Step:
        with self._screen.paused():
            self._screen.ask(what)
            while True:
                self._screen.ask(f"  {keys}: ", end="")
                word = self._read()
                step = Step.STOP if word == "" else steps.get(word.strip().lower())
                if step is not None:
                    return step

    def _say(self, *lines: str) -> None:
        with self._screen.paused():
            for line in lines:
                self._screen.ask(line)


def usher_for(settings: "Settings", screen: "Screen", ask: "Ask", target: Path) -> "Usher | None":
    """Return who leads people through their sign-ins, None where nobody is asked or nobody is there."""
    if settings.interactive.way is None or not ask.present:
        return None
    return Console(screen, target.with_name(f"{target.stem}-codes.csv"), sys.stdin.readline)


def check_people_can_sign_in(way: Way, *, present: bool, browser: Callable[[], bool] | None = None) -> None:
    """Raise UsageError where nobody could lead people through sign-ins, or no browser opens."""
    if not present:
        raise UsageError(
            "--interactive needs somebody at a terminal who leads people through their sign-ins",
            "run it on a terminal with a browser, without --no-input; a pipeline leaves --interactive out",
        )
    if way is Way.BROWSER and not (browser or has_browser)():
        raise UsageError(
            "--interactive browser needs a browser on this machine, and there is none",
            "run it where people can sign in, or say --interactive device-code",
        )


def lines_of(invitations: Sequence[Invitation]) -> list[str]:
    """Return who must enter which code where, a block a page and an end."""
    lines: list[str] = []
    for page in dict.fromkeys(one.page for one in invitations):
        there = [one for one in invitations if one.page == page]
        until = min(one.until for one in there).astimezone()
        lines.append(f"at {page}, until {until:%H:%M:%S} at the latest:")
        width = max(len(one.code) for one in there)
        lines += [f"  {one.code:<{width}}  {one.person.account}" for one in there]
    return lines


def sheet_of(invitations: Sequence[Invitation]) -> str:
    """Return the invitations as CSV that can be sent out, a row a person."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("Account", "Open this page", "Enter this code", "Until (UTC)", "App", "Environment"))
    for one in invitations:
        who = one.person
        row = (who.account, one.page, one.code, f"{one.until:%Y-%m-%d %H:%M:%S}", who.app, who.environment)
        rows.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return text.getvalue()
