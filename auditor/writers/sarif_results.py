"""What a SARIF log says of one case: a result per finding, a notification per question nobody could ask."""

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from auditor.model import Severity
from auditor.writers.prose import because, waived
from auditor.writers.tables.not_audited import gaps_of_case, gaps_of_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import CaseKey, CaseResult, Finding, InvalidRow, Origin
    from auditor.writers.interface import Terms
    from auditor.writers.tables.not_audited import Gap
    from auditor.writers.texts import Texts

Json = dict[str, Any]
ROOT = "%SRCROOT%"
LEVELS = {
    Severity.BLOCKER: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "none",
}
NOT_LOOKED = "not-looked-at"
_LINK = re.compile(r"\[(?=[^\]\n]*\]\()")


def result_of(result: "CaseResult", finding: "Finding", rule_index: int, terms: "Terms") -> Json:
    """Return a finding of a case as a result object.

    Remarks and questions without an answer are no failures (`kind`), which SARIF gives no level.
    """
    since = terms.demand.since_baseline(result, finding)
    kind = "open" if finding.unanswered else "informational" if finding.severity == "info" else "fail"
    mark = fingerprint(result.case.key, finding.rule)
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "kind": kind,
        "level": LEVELS[finding.severity] if kind == "fail" else "none",
        "message": {"text": plain(_message(result, finding))},
        "locations": [location(result.case.origin, terms.folder)],
        "partialFingerprints": {"caseAndRule/v1": mark, "primaryLocationLineHash": f"{mark[:16]}:1"},
        "suppressions": _suppressions(finding),
        **({"baselineState": since} if since else {}),
        "properties": {
            **_case(result.case.key),
            "severity": finding.severity,
            "confidence": finding.confidence,
            "lane": finding.lane,
        },
    }


def fingerprint(key: "CaseKey", rule: str) -> str:
    """Return what stays the same of a finding wherever its row stands: 64 hex digits."""
    return hashlib.sha256(json.dumps([*key, rule]).encode("ascii")).hexdigest()


def location(origin: "Origin", folder: str) -> Json:
    """Return where a row stands: the inventory as a path of the repository, the row as a line of it."""
    path = f"{folder}/{origin.file}" if folder else origin.file
    place: Json = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path, safe="/", errors="replace"), "uriBaseId": ROOT},
            "region": {"startLine": max(origin.row, 1)},
        }
    }
    if origin.sheet:
        place["logicalLocations"] = [{"name": origin.sheet, "kind": "sheet"}]
    return place


def notifications_of(result: "CaseResult", texts: "Texts", folder: str) -> "Iterator[Json]":
    """Yield what of a case could not be looked at, and what would change that."""
    for gap in gaps_of_case(result, texts):
        level = "note" if gap.state == "skipped" else "warning"
        said = f"{gap.account}: {gap.what} was not looked at: {gap.why}. {gap.remedy}."
        yield {**_notification(gap, said, level, folder), "properties": _case(result.case.key)}


def notifications_of_row(row: "InvalidRow", folder: str) -> "Iterator[Json]":
    """Yield what is wrong with a row that could not be audited."""
    for gap in gaps_of_row(row):
        said = f"{gap.account or 'A row'} was not audited: {gap.what}: {gap.why}; {gap.remedy}."
        yield _notification(gap, said, "error", folder)


def plain(text: str) -> str:
    """Return text in which a SARIF viewer finds neither a link nor a placeholder (SARIF 3.11.5, 3.11.6)."""
    return _LINK.sub(r"\\[", text).replace("{", "{{").replace("}", "}}")


def _notification(gap: "Gap", said: str, level: str, folder: str) -> Json:
    return {
        "descriptor": {"id": NOT_LOOKED, "index": 0},
        "level": level,
        "message": {"text": plain(said)},
        "locations": [location(gap.origin, folder)],
    }


def _message(result: "CaseResult", finding: "Finding") -> str:
    return f"{finding.what}\nWhy it matters: {finding.why}{because(result, finding)}"


def _suppressions(finding: "Finding") -> list[Json]:
    if finding.waived is None:
        return []
    return [{"kind": "external", "status": "accepted", "justification": waived(finding.waived)}]


def _case(key: "CaseKey") -> Json:
    return {"account": key.account, "app": key.app, "environment": key.environment}
