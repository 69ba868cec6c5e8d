"""What the evidence means: readings, facts' values, verdicts, findings, fixes, and the audit as a whole."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from auditor.model.follow_up import Status
from auditor.model.words import Confidence, Contract, Mark, Question, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from auditor.model.cases import Case, InvalidRow
    from auditor.model.consent import ConsentAdvice
    from auditor.model.evidence import Evidence, Vantage
    from auditor.model.follow_up import Tracked
    from auditor.model.words import Axis, Desk, Disposition, Effort, Lane


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible outcome where an answer does not say which, and how a person can tell."""

    outcome: str
    how_to_tell: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer's meaning: its outcome (VOCABULARY), what it says about the password, what it cannot show.

    `says` holds fact name -> value for the axes the answer speaks for; `hides` the facts that lie
    behind it and stay unknown; `refusal` says that it counts for the breaker; `because` is why the
    reading is less than certain, or rests on more than the number.
    """

    outcome: str
    meaning: str
    mark: Mark
    confidence: Confidence
    code: str = ""
    says: "Mapping[str, str]" = field(default_factory=dict)
    hides: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    refusal: bool = False
    because: str = ""


class Known(NamedTuple):
    """A fact's value, how sure, and the evidence it comes from (`question` names)."""

    value: str
    confidence: Confidence = Confidence.CERTAIN
    source: str = ""


class Unknown(NamedTuple):
    """A fact nobody could establish, and why."""

    why: str


FactValue: TypeAlias = Known | Unknown


@dataclass(frozen=True, slots=True)
class Verdict:
    """One axis of a case. `value` is a word of the verdict table; `why` stands in brackets behind it."""

    axis: "Axis"
    value: str
    why: str = ""
    confidence: Confidence = Confidence.CERTAIN
    vantage: str = ""

    @property
    def unknown(self) -> bool:
        """Return whether the axis has no answer."""
        return self.value in {"unknown", "could not tell"}

    def __str__(self) -> str:
        """Return the verdict as reports print it."""
        return f"{self.value} ({self.why})" if self.why else self.value


