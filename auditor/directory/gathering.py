"""What was gathered of each part while the files of an export are read, and what it becomes in the end."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.directory.snapshot import Known, Lack, Members, Missing, Role, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

T = TypeVar("T")
_SHOWN = 5


@dataclass(slots=True)
class Gathered:
    """One part while it is read: its values by key, where they came from, and what is not in it."""

    values: dict[Any, Any] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    missing: Missing | None = None
    pages: dict[str, "Pages"] = field(default_factory=dict)

    @property
    def seen(self) -> bool:
        """Return whether any file was about this part."""
        return bool(self.sources)

    def came_from(self, name: str, at: "datetime | None") -> None:
        """Keep a file's name as a source."""
        self.sources.setdefault(name, Source(name, at))

    def gap(self, text: str) -> None:
        """Say what is not in the part; the same is said once."""
        if text not in self.gaps:
            self.gaps.append(text)

    def put(self, key: object, value: object) -> bool:
        """Keep a value; return False when the key holds another one, which stays."""
        return bool(self.values.setdefault(key, value) == value)

    def known(self, value: T) -> Known[T] | Missing:
        """Return the part with this value, or why it is missing."""
        if not self.seen:
            return self.absent()
        unfinished = [gap for name, pages in self.pages.items() for gap in pages.gaps(name)]
        return Known(value, tuple(self.sources.values()), tuple(dict.fromkeys([*self.gaps, *unfinished])))

    def absent(self) -> Missing:
        """Return why the part is missing."""
        if self.seen:
            return Missing(Lack.UNREADABLE, "; ".join(self.gaps))
        return self.missing or Missing(Lack.NOT_EXPORTED)


@dataclass(slots=True)
class Pages:
    """The pages of one list: how many say that another follows, how many rows there are and should be."""

    more: int = 0
    last: int = 0
    rows: int = 0
    count: int | None = None

    def add(self, rows: int, count: int | None, *, more: bool) -> None:
        """Count one page."""
        self.more += more
        self.last += not more
        self.rows += rows
        self.count = count if self.count is None else self.count

    def gaps(self, name: str) -> list[str]:
        """Return what the pages say is not among them."""
        if self.more and not self.last:
            return [f"{name}: a further page is not in the export (@odata.nextLink)"]
        if self.count is not None and self.rows < self.count:
            return [f"{name}: {self.rows} of {self.count} entries are in the export (@odata.count)"]
        return []


@dataclass(slots=True)
class Problems:
    """Lines about what could not be read; of one file the first few, then how many more."""

    lines: list[str] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        """Keep a line about a file."""
        self._counts[name] = count = self._counts.get(name, 0) + 1
        if count <= _SHOWN:
            self.lines.append(f"{name}: {text}")

    def all(self) -> tuple[str, ...]:
        """Return the lines, and for each file how many were left out."""
        more = [f"{name}: {n - _SHOWN} more of this kind" for name, n in self._counts.items() if n > _SHOWN]
        return (*self.lines, *more)


def joined(first: Members, second: Members) -> Members:
    """Return the members that two lists of one group name; whole if one of the lists is."""
    return Members(
        first.users | second.users,
        first.groups | second.groups,
        first.whole or second.whole,
        (first.whole and first.all_levels) or (second.whole and second.all_levels),
        max(first.others, second.others),
        first.direct | second.direct,
        first.direct_whole or second.direct_whole,
    )


def with_role(roles: "Mapping[str, Role]", role: Role) -> Role:
    """Return a role with what is already known of it."""
    before = roles.get(role.template_id)
    if before is None:
        return role
    return Role(
        role.template_id, before.name or role.name, joined(before.members, role.members), before.id or role.id
    )
