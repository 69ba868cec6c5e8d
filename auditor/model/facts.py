"""The facts: every typed statement a condition may ask for, declared once."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from auditor.model.words import Contract, Expected, Kind, Mark, Question, SignsInFrom

if TYPE_CHECKING:
    from collections.abc import Mapping

YES_NO = ("yes", "no")
AGREE = ("agree", "disagree")
POLICY = ("allowed", "mfa", "blocked", "unmet")
"""Let through on a password alone; MFA demanded; refused; or something else that this sign-in cannot show."""

APP_CREDENTIAL = (
    *("accepted", "secret_wrong", "secret_expired", "certificate_refused", "federation_mismatch"),
    *("assertion_time", "refused"),
)
"""Of `refused` the answer does not say more."""
EXPIRY = ("expired", "within 30 days", "within 90 days", "later")

_USER, _ACCESS, _CONSENT = Question.DIRECTORY_USER, Question.DIRECTORY_ACCESS, Question.DIRECTORY_CONSENT
_INTERACTIVE = Question.INTERACTIVE.value
_ALL_OF_IT = f"{_USER}, {_ACCESS}, {_CONSENT}"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact's name, what it states, its possible values (() = any text), and where it comes from."""

    name: str
    meaning: str
    values: tuple[str, ...]
    source: str


def _declare(*specs: FactSpec) -> "Mapping[str, FactSpec]":
    return MappingProxyType({spec.name: spec for spec in specs})


