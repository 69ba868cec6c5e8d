"""The table of fixes: one record per distinct action, with the accounts it frees, the most freeing first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.writers.tables.content import Columns, Content
from auditor.writers.tables.findings import spelled_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.writers.tables.fix_book import FixLine
    from auditor.writers.texts import Texts

TABLE = "fixes"
SEEN = "fix {}"
"""How a fix is called by its number, wherever it is pointed to and where findings are counted by it."""


@dataclass(frozen=True, slots=True)
class FixEntry:
    """A line with its number, 1 first, and the phrases it is written in."""

    number: int
    line: "FixLine"
    texts: "Texts"


def names_of(names: "Sequence[str]", accounts: int) -> str:
    """Return the accounts that are named, one a line, and how many there are beside them."""
    more = accounts - len(names)
    return "\n".join((*names, *((f"and {more} more",) if more else ())))


COLUMNS: Columns[FixEntry] = {
    "number": lambda e: Content(e.number),
    "fix": lambda e: Content(e.line.fix.title),
    "accounts": lambda e: Content(e.line.accounts),
    "first_choice": lambda e: Content(e.line.first_choice, link=e.line.task or ""),
    "names": lambda e: Content(names_of(e.line.names, e.line.accounts)),
    "severity": lambda e: Content(e.line.severity, f"severity:{e.line.severity}"),
    "lane": lambda e: Content(e.line.lane),
    "who": lambda e: Content(e.line.fix.role),
    "desk": lambda e: Content(e.texts.desks[e.line.fix.desk]),
    "effort": lambda e: Content(e.line.fix.effort),
    "disposition": lambda e: Content(e.line.fix.disposition),
    "steps": lambda e: Content(spelled_out(e.line.fix, e.texts)),
    "link": lambda e: Content(e.line.fix.link, link=e.line.fix.link),
    "command": lambda e: Content(e.line.fix.command),
    "verify": lambda e: Content(e.line.fix.verify),
    "findings": lambda e: Content("\n".join(e.line.findings)),
    "group": lambda e: Content(e.line.fix.group),
}
