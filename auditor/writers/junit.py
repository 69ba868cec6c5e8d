"""JUnit XML: one test case per case of the inventory and question, for the test views of CI systems.

It keeps to what the two schemas in common use (Ant's by Windy Road, Jenkins' xUnit plugin) both allow: no
attribute `file`, so that a row's place stands in the text of its failure.
"""

import re
from collections import Counter
from datetime import UTC
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from auditor.writers.junit_questions import Check, State, checks_of
from auditor.writers.spool import Spool
from auditor.writers.text_file import write_pieces
from auditor.writers.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.model import Audit, InvalidRow, RunInfo, Summary
    from auditor.writers.interface import Terms

SHAPE = "auditor.junit/v1"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_BLANKS = re.compile(r"\s+")


class JUnitWriter:
    """Writes JUnit XML in UTF-8: the same bytes for the same audit."""

    suffix = ".xml"

    def __init__(self, terms: "Terms") -> None:
        self._terms = terms

    def write(self, audit: "Audit", target: "Path") -> None:
        """Write the audit; raises ReportError when the target cannot be written."""
        write_pieces(target, _pieces(audit, self._terms))


def _pieces(audit: "Audit", terms: "Terms") -> "Iterator[str]":
    """Yield the document; the tests wait on disk, for the suite before them says how many failed."""
    counted: Counter[State] = Counter()
    with Spool() as cases:
        for test, check in _tests(audit, terms):
            counted[check.state] += 1
            cases.add(_case(test, check))
        yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
        yield _suite(audit.run, counted)
        yield from cases
    yield "<system-out/>\n<system-err/>\n</testsuite>\n</testsuites>\n"


def _tests(audit: "Audit", terms: "Terms") -> "Iterator[tuple[tuple[str, str], Check]]":
    """Yield each test's class and name with how it came out: the cases', the bad rows', the run's own."""
    texts = load_texts()
    for result in audit.results():
        key = result.case.key
        for check in checks_of(result, terms, texts):
            yield (f"{key.environment}.{key.app}", f"{key.account}: {check.question}"), check
    for row in audit.invalid():
        yield ("inventory", str(row.origin)), _of_row(row)
    yield ("run", "complete"), _of_run(audit.run, audit.summary, terms)


def _of_row(row: "InvalidRow") -> Check:
    wrong = "; ".join(f"column {found.column}: {found.wrong}" for found in row.problems)
    return Check("row", State.SKIPPED, message=f"not audited, the row has errors: {wrong}")


def _of_run(run: "RunInfo", summary: "Summary", terms: "Terms") -> Check:
    """Return whether the run is whole: the same reasons that make the exit code 4."""
    reasons = [*run.missing, *run.stopped]
    reasons += ["interrupted before its end"] if run.interrupted else []
    if summary.unreached and summary.unreached == summary.cases - summary.skipped:
        reasons.append("nothing could be reached")
    if not reasons:
        return Check("complete", State.PASSED)
    message = f"incomplete: {reasons[0]}"
    if not terms.gaps_fail:
        return Check("complete", State.SKIPPED, message=message)
    return Check("complete", State.ERROR, "incomplete", message, "\n".join(reasons))


def _suite(run: "RunInfo", counted: "Counter[State]") -> str:
    seconds = (run.ended - run.started).total_seconds() if run.ended else 0
    about = {
        "name": "auditor",
        "package": "auditor",
        "id": "0",
        "timestamp": run.started.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": run.vantage.label or "localhost",
        "tests": str(counted.total()),
        "failures": str(counted[State.FAILURE]),
        "errors": str(counted[State.ERROR]),
        "skipped": str(counted[State.SKIPPED]),
        "time": f"{max(seconds, 0):.3f}",
    }
    known = {
        "shape": SHAPE,
        "run": run.id,
        "tool_version": run.tool_version,
        "source": run.source,
        "mode": run.mode,
        "simulated": str(run.simulated).lower(),
    }
    lines = [f"<property{_attributes({'name': name, 'value': value})}/>" for name, value in known.items()]
    return "\n".join([f"<testsuite{_attributes(about)}>", "<properties>", *lines, "</properties>\n"])


def _case(test: tuple[str, str], check: Check) -> str:
    head = f"<testcase{_attributes({'classname': test[0], 'name': test[1], 'time': '0'})}"
    match check.state:
        case State.PASSED:
            return f"{head}/>\n"
        case State.SKIPPED:
            return f"{head}><skipped{_attributes({'message': check.message})}/></testcase>\n"
        case _:
            about = _attributes({"message": check.message, "type": check.kind})
            return f"{head}><{check.state}{about}>{escape(_legal(check.text))}</{check.state}></testcase>\n"


def _attributes(values: dict[str, str]) -> str:
    """Return attributes; blanks that a token may not hold are one blank, also those of no use at the ends."""
    return "".join(
        f" {name}={quoteattr(_BLANKS.sub(' ', _legal(value)).strip())}" for name, value in values.items()
    )


def _legal(text: str) -> str:
    """Return text with a mark for every character that XML cannot hold."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
