"""One fixed audit, made by hand: every verdict value, severity, unknown, contract state and hostile text."""

import os
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from auditor.model import (
    Answer,
    AppProfile,
    Axis,
    Candidate,
    Case,
    CaseKey,
    CaseResult,
    Confidence,
    Contract,
    Desk,
    Disposition,
    Effort,
    Expected,
    Failure,
    Finding,
    Fix,
    Flow,
    Grant,
    InvalidRow,
    Kind,
    Known,
    Lane,
    Leg,
    Mark,
    NotObserved,
    Observed,
    Origin,
    Question,
    Reading,
    RowProblem,
    RuleHelp,
    RunInfo,
    Severity,
    SignsInFrom,
    Subject,
    Summary,
    Sureness,
    Unknown,
    Vantage,
    Verdict,
    Waiver,
    Why,
)
from auditor.writers.interface import Terms
from tests.writers import consent_cases

START = datetime(2026, 11, 22, 8, 15, 30, tzinfo=UTC)
OFFICE = Vantage("consultant's office", "203.0.113.7")
SALES, FIELD = "contoso-sales.crm4.dynamics.com", "fabrikam-field.crm.dynamics.com"
TENANT = "11111111-aaaa-4bbb-8ccc-000000000001"
HOSTILE = '=HYPERLINK("https://evil.example","click me")'

MOBILE = AppProfile(
    "resco-mobile-crm",
    "Resco Mobile CRM",
    "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb",
    Sureness.UNVERIFIED,
    {Grant.INTERACTIVE: Sureness.SOURCED},
    SignsInFrom.DEVICE,
)
EXTERNAL = AppProfile(
    "resco-external-project",
    "Resco external projects",
    "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb",
    Sureness.UNVERIFIED,
    {Grant.ROPC: Sureness.SOURCED},
    SignsInFrom.VENDOR_SERVER,
    consent_cases.REDIRECT,
    Sureness.UNVERIFIED,
)
SYNC = AppProfile(
    "own-registration",
    "Contoso order sync",
    "22222222-aaaa-4bbb-8ccc-000000000002",
    Sureness.SOURCED,
    {Grant.ROPC: Sureness.SOURCED, Grant.APPLICATION: Sureness.SOURCED},
    SignsInFrom.CUSTOMER_SERVER,
)

CONSENT_FIX = Fix(
    "grant-admin-consent",
    "Grant the app consent for the whole tenant",
    (
        "Open the link as an administrator of the tenant.",
        "Check that the page names the app and asks for access to Dataverse only.",
        "Accept.",
    ),
    "Cloud Application Administrator",
    Desk.ENTRA,
    Effort.MINUTES,
    Disposition.LASTING,
    "Run the audit again for this account: consent reads granted.",
    f"{TENANT}/{EXTERNAL.client_id}",
    link=f"https://login.microsoftonline.com/{TENANT}/adminconsent?client_id={EXTERNAL.client_id}",
    check_before_use=True,
)
APP_USER_FIX = Fix(
    "create-application-user",
    "Create an application user for the integration",
    (
        "Register the app with a certificate.",
        "Add it as an application user to the environment.",
        "Give it the security role that the integration needs, no more.",
        "Switch the integration over and take the password account out of use.",
    ),
    "Application Administrator and System Administrator",
    Desk.APP_OWNER,
    Effort.PROJECT,
    Disposition.LASTING,
    "The integration signs in with expected = application and WhoAmI answers.",
    SYNC.client_id,
    command=f"pac admin assign-user --environment https://{SALES} --user {SYNC.client_id} --application-user",
)
EXCLUDE_FIX = Fix(
    "exclude-dedicated-account",
    "Exclude this one account, for this app, from the vendor's address only",
    ("Create a named location for the vendor's servers.", "Exclude the account for this app and location."),
    "Conditional Access Administrator",
    Desk.ENTRA,
    Effort.HOURS,
    Disposition.STOPGAP,
    "The audit from the vendor's vantage reads ROPC eligible.",
    "ext.portal@contoso.example",
    licence="Microsoft Entra ID P1",
)
INTERACTIVE_FIX = Fix(
    "switch-to-interactive",
    "Sign in interactively in the app",
    ("Update the app.", "Choose OAuth2 at the sign-in screen and sign in with MFA."),
    "the user",
    Desk.USER,
    Effort.MINUTES,
    Disposition.LASTING,
    "The app synchronises after the browser sign-in.",
    MOBILE.client_id,
)
FEDERATION_FIX = Fix(
    "move-to-cloud-account",
    "Move the integration to a cloud-only account",
    ("Create a cloud-only account with least privilege and a long random password.",),
    "User Administrator",
    Desk.FEDERATION_NETWORK,
    Effort.HOURS,
    Disposition.LASTING,
    "ROPC reads eligible for the new account.",
    "fabrikam.example",
)
ROLE_FIX = Fix(
    "assign-security-role",
    "Assign a security role in the environment",
    ("Open the user in the Power Platform admin centre and assign the role.",),
    "System Administrator",
    Desk.DATAVERSE,
    Effort.MINUTES,
    Disposition.LASTING,
    "WhoAmI and the table read succeed.",
    SALES,
)


