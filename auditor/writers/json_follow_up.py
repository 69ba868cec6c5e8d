"""What `auditor.audit/v1` says of the time between audits: people's words, and what became of findings."""

import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.model import CellValue, Changed, Comparison, Tracked

Json = dict[str, Any]


def tracked(words: "Tracked | None", columns: "Sequence[str]") -> Json | None:
    """Return what people wrote about a finding; `columns` are the headers of their own ones."""
    if words is None:
        return None
    return {
        "status": words.status,
        "owner": words.owner,
        "due": _value(words.due),
        "comment": words.comment,
        "lapsed": _value(words.lapsed),
        "own": [
            {"column": column, "value": _value(value)}
            for column, value in zip(columns, words.own, strict=False)
        ],
    }


def _value(value: "CellValue") -> str | int | float | None:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def gone(change: "Changed") -> Json:
    """Return a finding of the earlier run that this one does not have, and what became of it."""
    return {
        "rule": change.rule,
        "title": change.title,
        "severity": change.before,
        "change": change.kind,
        "why": change.why,
    }


def comparison(compared: "Comparison") -> Json:
    """Return what there is to say of the comparison as a whole; to be asked when all cases were read."""
    ready, cases = compared.ready_before
    return {
        "baseline": compared.name,
        "counts": {str(kind): number for kind, number in compared.counts.items()},
        "ready_before": ready,
        "cases_before": cases,
    }


def missing(compared: "Comparison") -> "Iterator[Json]":
    """Yield the findings of cases that this run does not hold."""
    for change in compared.missing():
        account, app, environment = change.case
        yield {"key": {"account": account, "app": app, "environment": environment}, **gone(change)}
