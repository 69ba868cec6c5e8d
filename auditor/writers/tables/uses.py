"""What is known of each line of the fixes while results pass by, and how far a kind of fix reaches."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from auditor.model import Severity, Status

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Sequence

    from auditor.model import Desk, Finding, Lane

NAMES_SHOWN = 20
FIRST, PRESSING = 1, 2
"""Flags of an account at a line: its first choice, and for something that presses."""


@dataclass(slots=True)
class Use:
    """What is known of a line. It is small: where a fix is worded for an account, each account has one.

    `kept` is the number of its fix, `general` whether that one names no account; `group` is what its first
    fix covers, `covers` the same said of any account. `accounts` are numbers of accounts as they came, four
    times the number plus flags; one that comes again may stand there again. `chosen` to `soon` speak of the
    findings that name it first: their accounts, how many, how many done, the first one's record, their lane.
    """

    id: str
    group: str
    covers: str
    kept: int
    general: bool
    desk: "Desk"
    severity: "Severity"
    lane: "Lane"
    accounts: "array[int]"
    names: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    tasks: int = 0
    done: int = 0
    task: int = 0
    soon: "Lane | None" = None

    def begin(self, account: str, finding: "Finding", record: int) -> None:
        """Take in a finding that names it first; `record` is where that one stands."""
        if len(self.chosen) < NAMES_SHOWN and account not in self.chosen:
            self.chosen += (account,)
        self.task = self.task if self.tasks else record
        self.tasks += 1
        self.done += finding.tracked is not None and finding.tracked.status is Status.DONE
        self.soon = min(self.soon or finding.lane, finding.lane, key=lambda word: word.rank)

    def add(self, account: str, number: int, finding: "Finding", *, first: bool) -> None:
        """Take in a finding that names it at all."""
        if len(self.names) < NAMES_SHOWN and not self.has(number):
            self.names += (account,)
        pressing = first and finding.severity.rank <= Severity.MEDIUM.rank
        entry = number * 4 + FIRST * first + PRESSING * pressing
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


def weight(use: Use) -> tuple[tuple[int, int, int], int, str, str]:
    """Return what sorts fixes: first those that many need for something that presses."""
    reach = (-len(use.numbers(PRESSING)), -len(use.numbers(FIRST)), -len(use.numbers()))
    return (reach, use.severity.rank, use.id, use.group)


class Reach(NamedTuple):
    """How many accounts a kind of fix is good for: pressing ones, as first choice, all; and the gravest."""

    pressing: int
    first_choice: int
    accounts: int
    gravest: int

    @property
    def order(self) -> tuple[int, int, int, int]:
        """Return what sorts kinds."""
        return (-self.pressing, -self.first_choice, -self.accounts, self.gravest)


def reach_of(uses: "Sequence[Use]") -> Reach:
    """Return how far the lines of a kind reach together."""
    first, named, pressing = (united(uses, flag) for flag in (FIRST, 0, PRESSING))
    return Reach(pressing, first, named, min(use.severity.rank for use in uses))


def united(uses: "Iterable[Use]", flag: int) -> int:
    """Return how many accounts several lines have together."""
    together: set[int] = set()
    for use in uses:
        together |= use.numbers(flag)
    return len(together)
