"""The workbook takes a stream: it reads it once, and holds next to nothing of what has passed."""

import gc
import tracemalloc
from dataclasses import replace

import pytest

from auditor.model import CaseKey, Subject
from auditor.writers.workbook.writer import WorkbookWriter


class Stream:
    """An audit of any length: the fixed one again and again, each time with accounts of its own."""

    def __init__(self, audit, times):
        self.run, self.summary, self.cases, self.times = audit.run, audit.summary, audit.cases, times
        self.readings = 0

    def results(self):
        self.readings += 1
        for number in range(self.times):
            yield from (renamed(result, f"n{number}.") for result in self.cases)

    def invalid(self):
        return iter(())


def renamed(result, prefix):
    """Return a result as another account's: in its name, and in what fixes say and cover."""
    old, key = result.case.account, result.case.key
    new = prefix + old
    case = replace(result.case, account=new, key=CaseKey(prefix + key.account, key.app, key.environment))
    findings = tuple(
        replace(found, fixes=tuple(replace(fix, group=new, verify=f"{new} signs in.") for fix in found.fixes))
        for found in result.findings
    )
    own = {"account": Subject("account", case.account_id), "case": Subject("case", str(case.key))}
    evidence = tuple(
        replace(item, subject=own.get(item.subject.kind, item.subject)) for item in result.evidence
    )
    return replace(result, case=case, findings=findings, evidence=evidence)


def peak_of(audit, times, target):
    """Return the most memory that writing so many copies of an audit takes, in bytes."""
    stream = Stream(audit, times)
    gc.collect()  # garbage of the tests before would be counted by chance
    tracemalloc.start()
    try:
        WorkbookWriter().write(stream, target)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_results_are_read_once(audit, tmp_path):
    stream = Stream(audit, 2)
    WorkbookWriter().write(stream, tmp_path / "report.xlsx")
    assert stream.readings == 1


def test_memory_hardly_grows_with_the_number_of_accounts(audit, tmp_path, monkeypatch):
    monkeypatch.setattr("auditor.writers.spool._BLOCK", 1 << 12)
    peak_of(audit, 1, tmp_path / "first.xlsx")  # what is loaded and made once is no growth
    few, many = (peak_of(audit, times, tmp_path / f"{times}.xlsx") for times in (20, 320))
    assert (many - few) / (300 * len(audit.cases)) < 600


@pytest.mark.parametrize("times", [1, 3])
def test_what_waits_on_disk_is_gone_when_the_report_is_written(audit, tmp_path, monkeypatch, times):
    monkeypatch.setattr("auditor.writers.spool._BLOCK", 1 << 8)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    WorkbookWriter().write(Stream(audit, times), tmp_path / "report.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["report.xlsx"]
