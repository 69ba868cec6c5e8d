"""The situations this project began with, by name: which finding leads, and the words that decide.

Each is audited from constructed evidence, through the shipped app it is about.
"""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from auditor.model import Axis, Desk, Disposition, Expected, Kind, Leg, Severity, Vantage, Why
from auditor.model import Question as Asked
from auditor.rulebook.facts import build_estate
from auditor.rulebook.judge import judge

MFA_TEXT = (
    "AADSTS50076: Due to a configuration change made by your administrator, or because you moved to a new "
    "location, you must use multi-factor authentication to access '00000007-0000-0000-c000-000000000000'."
)
HOST = "contoso.crm4.dynamics.com"


@pytest.fixture
def audited(book, kit):
    """Audit an account in a shipped app: `answer` is what its password sign-in got, None if nobody asked."""

    def audited(app, answer=None, *, kind=Kind.INTEGRATION, **case):
        audited = kit.case(
            case.pop("account", "backend@contoso.example"), kind, book.apps[app], host=HOST, **case
        )
        looks = kit.looks(audited).discovered()
        if answer is None:
            looks.held_back(Asked.PASSWORD, Why.NOT_ASKED)
        else:
            looks.signed_in(answer)
            if answer.success:
                looks.asked_dataverse(kit.good(Leg.WHOAMI), kit.good(Leg.TABLE))
        return judge(book, audited, looks.items, build_estate([audited]), vantage=kit.office)

    return audited


def leading(result):
    return result.findings[0]


def of(result, rule):
    return next(finding for finding in result.findings if finding.rule == rule)


def fix_of(finding, fix):
    return next(found for found in finding.fixes if found.id == fix)


def fixes(finding):
    return [fix.id for fix in finding.fixes]


def steps(fix):
    return " ".join(fix.steps)


def scope_asked_by(link):
    return parse_qs(urlsplit(link).query)["scope"]


# --- people in the mobile app


def test_a_mobile_user_with_mfa_who_signs_in_as_standard_user_switches_to_oauth(audited, kit):
    result = audited("resco-mobile-crm", kit.refused(50076, text=MFA_TEXT), kind=Kind.PERSON)
    finding = leading(result)
    assert finding.rule == "mfa-blocks-password-grant"
    assert finding.severity is Severity.INFO, "the person loses nothing"
    assert str(result.verdicts[Axis.PATH]) == "switch to interactive OAuth (people sign in themselves)"
    fix = finding.fixes[0]
    assert fix.id == "switch-to-interactive"
    assert "choose OAuth2 as the sign-in method" in steps(fix)
    assert "in place of Standard User" in steps(fix)
    assert "with MFA if it is asked for" in steps(fix)
    assert fix.desk is Desk.USER


@pytest.mark.parametrize("app", ["resco-mobile-crm", "resco-inspections", "resco-routes"])
def test_a_mobile_user_whose_password_nobody_asked_for_switches_too(audited, app):
    result = audited(app, kind=Kind.PERSON)
    assert leading(result).rule == "person-signs-in-interactively"
    assert fixes(leading(result)) == ["switch-to-interactive"]


def test_a_mobile_user_without_mfa_learns_that_the_password_alone_opens_the_data(audited, kit):
    result = audited("resco-mobile-crm", kit.good(Leg.TOKEN), kind=Kind.PERSON)
    assert leading(result).rule == "password-alone-opens-a-persons-account"
    assert fixes(leading(result))[0] == "switch-to-interactive"


# --- accounts behind external projects, location tracking and CRM sync


