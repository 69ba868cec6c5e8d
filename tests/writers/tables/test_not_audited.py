from auditor.model import Why
from auditor.writers.tables.not_audited import gaps_of_case, gaps_of_row
from auditor.writers.texts import load_texts


def gaps(audit, account):
    result = next(found for found in audit.results() if found.case.account.startswith(account))
    return list(gaps_of_case(result, load_texts()))


def test_a_skipped_case_is_one_gap_with_the_reason_of_the_inventory(audit):
    (gap,) = gaps(audit, "leaver@")
    assert (gap.state, gap.what, gap.why) == ("skipped", "everything", "left the company")


def test_a_question_that_could_not_be_asked_says_why_and_what_would_change_that(audit):
    first, second = gaps(audit, "=HYPERLINK")
    assert first.why == "stopped by the breaker: 5 refusals in a row in contoso.example"
    assert first.remedy == load_texts().not_looked[Why.BREAKER]
    assert second.what == "whoami"


def test_what_was_not_asked_by_design_or_follows_from_a_refusal_is_no_gap(audit):
    assert gaps(audit, "Anna.Kovacs@") == gaps(audit, "svc-night@") == []


def test_a_row_with_two_errors_is_two_gaps(audit):
    row = next(audit.invalid())
    assert [(gap.what, gap.why) for gap in gaps_of_row(row)] == [
        ("column account", "not a user principal name"),
        ("column app", "empty"),
    ]