def finding(rule, title, severity, what, fixes=(), **more):
    """Return a finding with the fields that the tests do not vary filled in."""
    defaults = {
        "confidence": Confidence.CERTAIN,
        "lane": Lane.NOW if severity in {Severity.BLOCKER, Severity.HIGH} else Lane.LATER,
        "why": "Without it the app stops synchronising on the day WS-Trust ends.",
        "evidence": ("password: AADSTS50076",),
    }
    return Finding(rule, title, severity, what=what, fixes=tuple(fixes), **(defaults | more))


MFA_BLOCKS = finding(
    "mfa-blocks-password-grant",
    "MFA blocks the password grant",
    Severity.BLOCKER,
    "The password is right, then Entra ID asks for a second factor that ROPC cannot give.",
    (APP_USER_FIX, EXCLUDE_FIX),
    topic="mfa",
)
CONSENT_MISSING = finding(
    "consent-missing",
    "Nobody has consented to the app for this account",
    Severity.HIGH,
    "The sign-in stops because the app may not act for the account.",
    (CONSENT_FIX,),
    evidence=("password: AADSTS65001",),
    topic="consent",
)


def answer(*, code=None, text="", status=400, success=False, **more):
    """Return a raw reply of the token endpoint, or another one by keyword."""
    fields = {
        "flow": Flow.ROPC,
        "leg": Leg.TOKEN,
        "host": "login.microsoftonline.com",
        "success": success,
        "http_status": 200 if success else status,
        "codes": (code,) if code else (),
        "text": text,
        "sent": True,
        "correlation_id": "33333333-aaaa-4bbb-8ccc-000000000003",
        "trace_id": "44444444-aaaa-4bbb-8ccc-000000000004",
    }
    return Answer(**(fields | more))


def about(**subject):
    """Return a subject, given as kind=key."""
    ((kind, key),) = subject.items()
    return Subject(kind, str(key))


@dataclass(frozen=True)
class FixedAudit:
    """An audit over a tuple; results come anew at each call, as from the journal."""

    run: RunInfo
    summary: Summary
    cases: tuple[CaseResult, ...]
    rows: tuple[InvalidRow, ...] = ()

    def results(self):
        """Yield the results."""
        yield from self.cases

    def invalid(self):
        """Yield the rows with errors."""
        yield from self.rows


def result(
    account,
    app,
    environment,
    verdicts,
    *,
    row,
    kind=Kind.INTEGRATION,
    evidence=(),
    readings=None,
    findings=(),
    contract=Contract.NOT_UNDER_CONTRACT,
    contract_why="",
    facts=None,
    not_audited="",
    consent=None,
    **case,
):
    """Return a judged case; `verdicts` are (value, why) for MFA, consent, ROPC and path."""
    key = CaseKey(account.lower(), app.name, environment)
    built = Case(key, account, environment, app, kind, Origin("accounts.xlsx", "Sign-ins", row), **case)
    axes = {axis: Verdict(axis, *words) for axis, words in zip(Axis, verdicts, strict=False)}
    return CaseResult(
        built,
        axes,
        tuple(findings),
        contract,
        contract_why,
        facts or {"realm": Known("managed", source="realm"), "mfa": Unknown("hidden behind the refusal")},
        tuple(evidence),
        readings or {},
        not_audited,
        consent(account, app.client_id, environment) if callable(consent) else consent,
    )


