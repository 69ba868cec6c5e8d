"""Times in replies: the service's clock, and how long the service asks to be left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_FAR_OFF = 300.0
"""Seconds between two clocks from which on signed requests are refused (AD FS: five minutes)."""


def retry_after(headers: Mapping[str, str], received: datetime | None = None) -> float | None:
    """Return Retry-After in seconds (whole, decimal, or an HTTP date), None when absent or neither.

    A date counts from the reply's own Date, else from when it was received; one that has passed is 0.
    """
    text = headers.get("retry-after", "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return _until(http_date(text), http_date(headers.get("date", "")) or received)
    return value if 0 <= value < float("inf") else None


def clock_off(headers: Mapping[str, str], received: datetime) -> float | None:
    """Return by how many seconds the service's clock is ahead of ours; None unless it is far off."""
    sent = http_date(headers.get("date", ""))
    ahead = 0.0 if sent is None else (sent - received).total_seconds()
    return ahead if abs(ahead) > _FAR_OFF else None


def http_date(text: str) -> datetime | None:
    """Return an HTTP date in any of its three spellings, aware; None for anything else."""
    if not text or len(text) > 64:  # noqa: PLR2004 - the longest spelling has 33 characters
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _until(moment: datetime | None, now: datetime | None) -> float | None:
    if moment is None or now is None:
        return None
    return max(0.0, (moment - now).total_seconds())
