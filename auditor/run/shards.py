"""Shards: an estate cut in parts that several machines audit, each account on one of them (issue 4).

An account's shard is a hash of its lower-case name, so that every machine finds the same cut without
talking to another, whatever the order of the rows. The hash never changes: a run of last week and one of
today put the same account into the same shard.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from auditor.errors import NothingToAudit, UsageError
from auditor.model import InvalidRow, Inventory

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from auditor.run.interface import Settings

    L = TypeVar("L", bound=DataclassInstance)

SHARD, CUT_FROM, COMPARED = "shard", "inventory", "passwords compared"
"""The names under which a run file's settings say what a shard is."""

_MOST = 1_000
_WINDOWS = frozenset({"of_first"})  # how far a limit looks, not how much it allows
_WITHIN = "within the shard only"


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` of `count`, from 1; `cut_from` is the fingerprint of the inventory that was cut."""

    number: int
    count: int
    cut_from: str = ""

    def __str__(self) -> str:
        """Return it as it is typed."""
        return f"{self.number}/{self.count}"

    def holds(self, name: str) -> bool:
        """Return whether an account (or whatever else names a row) belongs here."""
        return shard_of(name, self.count) == self.number


def parse_shard(text: str) -> Shard:
    """Return the shard that `3/8` names; raises UsageError for anything else."""
    found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text.strip())
    number, count = (int(part) for part in found.groups()) if found else (0, 0)
    if not 1 <= number <= count <= _MOST:
        raise UsageError(
            "--shard takes NUMBER/COUNT, a part of how many",
            f"for example --shard 3/8: the third of eight; at most {_MOST}",
        )
    return Shard(number, count)


def shard_of(name: str, count: int) -> int:
    """Return which of `count` shards an account belongs to, from 1.

    The first 8 bytes of the SHA-256 of the lower-case name in UTF-8, as a big-endian number, modulo the
    count, plus 1. Other programs may compute it, too.
    """
    digest = hashlib.sha256(name.strip().lower().encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % count + 1


def cut(inventory: Inventory, settings: "Settings", shard: Shard) -> "tuple[Inventory, Settings]":
    """Return a shard of an inventory and how it is to be audited.

    Raises NothingToAudit when the whole inventory holds nothing to audit; an empty shard is none's fault.
    """
    if all(case.skip for case in inventory.cases):
        raise NothingToAudit("no row of the inventory can be audited", "all are skipped or have errors")
    known = replace(shard, cut_from=fingerprint(inventory))
    return part_of(inventory, known), limits_for(settings, known)


def part_of(inventory: Inventory, shard: Shard) -> Inventory:
    """Return the rows of a shard: those of its accounts, and its share of the rows with errors.

    What the reader said of several accounts together (a shared credential) stays as it was read.
    """
    return replace(
        inventory,
        cases=tuple(case for case in inventory.cases if shard.holds(case.account_id)),
        invalid=tuple(row for row in inventory.invalid if shard.holds(_name_of(row))),
    )


def limits_for(settings: "Settings", shard: Shard) -> "Settings":
    """Return a run's settings with what all shards together may do divided by their number."""
    return replace(
        settings,
        rate=None if settings.rate is None else settings.rate / shard.count,
        breaker=divided(settings.breaker, shard.count),
        cloud_refusals={
            cloud: max(1, most // shard.count) for cloud, most in settings.cloud_refusals.items()
        },
        shard=shard,
    )


def divided(limits: "L", count: int) -> "L":
    """Return limits with every number divided and at least 1, so that all shards together keep to them.

    Numbers that say how far a limit looks stay, and so do switches; limits within limits are divided, too.
    """
    changed = {
        one.name: _divided(getattr(limits, one.name), count)
        for one in fields(limits)
        if one.name not in _WINDOWS
    }
    return replace(limits, **changed)


def noted(shard: Shard | None) -> dict[str, str]:
    """Return what a run file's settings say of a shard; nothing where the run is whole."""
    if shard is None:
        return {}
    return {SHARD: str(shard), CUT_FROM: shard.cut_from} | ({COMPARED: _WITHIN} if shard.count > 1 else {})


def not_compared(settings: Mapping[str, str]) -> str:
    """Return why a run cannot say that an account's password is nobody else's, "" where it can."""
    within = settings.get(COMPARED, "")
    return f"passwords were compared {within}" if within else ""


def fingerprint(inventory: Inventory) -> str:
    """Return 16 hex digits that two machines share when they read the same rows."""
    digest = hashlib.sha256()
    for case in inventory.cases:
        digest.update(f"{case.key}\n".encode("utf-8", "surrogatepass"))
    for row in inventory.invalid:
        digest.update(f"{row.origin}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def _name_of(row: InvalidRow) -> str:
    return row.account.strip() or str(row.origin)


def _divided(value: object, count: int) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return max(1, value // count)
    return divided(value, count) if is_dataclass(value) and not isinstance(value, type) else value
