import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from auditor.baselines import baseline_of
from auditor.exit_codes import Demands, Watched, comparison_of
from auditor.model import (
    Axis,
    ChangeKind,
    Confidence,
    Contract,
    Desk,
    Disposition,
    Effort,
    Expected,
    FindingKey,
    Kind,
    Lane,
    Mark,
    RunInfo,
    Severity,
    Status,
    Summary,
    Tracked,
    Vantage,
)
from auditor.resources import shipped_text
from auditor.writers.json_v1 import JsonWriter


@pytest.fixture(scope="module")
def schema():
    return json.loads(shipped_text("reports", "schema/audit.v1.schema.json"))


@pytest.fixture
def written(audit, tmp_path):
    target = tmp_path / "audit.json"
    JsonWriter().write(audit, target)
    return target


def objects(node):
    """Yield every sub-schema of an object with declared keys."""
    if isinstance(node, dict):
        if "properties" in node:
            yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)


def test_the_fixed_audit_is_written_as_it_always_was(written, golden):
    golden("audit.v1.json", written.read_text(encoding="utf-8"))


def test_the_same_audit_is_the_same_bytes(audit, written, tmp_path):
    again = tmp_path / "again.json"
    JsonWriter().write(audit, again)
    assert again.read_bytes() == written.read_bytes()


def test_what_is_written_fits_the_published_schema(written, schema):
    Draft202012Validator(schema).validate(json.loads(written.read_text(encoding="utf-8")))


def test_an_audit_without_results_fits_the_schema_too(quiet_audit, schema, tmp_path):
    target = tmp_path / "quiet.json"
    JsonWriter().write(quiet_audit, target)
    document = json.loads(target.read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert document["cases"] == []


def test_the_schema_is_sound_and_lets_no_unknown_key_pass(schema):
    Draft202012Validator.check_schema(schema)
    assert all(node.get("additionalProperties") is False for node in objects(schema))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kind", Kind),
        ("severity", Severity),
        ("confidence", Confidence),
        ("lane", Lane),
        ("effort", Effort),
        ("disposition", Disposition),
        ("desk", Desk),
        ("password", Mark),
        ("expected", Expected),
        ("contract", Contract),
        ("status", Status),
        ("change", ChangeKind),
    ],
)
def test_the_schema_knows_exactly_the_words_of_the_model(schema, name, words):
    assert schema["$defs"][name]["enum"] == [word.value for word in words]


def test_the_schema_knows_the_four_verdicts(schema):
    assert list(schema["$defs"]["case"]["properties"]["verdicts"]["properties"]) == [
        axis.value for axis in Axis
    ]


def test_a_case_that_was_not_audited_says_why_and_has_no_verdict(written):
    case = json.loads(written.read_text(encoding="utf-8"))["cases"][-1]
    assert (case["not_audited"], case["verdicts"]) == ("left the company", {})


def test_what_nobody_looked_at_is_told_apart_from_what_was_seen(written):
    evidence = json.loads(written.read_text(encoding="utf-8"))["cases"][0]["evidence"]
    assert ["answer" in item for item in evidence] == [True, True, False]
    assert evidence[-1]["not_observed"] == "not asked"


@dataclass
class Nothing:
    """An audit of nothing whose run carries a text."""

    text: str
    summary = Summary(0, 0, 0, 0, {}, {}, {}, {}, 0)

    @property
    def run(self):
        start = datetime(2026, 1, 1, tzinfo=UTC)
        return RunInfo("run", "0", self.text, start, None, "", Vantage(self.text), simulated=False)

    def results(self):
        return iter(())

    def invalid(self):
        return iter(())


@given(text=st.text(st.characters(exclude_categories=()), max_size=60))
@example(text="half a pair: \ud83d")
@example(text='" \\ \x00 \u2028')
def test_any_text_comes_back_as_it_was(text, tmp_path_factory):
    target = tmp_path_factory.mktemp("json") / "a.json"
    JsonWriter().write(Nothing(text), target)
    run = json.loads(target.read_text(encoding="utf-8"))["run"]
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert (run["source"], run["vantage"]["label"]) == (joined, joined)


