"""The ready-made inventory of a world: rows for the columns, and the passwords its operator has."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.lab.estate import Estate

if TYPE_CHECKING:
    from auditor.lab.world.root import World
    from auditor.lab.world.rows import Row

COLUMNS = ("account", "environment", "kind", "app", "tenant", "expected", "owner", "notes", "skip")
_STALE = "-before-the-last-change"
_INVENTED = "Nobody-has-this-1"


@dataclass(frozen=True)
class LabRow:
    """A row: the inventory's columns without `credential`, and the password its operator has (None: none)."""

    columns: dict[str, str]
    password: str | None = field(default=None, repr=False)


def inventory_rows(world: "World") -> list[LabRow]:
    """Return the world's inventory in its order."""
    estate = Estate(world)
    return [
        LabRow({name: str(getattr(row, name)) for name in COLUMNS}, _password(estate, row))
        for row in world.inventory
    ]


def _password(estate: Estate, row: "Row") -> str | None:
    if row.password is not None:
        return row.password
    believes = row.believes or ("none" if row.kind == "person" else "right")
    if believes == "none":
        return None
    user = estate.user(row.account)
    right = (user.password if user else None) or _INVENTED
    return right if believes == "right" else right + _STALE
