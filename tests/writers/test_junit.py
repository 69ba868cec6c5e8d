from dataclasses import replace
from pathlib import Path

import pytest
import xmlschema
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped

from auditor.model import Contract, Expected, Known, Severity, Unknown
from auditor.writers.junit import JUnitWriter

HERE = Path(__file__).parent
BROKEN = "contract-is-broken"
OPEN = {"contract": Contract.UNANSWERED, "contract_why": "timed out", "expected": Expected.ROPC}


@pytest.fixture(scope="module")
def schema():
    return xmlschema.XMLSchema10(HERE / "junit.xsd")


@pytest.fixture
def written(audit, terms, tmp_path):
    target = tmp_path / "audit.xml"
    JUnitWriter(terms()).write(audit, target)
    return target


@pytest.fixture
def tests_of(terms, tmp_path):
    """Write an audit and return its tests by class and name, as an independent reader sees them."""

    def read(audit, **changes):
        target = tmp_path / "read.xml"
        JUnitWriter(terms(**changes)).write(audit, target)
        return {
            f"{case.classname} {case.name}": case
            for suite in JUnitXml.fromfile(str(target))
            for case in suite
        }

    return read


@pytest.fixture
def one(make):
    """Return an audit of a single case that is well, but for what is given."""

    def audit(findings=(), contract=Contract.NOT_UNDER_CONTRACT, verdicts=None, facts=None, **more):
        known = {"password": Known("right"), "dataverse": Known("member")}
        words = verdicts or (("not required",), ("granted",), ("eligible",), ("ready",))
        case = make.result(
            "svc@contoso.example", make.app, make.host, words, row=7, findings=findings,
            contract=contract, facts=known | (facts or {}), **more,
        )  # fmt: skip
        return make.audit(make.run(stopped=()), make.summary((case,), ()), (case,))

    return audit


def outcomes(tests):
    """Return how each question of the single case came out."""
    kinds = {Failure: "failure", Error: "error", Skipped: "skipped"}
    named = {name.rpartition(": ")[2]: test for name, test in tests.items() if ": " in name}
    return {name: kinds[type(test.result[0])] if test.result else "passed" for name, test in named.items()}


ALL_WELL = dict.fromkeys(("mfa", "consent", "account", "ropc", "dataverse", "path"), "passed")


def test_the_fixed_audit_is_written_as_it_always_was(written, golden):
    golden("junit.v1.xml", written.read_text(encoding="utf-8"))


def test_the_same_audit_is_the_same_bytes(audit, written, terms, tmp_path):
    again = tmp_path / "again.xml"
    JUnitWriter(terms()).write(audit, again)
    assert again.read_bytes() == written.read_bytes()


def test_what_is_written_fits_the_common_schema(written, schema):
    schema.validate(written)


def test_an_audit_without_results_fits_the_schema_too(quiet_audit, schema, terms, tmp_path):
    JUnitWriter(terms()).write(quiet_audit, tmp_path / "quiet.xml")
    schema.validate(tmp_path / "quiet.xml")


def test_the_suite_counts_what_it_holds(written):
    (suite,) = JUnitXml.fromfile(str(written))
    counted = [sum(bool(case.result) and isinstance(case.result[0], kind) for case in suite)
               for kind in (Failure, Error, Skipped)]  # fmt: skip
    assert [suite.failures, suite.errors, suite.skipped] == counted
    assert suite.tests == len(list(suite))


def test_every_test_has_a_name_of_its_own_that_no_row_number_is_part_of(audit, tests_of):
    tests = tests_of(audit)
    moved = [replace(r, case=replace(r.case, origin=replace(r.case.origin, row=900 + n)))
             for n, r in enumerate(audit.cases)]  # fmt: skip
    assert set(tests_of(replace(audit, cases=tuple(moved)))) == set(tests)


def test_a_case_that_is_well_passes_every_question(one, tests_of):
    assert outcomes(tests_of(one())) == ALL_WELL


def test_a_case_under_contract_is_asked_about_it_too(one, tests_of):
    met = one(contract=Contract.MET, expected=Expected.ROPC)
    assert outcomes(tests_of(met)) == {"contract": "passed"} | ALL_WELL


