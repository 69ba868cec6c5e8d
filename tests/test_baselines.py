"""Where a baseline comes from: a judged run, or its report in JSON."""

import json

import pytest

from auditor.baselines import baseline_in, baseline_of
from auditor.compare import Baseline, Before
from auditor.errors import BaselineError
from auditor.model import CaseKey, Severity
from auditor.writers.json_v1 import JsonWriter
from tests.judged_cases import Made, finding, result

HIGH, LOW = Severity.HIGH, Severity.LOW


@pytest.fixture
def report(tmp_path):
    """Return a writer of reports in JSON with one case, and whatever is changed of it."""

    def write(**changes):
        case = {
            "key": {"account": "a@contoso.example", "app": "mobile", "environment": "x.crm.dynamics.com"},
            "findings": [{"rule": "mfa", "severity": "high", "a-later-key": 1}],
            "verdicts": {"ropc": {"value": "not eligible"}, "path": {"value": "ready"}},
        }
        path = tmp_path / "audit.json"
        whole = {"schema": "auditor.audit/v1", "run": {"id": "run-1"}, "cases": [{**case, **changes}]}
        path.write_text(json.dumps(whole, indent=1), encoding="utf-8")
        return path

    return write


def test_a_report_in_json_is_a_baseline(report):
    key = CaseKey("a@contoso.example", "mobile", "x.crm.dynamics.com")
    expected = Baseline("run-1", {key: Before({"mfa": HIGH}, refused=True, told=True, ready=True)})
    assert baseline_in(report()) == expected


def test_open_questions_of_a_report_are_no_findings_of_it(report):
    open_ = {"rule": "unreached", "severity": "high", "unanswered": True}
    (before,) = baseline_in(report(findings=[open_])).cases.values()
    assert before.findings == {}


def test_skipped_cases_of_a_report_are_no_baseline(report):
    assert baseline_in(report(not_audited="left the company")).cases == {}


def test_a_report_says_how_the_inventory_wrote_an_account(report):
    assert baseline_in(report(account="A@contoso.example")).accounts == {
        "a@contoso.example": "A@contoso.example"
    }
    assert baseline_in(report(account="a@contoso.example")).accounts == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "is not a report in JSON"),
        ('{"schema": "auditor.audit/v9"}', "is not a report in JSON"),
        ('{"schema": "auditor.audit/v1"}', "is not as it was written"),
        ('{"schema": "auditor.audit/v1", "run": {"id": "r"}, "cases": [{"key": ', "is damaged"),
        ("no JSON", "is damaged"),
        ("", "is damaged"),
    ],
)
def test_what_is_no_report_is_said(tmp_path, text, words):
    path = tmp_path / "audit.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=words) as said:
        baseline_in(path)
    assert "--format json" in said.value.advice


def test_a_case_with_a_word_that_is_none_names_where(report):
    with pytest.raises(BaselineError, match=r"findings\.0\.severity"):
        baseline_in(report(findings=[{"rule": "x", "severity": "awful"}]))


def test_a_baseline_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BaselineError, match="cannot be read"):
        baseline_in(tmp_path / "none.json")


def test_a_run_and_its_report_in_json_are_the_same_baseline(tmp_path):
    found = (
        result("a@contoso.example", finding("mfa", HIGH), finding("open", unanswered=True)),
        result("b@contoso.example", path="could not tell", ropc="not eligible"),
        result("c@contoso.example", not_audited="left the company"),
        result("d@contoso.example", finding("role", LOW), ropc="not eligible", path="fix, then ready"),
    )
    JsonWriter().write(Made(found), tmp_path / "audit.json")
    read, judged = baseline_in(tmp_path / "audit.json"), baseline_of("run-2", found)
    assert (read, read.titles, read.apps) == (judged, judged.titles, judged.apps)
