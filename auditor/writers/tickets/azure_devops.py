"""Tickets for Azure DevOps: CSV files for Azure Boards, a thousand work items each, descriptions in HTML.

Sources: Microsoft, "Import, update and export bulk work items with CSV files": Work Item Type and Title are
needed, ID is left out for new items, one import takes at most 1,000; "Work item fields and attributes": HTML.
"""

from html import escape
from typing import TYPE_CHECKING

from auditor.atomic import check_target, replacing
from auditor.spreadsheets.cell_text import usable_link
from auditor.writers.csv_text import csv_line
from auditor.writers.spool import Spool
from auditor.writers.tickets.ticket import TicketMaker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.model import Audit
    from auditor.writers.interface import Terms
    from auditor.writers.tickets.texts import SystemTexts
    from auditor.writers.tickets.ticket import Part, Ticket

MOST = 1000
"""How many work items one import takes."""
_NEXT = "\0"  # in no ticket: control characters are shown as pictures


class AzureDevOpsWriter:
    """Writes the open work, one work item a record; `most` go into a file, the next ones beside it."""

    suffix = ".devops.csv"

    def __init__(self, terms: "Terms | None" = None, most: int = MOST) -> None:
        self._terms, self._most = terms, most

    def write(self, audit: "Audit", target: "Path") -> "tuple[Path, ...]":
        """Write each file in one step and return them; raises ReportError for the first that cannot be."""
        check_target(target)
        maker = TicketMaker(audit.run, self._terms)
        system = maker.texts.azure_devops
        with Spool() as lines:
            count = 0
            for result in audit.results():
                for ticket in maker.of(result):
                    lines.add(f"{_NEXT if count and count % self._most == 0 else ''}{_item(ticket, system)}")
                    count += 1
            return tuple(_written(lines, csv_line(system.columns.values()), target, self.suffix))


def _written(lines: Spool, head: str, target: "Path", suffix: str) -> "Iterator[Path]":
    """Write the files one after another; yields each that is whole."""
    number, waiting = 1, [head]
    for block in lines:
        first, *others = block.split(_NEXT)
        waiting.append(first)
        for other in others:
            yield _file(waiting, target, number, suffix)
            number, waiting = number + 1, [head, other]
    yield _file(waiting, target, number, suffix)


def _file(pieces: "list[str]", target: "Path", number: int, suffix: str) -> "Path":
    named = target.name.removesuffix(suffix)
    path = target if number == 1 else target.with_name(f"{named}-{number}{suffix}")
    with replacing(path) as stream:
        stream.writelines(piece.encode() for piece in pieces)
    return path


def _item(ticket: "Ticket", system: "SystemTexts") -> str:
    cells = {
        "type": system.type,
        "summary": ticket.summary,
        "assignee": ticket.assignee,
        "priority": system.priorities[ticket.severity],
        "label": "; ".join(ticket.labels),
        "description": description_of(ticket),
    }
    return csv_line([cells[name] for name in system.columns])


def description_of(ticket: "Ticket") -> str:
    """Return everything that a ticket says as HTML, on one line."""
    remarks = [f"<p><b>{_text(remark)}</b></p>" for remark in ticket.remarks]
    return "".join([*remarks, *map(_part, ticket.parts), f"<p>{_text(ticket.footer)}</p>"])


def _part(part: "Part") -> str:
    head = f"<b>{_text(part.heading)}:</b>"
    if part.column == "command":
        return f"<p>{head}</p><pre>{_text(part.text)}</pre>"
    if part.column == "link" and usable_link(part.text):
        return f'<p>{head} <a href="{escape(part.text)}">{escape(part.text)}</a></p>'
    return f"<p>{head}{'<br>' if chr(10) in part.text else ' '}{_text(part.text)}</p>"


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")
