"""The columns of Accounts and Findings as CSV, under the names that they have in the workbook."""

import csv
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from auditor.errors import ReportError
from auditor.model import FindingKey, Status, Tracked
from auditor.writers.csv_tables import LEFT_OUT, CsvWriter
from auditor.writers.csv_text import undefused
from auditor.writers.layout import load_layout
from tests.writers.conftest import HOSTILE

WORDS = Tracked(Status.IN_PROGRESS, "Dana", date(2027, 3, 31), "=waits", ("+1", True))


@pytest.fixture
def written(terms, tmp_path):
    """Return a function that writes an audit, and returns the two files' records by header."""

    def write(audit, **under):
        paths = CsvWriter(terms(**under)).write(audit, tmp_path / "r.csv")
        assert [path.name for path in paths] == ["r.csv", "r.findings.csv"]
        tables = []
        for path in paths:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                tables.append(list(csv.DictReader(stream)))
        return tables

    return write


def headers(name):
    return [one.header for one in load_layout().sheets[name].columns if one.key not in LEFT_OUT]


def test_there_is_a_record_for_each_case_and_for_each_finding_under_the_names_of_the_workbook(audit, written):
    cases, found = written(audit)
    assert [undefused(case["Account"]) for case in cases] == [one.case.account for one in audit.cases]
    assert [one["Rule"] for one in found] == [
        finding.rule for case in audit.cases for finding in case.findings
    ]
    assert list(cases[0]) == headers("accounts")
    assert list(found[0]) == headers("findings")


def test_the_key_joins_findings_of_all_runs(audit, written):
    _, found = written(audit)
    keys = [
        FindingKey(case.case.key, finding.rule).digest() for case in audit.cases for finding in case.findings
    ]
    assert [one["Key"] for one in found] == keys
    assert list(found[0])[-1] == "Key"


def test_what_people_wrote_stands_there_with_their_own_columns_before_the_key(audit, written):
    at, first = next((at, case) for at, case in enumerate(audit.cases) if case.findings)
    tracked = replace(first, findings=(replace(first.findings[0], tracked=WORDS), *first.findings[1:]))
    changed = replace(audit, cases=(*audit.cases[:at], tracked, *audit.cases[at + 1 :]))
    _, found = written(changed, follow_up=SimpleNamespace(own_columns=("Budget", "=Ours", "status")))
    said = [found[0][name] for name in ("Status", "Owner", "Due", "Comment")]
    assert said == ["In progress", "Dana", "2027-03-31", "'=waits"]
    assert list(found[0])[-4:] == ["Budget", "'=Ours", "status (2)", "Key"]
    assert (found[0]["Budget"], found[0]["'=Ours"], found[0]["status (2)"]) == ("'+1", "TRUE", "")


def test_no_text_from_outside_is_a_formula_and_none_is_lost(audit, written):
    cases, _ = written(audit)
    (hostile,) = [case["Account"] for case in cases if HOSTILE in case["Account"]]
    assert hostile.startswith(f"'{HOSTILE}")
    assert undefused(hostile).startswith(HOSTILE)


def test_it_is_as_it_was(audit, terms, tmp_path, golden):
    for path in CsvWriter(terms()).write(audit, tmp_path / "audit.csv"):
        data = path.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        assert data.endswith(b"\r\n")
        golden(path.name, data.decode("utf-8-sig").replace("\r\n", "\n"))


def test_both_files_stay_what_they_were_when_one_cannot_be_written(audit, terms, tmp_path):
    (tmp_path / "r.csv").write_text("old", encoding="utf-8")
    (tmp_path / "r.findings.csv").mkdir()
    with pytest.raises(ReportError, match=r"r\.findings\.csv is a folder"):
        CsvWriter(terms()).write(audit, tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 2
