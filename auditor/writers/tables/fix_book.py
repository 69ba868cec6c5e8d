"""The table of fixes put in order: its lines, where each stands, what each desk and each lane has of them."""

from array import array
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from auditor.model import Desk
from auditor.writers.tables.content import Place
from auditor.writers.tables.findings import TABLE as FINDINGS
from auditor.writers.tables.fixes import TABLE
from auditor.writers.tables.todo import table_of
from auditor.writers.tables.uses import FIRST, united

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditor.model import Fix, Lane, Severity
    from auditor.writers.tables.kept import KeptFixes
    from auditor.writers.tables.uses import Reach, Use


@dataclass(frozen=True, slots=True)
class FixLine:
    """One action and what it is good for. What has to be done for several accounts, each alike, names none.

    `accounts` and `first_choice` count distinct accounts whose findings name the fix at all, or name it
    first; `names` are the first of them; severity and lane are the gravest and the soonest. `tasks` is how
    many findings name it first, `done` how many of these were marked so; of them `chosen` are the first
    accounts, `task` is where the first one stands and `soon` their soonest lane.
    """

    fix: "Fix"
    accounts: int
    first_choice: int
    names: tuple[str, ...]
    severity: "Severity"
    lane: "Lane"
    findings: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    tasks: int = 0
    done: int = 0
    task: Place | None = None
    soon: "Lane | None" = None


@dataclass(frozen=True, slots=True)
class CommonFix:
    """A kind of fix over all its actions: accounts it is the first choice for, actions, its first line.

    `todo` is where that line stands among what its desk has to do.
    """

    fix: "Fix"
    accounts: int
    actions: int
    record: int
    todo: Place | None = None


@dataclass(frozen=True, slots=True)
class Road:
    """What is to be done in a lane: the most freeing kinds of fixes, how many more, accounts of them all.

    `following` is where the first of the others stands among what its desk has to do.
    """

    shown: tuple[CommonFix, ...]
    more: int
    accounts: int
    following: Place | None = None


class FixBook:
    """The fixes of an audit in the order of their table."""

    def __init__(
        self, kept: "KeptFixes", uses: "Sequence[Use]", order: "Sequence[int]", reach: "Mapping[str, Reach]"
    ) -> None:
        self._kept, self._uses, self._order, self._reach = kept, uses, order, reach
        self._records = array("I", bytes(4 * len(order)))
        for record, line in enumerate(order):
            self._records[line] = record

    def lines(self) -> "Iterator[FixLine]":
        """Yield the lines as they stand."""
        for line in self._order:
            yield self._spelled(self._uses[line])

    def place(self, line: int) -> Place:
        """Return where a line stands, given its number in order of appearance."""
        return Place(TABLE, self._records[line])

    def common(self, most: int) -> "list[CommonFix]":
        """Return the kinds of fixes that are somebody's first choice, at most so many."""
        kinds = self._kinds(range(len(self._order)))
        chosen = [kind for kind in kinds if self._reach[kind].first_choice][:most]
        return [self._common(kinds[kind], self._reach[kind].first_choice) for kind in chosen]

    def todo(self, desk: "Desk") -> "Iterator[tuple[int, FixLine]]":
        """Yield what a desk has to do in its order, each with its number on the table of fixes, 1 first."""
        for record in self._todo[desk]:
            yield record + 1, self._spelled(self._use(record))

    def todo_place(self, record: int) -> Place | None:
        """Return where a line stands among what its desk has to do; None for a mere alternative."""
        position = self._positions[record]
        return Place(table_of(self._use(record).desk), position - 1) if position else None

    def busy(self, desk: "Desk") -> "tuple[int, int]":
        """Return how many fixes a desk has to do, and how many accounts they are the first choice for."""
        records = self._todo[desk]
        return len(records), united((self._use(record) for record in records), FIRST)

    def road(self, lane: "Lane", most: int) -> Road:
        """Return what is to be done in a lane, at most so many kinds of it."""
        records = [record for record in range(len(self._order)) if self._use(record).soon is lane]
        kinds = self._kinds(records)
        freed = {kind: self._freed(lines) for kind, lines in kinds.items()}
        chosen = sorted(kinds, key=lambda kind: -freed[kind])  # stable: what the table has first leads
        shown = tuple(self._common(kinds[kind], freed[kind]) for kind in chosen[:most])
        others = chosen[most:]
        following = self.todo_place(kinds[others[0]][0]) if others else None
        return Road(shown, len(others), self._freed(records), following)

    @cached_property
    def _todo(self) -> "Mapping[Desk, Sequence[int]]":
        """For each desk its lines by record: what comes sooner, then what frees more."""
        found: dict[Desk, list[int]] = {desk: [] for desk in Desk}
        for record in range(len(self._order)):
            if self._use(record).tasks:
                found[self._use(record).desk].append(record)
        return {desk: array("I", sorted(records, key=self._urgency)) for desk, records in found.items()}

    @cached_property
    def _positions(self) -> "Sequence[int]":
        """For each record where its desk has it, 1 first; 0 for nowhere."""
        positions = array("I", bytes(4 * len(self._order)))
        for records in self._todo.values():
            for position, record in enumerate(records, 1):
                positions[record] = position
        return positions

    def _urgency(self, record: int) -> tuple[int, int, int]:
        use = self._use(record)
        return (use.soon or use.lane).rank, -len(use.numbers(FIRST)), record

    def _use(self, record: int) -> "Use":
        return self._uses[self._order[record]]

    def _kinds(self, records: "Sequence[int]") -> "dict[str, list[int]]":
        kinds: dict[str, list[int]] = defaultdict(list)
        for record in records:
            kinds[self._use(record).id].append(record)
        return kinds

    def _freed(self, records: "Sequence[int]") -> int:
        return united((self._use(record) for record in records), FIRST)

    def _common(self, records: "Sequence[int]", accounts: int) -> CommonFix:
        first = records[0]
        fix = self._kept.get(self._use(first).kept)
        return CommonFix(fix, accounts, len(records), first, self.todo_place(first))

    def _spelled(self, use: "Use") -> FixLine:
        return FixLine(
            self._kept.get(use.kept),
            len(use.numbers()),
            len(use.numbers(FIRST)),
            use.names,
            use.severity,
            use.lane,
            use.findings,
            use.chosen,
            use.tasks,
            use.done,
            Place(FINDINGS, use.task) if use.tasks else None,
            use.soon,
        )
