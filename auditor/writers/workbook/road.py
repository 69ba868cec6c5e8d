"""The lower half of the summary: the road in three lanes, what nobody saw, the desks, how to use it."""

from typing import TYPE_CHECKING

from auditor.model import Desk, Lane
from auditor.writers.tables.content import Place
from auditor.writers.tables.not_audited import TABLE as NOT_AUDITED
from auditor.writers.tables.todo import table_of
from auditor.writers.workbook.bands import BANDS

if TYPE_CHECKING:
    from auditor.writers.tables.fix_book import FixBook, Road
    from auditor.writers.texts import SummaryTexts, Texts
    from auditor.writers.unseen import Unseen
    from auditor.writers.workbook.bands import Page

_SHOWN = 4
_REASONS = 4


def write_road(page: "Page", row: int, work: "FixBook", texts: "SummaryTexts") -> int:
    """Write what is to be done now, next and later, side by side; returns the row below."""
    for band, lane in enumerate(Lane):
        _lane(page, row, band, lane, work.road(lane, _SHOWN), texts)
    return row + _SHOWN + 2


def _lane(page: "Page", row: int, band: int, lane: Lane, road: "Road", texts: "SummaryTexts") -> None:
    heading, column, look = page.own.headings, BANDS[band], f"lane_{lane.lower()}"
    page.canvas.put(row, column, lane, look)
    page.canvas.put(row, column + 1, heading["lane_number"], f"{look}_number")
    page.canvas.put(row, column + 2, heading["lane_who"], f"{look}_note")
    for below, kind in enumerate(road.shown, row + 1):
        page.line(below, band, (kind.fix.title, kind.accounts, kind.fix.role), "link", kind.todo)
    if not road.shown:
        page.note(row + 1, band, texts.nothing)
    if road.following is not None:
        more = texts.more.format(more=road.more)
        page.note(row + 1 + len(road.shown), band, more, road.following)


def write_below(page: "Page", row: int, work: "FixBook", unseen: "Unseen", texts: "Texts") -> int:
    """Write what could not be looked at, who has what to do, and how to use it all; returns the row below."""
    heading = page.own.headings
    page.heading(row, 0, heading["gaps"], heading["gaps_number"])
    page.heading(row, 1, heading["desks"], heading["desks_number"])
    page.heading(row, 2, heading["how_to"])
    _gaps(page, row + 1, unseen, texts.summary)
    for below, desk in enumerate(Desk, row + 1):
        _desk(page, below, desk, work, texts)
    for number, line in enumerate(texts.summary.how_to, 1):
        page.note(row + number, 2, f"{number}.  {line}")
    return row + 1 + len(Desk)


def _gaps(page: "Page", row: int, unseen: "Unseen", texts: "SummaryTexts") -> None:
    lines = unseen.lines()
    for below, (question, why, cases) in enumerate(lines[:_REASONS], row):
        page.line(below, 0, (why, cases, question), "link", Place(NOT_AUDITED, unseen.first(question, why)))
    more = len(lines) - _REASONS
    if more > 0:
        page.note(row + _REASONS, 0, texts.more_reasons.format(more=more), Place(NOT_AUDITED, 0))
    elif not lines:
        page.note(row, 0, texts.all_seen)


def _desk(page: "Page", row: int, desk: Desk, work: "FixBook", texts: "Texts") -> None:
    fixes, accounts = work.busy(desk)
    link = Place(table_of(desk), 0) if fixes else None
    told = texts.summary.fixes.format(fixes=fixes)
    page.line(row, 1, (texts.desks[desk], accounts, told), "link", link)
