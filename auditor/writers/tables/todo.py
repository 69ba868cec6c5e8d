"""What each desk has to do: one record per fix that is somebody's first choice, in the order of the work."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.writers.tables.content import Columns, Content, Place, numbered
from auditor.writers.tables.fixes import SEEN, names_of
from auditor.writers.tables.fixes import TABLE as FIXES

if TYPE_CHECKING:
    from auditor.model import Desk
    from auditor.writers.tables.fix_book import FixLine
    from auditor.writers.texts import Texts


@dataclass(frozen=True, slots=True)
class TodoEntry:
    """A line with its number on the table of fixes, 1 first, and the phrases it is written in."""

    number: int
    line: "FixLine"
    texts: "Texts"


def table_of(desk: "Desk") -> str:
    """Return the name of a desk's table."""
    return f"todo_{desk}"


def progress(entry: TodoEntry, words: str = "") -> str:
    """Return how many findings of a fix were done when this was written, in these words or the usual."""
    return (words or entry.texts.progress).format(done=entry.line.done, of=entry.line.tasks)


def _beside(entry: TodoEntry) -> str:
    """Return what has to be known before the steps are followed."""
    fix = entry.line.fix
    cautions = (
        fix.licence and f"Licence: {fix.licence}",
        fix.check_before_use and entry.texts.check_before_use,
    )
    return "\n".join(caution for caution in cautions if caution)


COLUMNS: Columns[TodoEntry] = {
    "number": lambda e: Content(SEEN.format(e.number), link=Place(FIXES, e.number - 1)),
    "lane": lambda e: Content(e.line.soon or "", f"lane:{e.line.soon}"),
    "fix": lambda e: Content(e.line.fix.title),
    "accounts": lambda e: Content(e.line.first_choice, link=e.line.task or ""),
    "status": lambda e: Content(progress(e)),
    "names": lambda e: Content(names_of(e.line.chosen, e.line.first_choice)),
    "who": lambda e: Content(e.line.fix.role),
    "effort": lambda e: Content(e.line.fix.effort),
    "disposition": lambda e: Content(e.line.fix.disposition),
    "steps": lambda e: Content(numbered(e.line.fix.steps)),
    "caution": lambda e: Content(_beside(e)),
    "link": lambda e: Content(e.line.fix.link, link=e.line.fix.link),
    "command": lambda e: Content(e.line.fix.command),
    "verify": lambda e: Content(e.line.fix.verify),
    "severity": lambda e: Content(e.line.severity, f"severity:{e.line.severity}"),
    "findings": lambda e: Content("\n".join(e.line.findings)),
}