def test_waivers_stand_at_their_findings_and_in_the_summary(make, waiver, schema, tmp_path):
    words = (("required",), ("granted",), ("not eligible",), ("fix, then ready",))
    found = make.finding("rule-a", "A", Severity.HIGH, "A.", waived=waiver)
    case = make.result("svc@contoso.example", make.app, make.host, words, row=2, findings=(found,))
    summary = replace(make.summary((case,), ()), waived=1, expired=("one",), unused=("two", "three"))
    JsonWriter().write(make.audit(make.run(), summary, (case,)), tmp_path / "waived.json")
    document = json.loads((tmp_path / "waived.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert document["cases"][0]["findings"][0]["waived"] == {
        "reason": "The vendor replaces it in spring",
        "who": "Dana of the identity desk",
        "until": "2027-03-31",
    }
    assert document["summary"]["waived"] == 1
    assert document["summary"]["waivers"] == {"expired": ["one"], "unused": ["two", "three"]}


def test_what_people_wrote_stands_at_its_finding(make, terms, schema, tmp_path):
    words = (("required",), ("granted",), ("not eligible",), ("fix, then ready",))
    tracked = Tracked(
        Status.ACCEPTED, "Dana", date(2027, 3, 31), "the vendor", ("x", True, float("nan"), date(2026, 1, 1))
    )
    found = make.finding("rule-a", "A", Severity.HIGH, "A.", tracked=tracked)
    again = make.finding("rule-b", "B", Severity.LOW, "B.", tracked=Tracked(lapsed=date(2026, 11, 1)))
    case = make.result("svc@contoso.example", make.app, make.host, words, row=2, findings=(found, again))
    audit = make.audit(make.run(), make.summary((case,), ()), (case,))
    under = terms(follow_up=SimpleNamespace(own_columns=("Budget", "Agreed", "Cost", "Since")))
    JsonWriter(under).write(audit, tmp_path / "tracked.json")
    document = json.loads((tmp_path / "tracked.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    first, second = document["cases"][0]["findings"]
    assert first["key"] == FindingKey(case.case.key, "rule-a").digest()
    assert first["tracked"] == {
        "status": "Accepted risk",
        "owner": "Dana",
        "due": "2027-03-31",
        "comment": "the vendor",
        "lapsed": None,
        "own": [
            {"column": "Budget", "value": "x"},
            {"column": "Agreed", "value": True},
            {"column": "Cost", "value": "nan"},
            {"column": "Since", "value": "2026-01-01"},
        ],
    }
    assert second["tracked"]["lapsed"] == "2026-11-01"
    assert (first["change"], document["cases"][0]["gone"], document["comparison"]) == (None, [], None)


def test_what_became_of_findings_stands_at_them_and_what_is_gone_at_the_case_or_the_end(
    make, terms, schema, tmp_path
):
    def case(account, *rules):
        words = (("required",), ("granted",), ("eligible",), ("ready",))
        found = [make.finding(rule, rule.upper(), Severity.HIGH, "What.") for rule in rules]
        return make.result(account, make.app, make.host, words, row=2, findings=found)

    def watched(demands, *cases):
        return Watched(make.audit(make.run(), make.summary(cases, ()), cases), demands)

    then = baseline_of("run-1", [case("a@contoso.example", "x", "y"), case("b@contoso.example", "z")])
    audit = watched(Demands(baseline=then, worse_fails=False), case("a@contoso.example", "x", "w"))
    JsonWriter(terms(comparison=comparison_of(audit))).write(audit, tmp_path / "compared.json")
    document = json.loads((tmp_path / "compared.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    (one,) = document["cases"]
    assert [(found["rule"], found["change"]) for found in one["findings"]] == [
        ("x", "unchanged"),
        ("w", "regressed"),
    ]
    assert one["gone"] == [{"rule": "y", "title": "Y", "severity": "high", "change": "fixed", "why": ""}]
    (missing,) = document["comparison"].pop("missing")
    assert document["comparison"] == {
        "baseline": "run-1",
        "counts": {"regressed": 1, "fixed": 1, "could not be looked at again": 1, "unchanged": 1},
        "ready_before": 2,
        "cases_before": 2,
    }
    assert (missing["key"]["account"], missing["rule"]) == ("b@contoso.example", "z")
    assert missing["why"] == "the case is not in this run"
