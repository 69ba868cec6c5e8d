"""SARIF 2.1.0: findings as results at the inventory's file and row, rules with their help."""

import json
from datetime import UTC
from typing import TYPE_CHECKING

from auditor.writers.sarif_results import (
    LEVELS,
    NOT_LOOKED,
    ROOT,
    notifications_of,
    notifications_of_row,
    plain,
    result_of,
)
from auditor.writers.spool import Spool
from auditor.writers.text_file import write_pieces
from auditor.writers.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from auditor.model import Audit, CaseResult, Finding, RuleHelp, RunInfo
    from auditor.writers.interface import Terms
    from auditor.writers.sarif_results import Json

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION = "2.1.0"


class SarifWriter:
    """Writes a log of one run, UTF-8, one result a line: the same bytes for the same audit."""

    suffix = ".sarif"

    def __init__(self, terms: "Terms") -> None:
        self._terms = terms

    def write(self, audit: "Audit", target: "Path") -> None:
        """Write the audit; raises ReportError when the target cannot be written."""
        with Spool() as results, Spool() as gaps:
            write_pieces(target, _Log(self._terms, results, gaps).pieces(audit), errors="backslashreplace")


class _Log:
    """One log: results and what could not be looked at wait on disk until the rules before them are known."""

    def __init__(self, terms: "Terms", results: Spool, gaps: Spool) -> None:
        self._terms = terms
        self._results, self._gaps = _Items(results), _Items(gaps)
        self._rules: dict[str, Json] = {}
        self._indices: dict[str, int] = {}

    def pieces(self, audit: "Audit") -> "Iterator[str]":
        """Yield the document."""
        texts, folder = load_texts(), self._terms.folder
        for result in audit.results():
            for finding in result.findings:
                self._results.add(self._result(result, finding))
            for gap in notifications_of(result, texts, folder):
                self._gaps.add(gap)
        for row in audit.invalid():
            for gap in notifications_of_row(row, folder):
                self._gaps.add(gap)
        yield from self._document(audit.run)

    def _result(self, result: "CaseResult", finding: "Finding") -> "Json":
        index = self._indices.setdefault(finding.rule, len(self._indices))
        if finding.rule not in self._rules:
            self._rules[finding.rule] = _rule(finding, self._terms.rule_help(finding.rule))
        return result_of(result, finding, index, self._terms)

    def _document(self, run: "RunInfo") -> "Iterator[str]":
        yield f'{{"$schema":{_dump(SCHEMA)},"version":{_dump(VERSION)},"runs":[{{\n'
        yield f'"tool":{_dump({"driver": _driver(run, list(self._rules.values()))})},\n'
        for name, value in _about(run).items():
            yield f"{_dump(name)}:{_dump(value)},\n"
        yield f'"invocations":[{_dump(_invocation(run)).removesuffix("}")},"toolExecutionNotifications":['
        yield from self._gaps.pieces()
        yield ']}],\n"results":['
        yield from self._results.pieces()
        yield "]}]}\n"


class _Items:
    """The members of a list on disk."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._separator = "\n"

    def add(self, item: "Json") -> None:
        """Add a member."""
        self._spool.add(self._separator + _dump(item))
        self._separator = ",\n"

    def pieces(self) -> "Iterator[str]":
        """Yield the list without its brackets."""
        yield from self._spool


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _driver(run: "RunInfo", rules: "list[Json]") -> "Json":
    return {
        "name": "auditor",
        "fullName": "WS-Trust to OAuth migration auditor",
        "version": run.tool_version,
        "rules": rules,
        "notifications": [
            {
                "id": NOT_LOOKED,
                "shortDescription": {"text": "A question could not be asked; that is neither good nor bad."},
            }
        ],
    }


def _rule(finding: "Finding", known: "RuleHelp | None") -> "Json":
    """Return the rule of a finding as its data says; of one that is not known what the finding says."""
    if known is None:
        return {"id": finding.rule, "shortDescription": {"text": plain(finding.title)}}
    level = LEVELS[known.severity]
    return {
        "id": known.id,
        "shortDescription": {"text": plain(known.title)},
        "fullDescription": {"text": plain(known.what)},
        "help": {"text": plain(known.text), "markdown": known.markdown},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": [known.topic]},
    }


def _about(run: "RunInfo") -> "Json":
    """Return what a run says of itself. The category, before the slash, is the same for every run."""
    return {
        "automationDetails": {"id": f"auditor/{run.id}"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The top of the inventory's repository."}}},
        "properties": {
            "source": run.source,
            "mode": run.mode,
            "vantage": str(run.vantage),
            "simulated": run.simulated,
        },
    }


def _invocation(run: "RunInfo") -> "Json":
    """Return how the run went; it succeeded where it got to its end with everything it should hold."""
    reasons = [*run.missing, *run.stopped, *(["interrupted before its end"] if run.interrupted else [])]
    told: Json = {"executionSuccessful": not reasons, "startTimeUtc": _time(run.started)}
    if run.ended:
        told["endTimeUtc"] = _time(run.ended)
    return told | {
        "toolConfigurationNotifications": [
            {"level": "error", "message": {"text": plain(f"incomplete: {reason}")}} for reason in reasons
        ]
    }


def _time(moment: "datetime") -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
