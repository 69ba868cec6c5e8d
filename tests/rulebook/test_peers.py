"""Defects that were read in other tools for the same job, one test each: they are not to come back here."""

import pytest

from auditor.model import Answer, Axis, Flow, Kind, Leg
from auditor.rulebook.facts import build_estate
from auditor.rulebook.judge import judge


@pytest.fixture
def audited(kit, book):
    """Audit an account that got this answer to its password; other facts of its realm can be given."""

    def audited(answer, kind=Kind.INTEGRATION, **realm):
        case = kit.case("backend@contoso.example", kind)
        looks = kit.looks(case).discovered(**realm).signed_in(answer)
        return judge(book, case, looks.items, build_estate([case]), vantage=kit.office)

    return audited


@pytest.fixture
def leads(audited, kit):
    """Return the leading finding's id for a code."""
    return lambda code, **realm: audited(kit.refused(code), **realm).findings[0].rule


def test_a_prefix_does_not_decide_what_is_found(leads):
    # substring tests took security defaults, and missing principals, for other codes that begin alike
    assert leads(53003) == "conditional-access-blocks-sign-in"
    assert leads(530035) == "security-defaults-block-sign-in"
    assert leads(530034) == "risk-blocks-sign-in"
    assert leads(50001) == leads(500011) == "environment-is-unknown-to-the-tenant"
    assert leads(50057) == "account-is-disabled"
    assert leads(65005) == "app-lacks-dataverse-permission"


def test_an_account_that_is_not_assigned_is_not_said_to_be_blocked_by_conditional_access(audited, kit):
    finding = audited(kit.refused(50105)).findings[0]
    assert finding.rule == "account-is-not-assigned-to-app"
    assert "Conditional Access" not in finding.what + finding.why


def test_a_blocked_mfa_registration_is_not_called_suspicious_activity(audited, kit):
    finding = audited(kit.refused(53004)).findings[0]
    assert finding.rule == "mfa-registration-is-blocked"
    assert "register" in finding.what


def test_an_unknown_code_is_a_finding_and_not_the_end(audited, kit):
    result = audited(kit.refused(987654, text="AADSTS987654: Something new."))
    assert result.findings[0].rule == "answer-is-not-known"
    assert "AADSTS987654" in result.findings[0].what
    assert "Something new." in result.findings[0].what


def test_registering_for_mfa_and_mfa_at_the_provider_are_told_apart_by_the_realm(leads):
    assert leads(50079) == "mfa-registration-is-demanded"
    assert leads(50079, account_type="Federated") == "mfa-is-expected-from-federation"


def test_the_code_for_mfa_does_not_name_the_mechanism_and_the_finding_says_so(audited, kit):
    finding = audited(kit.refused(50076)).findings[0]
    assert "the code does not say which, the sign-in log does" in finding.why
    for mechanism in ("Conditional Access", "per-user MFA", "security defaults"):
        assert mechanism in finding.why


def test_what_nobody_looked_at_never_passes(kit, book):
    # missing evidence became a pass, an empty list or a failure
    case = kit.case()
    result = judge(book, case, [], build_estate([case]), vantage=kit.office)
    for axis in (Axis.MFA, Axis.CONSENT, Axis.ROPC):
        assert result.verdicts[axis].value == "unknown"
        assert result.verdicts[axis].why
    assert result.verdicts[Axis.PATH].value == "could not tell"


def test_a_method_that_is_registered_says_nothing_of_mfa_being_demanded(audited, kit):
    # "has registered methods" was reported as "MFA enabled"; only a sign-in that demands it counts
    asked_to_register = audited(kit.refused(50079)).verdicts[Axis.MFA]
    signed_in = audited(kit.good(Leg.TOKEN)).verdicts[Axis.MFA]
    assert asked_to_register.value == "registration required"
    assert signed_in.value == "not required"
    assert signed_in.vantage == str(kit.office), "not required, seen from one place"


def test_a_job_without_a_person_is_not_told_to_open_a_window(book):
    # with LoginPrompt=Auto a service tries a dialog that nobody answers
    steps = " ".join(book.fixes["change-auth-type"].steps)
    assert "LoginPrompt=Never; Auto opens a window that nobody answers" in steps


def test_throttling_is_no_failed_sign_in(audited):
    throttled = Answer(Flow.ROPC, Leg.TOKEN, http_status=429, text="Too Many Requests", sent=True)
    finding = audited(throttled).findings[0]
    assert finding.rule == "service-throttles"
    assert "not reported as a refused sign-in" in finding.why


def test_many_locked_accounts_are_not_taken_for_locked_accounts(audited, kit):
    blocked = kit.refused(
        50053,
        text="AADSTS50053: Sign-in was blocked because it came from an IP address with malicious activity.",
    )
    assert audited(blocked).findings[0].rule == "source-address-is-blocked"
    either = audited(kit.refused(50053)).findings[0]
    assert "sign-in-from-another-address" in [fix.id for fix in either.fixes]
    assert {candidate.outcome for candidate in either.candidates} == {
        "account_locked",
        "source_address_blocked",
    }


def test_a_federated_password_that_the_cloud_refused_is_not_called_wrong(audited, kit):
    finding = audited(kit.refused(50126), account_type="Federated").findings[0]
    assert finding.rule == "federated-password-was-checked-in-the-cloud"
    assert "says nothing about the password" in finding.why
