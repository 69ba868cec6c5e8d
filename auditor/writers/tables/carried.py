"""The table of what was carried over from an earlier workbook, and stands at no finding of this run."""

from functools import partial
from typing import TYPE_CHECKING

from auditor.model import LeftKind
from auditor.writers.tables.content import Columns, Content
from auditor.writers.tables.own import own_key

if TYPE_CHECKING:
    from auditor.model import Left, Status

TABLE = "carried"
_TONES = {LeftKind.FIXED: "gap:skipped", LeftKind.ABSENT: "gap:skipped"}


def _status(left: "Left") -> Content:
    status: Status = left.tracked.status
    return Content(status, f"status:{status}")


def _own(left: "Left", number: int) -> Content:
    value = left.tracked.own[number] if number < len(left.tracked.own) else None
    return Content("" if value is None else value)


COLUMNS: Columns["Left"] = {
    "account": lambda left: Content(left.account),
    "app": lambda left: Content(left.app),
    "environment": lambda left: Content(left.environment),
    "finding": lambda left: Content(left.finding),
    "kind": lambda left: Content(left.kind, _TONES.get(left.kind, "gap:not looked at")),
    "reason": lambda left: Content(left.why),
    "status": _status,
    "owner": lambda left: Content(left.tracked.owner),
    "due": lambda left: Content("" if left.tracked.due is None else left.tracked.due),
    "comment": lambda left: Content(left.tracked.comment),
    "rule": lambda left: Content(left.rule),
    "key": lambda left: Content(left.key),
}


def own_of_left(count: int) -> "Columns[Left]":
    """Return the columns that people added, so many of them."""
    return {own_key(number): partial(_own, number=number) for number in range(count)}