def sign_in(account, app, environment, reply, minute=0):
    """Return the evidence of one password submission."""
    key = CaseKey(account.lower(), app.name, environment)
    at = START + timedelta(minutes=minute, milliseconds=250)
    return Observed(
        about(case=key), Question.PASSWORD, at, "msal 1.39.0", OFFICE, reply, {"federated": False}
    )


def realm(account, kind="Managed", minute=0):
    """Return the evidence of realm discovery."""
    reply = Answer(Flow.DISCOVERY, Leg.REALM, "login.microsoftonline.com", success=True, http_status=200)
    at = START + timedelta(minutes=minute)
    return Observed(
        about(account=account.lower()),
        Question.REALM,
        at,
        "user realm",
        OFFICE,
        reply,
        {"account_type": kind, "personal": False},
    )


def tenant():
    """Return the evidence of the tenant, shared by many cases."""
    reply = Answer(Flow.DISCOVERY, Leg.OPENID, "login.microsoftonline.com", success=True, http_status=200)
    return Observed(
        about(tenant="contoso.example"),
        Question.TENANT,
        START,
        "OpenID configuration",
        OFFICE,
        reply,
        {"tenant_id": TENANT},
    )


def not_looked(account, app, environment, why, detail="", question=Question.PASSWORD):
    """Return a question that nobody could ask."""
    key = CaseKey(account.lower(), app.name, environment)
    return NotObserved(about(case=key), question, START, why, detail, OFFICE)


def reading(outcome, meaning, mark, confidence=Confidence.CERTAIN):
    """Return what the password answer means, filed under its question."""
    return {"password": Reading(outcome, meaning, mark, confidence)}


MFA_TEXT = (
    "AADSTS50076: Due to a configuration change made by your administrator, or because you moved to a new "
    "location, you must use multi-factor authentication."
)
UNKNOWN = ("unknown", "not asked")


def _people():
    anna, ben = "Anna.Kovacs@contoso.example", "ben.okafor@contoso.example"
    switch = ("switch to interactive OAuth", "follows from the kind")
    yield result(
        anna,
        MOBILE,
        SALES,
        (UNKNOWN, UNKNOWN, UNKNOWN, switch),
        row=2,
        kind=Kind.PERSON,
        evidence=(tenant(), realm(anna), not_looked(anna, MOBILE, SALES, Why.NOT_ASKED)),
        owner="Sales operations",
        notes="+1 phone of the desk: 555-0100",
    )
    yield result(
        ben,
        MOBILE,
        SALES,
        (("required",), ("unknown", "hidden behind MFA"), ("not eligible", "MFA is required"), switch),
        row=3,
        kind=Kind.PERSON,
        evidence=(tenant(), realm(ben), sign_in(ben, MOBILE, SALES, answer(code=50076, text=MFA_TEXT))),
        readings=reading(
            "mfa_required", "The password is right and a second factor is asked for.", Mark.RIGHT
        ),
        findings=(
            finding(
                "person-meets-mfa",
                "MFA is required of a person",
                Severity.INFO,
                "The user signs in interactively and answers the prompt.",
                (INTERACTIVE_FIX,),
                why="Nothing breaks once the app uses OAuth sign-in.",
                topic="mfa",
            ),
        ),
        contract=Contract.MET,
        contract_why="proves the account and asks only for MFA",
        expected=Expected.INTERACTIVE,
    )


