"""A check: what was looked at, what it means for an audit from here, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a check means for an audit."""

    FINE = "fine"
    NOTE = "note"
    """Worth knowing; nothing stays unaudited for it."""
    CANNOT = "cannot"
    """Something of the inventory, or all of it, cannot be audited from here."""


class Area(StrEnum):
    """What is looked at, in the order in which it is said."""

    MACHINE = "machine"
    RULES = "rules"
    INVENTORY = "inventory"
    STORAGE = "storage"
    CREDENTIALS = "credentials"
    NETWORK = "network"
    SCOPE = "scope"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `accounts` are those that it is about, where it is about some."""

    area: Area
    state: State
    says: str
    advice: str = ""
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, in order. `askable` of `credentials` accounts can be sent their password from here."""

    checks: tuple[Check, ...]
    credentials: int = 0
    askable: int = 0

    @property
    def sound(self) -> bool:
        """Return whether everything can be audited from here."""
        return all(check.state is not State.CANNOT for check in self.checks)


def in_order(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return checks by area, each area's as they came."""
    areas = list(Area)
    return tuple(sorted(checks, key=lambda check: areas.index(check.area)))
