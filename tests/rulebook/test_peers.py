"""Defects that were read in other tools for the same job, one test each: they are not to come back here."""

import pytest

from auditor.model import Answer, Axis, Flow, Grant, Kind, Leg, Question, Why
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


@pytest.fixture
def read(kit, book):
    """Audit an account by its directory alone; what the directory says can be given."""

    def read(user=None, access=None, consent=None, kind=Kind.INTEGRATION, answer=None):
        case = kit.case("backend@contoso.example", kind, kit.app(Grant.INTERACTIVE, Grant.ROPC))
        looks = kit.looks(case).discovered().directory(user, access, consent)
        looks = looks.signed_in(answer) if answer else looks.held_back(Question.PASSWORD, Why.NOT_ASKED)
        return judge(book, case, looks.items, build_estate([case]), vantage=kit.office)

    return read


def rules(result):
    return {finding.rule for finding in result.findings}


def mfa(result):
    return result.verdicts[Axis.MFA]


ACCUSING = {
    "mfa-blocks-password-grant",
    "mfa-registration-is-demanded",
    "mfa-is-demanded-and-not-registered",
    "nothing-demands-mfa-of-a-person",
    "password-grant-hangs-on-an-exclusion",
    "report-only-policy-would-refuse",
    "security-defaults-may-demand-mfa",
    "per-user-mfa-is-on",
}


def test_defect_4_the_code_alone_does_not_say_which_rule_asked_for_mfa(read, kit, audited):
    alone = audited(kit.refused(50076)).findings[0]
    assert "the code does not say which" in alone.why
    by = {"ropc": "mfa", "ropc_mfa": "yes", "ropc_by": ("MFA for everybody", "per-user MFA")}
    joined = read(access=by, answer=kit.refused(50076)).findings[0]
    assert joined.rule == alone.rule
    assert '"MFA for everybody" and per-user MFA' in joined.what
    assert "the code does not say which" not in joined.why


def test_defect_7_a_report_only_policy_does_not_count_as_demanding_mfa(read):
    result = read(access={"report_only": ("MFA for services",)})
    assert mfa(result).value == "not required"
    assert "report-only-policy-would-refuse" in rules(result)
    assert "mfa-blocks-password-grant" not in rules(result)


def test_defect_8_an_excluded_account_is_not_said_to_be_under_the_policy(read, kit):
    excluded = {"ropc_exclusion": ("MFA for everybody excludes group Service accounts",)}
    result = read(access=excluded, answer=kit.good(Leg.TOKEN))
    assert str(result.verdicts[Axis.ROPC]) == (
        "works only because of an exclusion (MFA for everybody excludes group Service accounts)"
    )
    finding = next(one for one in result.findings if one.rule == "password-grant-hangs-on-an-exclusion")
    assert "MFA for everybody excludes group Service accounts" in finding.what
    assert mfa(read(access=excluded)).value == "not required"


def test_defect_9_an_alternative_to_mfa_is_no_demand_for_mfa(read):
    result = read(access={"ropc": "unmet", "ropc_by": ("MFA or a compliant device",)})
    assert mfa(result).value == "unknown"
    assert result.verdicts[Axis.ROPC].value == "not eligible"
    assert "policy-demands-more-than-a-password" in rules(result)
    assert "mfa-blocks-password-grant" not in rules(result)


def test_defect_10_a_registered_method_does_not_mean_that_mfa_is_demanded(read):
    result = read({"mfa_registered": "yes", "methods": ("microsoftAuthenticatorPush", "mobilePhone")})
    assert mfa(result).value == "not required"
    assert "mfa-is-registered-but-not-demanded" in rules(result)
    assert mfa(read({"mfa_registered": "no"}, {"interactive": "allowed"}, kind=Kind.PERSON)).value == (
        "not required"
    )


@pytest.mark.parametrize(
    "lack",
    [
        "the tenant has no licence for it",
        "the administrator's role does not allow it",
        "throttled",
        "refused",
    ],
)
def test_defect_13_what_could_not_be_read_is_neither_a_pass_nor_a_failure(read, lack):
    said = f"conditional access policies: {lack}"
    for word in ("unknown", "allowed"):
        result = read(
            access={"ropc": word, "ropc_mfa": "unknown", "ropc_without_risk": word, "unread": (said,)}
        )
        assert (mfa(result).value, lack in mfa(result).why) == ("unknown", True)
        assert result.verdicts[Axis.ROPC].value == "unknown"
        assert not ACCUSING & rules(result)
        finding = next(one for one in result.findings if one.rule == "directory-is-not-fully-read")
        assert said in finding.what


def test_without_the_licence_security_defaults_are_still_named(read):
    # their tenants have no P1, and looked as if nobody there had MFA
    said = "conditional access policies: the tenant has no licence for it"
    unread = {"ropc": "unknown", "ropc_why": said, "ropc_without_risk": "unknown", "unread": (said,)}
    result = read(access=unread | {"security_defaults": "on", "ropc_mfa": "unknown"})
    assert mfa(result).value == "unknown"
    assert "security-defaults-may-demand-mfa" in rules(result)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", [{"enabled": "no"}, {"user_type": "guest"}])
@pytest.mark.parametrize("word", ["mfa", "allowed", "blocked"])
def test_disabled_and_guest_accounts_are_not_reported_as_mfa_failures(read, kind, state, word):
    access = {
        "ropc": word,
        "ropc_by": ("P",),
        "interactive": word,
        "interactive_by": ("P",),
        "ropc_exclusion": ("Q excludes group G",),
        "report_only": ("R",),
        "security_defaults": "on",
    }
    user = {"mfa_registered": "no", "mfa_capable": "no"} | state
    result = read(user, access, kind=kind)
    assert not (ACCUSING - {"per-user-mfa-is-on"}) & rules(result)
    if kind is Kind.INTEGRATION or state == {"enabled": "no"}:
        assert mfa(result).value == "unknown"


def test_people_are_not_blamed_for_mfa(read):
    result = read(access={"ropc": "mfa", "ropc_by": ("P",), "interactive": "mfa"}, kind=Kind.PERSON)
    assert mfa(result).value == "required"
    assert {finding.severity for finding in result.findings} == {"info"}