FACTS: "Mapping[str, FactSpec]" = _declare(
    # from the inventory and the app profile
    FactSpec("kind", "who signs in", tuple(Kind), "inventory"),
    FactSpec("expected", "what the inventory says must hold", (*Expected, "nothing"), "inventory"),
    FactSpec(
        "credential", "how the inventory gives the password", ("reference", "plaintext", "none"), "inventory"
    ),
    FactSpec("guest_name", "the UPN is that of a guest (#EXT#)", YES_NO, "inventory"),
    FactSpec("named_like_a_person", "the UPN reads like a person's name (a guess)", YES_NO, "inventory"),
    FactSpec("app", "the app profile's name", (), "app profile"),
    FactSpec("app_offers_interactive", "the app can sign in interactively", YES_NO, "app profile"),
    FactSpec("app_offers_ropc", "the app can sign in with user and password (ROPC)", YES_NO, "app profile"),
    FactSpec("app_offers_application", "the app can sign in as an application user", YES_NO, "app profile"),
    FactSpec("app_signs_in_from", "where the app's sign-ins come from", tuple(SignsInFrom), "app profile"),
    FactSpec("app_is_sample", "the client id is one of Microsoft's samples", YES_NO, "app profile"),
    FactSpec("individual_consent_enough", "consent by the account itself is enough", YES_NO, "app profile"),
    # from discovery, without a password
    FactSpec(
        "realm", "who checks the account's password", ("managed", "federated", "unknown", "personal"), "realm"
    ),
    FactSpec(
        "federation",
        "what the federation server offers for user and password",
        ("usable", "plain_http", "no_endpoint", "unreadable", "unreachable"),
        "realm",
    ),
    FactSpec("tenant_lookup", "outcome of asking for the account's tenant, or found", (), "tenant"),
    FactSpec("environment_lookup", "outcome of asking for the environment, or found", (), "environment"),
    FactSpec(
        "application_lookup", "outcome of asking for the app without a password, or found", (), "application"
    ),
    FactSpec(
        "tenants_agree", "account, environment and inventory name one tenant", YES_NO, "tenant, environment"
    ),
    FactSpec(
        "clouds_agree", "account and environment are in one national cloud", YES_NO, "realm, environment"
    ),
    # from the password probe
    FactSpec(
        "submission",
        "sent, or why no password was sent (a reason of model.Why)",
        (),
        "password, application sign-in",
    ),
    FactSpec(
        "answer_from",
        "which run the password was sent in: a refused attempt is not repeated",
        ("this run", "an earlier run"),
        "password",
    ),
    FactSpec(
        "sign_in",
        "outcome of the password sign-in, of the question that made it needless, or of the application's own",
        (),
        "password, application, application sign-in",
    ),
    FactSpec("password", "what the answer says about the password", tuple(Mark), "password"),
    FactSpec(
        "mfa",
        "what stands between password and token",
        ("not_required", "required", "registration_required", "from_federation", "external", "blocked"),
        "password",
    ),
    FactSpec(
        "consent",
        "whether the app may act for the account",
        ("granted", "missing", "needs_administrator"),
        "password",
    ),
    FactSpec("ropc", "whether user and password get a token", ("works", "refused"), "password"),
    FactSpec("seen_from_app", "the run's vantage names the place the app signs in from", YES_NO, "password"),
    FactSpec("federated_leg", "the token came through WS-Trust at the federation server", YES_NO, "password"),
    # from the application's own sign-in, where one is expected: then `submission` and `sign_in` are its
    FactSpec(
        "app_credential",
        "what the answer says of the application's own credential",
        APP_CREDENTIAL,
        "application sign-in",
    ),
    FactSpec(
        "app_credential_kind",
        "what the application proves itself with",
        ("secret", "certificate", "federated token"),
        "application sign-in",
    ),
    FactSpec(
        "app_credential_expiry",
        "when that credential expires, counted from the day of the sign-in",
        EXPIRY,
        f"application sign-in, {_CONSENT}",
    ),
    # from Dataverse, with the token
    FactSpec("dataverse", "outcome of WhoAmI, or member", (), "whoami"),
    FactSpec("table", "outcome of reading one row, or readable", (), "table"),
    # from people who sign in themselves
    FactSpec(
        "interactive_asked",
        "asked, or why nobody asked the person to sign in (a reason of model.Why)",
        (),
        _INTERACTIVE,
    ),
    FactSpec("interactive_sign_in", "outcome of the person's own sign-in", (), _INTERACTIVE),
    FactSpec(
        "interactive_way", "how the person was asked to sign in", ("browser", "device code"), _INTERACTIVE
    ),
    FactSpec(
        "interactive_account",
        "whether the account that signed in is the one that was meant",
        ("meant", "another"),
        _INTERACTIVE,
    ),
    FactSpec(
        "interactive_mfa",
        "whether a second factor was given at that sign-in",
        ("performed", "password alone"),
        _INTERACTIVE,
    ),
    FactSpec(
        "interactive_consent",
        "what came of the consent page at that sign-in",
        ("given now", "given before", "declined", "needs an administrator"),
        f"{_INTERACTIVE}, password, {_CONSENT}",
    ),
    FactSpec(
        "interactive_dataverse", "outcome of WhoAmI with that token, or member", (), "interactive whoami"
    ),
    # from the directory: what an administrator's export or Microsoft Graph says
    FactSpec(
        "ropc_in_log",
        "the sign-in log shows a password grant of the account, for an app asked about",
        YES_NO,
        _USER,
    ),
    FactSpec(
        "assertion_in_log",
        "the sign-in log shows an assertion of the account's federation provider, given over WS-Trust",
        YES_NO,
        _USER,
    ),
    FactSpec("directory_user", "whether the directory holds the account", ("found", "absent"), _USER),
    FactSpec("account_enabled", "the directory lets the account sign in", YES_NO, _USER),
    FactSpec("account_type", "whose account it is", ("member", "guest"), _USER),
    FactSpec("account_synced", "the account comes from an on-premises directory", YES_NO, _USER),
    FactSpec("password_expiry", "when the account's password expires", ("never", "policy"), _USER),
    FactSpec(
        "password_expires_soon",
        "the account's password expires within 30 days of the run, or should have",
        YES_NO,
        _USER,
    ),
    FactSpec(
        "mfa_registered", "the account has registered for MFA; registered is not required", YES_NO, _USER
    ),
    FactSpec("mfa_capable", "the account has registered a method that policies admit", YES_NO, _USER),
    FactSpec("per_user_mfa", "the account's own MFA state", ("disabled", "enabled", "enforced"), _USER),
    FactSpec("policy_ropc", "what the directory's rules make of the password grant", POLICY, _ACCESS),
    FactSpec("policy_mfa", "the directory's rules demand MFA of the password grant", YES_NO, _ACCESS),
    FactSpec("policy_without_risk", "what they make of it where nothing is at risk", POLICY, _ACCESS),
    FactSpec("policy_interactive", "what its rules make of an interactive sign-in", POLICY, _ACCESS),
    FactSpec(
        "policy_exclusion", "an exclusion alone keeps a policy from refusing the password", YES_NO, _ACCESS
    ),
    FactSpec(
        "policy_report_only", "a report-only policy would refuse the password if it were on", YES_NO, _ACCESS
    ),
    FactSpec(
        "what_if",
        "whether Microsoft's What-If says of the policies what was worked out for the account",
        ("agrees", "differs"),
        _ACCESS,
    ),
    FactSpec("security_defaults", "Microsoft's security defaults of the tenant", ("on", "off"), _ACCESS),
    FactSpec("consent_kind", "whom the consent for the app covers", ("none", "user", "all"), _CONSENT),
    FactSpec("consent_wider", "the app holds more than user_impersonation on Dataverse", YES_NO, _CONSENT),
    FactSpec("user_may_consent", "the account may consent to the app itself", YES_NO, _CONSENT),
    FactSpec("app_known", "the tenant knows the app", YES_NO, _CONSENT),
    FactSpec("app_enabled", "the tenant lets people sign in through the app", YES_NO, _CONSENT),
    FactSpec(
        "assignment_missing", "the app admits assigned users only, and not this account", YES_NO, _CONSENT
    ),
    FactSpec("assignment_required", "the app admits assigned users only", YES_NO, _CONSENT),
    FactSpec("dataverse_known", "the tenant knows Dataverse", YES_NO, _CONSENT),
    FactSpec("dataverse_enabled", "the tenant lets people sign in to Dataverse", YES_NO, _CONSENT),
    FactSpec("directory_read", "all that was asked of the directory was answered", YES_NO, _ALL_OF_IT),
    # where a sign-in and the directory both have a say
    FactSpec(
        "mfa_sources", "what the sign-in and the directory say about MFA", AGREE, f"password, {_ACCESS}"
    ),
    FactSpec(
        "consent_sources",
        "what the sign-in and the directory say about consent",
        AGREE,
        f"password, {_CONSENT}",
    ),
    # across the estate
    FactSpec("shared_account", "several integration apps use this account", YES_NO, "inventory"),
    FactSpec("app_has_several_accounts", "several accounts of the domain use this app", YES_NO, "inventory"),
    FactSpec("shared_credential", "another account uses the same credential", YES_NO, "inventory"),
    FactSpec("shared_password", "another account has the same password", YES_NO, "inventory, password"),
    # from the judgement itself
    FactSpec("contract", "how the expectation came out", tuple(Contract), "judgement"),
)
