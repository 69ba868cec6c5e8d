"""What a run file keeps so that `auditor audit --resume RUN` can go on, and how it is taken up again.

It keeps paths and choices, no password and no reference to one; of a proxy's address nothing where it
holds a name and a password.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from auditor.cli.setting import ONLINE, Choices
from auditor.config import DEFAULT_NAME
from auditor.errors import UsageError
from auditor.inventory import ReadOptions

_PATHS = {"config", "rules", "ca_bundle", "ledger", "keep_directory"}
# These decide what is asked of whom; a run that is half done cannot change its mind about them.
_SHAPING = {
    "reading": "--sheet, --map and --allow-plaintext-passwords",
    "people": "--people-passwords",
    "passwords": "--no-passwords",
    "interactive": "--interactive",
    "only": "--only",
    "directory": "--directory",
    "keep_directory": "--keep-directory",
    "skip_invalid": "--skip-invalid",
    "check_table": "--check-table",
    "shard": "--shard",
    "retry": "--retry",
    "retry_refused": "--retry-refused",
}


@dataclass(frozen=True, slots=True)
class Order:
    """Everything an `auditor audit` was told: which inventory, how, and where its reports go."""

    inventory: Path
    choices: Choices
    target: Path
    formats: tuple[str, ...]
    previous: Path | None = None


def how_of(order: Order) -> dict[str, object]:
    """Return an order as a run file keeps it."""
    choices = asdict(order.choices)
    choices["config"] = choices["config"] or (Path(DEFAULT_NAME) if Path(DEFAULT_NAME).is_file() else None)
    for name in _PATHS:
        choices[name] = str(choices[name].absolute()) if choices[name] else None
    choices["directory"] = [
        name if name == ONLINE else str(Path(name).absolute()) for name in choices["directory"]
    ]
    if "@" in (choices["proxy"] or ""):
        choices["proxy"] = None
    return {
        "inventory": str(order.inventory.absolute()),
        "target": str(order.target.absolute()),
        "formats": list(order.formats),
        "previous": str(order.previous.absolute()) if order.previous else None,
        "choices": choices,
    }


def taken_up(
    how: Mapping[str, Any],
    inventory: Path | None,
    given: Choices,
    target: Path | None,
    formats: tuple[str, ...],
    previous: Path | None = None,
) -> Order:
    """Return the order of a run with what was said now in the place of what was said then.

    Raises UsageError for what cannot be changed half-way, and where the run file does not say enough.
    """
    for name, option in _SHAPING.items():
        if getattr(given, name) != getattr(_NOTHING, name):
            raise UsageError(
                f"{option} cannot be given with --resume: the run goes on as it began",
                "leave it out, or start a new run",
            )
    stored = how.get("choices")
    if stored is None:
        raise UsageError(
            "this run cannot be gone on with: it was simulated, or its file does not say how it began",
            "start a new run; refused accounts are held back by the ledger",
        )
    choices = _stored(stored)
    said = {f.name: getattr(given, f.name) for f in fields(given) if f.name not in _SHAPING}
    changed = {name: value for name, value in said.items() if value != getattr(_NOTHING, name)}
    return Order(
        inventory or Path(how["inventory"]),
        replace(choices, **changed),
        target or Path(how["target"]),
        formats or tuple(how["formats"]),
        previous or (Path(how["previous"]) if how.get("previous") else None),
    )


_NOTHING = Choices(ReadOptions())


def _stored(data: Mapping[str, Any]) -> Choices:
    known: dict[str, Any] = {f.name: data[f.name] for f in fields(Choices) if f.name in data}
    for name in _PATHS:
        known[name] = Path(known[name]) if known.get(name) else None
    for name in ("tenants", "federation_hosts", "retry", "directory", "only"):
        known[name] = tuple(known.get(name, ()))
    known["reading"] = ReadOptions(**known["reading"])
    return Choices(**known)
