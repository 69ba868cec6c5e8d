"""Annotations: what a pipeline's page shows at rows of the inventory, a few of each kind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import Severity
from auditor.writers.gravest import Gravest
from auditor.writers.prose import because

if TYPE_CHECKING:
    from auditor.model import Audit, CaseResult, Finding, Origin
    from auditor.writers.interface import Terms

LIMIT = 10
"""How many annotations of a kind GitHub shows of a step."""
_OPEN = "The contract could not be checked"
_UNTOLD = "Nobody could tell where this account should go"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One remark at a row: `level` is error, warning or notice; `file` is a path of the repository."""

    level: str
    title: str
    text: str
    file: str = ""
    line: int = 0


def annotations_of(audit: "Audit", terms: "Terms", limit: int = LIMIT) -> list[Annotation]:
    """Return what makes the run fail as errors, what could not be looked at as warnings, each up to `limit`.

    Where some are left out a notice says how many.
    """
    errors: Gravest[Annotation] = Gravest(limit)
    warnings: Gravest[Annotation] = Gravest(limit)
    for result in audit.results():
        for finding in result.findings:
            if terms.demand.fails(result, finding):
                errors.add(finding.severity.rank, _of_finding(result, finding, terms.folder))
        if terms.demand.contract_open(result):
            warnings.add(0, _at(result, "warning", _OPEN, result.contract_why, terms.folder))
        elif not result.not_audited and terms.demand.path_open(result):
            warnings.add(1, _at(result, "warning", _UNTOLD, _untold(result), terms.folder))
    for sentence in (*audit.summary.expired, *audit.summary.unused):
        warnings.add(len(Severity), Annotation("warning", "Waivers", sentence))
    more = errors.total + warnings.total - len(errors.kept()) - len(warnings.kept())
    left_out = [Annotation("notice", "More", f"{more:,} more are in the reports.")] if more else []
    return [*errors.kept(), *warnings.kept(), *left_out]


def _of_finding(result: "CaseResult", finding: "Finding", folder: str) -> Annotation:
    return _at(result, "error", finding.title, f"{finding.what}{because(result, finding)}", folder)


def _untold(result: "CaseResult") -> str:
    return next(verdict.why for axis, verdict in result.verdicts.items() if axis == "path")


def _at(result: "CaseResult", level: str, title: str, text: str, folder: str) -> Annotation:
    case = result.case
    said = f"{case.account} ({case.app.title}, {case.environment}): {text}"
    return Annotation(level, title, said, _path(case.origin, folder), max(case.origin.row, 1))


def _path(origin: "Origin", folder: str) -> str:
    return f"{folder}/{origin.file}" if folder else origin.file