@pytest.mark.parametrize("app", ["resco-external-project", "resco-location-tracking"])
def test_an_account_that_only_has_a_password_cannot_go_on_under_mfa(audited, kit, app):
    result = audited(app, kit.refused(50076, text=MFA_TEXT))
    finding = leading(result)
    assert (finding.rule, finding.severity) == ("mfa-blocks-password-grant", Severity.BLOCKER)
    assert fixes(finding) == [
        "dedicated-cloud-only-account",
        "exclude-one-account-from-mfa",
        "ask-vendor-for-application-users",
        "retire-account",
    ]
    exclusion = fix_of(finding, "exclude-one-account-from-mfa")
    assert exclusion.disposition is Disposition.STOPGAP
    assert "and nobody else" in steps(exclusion)
    assert "named location" in steps(exclusion)
    assert "vendor server" in steps(exclusion)
    assert "Under security defaults this cannot be done: they exempt no account" in steps(exclusion)
    assert result.verdicts[Axis.PATH].value == "fix, then ready"


def test_crm_sync_is_told_the_same_and_that_its_vendor_has_to_be_asked(audited, kit):
    finding = leading(audited("resco-crm-sync", kit.refused(50076, text=MFA_TEXT)))
    assert finding.rule == "mfa-blocks-password-grant"
    assert "move-to-application-user" not in fixes(finding), "nobody has said that it can use one"
    assert "whether and when it can sign in as an application user" in steps(
        fix_of(finding, "ask-vendor-for-application-users")
    )


def test_an_external_project_that_works_says_until_when_and_from_where(audited, kit):
    result = audited("resco-external-project", kit.good(Leg.TOKEN), expected=Expected.ROPC)
    assert leading(result).rule == "password-grant-is-not-lasting"
    assert "ends on the day somebody demands MFA" in leading(result).why
    assert str(result.verdicts[Axis.PATH]) == "ready"
    place = of(result, "vantage-differs-from-the-app")
    assert "vendor server" in place.what
    assert "office" in place.what


def test_an_audit_from_the_vendors_server_leaves_no_doubt_about_the_place(audited, kit, book):
    case = kit.case("backend@contoso.example", Kind.INTEGRATION, book.apps["resco-external-project"])
    looks = kit.looks(case).discovered().signed_in(kit.good(Leg.TOKEN))
    there = [replace(item, vantage=Vantage("vendor server")) for item in looks.items]
    found = judge(book, case, there, build_estate([case]), vantage=Vantage("vendor server")).findings
    assert "vantage-differs-from-the-app" not in [finding.rule for finding in found]


# --- consent: one account, everybody, nobody but an administrator


@pytest.mark.parametrize("app", ["resco-external-project", "resco-location-tracking"])
def test_consent_of_the_one_account_is_enough_and_limited_to_dynamics(audited, kit, app):
    finding = leading(audited(app, kit.refused(65001, suberror="consent_required")))
    assert finding.rule == "consent-is-missing"
    assert fixes(finding) == ["consent-for-this-account", "grant-consent-for-everyone"]
    fix = finding.fixes[0]
    assert scope_asked_by(fix.link) == [f"https://{HOST}/user_impersonation"]
    assert parse_qs(urlsplit(fix.link).query)["login_hint"] == ["backend@contoso.example"]
    assert "user_impersonation on contoso.crm4.dynamics.com and for nothing else in Dataverse" in steps(fix)
    assert fix.check_before_use, "client id and redirect URI of this product are not confirmed"
    assert "not confirmed for this app" in finding.what


def test_synchronising_the_mobile_app_would_grant_more_than_needed(audited, kit):
    finding = leading(audited("resco-external-project", kit.refused(65001)))
    assert (
        "Do not synchronise the mobile app with this account to get there; that grants consent too, but with "
        "more permissions than needed" in steps(finding.fixes[0])
    )


def test_consent_that_came_with_the_mobile_app_is_looked_at_and_narrowed(audited, kit):
    finding = of(audited("resco-location-tracking", kit.good(Leg.TOKEN)), "consent-may-be-wider-than-needed")
    assert finding.severity is Severity.INFO
    assert "synchronising the mobile app" in finding.why
    fix = finding.fixes[0]
    assert fix.id == "narrow-consent"
    assert "only user_impersonation on Dataverse is needed" in steps(fix)
    assert scope_asked_by(fix.link) == [f"https://{HOST}/user_impersonation"]


