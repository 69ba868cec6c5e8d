"""What was seen, or why nobody could look. Immutable, timestamped, free of secrets."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from auditor.model.words import Failure, Flow, Leg, Question, Why

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Detail: TypeAlias = str | int | float | bool | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a piece of evidence is about: kind is tenant, environment, application, account or case.

    `key` is its identity.
    """

    kind: str
    key: str


def tenant(domain: str) -> Subject:
    """Return the subject for the tenant that a domain or GUID names."""
    return Subject("tenant", domain.lower())


def environment(host: str) -> Subject:
    """Return the subject for a Dataverse host."""
    return Subject("environment", host.lower())


def application(tenant_id: str, client_id: str, host: str) -> Subject:
    """Return the subject for an application as one tenant knows it, asking for one environment."""
    return Subject("application", f"{tenant_id} | {client_id} | {host}".lower())


def account(upn: str) -> Subject:
    """Return the subject for an account."""
    return Subject("account", upn.lower())


def case(key: object) -> Subject:
    """Return the subject for a case, given its key."""
    return Subject("case", str(key))


@dataclass(frozen=True, slots=True)
class Vantage:
    """Where the sign-in came from: the operator's label, and the source address if known."""

    label: str = ""
    address: str = ""

    def __str__(self) -> str:
        """Return it as reports print it."""
        return " ".join(part for part in (self.label, f"({self.address})" if self.address else "") if part)


@dataclass(frozen=True, slots=True)
class Answer:
    """One raw reply, as much of it as may be kept: no password, token, assertion or code.

    `codes` are AADSTS numbers in the order given; `dataverse_code` is `0x` plus eight lower-case hex
    digits; `text` is redacted and at most 2,000 characters (20,000 where it was pasted and is not kept);
    `exception` is the class name of what the
    client library raised, `failure` why there was no usable reply; `sent` says that a password left
    this machine before the answer (or its absence) - an attempt is spent; `policies` are ids of
    Conditional Access policies named in the reply; `retry_after` is in seconds.
    """

    flow: Flow
    leg: Leg | None = None
    host: str = ""
    success: bool = False
    http_status: int | None = None
    error: str = ""
    codes: tuple[int, ...] = ()
    suberror: str = ""
    text: str = ""
    dataverse_code: str = ""
    failure: Failure | None = None
    exception: str = ""
    sent: bool = False
    correlation_id: str = ""
    trace_id: str = ""
    policies: tuple[str, ...] = ()
    retry_after: float | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """A probe looked: the raw answer, and what the probe read out of it (`details`, by question below).

    realm: `account_type` (Managed, Federated, Unknown; absent when there was no reading),
      `federation_host`, `federation` (usable, plain_http, no_endpoint, unreadable, unreachable, ""),
      `federation_text`, `endpoint_host`, `mex_url`, `active_url`, `audience`, `cloud_instance`,
      `personal` (bool)
    tenant: `tenant_id` (GUID), `region`, `sub_region`, `cloud_instance`
    environment: `tenant_id`, `authority_host`, `resource`
    application: `scope`, `public_client` (whether it may do without a secret: yes, not checked)
    password: `federated` (bool: the WS-Trust leg was used), `scope`, `calls` (the exchanges, in words)
    application sign-in: `credential` (secret, certificate, federated token), `expires` (ISO date) and
      `thumbprint` (SHA-256) of a certificate, `issuer`, `subject` and `audience` of a token, `scope`, `calls`
    whoami: `user_id`; table: `table`
    interactive sign-in: `way` (browser, device code), `scope`, `calls`; where somebody signed in: `account`
      (meant, another, not told), `mfa` (performed, password alone, not told), `methods` (the claim amr),
      `contexts` (acrs), and, of another account, `signed_in_as`

    What a directory says is read by nobody at the door: its flow is discovery, `source` the tenant or the
    export, `at` when the oldest part that it rests on was read, `unread` a sentence for each part that
    matters and is not known. YNU is yes, no or unknown.
    directory user (an account): `found` (bool); YNU `enabled`, `synced`, `mfa_registered`, `mfa_capable`;
      `user_type` (member, guest, unknown), `password_expiry` (never, policy, unknown), `password_never_by`
      (account, domain, ""), `password_expires` (ISO date, never, ""), `password_expires_why` (why the day is
      not known), `password_changed` (ISO date or ""), `per_user_mfa` (disabled, enabled, enforced,
      unknown), `methods`, `roles`, `unread`
    directory access (a case): `ropc` and `interactive` (allowed, mfa, blocked, unmet, unknown), each with
      `..._by` (policies) and `..._why` (what is unknown); `ropc_mfa` (YNU: MFA is demanded of it, whatever
      else is), `ropc_without_risk` (`ropc` of an account and a sign-in that are not at risk);
      `ropc_exclusion` (POLICY excludes KIND NAME, where only that exclusion keeps a policy from refusing);
      `report_only` (policies that would matter if they were enforced), `security_defaults` (on, off,
      unknown), `location_used`, `unread`
    directory consent (a case): `consent` (none, user, all, unknown), `scopes`, `wider` (RESOURCE: scope,
      beyond what the app needs), `consent_by` (roles that could); YNU `user_may_consent`, `app_known`,
      `app_enabled`, `assignment_required`, `assigned`, `dataverse_known`, `dataverse_enabled`;
      `secret_ends` (ISO dates, of all secrets of the app's registration), `secret_ends_why` (why that is not
      known), `unread`
    """

    subject: Subject
    question: Question
    at: "datetime"
    source: str
    vantage: Vantage
    answer: Answer
    details: "Mapping[str, Detail]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotObserved:
    """Nobody looked, and why: `detail` completes the reason for people, e.g. names the other case."""

    subject: Subject
    question: Question
    at: "datetime"
    why: Why
    detail: str = ""
    vantage: Vantage = Vantage()


Evidence: TypeAlias = Observed | NotObserved


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One HTTP exchange as the door saw it: which leg, to whom, how it ended. No bodies."""

    leg: Leg | None
    method: str
    host: str
    status: int | None
    failure: Failure | None
    secret_sent: bool
    retry_after: float | None
    request_id: str
    correlation_id: str
    seconds: float
