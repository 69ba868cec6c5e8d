"""Tickets for Jira: one CSV file for its importer, descriptions in its wiki markup.

Sources: Atlassian, "Create issues using the CSV importer", "Importing data from CSV" and "Text Formatting
Notation Help". That a backslash has to be an entity is known from pandoc's writer of the same markup.
"""

import re
from typing import TYPE_CHECKING

from auditor.spreadsheets.cell_text import usable_link
from auditor.writers.csv_text import csv_line
from auditor.writers.text_file import write_pieces
from auditor.writers.tickets.ticket import TicketMaker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.model import Audit
    from auditor.writers.interface import Terms
    from auditor.writers.tickets.texts import SystemTexts
    from auditor.writers.tickets.ticket import Part, Ticket

_LABELS = 4
_ENTITY = re.compile(r"&(?=#?\w+;)")
_SIGN = re.compile(
    r"[{\[|]|!(?=\S)|\?(?=\?)"  # macros, links, tables; pictures; citations
    r"|(?<!\w)[*_+^~-](?=\S)|(?<=\S)[*_+^~-](?!\w)"  # emphasis, which has to touch a word
    r"|[:;](?=[()DP])|\((?=(?:[!xi/?yn*+-]|on|off|\*[rgby])\))"  # faces
)
_HEAD = re.compile(r"(?m)^(?=[ \t]*(?:h[1-6]\.|bq\.|#))")
_BLOCK = re.compile(r"\{(?=(?:noformat|code|quote|panel)\b)", re.IGNORECASE)
_NOTHING = "\N{ZERO WIDTH SPACE}"


class JiraWriter:
    """Writes the open work, one issue a record: UTF-8 without a mark, lest it count for the first header."""

    suffix = ".jira.csv"

    def __init__(self, terms: "Terms | None" = None) -> None:
        self._terms = terms

    def write(self, audit: "Audit", target: "Path") -> None:
        """Write the issues; raises ReportError when the target cannot be written."""
        write_pieces(target, _lines(audit, TicketMaker(audit.run, self._terms)))


def _lines(audit: "Audit", maker: TicketMaker) -> "Iterator[str]":
    system = maker.texts.jira
    yield csv_line([header for name, header in system.columns.items() for _ in range(_times(name))])
    for result in audit.results():
        for ticket in maker.of(result):
            cells = _cells(ticket, system)
            yield csv_line([cell for name in system.columns for cell in cells[name]])


def _times(column: str) -> int:
    """Return how often a column stands: several values of a field are several columns of one name."""
    return _LABELS if column == "label" else 1


def _cells(ticket: "Ticket", system: "SystemTexts") -> "dict[str, tuple[str, ...]]":
    return {
        "summary": (ticket.summary,),
        "type": (system.type,),
        "priority": (system.priorities[ticket.severity],),
        "assignee": (ticket.assignee,),
        "due": (ticket.due,),
        "label": (*ticket.labels, *[""] * (_LABELS - len(ticket.labels))),
        "description": (description_of(ticket),),
    }


def description_of(ticket: "Ticket") -> str:
    """Return everything that a ticket says as wiki markup."""
    remarks = [f"*{markup(remark)}*" for remark in ticket.remarks]
    return "\n\n".join([*remarks, *map(_part, ticket.parts), markup(ticket.footer)])


def _part(part: "Part") -> str:
    head = f"*{markup(part.heading)}:*"
    if part.column == "command":
        command = _BLOCK.sub(lambda found: found[0] + _NOTHING, part.text)
        return f"{head}\n{{noformat}}\n{command}\n{{noformat}}"
    if part.column == "link" and usable_link(part.text):
        return f"{head} {part.text}"
    return f"{head}{chr(10) if chr(10) in part.text else ' '}{markup(part.text)}"


def markup(text: str) -> str:
    """Return text from outside in which Jira finds nothing to format, to link or to show as a picture."""
    plain = _ENTITY.sub("&amp;", text).replace("\\", "\0")
    escaped = _SIGN.sub(lambda one: f"\\{one[0]}", plain)
    return _HEAD.sub(_NOTHING, escaped).replace("\0", "&#92;")
