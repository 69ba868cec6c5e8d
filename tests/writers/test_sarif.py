import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from jsonschema.validators import validator_for
from sarif import loader

from auditor.model import NotObserved, Question, Severity, Subject, Why
from auditor.writers.sarif import SarifWriter
from auditor.writers.sarif_results import plain
from tests.writers.sarif_schema import official_schema

LEVELS = {"blocker": "error", "high": "error", "medium": "warning", "low": "note", "info": "none"}


@pytest.fixture(scope="module")
def schema():
    return official_schema()


@pytest.fixture
def written(audit, terms, tmp_path):
    target = tmp_path / "audit.sarif"
    SarifWriter(terms()).write(audit, target)
    return target


@pytest.fixture
def run_of(terms, tmp_path):
    """Write an audit and return its one run."""

    def read(audit, **changes):
        target = tmp_path / "read.sarif"
        SarifWriter(terms(**changes)).write(audit, target)
        (run,) = json.loads(target.read_text(encoding="utf-8"))["runs"]
        return run

    return read


@pytest.fixture
def one(make):
    """Return an audit of a single case with these findings."""

    def audit(*findings, row=7, evidence=(), account="svc@contoso.example"):
        words = (("not required",), ("granted",), ("eligible",), ("ready",))
        case = make.result(account, make.app, make.host, words, row=row, findings=findings, evidence=evidence)
        return make.audit(make.run(stopped=()), make.summary((case,), ()), (case,))

    return audit


def test_the_fixed_audit_is_written_as_it_always_was(written, golden):
    golden("audit.sarif", written.read_text(encoding="utf-8"))


def test_the_same_audit_is_the_same_bytes(audit, written, terms, tmp_path):
    again = tmp_path / "again.sarif"
    SarifWriter(terms()).write(audit, again)
    assert again.read_bytes() == written.read_bytes()


def test_what_is_written_fits_the_official_schema(written, schema):
    assert schema["title"].endswith("(SARIF) Version 2.1.0 JSON Schema")
    assert validator_for(schema) is Draft7Validator
    Draft7Validator(schema).validate(json.loads(written.read_text(encoding="utf-8")))


def test_an_audit_without_results_fits_the_schema_too(quiet_audit, schema, terms, tmp_path):
    SarifWriter(terms()).write(quiet_audit, tmp_path / "quiet.sarif")
    document = json.loads((tmp_path / "quiet.sarif").read_text(encoding="utf-8"))
    Draft7Validator(schema).validate(document)
    assert document["runs"][0]["results"] == []


def test_another_tool_reads_every_finding_at_its_place(audit, written):
    records = loader.load_sarif_file(str(written)).get_records()
    found = [(case, finding) for case in audit.cases for finding in case.findings]
    assert [record["Line"] for record in records] == [case.case.origin.row for case, _ in found]
    assert {record["Location"] for record in records} == {"audits/2026/accounts.xlsx"}
    assert [record["Code"] for record in records] == [finding.rule for _, finding in found]
    assert [record["Severity"] for record in records] == [
        "none" if finding.unanswered else LEVELS[finding.severity] for _, finding in found
    ]


def test_another_tools_command_counts_them(written):
    done = subprocess.run(
        [sys.executable, "-m", "sarif", "summary", str(written)], capture_output=True, text=True, check=True
    )
    assert "error: 4" in done.stdout


def test_the_finding_keeps_its_mark_wherever_its_row_stands(make, one, run_of):
    found = make.finding("rule-a", "A", Severity.HIGH, "A.")
    here, there = run_of(one(found))["results"][0], run_of(one(found, row=99))["results"][0]
    assert here["partialFingerprints"] == there["partialFingerprints"]
    assert here["locations"] != there["locations"]


def test_no_two_cases_or_rules_share_a_mark(audit, run_of):
    marks = [result["partialFingerprints"]["caseAndRule/v1"] for result in run_of(audit)["results"]]
    assert len(set(marks)) == len(marks)


def test_a_place_is_a_path_of_the_repository_with_its_root_left_to_the_reader(make, one, run_of):
    run = run_of(one(make.finding("rule-a", "A", Severity.HIGH, "A.")), folder="a b/#c")
    place = run["results"][0]["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/%23c/accounts.xlsx", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }
    assert place["logicalLocations"] == [{"name": "Sign-ins", "kind": "sheet"}]
    assert set(run["originalUriBaseIds"]["%SRCROOT%"]) == {"description"}


def test_an_inventory_at_the_top_has_no_folder(make, one, run_of):
    run = run_of(one(make.finding("rule-a", "A", Severity.HIGH, "A.")), folder="")
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "accounts.xlsx"


@pytest.mark.parametrize("severity", list(Severity))
def test_the_level_follows_the_severity(make, one, run_of, severity):
    (result,) = run_of(one(make.finding("rule-a", "A", severity, "A.")))["results"]
    assert result["level"] == LEVELS[severity]
    assert (result["kind"] == "fail") == (severity is not Severity.INFO)


