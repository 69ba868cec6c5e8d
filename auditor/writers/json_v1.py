"""The machine shape `auditor.audit/v1`: frozen, written by hand, published as a JSON Schema.

Keys are only ever added, never renamed or removed; the schema is `reports/schema/audit.v1.schema.json`.
"""

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.model import FindingKey, NotObserved, Observed, Unknown
from auditor.writers import json_follow_up
from auditor.writers.spool import Spool
from auditor.writers.text_file import write_pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from auditor.model import (
        Answer,
        Audit,
        Case,
        CaseKey,
        CaseResult,
        Comparison,
        Evidence,
        FactValue,
        Finding,
        Fix,
        InvalidRow,
        Origin,
        Reading,
        RunInfo,
        Summary,
        Vantage,
        Verdict,
        Waiver,
    )
    from auditor.writers.interface import Terms

SCHEMA = "auditor.audit/v1"
Json = dict[str, Any]


class JsonWriter:
    """Writes `auditor.audit/v1`: UTF-8, one case a line, the same bytes for the same audit."""

    suffix = ".json"

    def __init__(self, terms: "Terms | None" = None) -> None:
        self._terms = terms

    def write(self, audit: "Audit", target: "Path") -> None:
        """Write the audit; raises ReportError when the target cannot be written."""
        write_pieces(target, _pieces(audit, self._terms), errors="backslashreplace")


class _Beside(NamedTuple):
    """What stands beside the audit: an earlier run, and the headers of people's own columns."""

    comparison: "Comparison | None"
    own: "Sequence[str]"


def _pieces(audit: "Audit", terms: "Terms | None") -> "Iterator[str]":
    """Yield the document; the cases wait on disk: the summary before them is known when all are judged."""
    follow_up = terms.follow_up if terms else None
    beside = _Beside(terms.comparison if terms else None, follow_up.own_columns if follow_up else ())
    with Spool() as cases:
        for line in _lines(_case_result(result, beside) for result in audit.results()):
            cases.add(line)
        yield f'{{"schema":{_dump(SCHEMA)},\n"run":{_dump(_run(audit.run))},\n'
        yield f'"summary":{_dump(_summary(audit.summary))},\n"cases":['
        yield from cases
    yield '],\n"invalid":['
    yield from _lines(_invalid(row) for row in audit.invalid())
    yield "],\n"
    yield from _comparison(beside.comparison)
    yield "}\n"


def _comparison(compared: "Comparison | None") -> "Iterator[str]":
    if compared is None:
        yield '"comparison":null'
        return
    yield f'"comparison":{_dump(json_follow_up.comparison(compared))[:-1]},"missing":['
    yield from _lines(json_follow_up.missing(compared))
    yield "]}"


def _lines(items: "Iterable[Json]") -> "Iterator[str]":
    separator = "\n"
    for item in items:
        yield separator + _dump(item)
        separator = ",\n"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _time(moment: "datetime | None") -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _run(run: "RunInfo") -> Json:
    return {
        "id": run.id,
        "tool_version": run.tool_version,
        "source": run.source,
        "started": _time(run.started),
        "ended": _time(run.ended),
        "mode": run.mode,
        "vantage": _vantage(run.vantage),
        "simulated": run.simulated,
        "scope": {"tenants": list(run.scope_tenants), "federation_hosts": list(run.scope_hosts)},
        "stopped": list(run.stopped),
        "submissions": run.submissions,
        "interrupted": run.interrupted,
        "missing": list(run.missing),
    }


def _vantage(vantage: "Vantage") -> Json:
    return {"label": vantage.label, "address": vantage.address}


def _summary(summary: "Summary") -> Json:
    return {
        "cases": summary.cases,
        "accounts": summary.accounts,
        "skipped": summary.skipped,
        "invalid": summary.invalid,
        "verdicts": {str(axis): dict(counts) for axis, counts in summary.verdicts.items()},
        "worst": {str(severity): number for severity, number in summary.worst.items()},
        "findings": {str(severity): number for severity, number in summary.findings.items()},
        "contracts": {str(contract): number for contract, number in summary.contracts.items()},
        "unanswered": summary.unanswered,
        "waived": summary.waived,
        "waivers": {"expired": list(summary.expired), "unused": list(summary.unused)},
    }


