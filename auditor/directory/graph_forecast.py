"""What can be read and what cannot, said beforehand: permission, role and licence, each by its name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from auditor.directory.graph_parts import READINGS, ROLES, Reading
from auditor.directory.graph_session import Session
from auditor.directory.snapshot import Part


class Prospect(StrEnum):
    """How likely a part can be read."""

    READABLE = "can be read"
    DOUBTFUL = "will probably be refused"
    UNREADABLE = "cannot be read"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected of one part, and why."""

    reading: Reading
    prospect: Prospect
    why: str = ""

    @property
    def line(self) -> str:
        """Return it for people."""
        told = f"{self.reading.part}: {self.prospect}"
        return f"{told}: {self.why}; unknown without it: {self.reading.unknown}" if self.why else told


def forecasts(session: Session, parts: Sequence[Part]) -> Iterator[Forecast]:
    """Yield what is to be expected of each part, in the order in which they are read."""
    for reading in READINGS:
        if reading.part in parts:
            yield _forecast(session, reading)


def _forecast(session: Session, reading: Reading) -> Forecast:
    if session.permission(reading) is None:
        return Forecast(reading, Prospect.UNREADABLE, str(session.unconsented(reading)))
    held = session.administrator.identity.roles
    if reading.roles and held is not None and not held & set(reading.role_ids):
        names = ", ".join(sorted(reading.roles))
        return Forecast(reading, Prospect.DOUBTFUL, f"the sign-in has none of the roles {names}")
    if reading.premium and session.premium is False:
        return Forecast(reading, Prospect.DOUBTFUL, "no Entra ID P1 is among the tenant's licences")
    return Forecast(reading, Prospect.READABLE)


def lines(found: Sequence[Forecast]) -> list[str]:
    """Return a forecast for people: what can be read on one line, the others one a line."""
    good = [str(one.reading.part) for one in found if one.prospect is Prospect.READABLE]
    return [
        f"can be read: {', '.join(good) or 'nothing'}",
        *(one.line for one in found if one.prospect is not Prospect.READABLE),
    ]


def role_names(held: frozenset[str] | None) -> tuple[str, ...]:
    """Return the roles of a sign-in that we know, by name."""
    return tuple(sorted(ROLES[role] for role in held or () if role in ROLES))
