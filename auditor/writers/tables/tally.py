"""What has to be done, gathered while results pass by: numbers in memory, texts on disk."""

from array import array
from collections import defaultdict
from typing import TYPE_CHECKING

from auditor.writers.tables.content import Line
from auditor.writers.tables.fix_book import FixBook
from auditor.writers.tables.fixes import SEEN, TABLE
from auditor.writers.tables.names import Name
from auditor.writers.tables.uses import Use, reach_of, weight

if TYPE_CHECKING:
    from auditor.model import CaseResult, Finding, Fix
    from auditor.writers.tables.kept import KeptFixes


class FixTally:
    """Takes in results one by one.

    What is said of any account alike is one line, and so is what several cases of an account need alike.
    """

    def __init__(self, kept: "KeptFixes") -> None:
        self._kept = kept
        self._uses: list[Use] = []
        self._by_text: dict[int, int] = {}
        self._by_group: dict[tuple[str, str], int] = {}
        self._of_account: list[tuple[int, ...]] = []
        self._alike: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._findings = 0

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
            if found:
                self._uses[found[0]].begin(account, finding, self._findings)
            self._findings += 1
            lines.append(Line(TABLE, found[0], SEEN) if found else None)
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
            Use(
                fix.id,
                fix.group,
                covers,
                kept,
                general,
                fix.desk,
                finding.severity,
                finding.lane,
                array("I"),
            )
        )
        return len(self._uses) - 1

    def _now_general(self, use: Use, said: "Fix") -> None:
        """Reword a line without names when a second account comes to it; the first knows it as its own."""
        if not use.general and use.accounts:
            use.kept, use.general = self._kept.keep(said), True

    def book(self) -> "FixBook":
        """Return everything in the order of the table."""
        kinds: dict[str, list[int]] = defaultdict(list)
        for line in sorted(range(len(self._uses)), key=lambda line: weight(self._uses[line])):
            kinds[self._uses[line].id].append(line)
        reach = {kind: reach_of([self._uses[line] for line in lines]) for kind, lines in kinds.items()}
        order = sorted(kinds, key=lambda kind: (reach[kind].order, kind))
        return FixBook(self._kept, self._uses, [line for kind in order for line in kinds[kind]], reach)
