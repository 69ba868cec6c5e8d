import pytest

from auditor.model import Severity
from auditor.writers.tables.content import Place
from auditor.writers.tables.findings import COLUMNS, FindingEntry
from auditor.writers.texts import load_texts


@pytest.fixture
def rows(audit):
    """Return every finding of the fixed audit as its columns."""
    texts, case = load_texts(), Place("accounts", 0)
    return [
        {name: column(FindingEntry(result, finding, texts, case)).value for name, column in COLUMNS.items()}
        for result in audit.results()
        for finding in result.findings
    ]


def row_of(rows, rule):
    return next(row for row in rows if row["rule"] == rule)


def test_the_first_fix_is_spelled_out_and_the_others_are_named(rows):
    row = row_of(rows, "mfa-blocks-password-grant")
    assert row["fix"] == "Create an application user for the integration"
    assert row["steps"].startswith("1. Register the app with a certificate.\n2. ")
    assert row["others"].startswith("2. Exclude this one account")
    assert "(stopgap; Conditional Access Administrator)" in row["others"]


def test_a_single_step_stands_without_a_number(rows):
    assert row_of(rows, "no-security-role")["steps"].startswith("Open the user")


def test_a_finding_without_a_fix_leaves_the_columns_of_the_fix_empty(rows):
    row = row_of(rows, "outcome-unknown")
    assert {row[name] for name in ("fix", "fix_number", "steps", "who", "effort", "link", "verify")} == {""}


def test_possible_causes_are_listed_with_how_to_tell(rows):
    what = row_of(rows, "outcome-unknown")["what"]
    assert "\nPossibly network failure: other accounts fail in the same minute" in what


def test_a_waived_finding_says_until_when_by_whom_and_why(make, waiver):
    found = make.finding("rule-a", "A", Severity.HIGH, "A.", waived=waiver)
    words = (("required",), ("granted",), ("not eligible",), ("fix, then ready",))
    case = make.result("svc@contoso.example", make.app, make.host, words, row=2, findings=(found,))
    entry = FindingEntry(case, found, load_texts(), Place("accounts", 0))
    assert COLUMNS["waived"](entry).value == (
        "waived until 2027-03-31 by Dana of the identity desk: The vendor replaces it in spring"
    )


def test_a_finding_that_counts_has_nothing_in_the_column_of_waivers(rows):
    assert {row["waived"] for row in rows} == {""}