def _case_result(result: "CaseResult", beside: _Beside) -> Json:
    changes = beside.comparison.of(result) if beside.comparison else ()
    kinds = {one.rule: one.kind for one in changes if one.now}
    return {
        **_case(result.case),
        "verdicts": {str(axis): _verdict(verdict) for axis, verdict in result.verdicts.items()},
        "contract": {"state": result.contract, "why": result.contract_why},
        "facts": {name: _fact(value) for name, value in result.facts.items()},
        "findings": [
            {
                **_finding(finding),
                "key": FindingKey(result.case.key, finding.rule).digest(),
                "tracked": json_follow_up.tracked(finding.tracked, beside.own),
                "change": kinds.get(finding.rule),
            }
            for finding in result.findings
        ],
        "gone": [json_follow_up.gone(one) for one in changes if not one.now],
        "evidence": [_evidence(item, result.readings.get(item.question)) for item in result.evidence],
        "not_audited": result.not_audited,
    }


def _case(case: "Case") -> Json:
    return {
        "key": _key(case.key),
        "account": case.account,
        "kind": case.kind,
        "app": {"name": case.app.name, "title": case.app.title, "client_id": case.app.client_id},
        "environment": case.environment,
        "owner": case.owner,
        "expected": case.expected,
        "origin": _origin(case.origin),
        "skip": case.skip,
    }


def _key(key: "CaseKey") -> Json:
    return {"account": key.account, "app": key.app, "environment": key.environment}


def _origin(origin: "Origin") -> Json:
    return {"file": origin.file, "sheet": origin.sheet, "row": origin.row}


def _verdict(verdict: "Verdict") -> Json:
    return {
        "value": verdict.value,
        "why": verdict.why,
        "confidence": verdict.confidence,
        "vantage": verdict.vantage,
    }


def _fact(value: "FactValue") -> Json:
    if isinstance(value, Unknown):
        return {"unknown": value.why}
    return {"value": value.value, "confidence": value.confidence, "source": value.source}


def _finding(finding: "Finding") -> Json:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "lane": finding.lane,
        "what": finding.what,
        "why": finding.why,
        "candidates": [
            {"outcome": candidate.outcome, "how_to_tell": candidate.how_to_tell}
            for candidate in finding.candidates
        ],
        "fixes": [_fix(fix) for fix in finding.fixes],
        "evidence": list(finding.evidence),
        "unanswered": finding.unanswered,
        "waived": _waived(finding.waived),
    }


def _waived(waiver: "Waiver | None") -> Json | None:
    if waiver is None:
        return None
    return {"reason": waiver.reason, "who": waiver.who, "until": waiver.until.isoformat()}


def _fix(fix: "Fix") -> Json:
    return {
        "id": fix.id,
        "title": fix.title,
        "steps": list(fix.steps),
        "role": fix.role,
        "desk": fix.desk,
        "effort": fix.effort,
        "disposition": fix.disposition,
        "command": fix.command,
        "link": fix.link,
        "licence": fix.licence,
        "verify": fix.verify,
        "check_before_use": fix.check_before_use,
        "group": fix.group,
    }


def _evidence(item: "Evidence", reading: "Reading | None") -> Json:
    about = {
        "question": item.question,
        "subject": {"kind": item.subject.kind, "key": item.subject.key},
        "at": _time(item.at),
        "source": item.source if isinstance(item, Observed) else "",
        "vantage": _vantage(item.vantage),
    }
    if isinstance(item, NotObserved):
        return {**about, "not_observed": item.why, "detail": item.detail}
    return {
        **about,
        "answer": _answer(item.answer),
        "details": {
            name: list(value) if isinstance(value, tuple) else value for name, value in item.details.items()
        },
        "outcome": reading.outcome if reading else "",
        "password": reading.mark if reading else None,
    }


def _answer(answer: "Answer") -> Json:
    return {
        "flow": answer.flow,
        "leg": answer.leg,
        "host": answer.host,
        "success": answer.success,
        "http_status": answer.http_status,
        "error": answer.error,
        "codes": list(answer.codes),
        "suberror": answer.suberror,
        "text": answer.text,
        "dataverse_code": answer.dataverse_code,
        "failure": answer.failure,
        "exception": answer.exception,
        "fault": answer.fault,
        "sent": answer.sent,
        "correlation_id": answer.correlation_id,
        "trace_id": answer.trace_id,
        "policies": list(answer.policies),
        "retry_after": answer.retry_after,
    }


def _invalid(row: "InvalidRow") -> Json:
    return {
        "origin": _origin(row.origin),
        "account": row.account,
        "environment": row.environment,
        "app": row.app,
        "problems": [
            {"column": problem.column, "wrong": problem.wrong, "right": problem.right}
            for problem in row.problems
        ],
    }