def _working():
    gps, orders, hr = "gps@contoso.example", "svc-orders@contoso.example", "svc-hr@fabrikam.example"
    ok = answer(success=True)
    token = reading("token_issued", "A token came back.", Mark.RIGHT)
    office = Verdict(Axis.ROPC, "eligible", vantage="consultant's office")
    yield _with(
        result(
            gps,
            EXTERNAL,
            SALES,
            (("not required",), ("granted", "kind unknown"), ("eligible",), ("ready",)),
            row=4,
            consent=consent_cases.FITS,
            evidence=(tenant(), realm(gps, minute=1), sign_in(gps, EXTERNAL, SALES, ok, 1)),
            readings=token,
            contract=Contract.MET,
            contract_why="token and WhoAmI",
            expected=Expected.ROPC,
        ),
        office,
    )
    yield result(
        orders,
        SYNC,
        SALES,
        (
            ("not required",),
            ("wider than needed", "synchronised with the mobile app"),
            ("works only because of an exclusion",),
            ("ready",),
        ),
        row=5,
        consent=consent_cases.wider,
        evidence=(tenant(), sign_in(orders, SYNC, SALES, ok, 2)),
        readings=token,
        findings=(
            finding(
                "password-where-application-user-fits",
                "The integration could sign in as an application user",
                Severity.LOW,
                "The password works today; the app could do without it.",
                (APP_USER_FIX,),
                confidence=Confidence.LIKELY,
                evidence=("password: token_issued",),
            ),
        ),
    )
    yield result(
        hr,
        SYNC,
        FIELD,
        (
            ("from the federated provider",),
            ("granted for all",),
            ("works only over WS-Trust (federated)",),
            ("fix, then ready",),
        ),
        row=6,
        evidence=(realm(hr, "Federated"), sign_in(hr, SYNC, FIELD, ok, 3)),
        readings=token,
        findings=(
            finding(
                "ropc-only-over-ws-trust",
                "The sign-in works only over WS-Trust at the federation server",
                Severity.HIGH,
                "The token came by way of the federation server's WS-Trust endpoint.",
                (FEDERATION_FIX,),
                lane=Lane.NEXT,
                evidence=("realm: found", "password: token_issued"),
                topic="federation",
            ),
        ),
    )


def _with(case_result, verdict):
    verdicts = {**case_result.verdicts, verdict.axis: verdict}
    fields = {name: getattr(case_result, name) for name in CaseResult.__dataclass_fields__}
    return CaseResult(**{**fields, "verdicts": verdicts})


def _refused():
    portal, kiosk, role = "ext.portal@contoso.example", "kiosk@contoso.example", "ext.role@contoso.example"
    hidden = ("unknown", "hidden behind the refusal")
    yield result(
        portal,
        EXTERNAL,
        SALES,
        (("required",), hidden, ("not eligible", "MFA is required"), ("fix, then ready",)),
        row=7,
        consent=consent_cases.enough,
        evidence=(tenant(), sign_in(portal, EXTERNAL, SALES, answer(code=50076, text=MFA_TEXT), 4)),
        readings=reading(
            "mfa_required", "The password is right and a second factor is asked for.", Mark.RIGHT
        ),
        findings=(MFA_BLOCKS, CONSENT_MISSING),
        contract=Contract.BROKEN,
        contract_why="mfa_required",
        expected=Expected.ROPC,
    )
    refused = answer(code=65001, text="AADSTS65001: The user or administrator has not consented.")
    yield result(
        kiosk,
        EXTERNAL,
        SALES,
        (
            ("registration required",),
            ("needs an administrator",),
            ("not eligible", "consent is missing"),
            ("fix, then ready",),
        ),
        row=8,
        consent=consent_cases.behalf,
        evidence=(tenant(), sign_in(kiosk, EXTERNAL, SALES, refused, 5)),
        readings=reading("consent_required", "The app may not act for the account yet.", Mark.RIGHT),
        findings=(CONSENT_MISSING,),
    )
    member = Answer(
        Flow.DATAVERSE, Leg.WHOAMI, SALES, http_status=403, dataverse_code="0x80042f09", text="no roles"
    )
    yield result(
        role,
        EXTERNAL,
        SALES,
        (
            ("external (third party)",),
            ("granted for this user",),
            ("not eligible", "no role"),
            ("fix, then ready",),
        ),
        row=9,
        evidence=(
            tenant(),
            Observed(
                about(case=CaseKey(role, EXTERNAL.name, SALES)),
                Question.WHOAMI,
                START,
                "Dataverse Web API",
                OFFICE,
                member,
            ),
        ),
        readings={
            "whoami": Reading("no_security_role", "No role is assigned.", Mark.UNKNOWN, Confidence.CERTAIN)
        },
        findings=(
            finding(
                "no-security-role",
                "The user has no security role in the environment",
                Severity.MEDIUM,
                "Dataverse knows the user and lets it do nothing.",
                (ROLE_FIX,),
                evidence=("whoami: 0x80042f09",),
                topic="dataverse",
            ),
        ),
    )


