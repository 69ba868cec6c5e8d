"""Two audits by case and finding: what got worse, what is gone, and what only came into sight (issue 6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from auditor.errors import BaselineError, told
from auditor.model import Axis, CaseKey, CaseResult, Finding, Severity

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = "not eligible"
_SCHEMA = "auditor.audit/v1"
_ADVICE = "name a run (auditor runs), or a report that was written with --format json"


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier audit said of a case: its findings with their severity, and how far it could see.

    `refused` says that the sign-in ended at an obstacle, `told` that there was an answer at all.
    """

    findings: Mapping[str, Severity]
    refused: bool
    told: bool

    def hid(self, finding: Finding) -> bool:
        """Return whether a finding may have been there already, behind an obstacle as grave as itself."""
        return self.refused and any(old.rank <= finding.severity.rank for old in self.findings.values())


class Change(NamedTuple):
    """What is different in a case: findings that are new or graver, and rules of those that are gone."""

    worse: tuple[Finding, ...]
    gone: tuple[str, ...]
    lost: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier audit to compare with; `name` is its run's id."""

    name: str
    cases: Mapping[CaseKey, Before] = field(default_factory=dict)

    def worse(self, result: CaseResult, finding: Finding) -> bool:
        """Return whether a finding is something that got worse: new, or graver than it was.

        An account that the earlier audit did not hold was fine as far as anybody knew. What was hidden
        behind an obstacle as grave came into sight, or counts for more now that nothing stands before it, and
        is no worse; neither is a question without answer.
        """
        if finding.unanswered or finding.severity is Severity.INFO:
            return False
        before = self.cases.get(result.case.key)
        if before is None:
            return True
        old = before.findings.get(finding.rule)
        graver = old is None or finding.severity.rank < old.rank
        return graver and not before.hid(finding)

    def state(self, result: CaseResult, finding: Finding) -> str:
        """Return whether a finding is new, updated (graver, or not as grave as it was) or unchanged."""
        before = self.cases.get(result.case.key)
        old = before.findings.get(finding.rule) if before else None
        if old is None:
            return "new"
        return "unchanged" if old is finding.severity else "updated"

    def change(self, result: CaseResult) -> Change:
        """Return what is different in a case; `lost` says that it had an answer and has none any more."""
        before = self.cases.get(result.case.key)
        worse = tuple([one for one in result.findings if one.waived is None and self.worse(result, one)])
        if before is None:
            return Change(worse, (), lost=False)
        untold = result.verdicts[Axis.PATH].unknown
        now = {one.rule for one in result.findings}
        gone = () if untold else tuple(rule for rule in before.findings if rule not in now)
        return Change(worse, gone, lost=before.told and untold)


def baseline_of(name: str, results: Iterable[CaseResult]) -> Baseline:
    """Return an earlier audit as a baseline, from its results judged by today's rules."""
    return Baseline(name, {result.case.key: _before(result) for result in results if not result.not_audited})


def _before(result: CaseResult) -> Before:
    return Before(
        {finding.rule: finding.severity for finding in result.findings if not finding.unanswered},
        refused=result.verdicts[Axis.ROPC].value == REFUSED,
        told=not result.verdicts[Axis.PATH].unknown,
    )


class _Shape(BaseModel):
    """A part of `auditor.audit/v1`; keys are added over time, so others are let pass."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Key(_Shape):
    account: str
    app: str
    environment: str


class _Found(_Shape):
    rule: str
    severity: Severity
    unanswered: bool = False


class _Verdict(_Shape):
    value: str


class _Case(_Shape):
    key: _Key
    findings: tuple[_Found, ...]
    verdicts: dict[Axis, _Verdict]
    not_audited: str = ""


class _Run(_Shape):
    id: str


def baseline_in(path: "Path") -> Baseline:
    """Return the baseline that a report in JSON holds, read case by case.

    Raises BaselineError for a file that cannot be read or is something else.
    """
    import ijson  # noqa: PLC0415 - only where a report in JSON is compared with

    try:
        with path.open("rb") as stream:
            schema = next(ijson.items(stream, "schema"), None)
            if schema != _SCHEMA:
                raise BaselineError(f"{path.name} is not a report in JSON ({_SCHEMA})", _ADVICE)
            stream.seek(0)
            run = _Run.model_validate(next(ijson.items(stream, "run"), None))
            stream.seek(0)
            return Baseline(run.id, dict(_read(ijson.items(stream, "cases.item"))))
    except OSError as error:
        raise BaselineError(f"{path.name} cannot be read: {told(error)}", _ADVICE) from None
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path.name} is damaged: {_first_line(error)}", _ADVICE) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BaselineError(
            f"{path.name} is not as it was written: {where}: {first['msg']}", _ADVICE
        ) from None


def _read(cases: Iterable[Any]) -> Iterable[tuple[CaseKey, Before]]:
    for item in cases:
        case = _Case.model_validate(item)
        if case.not_audited or Axis.ROPC not in case.verdicts or Axis.PATH not in case.verdicts:
            continue
        yield (
            CaseKey(case.key.account, case.key.app, case.key.environment),
            Before(
                {found.rule: found.severity for found in case.findings if not found.unanswered},
                refused=case.verdicts[Axis.ROPC].value == REFUSED,
                told=case.verdicts[Axis.PATH].value != "could not tell",
            ),
        )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
