"""What has to be done, gathered while results pass by: numbers in memory, texts on disk."""

from array import array
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from auditor.model import Severity
from auditor.writers.tables.content import Line, Place
from auditor.writers.tables.fixes import TABLE
from auditor.writers.tables.names import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.model import CaseResult, Finding, Fix, Lane
    from auditor.writers.tables.kept import KeptFixes

NAMES_SHOWN = 20
_SEEN = "fix {}"
_FIRST, _PRESSING = 1, 2


@dataclass(frozen=True, slots=True)
class FixLine:
    """One action and what it is good for. What has to be done for several accounts, each alike, names none.

    `accounts` and `first_choice` count distinct accounts whose findings name the fix at all, or name it
    first; `names` are the first of them; severity and lane are the gravest and the soonest.
    """

    fix: "Fix"
    accounts: int
    first_choice: int
    names: tuple[str, ...]
    severity: "Severity"
    lane: "Lane"
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommonFix:
    """A kind of fix over all its actions: accounts it is the first choice for, actions, its first line."""

    fix: "Fix"
    accounts: int
    actions: int
    record: int


@dataclass(slots=True)
class _Use:
    """What is known of a line. It is small: where a fix is worded for an account, each account has one.

    `kept` is the number of its fix, `general` whether that one names no account; `group` is what its first
    fix covers, `covers` the same said of any account. `accounts` are numbers of accounts as they came, four
    times the number plus flags; one that comes again may stand there again.
    """

    id: str
    group: str
    covers: str
    kept: int
    general: bool
    severity: "Severity"
    lane: "Lane"
    accounts: "array[int]"
    names: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    def add(self, account: str, number: int, finding: "Finding", *, first: bool) -> None:
        if len(self.names) < NAMES_SHOWN and not self.has(number):
            self.names += (account,)
        pressing = first and finding.severity.rank <= Severity.MEDIUM.rank
        entry = number * 4 + _FIRST * first + _PRESSING * pressing
        if not self.accounts or self.accounts[-1] != entry:
            self.accounts.append(entry)
        self.severity = min(self.severity, finding.severity, key=lambda word: word.rank)
        self.lane = min(self.lane, finding.lane, key=lambda word: word.rank)
        if finding.title not in self.findings:
            self.findings += (finding.title,)

    def has(self, number: int) -> bool:
        """Return whether an account is among them; to be asked while they are few."""
        return any(entry >> 2 == number for entry in self.accounts)

    def numbers(self, flag: int = 0) -> set[int]:
        """Return the distinct accounts: those with a flag, or all."""
        return {entry >> 2 for entry in self.accounts if entry & flag == flag}