def _hard():
    old, night, hostile = (
        "old.sync@fabrikam.example",
        "svc-night@fabrikam.example",
        f"{HOSTILE}@contoso.example",
    )
    yield result(
        old,
        SYNC,
        FIELD,
        (("blocked by policy",), ("missing",), ("not eligible", "the account is disabled"), ("retire",)),
        row=10,
        consent=consent_cases.DISABLED,
        evidence=(sign_in(old, SYNC, FIELD, answer(code=50057, text="AADSTS50057: disabled"), 6),),
        readings=reading("account_disabled", "The account is disabled.", Mark.PROBABLY_RIGHT),
    )
    broken = answer(status=None, failure=Failure.TIMEOUT, correlation_id="", trace_id="")
    yield result(
        night,
        SYNC,
        FIELD,
        (hidden := ("unknown", "no answer came"), hidden, hidden, ("could not tell", "no answer came")),
        row=11,
        evidence=(
            sign_in(night, SYNC, FIELD, broken, 7),
            not_looked(night, SYNC, FIELD, Why.NO_TOKEN, question=Question.WHOAMI),
        ),
        readings=reading(
            "outcome_unknown", "The connection broke after the send.", Mark.UNKNOWN, Confidence.UNSURE
        ),
        findings=(
            finding(
                "outcome-unknown",
                "Nobody knows how the sign-in ended",
                Severity.MEDIUM,
                "The connection broke after the password had been sent.",
                confidence=Confidence.UNSURE,
                evidence=("password: timed out",),
                topic="service",
                unanswered=True,
                candidates=(
                    Candidate("federation_unreachable", "the federation server's own log has no request"),
                    Candidate("network_failure", "other accounts fail in the same minute"),
                ),
            ),
        ),
        contract=Contract.UNANSWERED,
        contract_why="could not look",
        expected=Expected.ROPC,
    )
    yield result(
        hostile,
        SYNC,
        SALES,
        (
            ("unknown", "stopped"),
            ("unknown", "stopped"),
            ("unknown", "stopped"),
            ("move to an application user",),
        ),
        row=12,
        consent=consent_cases.unknown,
        evidence=(
            not_looked(hostile, SYNC, SALES, Why.BREAKER, "5 refusals in a row in contoso.example"),
            not_looked(hostile, SYNC, SALES, Why.NOT_AGREED, question=Question.WHOAMI),
        ),
        owner="@SUM(1+1)*cmd|' /C calc'!A0",
        notes="bell \x07, tab\tand a lone half \ud83d of a pair; _x0041_ stays as written",
        facts={"realm": Unknown("not asked")},
    )


def _skipped():
    yield result(
        "leaver@contoso.example",
        MOBILE,
        SALES,
        (),
        row=13,
        kind=Kind.PERSON,
        evidence=(tenant(),),
        skip="left the company",
        not_audited="left the company",
    )


def summary_of(results, invalid):
    """Return the numbers of a made audit, counted here and not by the product."""
    judged = [found for found in results if not found.not_audited]
    worst = Counter(str(found.findings[0].severity) if found.findings else "none" for found in judged)
    return Summary(
        cases=len(results),
        accounts=len({found.case.account_id for found in results}),
        skipped=len(results) - len(judged),
        invalid=len(invalid),
        verdicts={axis: dict(Counter(found.verdicts[axis].value for found in judged)) for axis in Axis},
        worst=dict(worst),
        findings=dict(Counter(item.severity for found in judged for item in found.findings)),
        contracts=dict(Counter(found.contract for found in judged)),
        unanswered=sum(found.contract is Contract.UNANSWERED for found in judged),
    )


def run_info(**changes):
    """Return a run's identity."""
    fields = {
        "id": "2026-11-22-081530-contoso",
        "tool_version": "0.1.0",
        "source": "accounts.xlsx",
        "started": START,
        "ended": START + timedelta(minutes=9),
        "mode": "discovery, password, Dataverse",
        "vantage": OFFICE,
        "simulated": True,
        "scope_tenants": ("contoso.example", "fabrikam.example"),
        "scope_hosts": ("sts.fabrikam.example",),
        "stopped": ("contoso.example: 5 refusals in a row; 1 case was not tried",),
        "submissions": 8,
    }
    return RunInfo(**(fields | changes))