@pytest.mark.parametrize(
    ("topic", "question"),
    [
        ("mfa", "mfa"),
        ("consent", "consent"),
        ("account", "account"),
        ("federation", "ropc"),
        ("dataverse", "dataverse"),
        ("tenant", "dataverse"),
        ("estate", "path"),
        ("other", "path"),
    ],
)
def test_a_finding_turns_exactly_its_question_red(make, one, tests_of, topic, question):
    found = make.finding("some-rule", "Something is wrong", Severity.HIGH, "It is.", topic=topic)
    assert outcomes(tests_of(one((found,)))) == ALL_WELL | {question: "failure"}


def test_a_failure_says_how_grave_what_why_and_names_the_fix_and_the_row(make, one, tests_of):
    found = make.finding(
        "no-security-role", "The user has no security role", Severity.HIGH, "Dataverse lets it do nothing.",
        (make.fixes.role, make.fixes.app_user), topic="dataverse",
    )  # fmt: skip
    test = tests_of(one((found,)))[f"{make.host}.{make.app.name} svc@contoso.example: dataverse"]
    (failure,) = test.result
    assert (failure.message, failure.type) == ("The user has no security role", "high")
    for part in (
        "Dataverse lets it do nothing.",
        "Why it matters: Without it the app stops",
        "Fix: Assign a security role in the environment (System Administrator; minutes; lasting)",
        "Verify: WhoAmI and the table read succeed.",
        "Or: Create an application user for the integration",
        "Where: accounts.xlsx, sheet Sign-ins, row 7; rule: no-security-role",
    ):
        assert part in failure.text


def test_only_what_makes_the_run_fail_is_red(make, one, tests_of, demand):
    broken = make.finding(BROKEN, "It does not sign in as expected", Severity.HIGH, "No.", topic="estate")
    mfa = make.finding("mfa", "MFA blocks", Severity.BLOCKER, "It does.", topic="mfa")
    case = one((mfa, broken), Contract.BROKEN, expected=Expected.ROPC)
    judged = outcomes(tests_of(case, demand=demand(frozenset({BROKEN}))))
    assert judged == {"contract": "failure"} | ALL_WELL | {"mfa": "skipped"}


def test_a_finding_that_is_not_judged_is_no_pass_either(make, one, tests_of, demand):
    found = make.finding("mfa", "MFA blocks", Severity.BLOCKER, "It does.", topic="mfa")
    tests = tests_of(one((found,)), demand=demand(frozenset()))
    (skipped,) = tests[f"{make.host}.{make.app.name} svc@contoso.example: mfa"].result
    assert skipped.message == "found, not judged by this run: MFA blocks"


def test_a_broken_contract_that_no_rule_speaks_of_is_no_pass(one, tests_of):
    case = one((), Contract.BROKEN, contract_why="wrong password", expected=Expected.ROPC)
    assert outcomes(tests_of(case))["contract"] == "skipped"


def test_a_waived_finding_is_skipped_with_its_reason(make, one, tests_of, waiver):
    found = make.finding("mfa", "MFA blocks", Severity.BLOCKER, "It does.", topic="mfa", waived=waiver)
    tests = tests_of(one((found,)))
    (skipped,) = tests[f"{make.host}.{make.app.name} svc@contoso.example: mfa"].result
    assert isinstance(skipped, Skipped)
    assert skipped.message == (
        "MFA blocks: waived until 2027-03-31 by Dana of the identity desk: The vendor replaces it in spring"
    )


def test_what_is_not_known_is_never_a_pass(one, tests_of):
    hidden = ("unknown", "hidden behind the refusal")
    facts = {"password": Unknown("not asked"), "dataverse": Unknown("no token")}
    case = one((), verdicts=(hidden, hidden, hidden, ("ready",)), facts=facts)
    assert outcomes(tests_of(case)) == dict.fromkeys(ALL_WELL, "skipped") | {"path": "passed"}


def test_an_answer_that_says_nothing_of_the_password_leaves_the_account_open(one, tests_of):
    assert outcomes(tests_of(one(facts={"password": Known("unknown")})))["account"] == "skipped"


def test_a_password_grant_that_is_refused_is_no_pass(one, tests_of):
    refused = ("not eligible", "MFA is required")
    case = one(verdicts=(("required",), ("granted",), refused, ("switch to interactive OAuth",)))
    assert outcomes(tests_of(case))["ropc"] == "skipped"