class FixTally:
    """Takes in results one by one.

    What is said of any account alike is one line, and so is what several cases of an account need alike.
    """

    def __init__(self, kept: "KeptFixes") -> None:
        self._kept = kept
        self._uses: list[_Use] = []
        self._by_text: dict[int, int] = {}
        self._by_group: dict[tuple[str, str], int] = {}
        self._of_account: list[tuple[int, ...]] = []
        self._alike: dict[tuple[int, ...], tuple[int, ...]] = {}

    def add(self, result: "CaseResult", number: int) -> list[Line | None]:
        """Take a case's fixes in; return for each finding the line of its first one.

        `number` is the account's: 0 for the first, the next one for each that is new.
        """
        account = result.case.account
        name = Name(account)
        lines: list[Line | None] = []
        for finding in result.findings:
            found = [self._line(fix, name, number, finding) for fix in finding.fixes]
            for rank, line in enumerate(found):
                self._uses[line].add(account, number, finding, first=rank == 0)
            lines.append(Line(TABLE, found[0], _SEEN) if found else None)
        return lines

    def _line(self, fix: "Fix", name: Name, number: int, finding: "Finding") -> int:
        if name.is_own(fix):
            return self._own_line(fix, name, number, finding)
        key = (fix.id, fix.group)
        if key not in self._by_group:
            self._by_group[key] = self._new(fix, fix.group, finding, general=True)
        return self._by_group[key]

    def _own_line(self, fix: "Fix", name: Name, number: int, finding: "Finding") -> int:
        covers = name.covered(fix)
        for line in self._lines_of(number):
            if self._uses[line].id == fix.id and self._uses[line].covers == covers:
                return line
        said = name.general(fix)
        text = hash(said)
        if text not in self._by_text:
            self._by_text[text] = self._new(fix, covers, finding, general=False)
        line = self._by_text[text]
        self._now_general(self._uses[line], said)
        mine = (*self._lines_of(number), line)
        self._of_account[number] = self._alike.setdefault(mine, mine)
        return line

    def _lines_of(self, number: int) -> tuple[int, ...]:
        """Return the lines that an account has of its own so far."""
        while number >= len(self._of_account):
            self._of_account.append(())
        return self._of_account[number]

    def _new(self, fix: "Fix", covers: str, finding: "Finding", *, general: bool) -> int:
        kept = self._kept.keep(fix)
        self._uses.append(
            _Use(fix.id, fix.group, covers, kept, general, finding.severity, finding.lane, array("I"))
        )
        return len(self._uses) - 1

    def _now_general(self, use: _Use, said: "Fix") -> None:
        """Reword a line without names when a second account comes to it; the first knows it as its own."""
        if not use.general and use.accounts:
            use.kept, use.general = self._kept.keep(said), True

    def book(self) -> "FixBook":
        """Return everything in the order of the table."""
        kinds: dict[str, list[int]] = defaultdict(list)
        for line in sorted(range(len(self._uses)), key=lambda line: _weight(self._uses[line])):
            kinds[self._uses[line].id].append(line)
        reach = {kind: _reach([self._uses[line] for line in lines]) for kind, lines in kinds.items()}
        order = sorted(kinds, key=lambda kind: (reach[kind].order, kind))
        return FixBook(self._kept, self._uses, [line for kind in order for line in kinds[kind]], reach)


class FixBook:
    """The table put in order: its lines, where each stands, and the kinds of fixes by how many they free."""

    def __init__(
        self, kept: "KeptFixes", uses: "Sequence[_Use]", order: "Sequence[int]", reach: "dict[str, _Reach]"
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
        firsts: dict[str, list[int]] = defaultdict(list)
        for record, line in enumerate(self._order):
            firsts[self._uses[line].id].append(record)
        chosen = [kind for kind in firsts if self._reach[kind].first_choice][:most]
        return [self._common(firsts[kind]) for kind in chosen]

    def _common(self, records: "Sequence[int]") -> CommonFix:
        use = self._uses[self._order[records[0]]]
        return CommonFix(self._kept.get(use.kept), self._reach[use.id].first_choice, len(records), records[0])

    def _spelled(self, use: _Use) -> FixLine:
        return FixLine(
            self._kept.get(use.kept),
            len(use.numbers()),
            len(use.numbers(_FIRST)),
            use.names,
            use.severity,
            use.lane,
            use.findings,
        )


def _weight(use: _Use) -> tuple[tuple[int, int, int], int, str, str]:
    """Return what sorts fixes: first those that many need for something that presses."""
    reach = (-len(use.numbers(_PRESSING)), -len(use.numbers(_FIRST)), -len(use.numbers()))
    return (reach, use.severity.rank, use.id, use.group)


class _Reach(NamedTuple):
    pressing: int
    first_choice: int
    accounts: int
    gravest: int

    @property
    def order(self) -> tuple[int, int, int, int]:
        return (-self.pressing, -self.first_choice, -self.accounts, self.gravest)


def _reach(uses: "Sequence[_Use]") -> _Reach:
    first, named, pressing = (_united(uses, flag) for flag in (_FIRST, 0, _PRESSING))
    return _Reach(pressing, first, named, min(use.severity.rank for use in uses))


def _united(uses: "Iterable[_Use]", flag: int) -> int:
    """Return how many accounts several lines have together."""
    together: set[int] = set()
    for use in uses:
        together |= use.numbers(flag)
    return len(together)