@dataclass(frozen=True, slots=True)
class Fix:
    """Concrete steps, filled in for one case. `id` is the same wherever the same thing has to be done.

    `group` identifies what one action frees together (for a tenant-wide consent: tenant and app); rows
    with the same id and group are one line on the sheet of fixes.
    """

    id: str
    title: str
    steps: tuple[str, ...]
    role: str
    desk: "Desk"
    effort: "Effort"
    disposition: "Disposition"
    verify: str
    group: str
    command: str = ""
    link: str = ""
    licence: str = ""
    check_before_use: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """A decision to accept a finding of a case for a while: why, whose, and the last day it holds."""

    reason: str
    who: str
    until: "date"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that holds for a case.

    `unanswered` says that it is about a question without an answer: it makes no run fail, for what could
    not be looked at is no worse than before. `waived` is set where somebody accepted it. `topic` is the
    chapter of the catalogue that its rule stands in. `tracked` is what people wrote about it in an earlier
    workbook.
    """

    rule: str
    title: str
    severity: "Severity"
    confidence: Confidence
    lane: "Lane"
    what: str
    why: str
    fixes: tuple[Fix, ...]
    evidence: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    sources: tuple[str, ...] = ()
    unanswered: bool = False
    waived: Waiver | None = None
    topic: str = ""
    tracked: "Tracked | None" = None

    @property
    def claimed(self) -> bool:
        """Return if it was marked as done, looked at again and still fails: no remark, nothing waived."""
        done = self.tracked is not None and self.tracked.status is Status.DONE and self.tracked.looked
        return self._holds and done and self.severity is not Severity.INFO

    @property
    def lapsed(self) -> bool:
        """Return whether somebody accepted its risk until a day that has passed, and it is there."""
        return self._holds and self.tracked is not None and self.tracked.lapsed is not None

    @property
    def _holds(self) -> bool:
        return not self.unanswered and self.waived is None


@dataclass(frozen=True, slots=True)
class RuleHelp:
    """What a rule says of any case: for formats that describe rules once and point to them.

    `severity` is its gravest; `text` and `markdown` say the same: what, why, and what to do.
    """

    id: str
    title: str
    what: str
    severity: "Severity"
    topic: str
    text: str
    markdown: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """Everything about one case: what reports are written from.

    `findings` come gravest first, waived ones last; `consent` is None where a case was not audited.
    """

    case: "Case"
    verdicts: "Mapping[Axis, Verdict]"
    findings: tuple[Finding, ...]
    contract: Contract
    contract_why: str
    facts: "Mapping[str, FactValue]"
    evidence: "tuple[Evidence, ...]"
    readings: "Mapping[str, Reading]"
    not_audited: str = ""
    consent: "ConsentAdvice | None" = None

    def repeats(self, finding: Finding) -> bool:
        """Return whether a finding rests on the password's answer of an earlier run: nobody looked again."""
        fact = self.facts.get("answer_from")
        earlier = isinstance(fact, Known) and fact.value == "an earlier run"
        return earlier and any(said.startswith(Question.PASSWORD) for said in finding.evidence)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Which run a report is about. Times are UTC; `mode` says which probes ran; `ended` may be None.

    `missing` names the parts of the estate that this run should hold and does not, a sentence each.
    """

    id: str
    tool_version: str
    source: str
    started: "datetime"
    ended: "datetime | None"
    mode: str
    vantage: "Vantage"
    simulated: bool
    scope_tenants: tuple[str, ...] = ()
    scope_hosts: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    submissions: int = 0
    interrupted: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """The audit in numbers.

    Per axis: verdict value -> cases; `worst`: severity of a case's worst finding ("none" without one)
    -> cases; findings per severity; contract state -> cases. `unanswered` counts cases whose contract
    has no answer, `undecided` those whose path could not be told, `unasked` (by reason, a `Why` or its
    detail) those whose password was not asked for, `unsigned` those whose application did not sign in for
    itself, `unmet` those whose person did not sign in on a page, `unreached` those of which the network let
    nothing be seen. Neither `worst` nor `findings` count what is waived: `waived` is how many findings;
    `expired` and `unused` are sentences about waivers that do not hold any more, or that nothing came of.
    """

    cases: int
    accounts: int
    skipped: int
    invalid: int
    verdicts: "Mapping[Axis, Mapping[str, int]]"
    worst: "Mapping[str, int]"
    findings: "Mapping[Severity, int]"
    contracts: "Mapping[Contract, int]"
    unanswered: int
    undecided: int = 0
    unasked: "Mapping[str, int]" = field(default_factory=dict)
    unsigned: "Mapping[str, int]" = field(default_factory=dict)
    unmet: "Mapping[str, int]" = field(default_factory=dict)
    unreached: int = 0
    waived: int = 0
    expired: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


class Demand(Protocol):
    """What a run is asked to hold to: the one place that knows what makes it fail (exit code 10)."""

    def fails(self, result: CaseResult, finding: Finding) -> bool:
        """Return whether this finding of this case makes the run fail."""
        ...

    def contract_open(self, result: CaseResult) -> bool:
        """Return whether what is expected of the case is judged and has no answer."""
        ...

    def path_open(self, result: CaseResult) -> bool:
        """Return whether it is judged where the case should go, and nobody could tell."""
        ...

    def since_baseline(self, result: CaseResult, finding: Finding) -> str:
        """Return new, updated or unchanged, as against an earlier run; "" where none is compared with."""
        ...

    @property
    def compared_with(self) -> str:
        """Return the id of the earlier run, "" where none is compared with."""
        ...

    def gone(self, result: CaseResult) -> tuple[str, ...]:
        """Return the rules whose findings the earlier run had for this case, and that hold no more."""
        ...


class Audit(Protocol):
    """A judged run: numbers, and results as a stream in inventory order that can be read again."""

    @property
    def run(self) -> RunInfo:
        """Return which run this is."""
        ...

    @property
    def summary(self) -> Summary:
        """Return the numbers."""
        ...

    def results(self) -> "Iterator[CaseResult]":
        """Yield the results in inventory order, anew at each call."""
        ...

    def invalid(self) -> "Iterator[InvalidRow]":
        """Yield the rows that could not be audited."""
        ...
