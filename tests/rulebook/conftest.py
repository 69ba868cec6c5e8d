"""A rulebook, cases, and evidence as the probes leave it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from auditor.model import (
    Answer,
    AppProfile,
    Case,
    CaseKey,
    Evidence,
    Flow,
    Grant,
    Kind,
    Leg,
    NotObserved,
    Observed,
    Origin,
    Question,
    SignsInFrom,
    Subject,
    Sureness,
    Vantage,
    Why,
)
from auditor.model import evidence as subjects
from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import load_rulebook

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CONTOSO = "11111111-2222-3333-4444-555555555555"
FABRIKAM = "99999999-8888-7777-6666-555555555555"
HOST = "contoso.crm4.dynamics.com"
OFFICE = Vantage("office", "192.0.2.7")

# what the directory says of an ordinary account: MFA for people in a browser, and nothing in a password's way
DIRECTORY_USER = {
    "found": True,
    "enabled": "yes",
    "synced": "no",
    "mfa_registered": "yes",
    "mfa_capable": "yes",
    "user_type": "member",
    "password_expiry": "never",
    "password_never_by": "account",
    "password_expires": "never",
    "password_expires_why": "",
    "password_changed": "2026-01-15",
    "per_user_mfa": "disabled",
    "methods": ("microsoftAuthenticatorPush",),
    "roles": (),
    "log_read": True,
    "ropc_in_log": "",
    "assertion_in_log": "",
    "unread": (),
}
DIRECTORY_ACCESS = {
    "ropc": "allowed",
    "ropc_by": (),
    "ropc_exclusion": (),
    "ropc_why": "",
    "ropc_mfa": "no",
    "ropc_without_risk": "allowed",
    "what_if_asked": True,
    "what_if": (),
    "interactive": "mfa",
    "interactive_by": ("MFA in browsers",),
    "interactive_why": "",
    "report_only": (),
    "security_defaults": "off",
    "location_used": "",
    "unread": (),
}
DIRECTORY_CONSENT = {
    "consent": "all",
    "scopes": ("user_impersonation",),
    "wider": (),
    "user_may_consent": "yes",
    "consent_by": ("Cloud Application Administrator", "Application Administrator"),
    "app_known": "yes",
    "app_enabled": "yes",
    "assignment_required": "no",
    "assigned": "no",
    "dataverse_known": "yes",
    "dataverse_enabled": "yes",
    "unread": (),
}


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return load_rulebook()


def an_app(*grants: Grant, **changes: object) -> AppProfile:
    given = {
        "name": "field-sync",
        "title": "Field Sync",
        "client_id": "0f0f0f0f-1111-2222-3333-444444444444",
        "client_id_sure": Sureness.SOURCED,
        "grants": dict.fromkeys(grants or (Grant.ROPC,), Sureness.SOURCED),
        "signs_in_from": SignsInFrom.VENDOR_SERVER,
        "redirect_uri": "http://localhost",
        "redirect_uri_sure": Sureness.UNVERIFIED,
    }
    return AppProfile(**(given | changes))


def a_case(
    account: str = "sync@contoso.example",
    kind: Kind = Kind.INTEGRATION,
    app: AppProfile | None = None,
    host: str = HOST,
    **changes: object,
) -> Case:
    profile = app or an_app()
    key = CaseKey(account.lower(), profile.name, host)
    return Case(key, account, host, profile, kind, Origin("accounts.xlsx", "Accounts", 2), **changes)


@dataclass
class Looks:
    """Builds the evidence of one case, everything in order unless told otherwise."""

    case: Case
    items: list[Evidence] = field(default_factory=list)

    def saw(self, subject: Subject, question: Question, answer: Answer, **details: object) -> "Looks":
        self.items.append(Observed(subject, question, AT, "test", OFFICE, answer, details))
        return self

    def discovered(self, tenant_id: str = CONTOSO, environment: str = CONTOSO, **realm: object) -> "Looks":
        found = {"account_type": "Managed", "cloud_instance": "microsoftonline.com"} | realm
        challenge = {"tenant_id": environment, "authority_host": "login.microsoftonline.com"}
        self.saw(subjects.tenant(self.case.domain), Question.TENANT, good(Leg.OPENID), tenant_id=tenant_id)
        self.saw(
            subjects.environment(self.case.environment),
            Question.ENVIRONMENT,
            good(Leg.CHALLENGE),
            **challenge,
        )
        return self.saw(subjects.account(self.case.account), Question.REALM, good(Leg.REALM), **found)

    def signed_in(self, answer: Answer, *, federated: bool = False) -> "Looks":
        return self.saw(subjects.case(self.case.key), Question.PASSWORD, answer, federated=federated)

    def asked_dataverse(self, whoami: Answer, table: Answer | None = None) -> "Looks":
        self.saw(subjects.case(self.case.key), Question.WHOAMI, whoami)
        return (
            self.saw(subjects.case(self.case.key), Question.TABLE, table, table="account") if table else self
        )

    def directory(
        self,
        user: dict[str, object] | None = None,
        access: dict[str, object] | None = None,
        consent: dict[str, object] | None = None,
    ) -> "Looks":
        """What a directory that was read to the end says, but for what is told."""
        about, key, answer = (
            subjects.account(self.case.account),
            subjects.case(self.case.key),
            good(Leg.GRAPH),
        )
        self.saw(about, Question.DIRECTORY_USER, answer, **DIRECTORY_USER | (user or {}))
        self.saw(key, Question.DIRECTORY_ACCESS, answer, **DIRECTORY_ACCESS | (access or {}))
        return self.saw(key, Question.DIRECTORY_CONSENT, answer, **DIRECTORY_CONSENT | (consent or {}))

    def no_directory(self, why: str = "no export of contoso.example") -> "Looks":
        for question in (Question.DIRECTORY_USER, Question.DIRECTORY_ACCESS, Question.DIRECTORY_CONSENT):
            self.held_back(question, Why.DIRECTORY_NOT_READ, why)
        return self

    def held_back(self, question: Question, why: Why, detail: str = "") -> "Looks":
        self.items.append(NotObserved(subjects.case(self.case.key), question, AT, why, detail))
        return self


def good(leg: Leg) -> Answer:
    flow = {
        Leg.TOKEN: Flow.ROPC,
        Leg.WHOAMI: Flow.DATAVERSE,
        Leg.TABLE: Flow.DATAVERSE,
    }.get(leg, Flow.DISCOVERY)
    return Answer(flow, leg, success=True, http_status=200, sent=leg is Leg.TOKEN)


def refused(*codes: int, **changes: object) -> Answer:
    given = {"leg": Leg.TOKEN, "http_status": 400, "error": "invalid_grant", "codes": codes, "sent": True}
    return Answer(Flow.ROPC, **(given | changes))


def dataverse(code: str, text: str = "", leg: Leg = Leg.WHOAMI, **changes: object) -> Answer:
    return Answer(Flow.DATAVERSE, leg, http_status=403, dataverse_code=code, text=text, **changes)


@dataclass(frozen=True)
class Kit:
    """What tests build with, in one fixture."""

    case: Callable[..., Case] = a_case
    app: Callable[..., AppProfile] = an_app
    looks: type[Looks] = Looks
    good: Callable[[Leg], Answer] = good
    refused: Callable[..., Answer] = refused
    dataverse: Callable[..., Answer] = dataverse
    contoso: str = CONTOSO
    fabrikam: str = FABRIKAM
    office: Vantage = OFFICE


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit()
