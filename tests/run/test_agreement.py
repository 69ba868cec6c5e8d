"""What is red in JUnit is what the exit code says, over the shipped world (issue 6)."""

import json
from datetime import date
from functools import partial

import pytest
import xmlschema
from jsonschema import Draft7Validator, Draft202012Validator
from junitparser import Error, Failure, JUnitXml

from auditor.baselines import baseline_of
from auditor.exit_codes import BROKEN, CLEAN, INCOMPLETE, Demands, Watched, verdict_of
from auditor.model import Expected, Severity, Waiver
from auditor.resources import shipped_text
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.pages import rule_help
from auditor.run.judged import judge
from auditor.waivers import Entry, Waived
from auditor.writers import writer_for
from auditor.writers.interface import Terms
from auditor.writers.junit import JUnitWriter
from auditor.writers.markdown import LIMIT
from tests.conftest import CHECKOUT
from tests.writers.sarif_schema import official_schema

EVERYTHING = frozenset(Expected)
HELD = Waiver("accepted", "Dana", date(2999, 1, 1))


@pytest.fixture(scope="module")
def help_of():
    return partial(rule_help, load_rulebook())


def red(audit, demands, help_of, target):
    """Return the tests that failed and those that ended in an error, by name."""
    JUnitWriter(Terms(demands, help_of)).write(audit, target)
    (suite,) = JUnitXml.fromfile(str(target))
    found = [(case.name, type(case.result[0])) for case in suite if case.result]
    return (
        {name for name, kind in found if kind is Failure},
        {name for name, kind in found if kind is Error},
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"contract": EVERYTHING},
        *({"contract": frozenset({one})} for one in Expected),
        *({"fail_on": one} for one in Severity),
        {"contract": EVERYTHING, "fail_on": Severity.BLOCKER},
    ],
)
@pytest.mark.parametrize("waived", [(), ("contract-is-broken",), ("contract-is-broken", "*")])
def test_failures_are_ten_and_errors_are_four(shipped, help_of, tmp_path, asked, waived):
    rules = {finding.rule for result in shipped.results for finding in result.findings}
    named = rules if "*" in waived else waived
    entries = [Entry("w:1", "*", "*", "*", rule, HELD) for rule in named]
    audit = Waived(shipped.audit, entries, date(2026, 1, 1))
    demands = Demands(**asked)
    failures, errors = red(audit, demands, help_of, tmp_path / "a.xml")
    code, _ = verdict_of(Watched(audit, demands))
    assert (code == BROKEN) is bool(failures)
    assert code == BROKEN or (code == INCOMPLETE) is bool(errors)
    assert code != CLEAN or not errors
    if set(asked) == {"contract"}:
        assert all(name.endswith(": contract") for name in failures | errors)


def test_compared_with_itself_nothing_is_red_and_with_nothing_all_is_new(shipped, help_of, tmp_path):
    same = Demands(baseline=baseline_of("run-1", shipped.results))
    assert red(shipped.audit, same, help_of, tmp_path / "a.xml") == (set(), set())
    assert verdict_of(Watched(shipped.audit, same))[0] == CLEAN
    new = Demands(baseline=baseline_of("run-1", []))
    failures, errors = red(shipped.audit, new, help_of, tmp_path / "b.xml")
    assert (bool(failures), errors) == (True, set())
    assert verdict_of(Watched(shipped.audit, new))[0] == BROKEN


def test_every_format_of_the_shipped_world_fits_its_schema(shipped, terms, tmp_path):
    for name in ("json", "junit", "sarif", "markdown"):
        writer_for(name, terms).write(shipped.audit, tmp_path / name)
    published = json.loads(shipped_text("reports", "schema/audit.v1.schema.json"))
    Draft202012Validator(published).validate(json.loads((tmp_path / "json").read_text(encoding="utf-8")))
    xmlschema.XMLSchema10(CHECKOUT / "tests" / "writers" / "junit.xsd").validate(tmp_path / "junit")
    log = json.loads((tmp_path / "sarif").read_text(encoding="utf-8"))
    Draft7Validator(official_schema()).validate(log)
    assert all(rule["help"]["markdown"] for rule in log["runs"][0]["tool"]["driver"]["rules"])
    assert (tmp_path / "markdown").stat().st_size < LIMIT


@pytest.mark.parametrize("name", ["json", "junit", "sarif", "markdown"])
def test_the_same_evidence_is_the_same_bytes(shipped, terms, tmp_path, name):
    again = judge(shipped.journal, load_rulebook())
    for audit, target in ((shipped.audit, "a"), (again, "b")):
        writer_for(name, terms).write(audit, tmp_path / target)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
