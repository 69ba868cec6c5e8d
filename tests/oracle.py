"""What must come out of an audit: one small table from state to verdicts.

Imports nothing of the product, so that neither side can copy the other's mistakes; `oracle_states` finds out
which state a case is in. What lies behind the obstacle that decides is unknown, for an answer speaks for its
own axis alone.
"""

from typing import NamedTuple

from tests.oracle_situation import PASSWORD_APPS, Situation
from tests.oracle_states import state_of


class Expected(NamedTuple):
    """The values of the four verdicts, a word that the reason names, and the leading finding's id."""

    mfa: str
    consent: str
    ropc: str
    path: str
    word: str
    finding: str


UNKNOWN, REFUSED = "unknown", "not eligible"
OPEN, GRANTED = "not required", "granted"
# what is to be done: nothing, something known, nobody knows; or the case itself is in doubt
READY, FIX, UNCLEAR, DOUBTED, RETIRE = "ready", "fix, then ready", "could not tell", "doubted", "retire"


def _said(path: str, finding: str, word: str = "", **axes: str) -> Expected:
    """Return a row of the table; axes that are not named are unknown."""
    return Expected(
        axes.get("mfa", UNKNOWN), axes.get("consent", UNKNOWN), axes.get("ropc", UNKNOWN), path, word, finding
    )


def _refused(finding: str, word: str, **axes: str) -> Expected:
    return _said(FIX, finding, word, ropc=REFUSED, **axes)


def _signed_in(path: str, finding: str, ropc: str = "eligible") -> Expected:
    return _said(path, finding, mfa=OPEN, consent=GRANTED, ropc=ropc)


