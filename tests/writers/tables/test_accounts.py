from auditor.model import Severity
from auditor.writers.tables.accounts import COLUMNS, AccountEntry
from auditor.writers.tables.evidence import telling
from auditor.writers.texts import load_texts


def columns(result):
    entry = AccountEntry(result, load_texts(), None, telling(result))
    return {name: column(entry) for name, column in COLUMNS.items()}


def by_account(audit, account):
    return columns(next(found for found in audit.results() if found.case.account.startswith(account)))


def test_a_verdict_is_read_with_its_reason_and_its_vantage(audit):
    row = by_account(audit, "gps@")
    assert row["consent"].value == "granted (kind unknown)"
    assert row["ropc"].value == "eligible, seen from consultant's office"
    assert row["ropc"].tone == "ropc:eligible"


def test_the_gravest_finding_and_its_first_fix_lead(audit):
    row = by_account(audit, "ext.portal@")
    assert (row["severity"].value, row["severity"].tone) == ("blocker", "severity:blocker")
    assert row["worst"].value == "MFA blocks the password grant"
    assert row["to_do"].value == "Create an application user for the integration"
    assert row["who"].value == "Application Administrator and System Administrator"
    assert row["findings"].value == "2 findings"


def test_a_broken_expectation_is_named_with_its_reason(audit):
    assert by_account(audit, "ext.portal@")["contract"].value == "ropc: broken (mfa_required)"
    assert by_account(audit, "kiosk@")["contract"].value == ""


def test_only_a_case_on_the_right_path_has_nothing_to_do(audit):
    texts = load_texts()
    assert by_account(audit, "gps@")["to_do"].value == texts.nothing_to_do
    assert by_account(audit, "old.sync@")["to_do"].value == texts.no_finding


def test_a_case_that_was_not_audited_has_no_verdict_and_says_so(audit):
    row = by_account(audit, "leaver@")
    said = {(row[name].value, row[name].tone) for name in ("mfa", "consent", "ropc", "path", "severity")}
    assert said == {("not audited", "gap:skipped")}
    assert row["evidence"].value == "left the company"


def test_the_evidence_is_the_code_or_why_nobody_looked(audit):
    assert by_account(audit, "ben.okafor@")["evidence"].value == "password: AADSTS50076"
    assert by_account(audit, "ext.role@")["evidence"].value == "whoami: 0x80042f09"
    assert by_account(audit, "gps@")["evidence"].value == "password: token_issued"
    assert by_account(audit, "svc-night@")["evidence"].value == "password: timed out"
    assert by_account(audit, "=HYPERLINK")["evidence"].value == "stopped by the breaker"


def test_what_is_waived_is_not_the_gravest_and_leaves_something_to_do_only_by_the_others(make, waiver):
    words = (("required",), ("granted",), ("not eligible",), ("fix, then ready",))
    accepted = make.finding("rule-a", "A", Severity.BLOCKER, "A.", (make.fixes.role,), waived=waiver)
    other = make.finding("rule-b", "B", Severity.LOW, "B.", (make.fixes.consent,))

    def row(*findings):
        return columns(
            make.result("svc@contoso.example", make.app, make.host, words, row=2, findings=findings)
        )

    both, alone = row(other, accepted), row(accepted)
    assert (both["severity"].value, both["worst"].value) == ("low", "B")
    assert both["to_do"].value == "Grant the app consent for the whole tenant"
    assert (alone["severity"].value, alone["worst"].value) == ("none", "")
    assert alone["to_do"].value.startswith("waived until 2027-03-31")
    assert alone["findings"].value == "1 finding"
