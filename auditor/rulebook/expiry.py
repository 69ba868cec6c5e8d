"""Days that are left: of what proves an application, and of an account's password. The run's own is today."""

from collections.abc import Mapping
from datetime import date, datetime

from auditor.model import Confidence, FactValue, Known, Question, Unknown
from auditor.rulebook.seen import Seen

SOON, LATER = 30, 90
"""In days: what ends so soon is urgent; what ends later than the second is nobody's concern yet."""
_USER = Question.DIRECTORY_USER
_NEVER = "never"


def days_until(end: str, day: datetime) -> int | None:
    """Return how many days there are from a day to an ISO date, None where there is no date."""
    return (date.fromisoformat(end) - day.date()).days if end else None


def in_words(days: int) -> str:
    """Return in how many days something expires, for people."""
    if days < 0:
        return f"expired {-days} days ago" if days < -1 else "expired yesterday"
    return f"expires in {days} days" if days > 1 else f"expires {('today', 'tomorrow')[days]}"


def password_expires_soon(seen: Seen) -> FactValue:
    """Return whether an account's password ends soon; what the directory read may have been changed since.

    Where the day is over and the password was taken all the same, it has been, or the period is not held to.
    """
    item, day = seen.observed(_USER), seen.detail(_USER, "password_expires")
    if item is None:
        return seen.unknown(_USER)
    if day == _NEVER:
        return Known("no", source=_USER.value)
    days = _password_days(seen)
    if days is None:
        return Unknown(seen.detail(_USER, "password_expires_why") or "the directory does not say")
    if _outlived(seen, day):
        return Unknown(f"it should have expired on {day}, and a sign-in still took it")
    sure = Confidence.CERTAIN if item.at.date() == _day(seen).date() else Confidence.LIKELY
    return Known("yes" if days <= SOON else "no", sure, _USER.value)


def password_words(seen: Seen) -> Mapping[str, str]:
    """Return placeholder -> value of what is known of the end of an account's password.

    `password_days` is "" where the password was taken after the day on which it should have ended.
    """
    day, days = seen.detail(_USER, "password_expires"), _password_days(seen)
    return {
        "password_expires": "" if day == _NEVER else day,
        "password_expires_why": seen.detail(_USER, "password_expires_why"),
        "password_never_by": seen.detail(_USER, "password_never_by"),
        "password_days": "" if days is None or _outlived(seen, day) else in_words(days),
    }


def _password_days(seen: Seen) -> int | None:
    end = seen.detail(_USER, "password_expires")
    return None if end == _NEVER else days_until(end, _day(seen))


def _day(seen: Seen) -> datetime:
    """Return the day of the run: the latest on which anybody looked at anything of the case."""
    return max(item.at for item in seen.slots.values())


def _outlived(seen: Seen, end: str) -> bool:
    """Return whether the account's password got a token after the day on which it should have ended."""
    item, reading = seen.observed(Question.PASSWORD), seen.readings.get(Question.PASSWORD)
    if item is None or reading is None or reading.outcome != "token_issued":
        return False
    return (days_until(end, item.at) or 0) < 0