EXPECTED = {
    # signed in, and what Dataverse says then
    "signed in": _signed_in(READY, "password-grant-is-not-lasting"),
    "signed in, unwanted": _signed_in(RETIRE, "contract-is-broken"),
    "person signed in": _signed_in(READY, "password-alone-opens-a-persons-account"),
    "over WS-Trust": _signed_in(FIX, "ropc-works-only-over-ws-trust", "works only over WS-Trust (federated)"),
    "address outside": _signed_in(FIX, "ip-firewall-refuses-this-address"),
    "closed": _signed_in(FIX, "environment-is-unavailable"),
    "closed, in words": _signed_in(
        UNCLEAR, "answer-is-not-known"
    ),  # no source prints Dataverse's words for it
    "app blocked": _signed_in(FIX, "app-is-not-allowed-in-environment"),
    "no member": _signed_in(FIX, "not-a-member-of-the-environment"),
    "member disabled": _signed_in(FIX, "user-is-disabled-in-environment"),
    "no licence": _signed_in(FIX, "licence-is-missing"),
    "no role": _signed_in(FIX, "no-security-role"),
    "access mode": _signed_in(FIX, "access-mode-is-insufficient"),
    "no privilege": _signed_in(FIX, "privilege-is-missing"),
    "Dataverse out": _signed_in(UNCLEAR, "service-is-unavailable"),
    # applications that sign in for themselves; of the account nothing is known
    "application signs in": _said(READY, "application-user-signs-in"),
    "application signs in, expiring": _said(READY, "application-credential-expires"),
    "application signs in with a secret": _said(READY, "application-signs-in-with-a-secret"),
    "app offers none": _said(UNCLEAR, "app-cannot-sign-in-for-itself"),
    "no app credential": _said(UNCLEAR, "integration-without-credential"),
    "app certificate": _said(FIX, "application-certificate-is-refused"),
    "app federation": _said(FIX, "application-federation-does-not-match"),
    "app secret wrong": _said(FIX, "application-secret-is-refused"),
    "app secret expired": _said(FIX, "application-secret-has-expired"),
    "application user missing": _said(FIX, "application-user-is-missing"),
    "application user disabled": _said(FIX, "application-user-is-disabled"),
    "application user without role": _said(FIX, "application-user-has-no-role"),
    # nobody asked, or nobody may ask
    "skipped": _said(DOUBTED, ""),
    "person not asked": _said(UNCLEAR, "person-signs-in-interactively"),
    "person, stored password": _said(FIX, "person-in-an-unattended-app"),
    "no credential": _said(UNCLEAR, "integration-without-credential"),
    "unsendable": _said(UNCLEAR, "password-cannot-be-sent"),
    "held back": _said(UNCLEAR, "held-back-behind-another-case"),
    "no environment": _said(DOUBTED, "environment-is-not-found"),
    "unreached": _said(DOUBTED, "service-was-not-reached"),
    "no tenant": _said(DOUBTED, "tenant-is-not-found"),
    "clouds": _said(DOUBTED, "clouds-disagree"),
    "tenants": _said(DOUBTED, "tenants-disagree"),
    "personal": _refused("guest-or-personal-account", "personal"),
    "guest": _refused("guest-or-personal-account", "guest"),
    "http provider": _refused("federation-endpoint-is-not-https", "https"),
    "unusable provider": _refused("federation-is-not-usable", "federation"),
    "provider out": _said(UNCLEAR, "federation-is-unreachable"),
    "refused by provider": _said(UNCLEAR, "federation-refuses-sign-in"),
    # the network and the service
    "throttled": _said(UNCLEAR, "service-throttles"),
    "unavailable": _said(UNCLEAR, "service-is-unavailable"),
    "no answer": _said(UNCLEAR, "outcome-of-the-submission-is-unknown"),
    "agent out": _said(UNCLEAR, "pass-through-authentication-is-unreachable"),
    "new code": _said(UNCLEAR, "answer-is-not-known"),
    "our restriction": _said(UNCLEAR, "tenant-restrictions-on-our-network"),
    # the account and its password
    "address blocked": _said(UNCLEAR, "source-address-is-blocked"),
    "user unknown": _said(UNCLEAR, "user-is-unknown"),
    "locked": _said(UNCLEAR, "account-is-locked"),
    "wrong password": _said(UNCLEAR, "password-is-refused"),
    "too long": _said(UNCLEAR, "credential-is-no-password"),
    "outside hours": _said(FIX, "logon-hours-refuse-sign-in"),
    "disabled": _said(RETIRE, "account-is-disabled", "disabled", ropc=REFUSED),
    "none stored": _refused("entra-holds-no-password", "password"),
    "expired": _refused("password-has-expired", "expired"),
    "must change": _refused("password-must-be-changed", "changed"),
    # the application and the resource
    "app missing": _refused("app-is-unknown-in-tenant", "app"),
    "app disabled": _refused("app-is-disabled-in-tenant", "app"),
    "app confidential": _refused("app-is-not-a-public-client", "public client"),
    "app without permission": _refused("app-lacks-dataverse-permission", "Dataverse"),
    "app not preauthorized": _refused("microsoft-client-id-may-not-call-dataverse", "Microsoft"),
    "not assigned": _refused("account-is-not-assigned-to-app", "assigned"),
    "Dataverse disabled": _refused("dataverse-is-disabled-in-tenant", "Dataverse"),
    "Dataverse missing": _refused("environment-is-unknown-to-the-tenant", "environment"),
    # policies and consent
    "policy blocks": _refused("conditional-access-blocks-sign-in", "blocked", mfa="blocked by policy"),
    "defaults block": _refused("security-defaults-block-sign-in", "blocked", mfa="blocked by policy"),
    "risk blocks": _refused("risk-blocks-sign-in", "risk", mfa="blocked by policy"),
    "device": _refused("managed-device-is-demanded", "device", mfa="blocked by policy"),
    "risk": _refused("risk-demands-password-change", "risk"),
    "MFA": _refused("mfa-blocks-password-grant", "MFA", mfa="required"),
    "MFA unregistered": _refused("mfa-registration-is-demanded", "registration", mfa="registration required"),
    "MFA registration blocked": _refused(
        "mfa-registration-is-blocked", "registration", mfa="registration required"
    ),
    "MFA at provider": _refused(
        "mfa-is-expected-from-federation", "federated", mfa="from the federated provider"
    ),
    "external control": _refused("external-control-is-demanded", "external", mfa="external (third party)"),
    "no consent": _refused("consent-is-missing", "consent", consent="missing"),
    "administrator": _refused(
        "consent-needs-an-administrator", "administrator", consent="needs an administrator"
    ),
}


def expected_of(world: dict, row: dict) -> Expected:
    """Return what an audit has to say about a row of the inventory."""
    case, state = Situation(world, row), state_of(world, row)
    said = EXPECTED[state]
    if case.unasked:  # a person's verdicts stay unknown, whatever discovery finds
        said = _said(said.path, said.finding)
    return said._replace(path=path_of(case, state, said.path))


def path_of(case: Situation, state: str, outlook: str) -> str:
    """Return where the case should go: by who signs in, what the app can, then what stands in the way."""
    if state == "skipped" or (case.person and state == "user unknown"):
        return UNCLEAR
    if case.application:
        return UNCLEAR if outlook == DOUBTED else outlook
    if case.person and case.row["app"] not in PASSWORD_APPS:
        return "switch to interactive OAuth"
    if outlook == DOUBTED:
        return UNCLEAR
    if outlook == RETIRE or case.row.get("expected") == "none":
        return RETIRE
    if case.person:  # behind an app that stores the password
        return FIX
    if case.own_registration and state != "app missing":
        return "move to an application user"
    return outlook