def test_a_question_without_an_answer_is_open_and_no_failure(make, one, run_of):
    (result,) = run_of(one(make.finding("rule-a", "A", Severity.HIGH, "A.", unanswered=True)))["results"]
    assert (result["kind"], result["level"]) == ("open", "none")


def test_a_rule_stands_once_with_help_from_its_data(audit, run_of):
    run = run_of(audit)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
    assert len({rule["id"] for rule in rules}) == len(rules)
    known = next(rule for rule in rules if rule["id"] == "consent-missing")
    assert known["help"]["markdown"].startswith("**What: Consent missing, of any case.")
    assert known["properties"] == {"tags": ["mfa"]}


def test_a_rule_that_nobody_knows_any_more_is_named_by_its_finding(audit, run_of):
    rules = run_of(audit)["tool"]["driver"]["rules"]
    unknown = next(rule for rule in rules if rule["id"] == "outcome-unknown")
    assert unknown == {
        "id": "outcome-unknown",
        "shortDescription": {"text": "Nobody knows how the sign-in ended"},
    }


def test_a_waived_finding_stays_and_is_suppressed_with_its_reason(make, one, run_of, waiver):
    open_one = make.finding("rule-a", "A", Severity.HIGH, "A.")
    run = run_of(one(open_one, make.finding("rule-b", "B", Severity.HIGH, "B.", waived=waiver)))
    assert [result["suppressions"] for result in run["results"]] == [
        [],
        [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "waived until 2027-03-31 by Dana of the identity desk:"
                " The vendor replaces it in spring",
            }
        ],
    ]


def test_what_could_not_be_looked_at_is_a_notification_at_its_row(make, one, run_of):
    nobody = NotObserved(
        Subject("case", "x"), Question.PASSWORD, make.run().started, Why.BREAKER, "5 refusals in a row"
    )
    (told,) = run_of(one(evidence=(nobody,), row=12))["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith(
        "svc@contoso.example: password was not looked at: stopped by the breaker: 5 refusals in a row."
    )
    assert told["locations"][0]["physicalLocation"]["region"] == {"startLine": 12}
    assert (told["descriptor"], told["level"]) == ({"id": "not-looked-at", "index": 0}, "warning")


def test_rows_with_errors_are_notifications_too(audit, run_of):
    told = run_of(audit)["invocations"][0]["toolExecutionNotifications"]
    assert sum(one["level"] == "error" for one in told) == sum(len(row.problems) for row in audit.rows)


@pytest.mark.parametrize(
    "changes",
    [{"stopped": ("contoso.example: stopped",)}, {"missing": ("shard 2/3",)}, {"interrupted": True}],
)
def test_a_run_that_is_not_whole_was_no_success(quiet_audit, make, run_of, changes):
    assert run_of(quiet_audit)["invocations"][0]["executionSuccessful"] is True
    broken = replace(quiet_audit, run=make.run(**({"stopped": ()} | changes)))
    (invocation,) = run_of(broken)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolConfigurationNotifications"][0]["message"]["text"].startswith("incomplete: ")


@pytest.mark.parametrize("since", ["new", "updated", "unchanged"])
def test_a_result_says_how_it_stands_to_an_earlier_run_where_one_is_compared_with(
    make, one, run_of, demand, schema, since
):
    audit = one(make.finding("rule-a", "A", Severity.HIGH, "A."))
    assert "baselineState" not in run_of(audit)["results"][0]
    assert run_of(audit, demand=demand(since=since))["results"][0]["baselineState"] == since
    assert since in schema["definitions"]["result"]["properties"]["baselineState"]["enum"]


def test_every_run_is_of_the_same_category(audit, run_of):
    assert run_of(audit)["automationDetails"]["id"] == f"auditor/{audit.run.id}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[click](https://evil.example)", r"\[click](https://evil.example)"),
        ("set {0} to {name}", "set {{0}} to {{name}}"),
        ("a list [1, 2] (see there)", "a list [1, 2] (see there)"),
    ],
)
def test_text_from_outside_makes_neither_links_nor_placeholders(text, shown):
    assert plain(text) == shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(st.characters(exclude_categories=()), min_size=1, max_size=40))
@example(text='half a pair: \ud83d, "quotes" \\ \x00 \u2028 %2e%2e/')
def test_any_text_from_outside_makes_a_valid_log(text, make, one, schema, terms, tmp_path):
    found = make.finding("rule", text, Severity.HIGH, text)
    audit = one(found, account=f"{text}@contoso.example")
    case = audit.cases[0]
    moved = replace(case, case=replace(case.case, origin=replace(case.case.origin, file=text, sheet=text)))
    whole = replace(audit, cases=(moved,), run=make.run(source=text, stopped=(text,)))
    SarifWriter(terms(folder="audits")).write(whole, tmp_path / "any.sarif")
    document = json.loads((tmp_path / "any.sarif").read_text(encoding="utf-8"))
    Draft7Validator(schema).validate(document)
    (result,) = document["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("audits/")
    assert uri.isascii()