@pytest.mark.parametrize(
    ("case", "question"),
    [
        (
            {"contract": Contract.UNANSWERED, "contract_why": "timed out", "expected": Expected.ROPC},
            "contract",
        ),
        ({"verdicts": (("required",), ("granted",), ("eligible",), ("could not tell", "timed out"))}, "path"),
    ],
)
def test_what_could_not_be_looked_at_is_an_error_or_skipped_on_request(one, tests_of, case, question):
    red, skipped = tests_of(one(**case)), tests_of(one(**case), gaps_fail=False)
    (error,) = next(test for name, test in red.items() if name.endswith(question)).result
    assert (type(error), error.message, error.type) == (Error, "could not look: timed out", "no answer")
    assert outcomes(skipped)[question] == "skipped"


def test_what_is_not_judged_may_stay_open_without_an_error(one, tests_of, demand):
    case = one(**OPEN)
    assert outcomes(tests_of(case, demand=demand(opens=False)))["contract"] == "skipped"


def test_an_error_says_what_would_bring_the_answer(audit, tests_of):
    test = next(t for name, t in tests_of(audit).items() if name.endswith("svc-night@fabrikam.example: path"))
    (error,) = test.result
    assert "Nobody knows how the sign-in ended" in error.text
    assert "Possibly network failure: other accounts fail in the same minute" in error.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stopped": ("contoso.example: 5 refusals",)}, "incomplete: contoso.example: 5 refusals"),
        ({"missing": ("shard 2/3",)}, "incomplete: shard 2/3"),
        ({"interrupted": True}, "incomplete: interrupted before its end"),
    ],
)
def test_a_run_that_is_not_whole_has_an_error_of_its_own(quiet_audit, make, tests_of, changes, said):
    whole = replace(quiet_audit, run=make.run(**({"stopped": ()} | changes)))
    (error,) = tests_of(whole)["run complete"].result
    assert (type(error), error.message) == (Error, said)
    (skipped,) = tests_of(whole, gaps_fail=False)["run complete"].result
    assert isinstance(skipped, Skipped)


def test_a_run_that_reached_nothing_is_incomplete(one, tests_of):
    audit = one()
    nowhere = replace(audit, summary=replace(audit.summary, unreached=1))
    assert not tests_of(audit)["run complete"].result
    (error,) = tests_of(nowhere)["run complete"].result
    assert error.message == "incomplete: nothing could be reached"


def test_rows_with_errors_and_skipped_cases_are_skipped_with_their_reason(audit, tests_of):
    tests = tests_of(audit)
    rows = [test for name, test in tests.items() if name.startswith("inventory ")]
    assert len(rows) == len(audit.rows)
    assert all(test.result[0].message.startswith("not audited, the row has errors: column") for test in rows)
    leaver = next(test for name, test in tests.items() if name.endswith("leaver@contoso.example: audit"))
    assert leaver.result[0].message == "not audited: left the company"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(st.characters(exclude_categories=()), min_size=1, max_size=40))
@example(text="\x00\x1b[31m\ud83d ]]> <failure/> & \"'\ufffe")
@example(text=" \t\n ")
def test_no_text_from_outside_breaks_the_document(text, make, one, schema, terms, tmp_path):
    found = make.finding("rule", text, Severity.HIGH, text, topic=text)
    case = one((found,), contract_why=text, contract=Contract.UNANSWERED, expected=Expected.ROPC)
    whole = replace(case, run=make.run(source=text, stopped=(text,)))
    JUnitWriter(terms()).write(whole, tmp_path / "any.xml")
    schema.validate(tmp_path / "any.xml")
    assert [suite.tests for suite in JUnitXml.fromfile(str(tmp_path / "any.xml"))] == [8]


def test_a_broken_contract_says_why_and_what_to_do_about_the_cause_first(tests_of, one, make):
    cause = make.finding("no-security-role", "No role", Severity.HIGH, "It has none.", (make.fixes.role,))
    broken = make.finding(BROKEN, "Not as expected", Severity.HIGH, "It does not sign in.")
    audit = one((cause, broken), Contract.BROKEN, contract_why="no security role", expected=Expected.ROPC)
    (failure,) = next(case for name, case in tests_of(audit).items() if name.endswith(": contract")).result
    assert failure.message == f"{broken.title}: no security role; fix: {make.fixes.role.title}"
    assert f"Because: {cause.title}." in failure.text


def test_what_stands_in_an_attribute_is_one_line(make, one, terms, tmp_path):
    found = make.finding("rule", "Two\n  lines ", Severity.HIGH, "It is.", topic="mfa")
    JUnitWriter(terms()).write(one((found,)), tmp_path / "a.xml")
    assert 'message="Two lines"' in (tmp_path / "a.xml").read_text(encoding="utf-8")