def test_consent_for_the_organisation_is_limited_to_dynamics_and_says_who_may_grant_it(audited, kit):
    finding = leading(audited("resco-crm-sync", kit.refused(65001)))
    assert fixes(finding) == ["grant-consent-for-everyone", "consent-for-this-account"]
    fix = finding.fixes[0]
    assert urlsplit(fix.link).path == f"/{kit.contoso}/v2.0/adminconsent"
    assert scope_asked_by(fix.link) == [f"https://{HOST}/user_impersonation"]
    assert fix.role == "Cloud Application Administrator or Application Administrator"


def test_global_administrator_or_system_administrator_all_three_are_said(audited, kit):
    result = audited("resco-external-project", kit.refused(65001))
    fix = fix_of(leading(result), "grant-consent-for-everyone")
    assert "Cloud Application Administrator or Application Administrator" in steps(fix)
    assert "Older instructions ask for a Global Administrator, who can do it as well" in steps(fix)
    assert "A System Administrator of Dynamics 365 cannot" in steps(fix)


@pytest.mark.parametrize("code", [90094, 90093])
def test_an_organisation_that_does_not_let_users_consent_needs_an_administrator(audited, kit, code):
    result = audited("resco-external-project", kit.refused(code))
    finding = leading(result)
    assert finding.rule == "consent-needs-an-administrator"
    assert fixes(finding) == ["grant-consent-for-everyone"], "the account cannot do it itself"
    assert "a System Administrator of Dynamics 365 cannot" in finding.why
    assert result.verdicts[Axis.CONSENT].value == "needs an administrator"


def test_where_assignment_is_required_user_consent_does_not_help(audited, kit):
    finding = leading(audited("resco-external-project", kit.refused(50105)))
    assert finding.rule == "account-is-not-assigned-to-app"
    assert fixes(finding) == ["assign-account-to-app", "grant-consent-for-everyone"]
    assert "a user's own consent does not help" in steps(finding.fixes[0])


def test_without_consent_nothing_is_said_of_mfa_and_the_other_way_round(audited, kit):
    without_consent = audited("resco-external-project", kit.refused(65001))
    assert without_consent.verdicts[Axis.MFA].value == "unknown"
    assert "audit again afterwards" in leading(without_consent).why
    under_mfa = audited("resco-external-project", kit.refused(50076))
    assert under_mfa.verdicts[Axis.CONSENT].value == "unknown"
    assert "cannot be seen until MFA is out of the way" in leading(under_mfa).why


# --- WS-Trust itself


def test_a_token_that_came_over_ws_trust_is_no_migration(book, kit):
    case = kit.case("backend@contoso.example", Kind.INTEGRATION, book.apps["resco-external-project"])
    looks = kit.looks(case).discovered(account_type="Federated", federation_host="sts.contoso.example")
    looks.signed_in(kit.good(Leg.TOKEN), federated=True)
    looks.asked_dataverse(kit.good(Leg.WHOAMI), kit.good(Leg.TABLE))
    finding = leading(judge(book, case, looks.items, build_estate([case])))
    assert finding.rule == "ropc-works-only-over-ws-trust"
    assert "the migration is not done" in finding.what
    assert "helps only clients that post the password straight to Entra ID; MSAL does not" in finding.why
    assert fixes(finding)[0] == "dedicated-cloud-only-account"


def test_an_app_that_still_signs_in_over_ws_trust_is_updated_not_rewired(audited, kit):
    text = "You are using Ws-Trust authentication which has been deprecated and no longer supported"
    finding = leading(audited("resco-external-project", kit.refused(text=text)))
    assert (finding.rule, finding.severity) == ("client-still-uses-ws-trust", Severity.BLOCKER)
    assert fixes(finding) == ["update-the-app"]
    assert fixes(leading(audited("own-registration", kit.refused(text=text)))) == ["change-auth-type"]