@pytest.fixture
def audit():
    """Return the fixed audit: eleven judged cases, one skipped, two rows with errors."""
    results = (*_people(), *_working(), *_refused(), *_hard(), *_skipped())
    origin = Origin("accounts.xlsx", "Sign-ins", 14)
    other = Origin("accounts.xlsx", "Sign-ins", 15)
    invalid = (
        InvalidRow(
            origin,
            "no-at-sign",
            SALES,
            "",
            (
                RowProblem(origin, "account", "not a user principal name", "name@domain"),
                RowProblem(origin, "app", "empty", "a profile name, or a default in auditor.toml"),
            ),
        ),
        InvalidRow(
            other,
            "x@contoso.example",
            "=cmd()",
            "resco-mobile-crm",
            (
                RowProblem(
                    other, "environment", "no host name in it", "a host such as contoso.crm4.dynamics.com"
                ),
            ),
        ),
    )
    return FixedAudit(run_info(), summary_of(results, invalid), results, invalid)


@pytest.fixture
def quiet_audit():
    """Return an audit of nothing out of the ordinary: real, finished, without a single result."""
    run = run_info(simulated=False, stopped=(), scope_hosts=(), vantage=Vantage())
    return FixedAudit(run, summary_of((), ()), ())


@pytest.fixture
def make():
    """Return the builders, for tests that need another case than the fixed ones."""
    return SimpleNamespace(
        answer=answer,
        audit=FixedAudit,
        finding=finding,
        not_looked=not_looked,
        reading=reading,
        realm=realm,
        result=result,
        run=run_info,
        sign_in=sign_in,
        summary=summary_of,
        tenant=tenant,
        app=SYNC,
        host=SALES,
        fixes=SimpleNamespace(consent=CONSENT_FIX, role=ROLE_FIX, app_user=APP_USER_FIX, exclude=EXCLUDE_FIX),
    )


@dataclass(frozen=True)
class Demand:
    """What makes a run fail, for tests: rules by name, or every finding but remarks and open questions."""

    rules: frozenset[str] | None = None
    opens: bool = True
    since: str = ""
    no_more: tuple[str, ...] = ()

    def fails(self, result, finding):
        """See auditor.model.Demand."""
        if finding.waived or finding.unanswered:
            return False
        return finding.rule in self.rules if self.rules is not None else finding.severity != "info"

    def contract_open(self, result):
        """See auditor.model.Demand."""
        return self.opens and result.contract is Contract.UNANSWERED

    def path_open(self, result):
        """See auditor.model.Demand."""
        return self.opens and result.verdicts[Axis.PATH].unknown

    def since_baseline(self, result, finding):
        """See auditor.model.Demand."""
        return self.since

    @property
    def compared_with(self):
        """See auditor.model.Demand."""
        return "run-1" if self.since else ""

    def gone(self, result):
        """See auditor.model.Demand."""
        return self.no_more if self.since else ()


def rule_help(rule):
    """Return what rule data would say of the rules of the fixed audit; one of them is not known to it."""
    if rule == "outcome-unknown":
        return None
    title = rule.replace("-", " ").capitalize()
    text = f"What: {title}, of any case.\n\nWhat to do:\n1. Look it up."
    return RuleHelp(rule, title, f"{title}, of any case.", Severity.HIGH, "mfa", text, f"**{text}**")


@pytest.fixture
def terms():
    """Return the terms of a report of everything, in a folder of a repository; anything by keyword."""

    def under(**changes):
        defaults = {"demand": Demand(), "rule_help": rule_help, "folder": "audits/2026"}
        return Terms(**(defaults | changes))

    return under


@pytest.fixture
def demand():
    """Return a way to make demands."""
    return Demand


@pytest.fixture
def waiver():
    """Return somebody's acceptance of a finding."""
    return Waiver("The vendor replaces it in spring", "Dana of the identity desk", date(2027, 3, 31))


@pytest.fixture(autouse=True)
def _clocks_here_show_utc(monkeypatch):
    """Reports tell times also as the clocks here have them; for a test that is UTC, wherever it runs."""
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.fixture
def golden():
    """Return a comparison with a file of `golden/`; AUDITOR_UPDATE_GOLDEN=1 writes it anew instead."""

    def same(name, text):
        path = Path(__file__).parent / "golden" / name
        if os.environ.get("AUDITOR_UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")

    return same
