"""The doctor's findings for machines: a frozen shape (reports/schema/doctor.v1.schema.json)."""

from typing import Any

from auditor import __version__
from auditor.run.doctor.interface import Check, Report

SCHEMA = "auditor.doctor/v1"


def doctor_v1(report: Report) -> dict[str, Any]:
    """Return a report as JSON data; nothing of it depends on when it was made."""
    return {
        "schema": SCHEMA,
        "tool_version": __version__,
        "sound": report.sound,
        "passwords": {"accounts": report.credentials, "can_be_sent": report.askable},
        "checks": [_check(check) for check in report.checks],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "area": str(check.area),
        "state": str(check.state),
        "says": check.says,
        "advice": check.advice,
        "accounts": list(check.accounts),
    }
