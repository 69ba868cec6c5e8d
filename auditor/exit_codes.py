"""The exit codes: one table, one function (README, "Exit codes").

| code | meaning                                                                                       |
|------|-----------------------------------------------------------------------------------------------|
| 0    | clean                                                                                         |
| 1    | the tool failed                                                                               |
| 2    | usage, unreadable inventory or rules                                                          |
| 3    | nothing to audit                                                                              |
| 4    | incomplete: breaker, interruption, missing shard, nothing reached, or an unanswered contract  |
| 10   | a contract is broken, findings at or above `--fail-on`, or worse than the baseline            |

Precedence 2, 3, 1, 10, 4; where 10 and 4 both hold, both are printed.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model import (
    Audit,
    Axis,
    CaseResult,
    Changed,
    ChangeKind,
    Contract,
    Expected,
    Finding,
    InvalidRow,
    RunInfo,
    Severity,
    Summary,
    Why,
)
from auditor.plurals import counted

if TYPE_CHECKING:
    from auditor.compare import Baseline

CLEAN, FAILED, USAGE, NOTHING, INCOMPLETE, BROKEN = 0, 1, 2, 3, 4, 10
_FIXED = ChangeKind.FIXED
_AFTERWARDS = (ChangeKind.CLAIMED, ChangeKind.LAPSED, ChangeKind.UNTOLD)
CONTRACT = "contract-is-broken"
"""The finding that says what the contract says; both come from the same function."""


@dataclass(frozen=True, slots=True)
class Demands:
    """What a run is asked to hold to; any of them makes it fail. The one logic behind exit code and formats.

    `contract`: the expectations that are judged, () for none; `fail_on`: the least severity that fails;
    `baseline`: an earlier run to compare with, of which nothing must have got worse unless `worse_fails` is
    off. Without any, formats show every finding as a failure but remarks, and the exit code does not speak of
    findings.
    """

    contract: frozenset[Expected] = frozenset()
    fail_on: Severity | None = None
    baseline: "Baseline | None" = None
    worse_fails: bool = True

    @property
    def held_to(self) -> "Baseline | None":
        """Return the earlier run where it makes the run fail that something got worse."""
        return self.baseline if self.worse_fails else None

    @property
    def asked(self) -> bool:
        """Return whether anything is asked for."""
        return bool(self.contract) or self.fail_on is not None or self.held_to is not None

    def told(self) -> tuple[str, ...]:
        """Return what is asked for, a sentence each; nothing where nothing is."""
        expectations = ", ".join(sorted(self.contract))
        least = f"{self.fail_on} or graver" if self.fail_on else ""
        return (
            *((f"The expectations of the inventory hold: {expectations}",) if expectations else ()),
            *((f"No finding is {least}",) if least else ()),
            *((f"Nothing got worse since {self.held_to.name}",) if self.held_to else ()),
        )

    def fails(self, result: CaseResult, finding: Finding) -> bool:
        """Return whether a finding makes the run fail; neither waived ones do nor open questions."""
        if finding.waived is not None or finding.unanswered:
            return False
        if not self.asked:
            return finding.severity is not Severity.INFO
        return self.breaks(result, finding) or self.grave(finding) or self.worse(result, finding)

    def breaks(self, result: CaseResult, finding: Finding) -> bool:
        """Return whether it is the broken contract, of an expectation that is judged."""
        return finding.rule == CONTRACT and result.case.expected in self.contract

    def grave(self, finding: Finding) -> bool:
        """Return whether it is as severe as `--fail-on` says."""
        return self.fail_on is not None and finding.severity.rank <= self.fail_on.rank

    def worse(self, result: CaseResult, finding: Finding) -> bool:
        """Return whether it is worse than the baseline that the run is held to."""
        return self.held_to is not None and self.held_to.worse(result, finding)

    def leaves_open(self, result: CaseResult) -> bool:
        """Return whether the case's contract is judged and has no answer."""
        return result.contract is Contract.UNANSWERED and result.case.expected in self.contract

    def contract_open(self, result: CaseResult) -> bool:
        """Return whether formats show the case's contract as an error; without demands every open one."""
        return self.leaves_open(result) if self.asked else result.contract is Contract.UNANSWERED

    def path_open(self, result: CaseResult) -> bool:
        """Return whether formats show as an error that nobody could tell where the case should go."""
        if result.not_audited or not result.verdicts[Axis.PATH].unknown:
            return False
        if self.held_to is not None and self.held_to.change(result).lost:
            return True
        return self.fail_on is not None or not self.asked

    def since_baseline(self, result: CaseResult, finding: Finding) -> str:
        """Return new, updated or unchanged, as against the baseline; "" without one."""
        return self.baseline.state(result, finding) if self.baseline is not None else ""

    @property
    def compared_with(self) -> str:
        """Return the baseline's name, "" without one."""
        return self.baseline.name if self.baseline is not None else ""

    def gone(self, result: CaseResult) -> tuple[str, ...]:
        """Return the rules whose findings the baseline had for this case, and that hold no more."""
        return self.baseline.change(result).gone if self.baseline is not None else ()


