"""The gravest of many things, however many pass by."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Gravest(Generic[T]):
    """Keeps the `limit` gravest of what is added, in the order of rank (0 the gravest), then as they came."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ranks: dict[int, list[T]] = {}
        self.total = 0

    def add(self, rank: int, item: T) -> None:
        """Take something in; what cannot be among the gravest any more is only counted."""
        self.total += 1
        kept = self._ranks.setdefault(rank, [])
        if len(kept) < self._limit:
            kept.append(item)

    def kept(self) -> list[T]:
        """Return the gravest."""
        return [item for rank in sorted(self._ranks) for item in self._ranks[rank]][: self._limit]
