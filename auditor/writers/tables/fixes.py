"""The table of fixes: one record per distinct action, with the accounts it frees, the most freeing first."""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from auditor.model import Severity
from auditor.writers.tables.content import Columns, Content, Place
from auditor.writers.tables.findings import spelled_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.model import CaseResult, Finding, Fix, Lane
    from auditor.writers.texts import Texts

TABLE = "fixes"
NAMES_SHOWN = 20
Key = tuple[str, str]


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


@dataclass(frozen=True, slots=True)
class FixBook:
    """The lines in the order of the table, where each action stands, and the kinds by how many they free."""

    lines: tuple[FixLine, ...]
    records: "Mapping[Key, int]"
    common: tuple[CommonFix, ...]

    def place(self, fix: "Fix | None") -> Place | None:
        """Return where a fix stands."""
        record = None if fix is None else self.records.get((fix.id, fix.group))
        return None if record is None else Place(TABLE, record)


@dataclass(slots=True)
class _Use:
    fix: "Fix"
    general: "Fix"
    severity: "Severity"
    lane: "Lane"
    accounts: set[int] = field(default_factory=set)
    first_choice: set[int] = field(default_factory=set)
    pressing: set[int] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    findings: dict[str, None] = field(default_factory=dict)

    def add(self, account: str, number: int, finding: "Finding", *, first: bool) -> None:
        if number not in self.accounts and len(self.names) < NAMES_SHOWN:
            self.names.append(account)
        self.accounts.add(number)
        if first:
            self.first_choice.add(number)
        if first and finding.severity.rank <= Severity.MEDIUM.rank:
            self.pressing.add(number)
        self.severity = min(self.severity, finding.severity, key=lambda word: word.rank)
        self.lane = min(self.lane, finding.lane, key=lambda word: word.rank)
        self.findings[finding.title] = None

    def line(self) -> FixLine:
        return FixLine(
            self.general if len(self.accounts) > 1 else self.fix,
            len(self.accounts),
            len(self.first_choice),
            tuple(self.names),
            self.severity,
            self.lane,
            tuple(self.findings),
        )


def fix_book(results: "Iterable[CaseResult]") -> FixBook:
    """Return what has to be done, gathered in one reading of the results; holds numbers, not results."""
    numbers: dict[str, int] = {}
    uses: dict[Fix, _Use] = {}
    lines: dict[Key, Fix] = {}
    for result in results:
        number = numbers.setdefault(result.case.account_id, len(numbers))
        for finding in result.findings:
            for rank, fix in enumerate(finding.fixes):
                key = lines.setdefault((fix.id, fix.group), general(fix, result.case.account))
                if key not in uses:
                    uses[key] = _Use(fix, key, finding.severity, finding.lane)
                uses[key].add(result.case.account, number, finding, first=rank == 0)
    return _ordered(uses, lines)


def general(fix: "Fix", account: str) -> "Fix":
    """Return what a fix says of any account: its own name replaced, so that alike fixes are one."""
    if account.lower() not in fix.group.lower():
        return fix
    named = _forms(account)

    def said(text: str) -> str:
        return named.sub("<account>", text)

    return replace(
        fix,
        title=said(fix.title),
        steps=tuple(said(step) for step in fix.steps),
        command=said(fix.command),
        link=said(fix.link),
        verify=said(fix.verify),
        group=named.sub(f"accounts of {account.rpartition('@')[2].lower()}", fix.group),
    )


def _forms(account: str) -> "re.Pattern[str]":
    """Return what finds an account's name as texts, commands and links hold it."""
    forms = {account, account.replace("'", "''"), quote(account, safe=""), quote(account)}
    longest_first = sorted(map(re.escape, forms), key=len, reverse=True)
    return re.compile("|".join(longest_first), re.IGNORECASE)


def _ordered(uses: "Mapping[Fix, _Use]", lines: "Mapping[Key, Fix]") -> FixBook:
    kinds: dict[str, list[Fix]] = defaultdict(list)
    for key in sorted(uses, key=lambda key: _weight(uses[key])):
        kinds[key.id].append(key)
    reach = {kind: _reach([uses[key] for key in keys]) for kind, keys in kinds.items()}
    order = sorted(kinds, key=lambda kind: (reach[kind].order, kind))
    keys = [key for kind in order for key in kinds[kind]]
    places = {key: record for record, key in enumerate(keys)}
    records = {key: places[line] for key, line in lines.items()}
    common = tuple(
        _common(uses[kinds[kind][0]], reach[kind], len(kinds[kind]), places[kinds[kind][0]])
        for kind in order
        if reach[kind].first_choice
    )
    return FixBook(tuple(uses[key].line() for key in keys), records, common)


def _common(first: _Use, reach: "_Reach", actions: int, record: int) -> CommonFix:
    return CommonFix(first.line().fix, reach.first_choice, actions, record)


def _weight(use: _Use) -> tuple[tuple[int, int, int], int, str, str]:
    """Return what sorts fixes: first those that many need for something that presses."""
    reach = (-len(use.pressing), -len(use.first_choice), -len(use.accounts))
    return (reach, use.severity.rank, use.fix.id, use.fix.group)


class _Reach(NamedTuple):
    pressing: int
    first_choice: int
    accounts: int
    gravest: int

    @property
    def order(self) -> tuple[int, int, int, int]:
        return (-self.pressing, -self.first_choice, -self.accounts, self.gravest)


def _reach(uses: list[_Use]) -> _Reach:
    first: set[int] = set().union(*(use.first_choice for use in uses))
    named: set[int] = set().union(*(use.accounts for use in uses))
    pressing: set[int] = set().union(*(use.pressing for use in uses))
    return _Reach(len(pressing), len(first), len(named), min(use.severity.rank for use in uses))


@dataclass(frozen=True, slots=True)
class FixEntry:
    """A line with its number, 1 first, and the phrases it is written in."""

    number: int
    line: FixLine
    texts: "Texts"


def _names(line: FixLine) -> str:
    more = line.accounts - len(line.names)
    return "\n".join((*line.names, *((f"and {more} more",) if more else ())))


COLUMNS: Columns[FixEntry] = {
    "number": lambda e: Content(e.number),
    "fix": lambda e: Content(e.line.fix.title),
    "accounts": lambda e: Content(e.line.accounts),
    "first_choice": lambda e: Content(e.line.first_choice),
    "names": lambda e: Content(_names(e.line)),
    "severity": lambda e: Content(e.line.severity, f"severity:{e.line.severity}"),
    "lane": lambda e: Content(e.line.lane),
    "who": lambda e: Content(e.line.fix.role),
    "desk": lambda e: Content(e.texts.desks[e.line.fix.desk]),
    "effort": lambda e: Content(e.line.fix.effort),
    "disposition": lambda e: Content(e.line.fix.disposition),
    "steps": lambda e: Content(spelled_out(e.line.fix, e.texts)),
    "link": lambda e: Content(e.line.fix.link, link=e.line.fix.link),
    "command": lambda e: Content(e.line.fix.command),
    "verify": lambda e: Content(e.line.fix.verify),
    "findings": lambda e: Content("\n".join(e.line.findings)),
    "group": lambda e: Content(e.line.fix.group),
}
