"""The header of a run file: everything a report says about a run that is no case and no evidence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from auditor.journal import codec
from auditor.model import RunInfo, Vantage


@dataclass(frozen=True, slots=True)
class Header:
    """Which run a file holds, and the settings that shaped it, in words."""

    run: RunInfo
    settings: Mapping[str, str] = field(default_factory=dict)


def header_out(header: Header) -> str:
    """Return a header as JSON; what is counted from the rows is not in it."""
    return codec.dump({"run": _run_out(header.run), "settings": dict(header.settings)})


def header_in(text: str, submissions: int) -> Header:
    """Return a header from JSON, with the number of passwords that were sent."""
    data = json.loads(text)
    return Header(replace(_run_in(data["run"]), submissions=submissions), data["settings"])


def _run_out(run: RunInfo) -> dict[str, Any]:
    data = codec.fields_of(run)
    data["started"] = run.started.isoformat()
    data["ended"] = run.ended.isoformat() if run.ended else None
    data["vantage"] = [run.vantage.label, run.vantage.address]
    return data


def _run_in(data: dict[str, Any]) -> RunInfo:
    known = dict(data)
    known["started"] = datetime.fromisoformat(data["started"])
    known["ended"] = datetime.fromisoformat(data["ended"]) if data["ended"] else None
    known["vantage"] = Vantage(*data["vantage"])
    for name in ("scope_tenants", "scope_hosts", "stopped", "missing"):
        known[name] = tuple(data.get(name, ()))
    return RunInfo(**known)