NOTHING_ASKED = Demands()


@dataclass(slots=True)
class Tally:
    """What the demands come to, counted as results pass: cases, but for `grave` and `worse`: findings.

    `kinds` are findings by what became of them since the baseline; `met` the identities of its `Before`s
    whose cases passed.
    """

    broken: int = 0
    grave: int = 0
    worse: int = 0
    lost: int = 0
    unanswered: int = 0
    undecided: int = 0
    kinds: Counter[ChangeKind] = field(default_factory=Counter)
    met: set[int] = field(default_factory=set)

    def add(self, demands: Demands, result: CaseResult) -> None:
        """Count a result."""
        failing = [one for one in result.findings if demands.fails(result, one)]
        self.broken += any(demands.breaks(result, one) for one in failing)
        self.grave += sum(demands.grave(one) for one in failing)
        self.unanswered += demands.leaves_open(result)
        self.undecided += not result.not_audited and result.verdicts[Axis.PATH].unknown
        if demands.baseline is not None:
            self._compare(demands.baseline, result)

    def _compare(self, baseline: "Baseline", result: CaseResult) -> None:
        self.kinds.update(one.kind for one in baseline.changed(result))
        if (before := baseline.cases.get(result.case.key)) is not None:
            self.met.add(id(before))
        if not result.not_audited:
            change = baseline.change(result)
            self.worse += len(change.worse)
            self.lost += change.lost


@dataclass(slots=True)
class Watched:
    """An audit whose results are counted against the demands while somebody reads them."""

    audit: Audit
    demands: Demands = NOTHING_ASKED
    _tally: Tally | None = field(default=None, init=False)

    @property
    def run(self) -> RunInfo:
        """See Audit."""
        return self.audit.run

    @property
    def summary(self) -> Summary:
        """See Audit."""
        return self.audit.summary

    @property
    def tally(self) -> Tally:
        """Return what the demands came to; costs a reading where nobody read to the end before."""
        if self._tally is None:
            for _ in self.results():
                pass
        assert self._tally is not None, "a reading to the end leaves it"
        return self._tally

    def results(self) -> Iterator[CaseResult]:
        """See Audit."""
        tally = Tally()
        for result in self.audit.results():
            tally.add(self.demands, result)
            yield result
        self._tally = tally

    def invalid(self) -> Iterator[InvalidRow]:
        """See Audit."""
        return self.audit.invalid()


