"""What got worse between two audits, and what only came into sight (issue 6)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare import Baseline, Before, baseline_in, baseline_of
from auditor.errors import BaselineError
from auditor.model import CaseKey, Severity
from tests.judged_cases import ACCEPTED, finding, result

BLOCKER, HIGH, MEDIUM, LOW, INFO = Severity


def worse(before, now):
    """Return the rules that are worse in a case than they were."""
    return [one.rule for one in baseline_of("run-1", [before]).change(now).worse]


def test_the_same_findings_are_no_worse():
    case = result("a@contoso.example", finding("x", HIGH), finding("y", LOW))
    assert worse(case, case) == []


def test_a_new_finding_is_worse():
    assert worse(result("a@contoso.example"), result("a@contoso.example", finding("x", LOW))) == ["x"]


def test_a_graver_finding_is_worse_and_a_milder_one_is_not():
    before = result("a@contoso.example", finding("x", MEDIUM), finding("y", MEDIUM))
    assert worse(before, result("a@contoso.example", finding("x", HIGH), finding("y", LOW))) == ["x"]


def test_what_a_new_account_has_is_new():
    now = result("new@contoso.example", finding("x", LOW))
    assert worse(result("a@contoso.example", finding("x", LOW)), now) == ["x"]


def test_remarks_questions_without_answer_and_what_is_waived_are_no_worse():
    now = result(
        "a@contoso.example",
        finding("remark", INFO),
        finding("unreached", HIGH, unanswered=True),
        finding("accepted", HIGH, waived=ACCEPTED),
    )
    assert worse(result("a@contoso.example"), now) == []


def test_what_stood_behind_an_obstacle_as_grave_came_into_sight_and_is_no_worse():
    before = result("a@contoso.example", finding("mfa", BLOCKER), ropc="not eligible")
    now = result("a@contoso.example", finding("consent", BLOCKER), ropc="not eligible")
    assert worse(before, now) == []


def test_what_counts_for_more_since_the_obstacle_is_gone_is_no_worse():
    before = result(
        "a@contoso.example", finding("consent", HIGH), finding("vantage", INFO), ropc="not eligible"
    )
    assert worse(before, result("a@contoso.example", finding("vantage", LOW))) == []


def test_what_is_graver_than_the_obstacle_before_is_worse():
    before = result("a@contoso.example", finding("mfa", MEDIUM), ropc="not eligible")
    assert worse(before, result("a@contoso.example", finding("consent", HIGH))) == ["consent"]


def test_a_refusal_without_a_finding_hides_nothing():
    before = result("a@contoso.example", ropc="not eligible")
    assert worse(before, result("a@contoso.example", finding("x", LOW))) == ["x"]


def test_an_unanswered_question_before_hides_nothing_either():
    before = result("a@contoso.example", finding("unreached", HIGH, unanswered=True), ropc="unknown")
    assert worse(before, result("a@contoso.example", finding("mfa", HIGH), ropc="not eligible")) == ["mfa"]


def test_an_open_question_beside_a_refusal_hides_nothing_and_is_nothing_that_could_be_gone():
    before = result("a@contoso.example", finding("unreached", HIGH, unanswered=True), ropc="not eligible")
    now = result("a@contoso.example", finding("mfa", HIGH), ropc="not eligible")
    change = baseline_of("run-1", [before]).change(now)
    assert ([one.rule for one in change.worse], change.gone) == (["mfa"], ())


def test_what_is_gone_counts_only_where_the_case_was_judged():
    baseline = baseline_of("run-1", [result("a@contoso.example", finding("x"))])
    assert baseline.change(result("a@contoso.example")).gone == ("x",)
    untold = baseline.change(result("a@contoso.example", path="could not tell"))
    assert (untold.gone, untold.lost) == ((), True)


def test_a_case_that_had_no_answer_before_lost_none():
    baseline = baseline_of("run-1", [result("a@contoso.example", path="could not tell")])
    assert not baseline.change(result("a@contoso.example", path="could not tell")).lost


def test_cases_that_were_not_audited_are_no_baseline():
    assert baseline_of("run-1", [result("a@contoso.example", not_audited="left")]).cases == {}


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(Severity), st.booleans()), max_size=4),
    st.sampled_from(["eligible", "not eligible", "unknown"]),
)
def test_no_audit_is_worse_than_itself(found, ropc):
    rules = {rule: finding(rule, severity, unanswered=open_) for rule, severity, open_ in found}
    case = result("a@contoso.example", *rules.values(), ropc=ropc)
    assert worse(case, case) == []


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
    expected = Baseline("run-1", {key: Before({"mfa": HIGH}, refused=True, told=True)})
    assert baseline_in(report()) == expected


def test_open_questions_of_a_report_are_no_findings_of_it(report):
    open_ = {"rule": "unreached", "severity": "high", "unanswered": True}
    (before,) = baseline_in(report(findings=[open_])).cases.values()
    assert before.findings == {}


def test_skipped_cases_of_a_report_are_no_baseline(report):
    assert baseline_in(report(not_audited="left the company")).cases == {}


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


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ((finding("x", HIGH),), "unchanged"),
        ((finding("x", LOW),), "updated"),
        ((finding("x", BLOCKER),), "updated"),
        ((finding("y", HIGH),), "new"),
    ],
)
def test_a_finding_is_new_updated_or_unchanged(before, state):
    baseline = baseline_of("run-1", [result("a@contoso.example", *before)])
    now = result("a@contoso.example", finding("x", HIGH))
    assert baseline.state(now, now.findings[0]) == state
    assert baseline.state(result("b@contoso.example"), now.findings[0]) == "new"
