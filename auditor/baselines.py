"""Where an earlier audit to compare with comes from: a judged run, or its report in JSON."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from auditor.compare import Baseline, Before
from auditor.errors import BaselineError, told
from auditor.model import Axis, CaseKey, CaseResult, Severity

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = "not eligible"
_READY = "ready"
_SCHEMA = "auditor.audit/v1"
_ADVICE = "name a run (auditor runs), or a report that was written with --format json"


def baseline_of(name: str, results: Iterable[CaseResult]) -> Baseline:
    """Return an earlier audit as a baseline, from its results judged by today's rules."""
    baseline = Baseline(name, cases := {}, titles := {}, apps := {}, accounts := {})
    for result in results:
        if not result.not_audited:
            cases[result.case.key] = _before(result)
            titles.update({one.rule: one.title for one in result.findings if not one.unanswered})
            apps[result.case.app.name] = result.case.app.title
            if result.case.account != result.case.account_id:
                accounts[result.case.account_id] = result.case.account
    return baseline


def _before(result: CaseResult) -> Before:
    path = result.verdicts[Axis.PATH]
    return Before(
        {finding.rule: finding.severity for finding in result.findings if not finding.unanswered},
        refused=result.verdicts[Axis.ROPC].value == REFUSED,
        told=not path.unknown,
        ready=path.value == _READY,
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
    title: str = ""
    unanswered: bool = False


class _Verdict(_Shape):
    value: str


class _App(_Shape):
    title: str = ""


class _Case(_Shape):
    key: _Key
    account: str = ""
    app: _App = _App()
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
            return _read(run.id, ijson.items(stream, "cases.item"))
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


def _read(name: str, items: Iterable[Any]) -> Baseline:
    """Return a baseline of few distinct strings: a report repeats its words for every case."""
    baseline = Baseline(name, cases := {}, titles := {}, apps := {}, accounts := {})
    for item in items:
        case = _Case.model_validate(item)
        if case.not_audited or Axis.ROPC not in case.verdicts or Axis.PATH not in case.verdicts:
            continue
        key = CaseKey(case.key.account, sys.intern(case.key.app), sys.intern(case.key.environment))
        told_of = [found for found in case.findings if not found.unanswered]
        cases[key] = Before(
            {sys.intern(found.rule): found.severity for found in told_of},
            refused=case.verdicts[Axis.ROPC].value == REFUSED,
            told=case.verdicts[Axis.PATH].value != "could not tell",
            ready=case.verdicts[Axis.PATH].value == _READY,
        )
        titles.update({found.rule: found.title or found.rule for found in told_of})
        apps[key.app] = case.app.title or key.app
        if case.account not in {"", key.account}:
            accounts[key.account] = case.account
    return baseline


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