@dataclass(frozen=True, slots=True)
class Compared:
    """An audit beside an earlier one, counted with it; see `auditor.model.Comparison`."""

    baseline: "Baseline"
    audit: Watched

    @property
    def name(self) -> str:
        """See Comparison."""
        return self.baseline.name

    @property
    def counts(self) -> dict[ChangeKind, int]:
        """See Comparison; the kinds that there are, in their order."""
        counted = self.audit.tally.kinds + Counter(one.kind for one in self.missing())
        return {kind: counted[kind] for kind in ChangeKind if counted[kind]}

    @property
    def ready_before(self) -> tuple[int, int]:
        """See Comparison."""
        cases = self.baseline.cases
        return sum(before.ready for before in cases.values()), len(cases)

    def of(self, result: CaseResult) -> tuple[Changed, ...]:
        """See Comparison."""
        return self.baseline.changed(result)

    def missing(self) -> Iterator[Changed]:
        """See Comparison; costs a reading where nobody read before."""
        met = self.audit.tally.met
        for key, before in self.baseline.cases.items():
            if id(before) not in met:
                yield from self.baseline.absent(key)


def comparison_of(audit: Watched) -> Compared | None:
    """Return the audit beside the earlier one that it is compared with, None without one."""
    return Compared(audit.demands.baseline, audit) if audit.demands.baseline is not None else None


def changes_of(audit: Watched) -> list[str]:
    """Return in a sentence what is different from the baseline, [] without one."""
    compared = comparison_of(audit)
    if compared is None:
        return []
    counts = compared.counts
    told = [f"{_findings(audit.tally.worse)} new or graver", f"{_findings(counts.get(_FIXED, 0))} gone"]
    told += [f"{counts[kind]} {kind}" for kind in _AFTERWARDS if kind in counts]
    return [f"since {compared.name}: {', '.join(told)}"]


def verdict_of(audit: Watched) -> tuple[int, list[str]]:
    """Return the exit code of a finished audit and the sentences that explain it, the gravest first."""
    broken, incomplete = _broken(audit), _incomplete(audit)
    if broken:
        return BROKEN, broken + incomplete
    return (INCOMPLETE, incomplete) if incomplete else (CLEAN, [])


def _broken(audit: Watched) -> list[str]:
    demands, tally, lines = audit.demands, audit.tally, []
    if tally.broken:
        lines.append(f"contract broken for {_cases(tally.broken)}")
    if demands.fail_on is not None and tally.grave:
        lines.append(f"{_findings(tally.grave)} of severity {demands.fail_on} or worse")
    if demands.held_to is not None and tally.worse:
        lines.append(f"worse than {demands.held_to.name}: {_findings(tally.worse)} new or graver")
    return lines


def _incomplete(audit: Watched) -> list[str]:
    demands, tally, run = audit.demands, audit.tally, audit.run
    lines = [f"missing: {part}" for part in run.missing]
    lines += [f"stopped by the breaker: {why}" for why in run.stopped]
    if run.interrupted:
        left = (audit.summary.unasked, audit.summary.unmet)
        count = max(reasons.get(Why.INTERRUPTED, 0) for reasons in left)
        lines.append(f"interrupted: {_cases(count)} not reached, {_sent(run.submissions)}; --resume goes on")
    if audit.summary.unreached and audit.summary.unreached == audit.summary.cases - audit.summary.skipped:
        lines.append("nothing could be reached: see the network, --proxy and --ca-bundle")
    if tally.unanswered:
        lines.append(f"contract unanswered for {_cases(tally.unanswered)}")
    if demands.fail_on is not None and tally.undecided:
        lines.append(f"could not tell for {_cases(tally.undecided)}")
    if demands.held_to is not None and tally.lost:
        lines.append(f"no answer any more for {_cases(tally.lost)} that {demands.held_to.name} could tell")
    return lines


def _sent(count: int) -> str:
    return f"{counted(count, 'password')} {'was' if count == 1 else 'were'} sent"


def _cases(count: int) -> str:
    return f"{count} case" if count == 1 else f"{count} cases"


def _findings(count: int) -> str:
    return f"{count} finding" if count == 1 else f"{count} findings"
