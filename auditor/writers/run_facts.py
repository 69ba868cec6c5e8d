"""What a report says of its run beside the numbers: a value by the name that the layout gives it."""

from datetime import UTC
from typing import TYPE_CHECKING

from auditor.writers.prose import waived_count

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.model import RunInfo, Summary

_SHOWN_NAMES = 6


def facts_of(run: "RunInfo", most: int = _SHOWN_NAMES) -> dict[str, str]:
    """Return what was audited, how, and from where; several values of one fact are lines, at most so many."""
    return {
        "source": run.source,
        "started": moment(run.started),
        "ended": moment(run.ended) if run.ended else "did not end",
        "mode": run.mode,
        "vantage": str(run.vantage) or "not stated",
        "tenants": _listed(run.scope_tenants, most),
        "hosts": _listed(run.scope_hosts, most),
        "submissions": str(run.submissions),
        "run": f"{run.id}, auditor {run.tool_version}",
    }


def waivers_of(summary: "Summary", most: int = _SHOWN_NAMES) -> dict[str, str]:
    """Return what there is to say of waivers: nothing where there are none."""
    lines = (*waived_count(summary.waived), *summary.expired, *summary.unused)
    return {"waivers": _listed(lines, most)} if lines else {}


def _listed(names: tuple[str, ...], most: int) -> str:
    more = len(names) - most
    return "\n".join((*names[:most], *((f"and {more} more",) if more > 0 else ()))) or "none"


def moment(moment: "datetime") -> str:
    """Return a moment as reports say it, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def exactly(moment: "datetime") -> str:
    """Return a moment to the second, as ISO 8601: in UTC, and as the clocks here had it."""
    known = moment.astimezone(UTC).replace(microsecond=0)
    return f"{known:%Y-%m-%dT%H:%M:%SZ} (local time {known.astimezone().isoformat()})"
