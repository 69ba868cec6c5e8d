"""Waivers: findings that somebody accepted for a while, and an audit in which they count as accepted.

A waiver names cases by patterns, one finding, why, who and until when. It holds through its last day.
"""

import collections
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from auditor.edges import Edge, validated_yaml
from auditor.errors import WaiversError, told
from auditor.model import (
    Audit,
    Axis,
    CaseKey,
    CaseResult,
    Finding,
    InvalidRow,
    RunInfo,
    Severity,
    Summary,
    Waiver,
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_LARGEST = 5 * 1024 * 1024


def _day(value: object) -> object:
    """Let a day pass and nothing that only could be read as one, such as a number or a time."""
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    if is_day or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return value
    raise ValueError("has to be a day such as 2027-03-31")


class _Case(Edge):
    account: Text
    app: Text = "*"
    environment: Text = "*"


class _Entry(Edge):
    case: _Case
    finding: Text
    reason: Text
    who: Text
    until: Annotated[date, BeforeValidator(_day)]


class _File(Edge):
    waivers: tuple[_Entry, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One waiver: where it stands (`waivers.yaml:3`), which cases, which rule, and the decision.

    `account`, `app` and `environment` are words in lower case, in which * stands for any text and ? for one
    character.
    """

    where: str
    account: str
    app: str
    environment: str
    finding: str
    waiver: Waiver

    def __str__(self) -> str:
        """Return what is waived, in words."""
        places = [f" in {self.environment}"] * (self.environment != "*")
        apps = [f" through {self.app}"] * (self.app != "*")
        return f"{self.where}: {self.finding} of {self.account}{''.join(apps + places)}"


def load_waivers(path: Path, known: Collection[str]) -> tuple[Entry, ...]:
    """Return the waivers of a YAML file; `known` are the ids of the rules that there are.

    Raises WaiversError, each problem led by file and line.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise WaiversError(f"{path.name} is too large for a list of waivers", "name another file")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise WaiversError(f"{path} cannot be read: {told(error)}", "name a file of waivers") from None
    except UnicodeDecodeError:
        raise WaiversError(f"{path.name} is not UTF-8", "save it as UTF-8") from None
    shape, line_of = validated_yaml(_File, text, path.name, WaiversError)
    entries = [
        _entry(f"{path.name}:{line_of('waivers', number)}", one) for number, one in enumerate(shape.waivers)
    ]
    unknown = [
        f"{path.name}:{line_of('waivers', number, 'finding')}: there is no finding {entry.finding}"
        for number, entry in enumerate(entries)
        if entry.finding not in known
    ]
    if unknown:
        raise WaiversError("\n".join(unknown), "`auditor rules list` names the findings; they match exactly")
    return tuple(entries)


def _entry(where: str, given: _Entry) -> Entry:
    case = given.case
    words = (case.account.lower(), case.app.lower(), case.environment.lower())
    return Entry(where, *words, given.finding, Waiver(given.reason, given.who, given.until))


class _Matcher:
    """Finds the waivers of a case; those of one account are looked up, patterns are tried."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._patterns: list[tuple[int, re.Pattern[str]]] = []
        self._others = [(_pattern(entry.app), _pattern(entry.environment)) for entry in entries]
        for number, entry in enumerate(entries):
            if set(entry.account) & set("*?"):
                self._patterns.append((number, _pattern(entry.account)))
            else:
                self._exact.setdefault(entry.account, []).append(number)

    def of(self, key: CaseKey) -> list[int]:
        """Return the numbers of the waivers whose patterns fit a case, in the order of the file."""
        found = [number for number, pattern in self._patterns if pattern.fullmatch(key.account)]
        return sorted(
            number for number in (*found, *self._exact.get(key.account, ())) if self._fits(number, key)
        )

    def _fits(self, number: int, key: CaseKey) -> bool:
        app, environment = self._others[number]
        return bool(app.fullmatch(key.app.lower()) and environment.fullmatch(key.environment.lower()))


def _pattern(text: str) -> re.Pattern[str]:
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in text)
    return re.compile("".join(parts), re.DOTALL)


@dataclass(slots=True)
class _Use:
    """What came of a waiver: cases it fits, those nobody could tell of, findings, those that count again."""

    cases: int = 0
    untold: int = 0
    findings: int = 0
    again: int = 0


@dataclass(slots=True)
class _Tally:
    """What came of all waivers in one reading of the results."""

    uses: list[_Use]
    waived: Counter[Severity] = field(default_factory=Counter)
    worst: Counter[str] = field(default_factory=Counter)


class Waived:
    """An audit in which findings are marked as waived; the waived stand behind the others of their case.

    `today` is the day by which waivers hold: the run's own, so that the same evidence gives the same report.
    """

    def __init__(self, audit: Audit, entries: Sequence[Entry], today: date) -> None:
        self._audit, self._entries, self._today = audit, tuple(entries), today
        self._matcher = _Matcher(self._entries)
        self._summary: Summary | None = None

    @property
    def run(self) -> RunInfo:
        """See Audit."""
        return self._audit.run

    @property
    def summary(self) -> Summary:
        """Return the numbers without what is waived; costs a reading where nobody read to the end before."""
        if self._summary is None:
            collections.deque(self.results(), maxlen=0)
        assert self._summary is not None, "a reading to the end leaves it"
        return self._summary

    def results(self) -> Iterator[CaseResult]:
        """See Audit."""
        tally = _Tally([_Use() for _ in self._entries])
        for result in self._audit.results():
            yield self._marked(result, tally)
        self._summary = self._without(self._audit.summary, tally)

    def invalid(self) -> Iterator[InvalidRow]:
        """See Audit."""
        return self._audit.invalid()

    def _marked(self, result: CaseResult, tally: _Tally) -> CaseResult:
        numbers = self._matcher.of(result.case.key)
        untold = bool(result.not_audited) or result.verdicts[Axis.PATH].unknown
        for number in numbers:
            tally.uses[number].cases += 1
            tally.uses[number].untold += untold
        marked = [self._judged(finding, numbers, tally) for finding in result.findings]
        still = [finding for finding in marked if finding.waived is None]
        gone = [finding for finding in marked if finding.waived is not None]
        if not result.not_audited:
            tally.worst[still[0].severity if still else "none"] += 1
            tally.waived.update(finding.severity for finding in gone)
        return replace(result, findings=(*still, *gone)) if gone else result

    def _judged(self, finding: Finding, numbers: list[int], tally: _Tally) -> Finding:
        """Return a finding, waived where a waiver holds; all that name it have come to something."""
        naming = [number for number in numbers if self._entries[number].finding == finding.rule]
        for number in naming:
            tally.uses[number].findings += 1
        holding = (self._entries[number].waiver for number in naming if self._holds(number))
        waiver = next(holding, None)
        if waiver is not None:
            return replace(finding, waived=waiver)
        for number in naming:
            tally.uses[number].again += 1
        return finding

    def _holds(self, number: int) -> bool:
        return self._today <= self._entries[number].waiver.until

    def _without(self, summary: Summary, tally: _Tally) -> Summary:
        told_of = list(zip(self._entries, tally.uses, strict=True))
        findings = {severity: count - tally.waived[severity] for severity, count in summary.findings.items()}
        return replace(
            summary,
            worst=dict(tally.worst),
            findings={severity: count for severity, count in findings.items() if count},
            waived=tally.waived.total(),
            expired=tuple(_expired(entry, use) for entry, use in told_of if use.again),
            unused=tuple(_unused(entry, use) for entry, use in told_of if not use.findings),
        )


def _expired(entry: Entry, use: _Use) -> str:
    """Return when a waiver ran out and what that means."""
    again = "1 finding counts again" if use.again == 1 else f"{use.again} findings count again"
    return f"{entry}: ran out on {entry.waiver.until.isoformat()}, {again} ({entry.waiver.who})"


def _unused(entry: Entry, use: _Use) -> str:
    """Return why nothing came of a waiver: never that it can go where nobody could look."""
    if not use.cases:
        return f"{entry}: no case fits it; correct it, or take it out"
    if use.untold:
        return f"{entry}: not needed in this run, which could not tell of all its cases"
    return f"{entry}: the finding is gone; take it out"
