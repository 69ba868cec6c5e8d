"""The AADSTS answers that the simulated cloud gives: error word, status, text, by number.

Numbers, error words and sub-errors are those observed; texts are the lab's own words around the phrases by
which real ones are told apart. The older (v1) endpoint says `interaction_required` where the newer one
says `invalid_grant`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One answer. `v1` is the error word of the older endpoint where it differs."""

    text: str
    error: str = "invalid_grant"
    v1: str = ""
    status: int = 400
    suberror: str = ""


_MFA_WORDS = (
    "Due to a configuration change made by your administrator, or because you moved to a new location, "
)


def _interrupt(text: str) -> Entry:
    """Return an answer that asks for a person, who could still sign in interactively."""
    return Entry(text, v1="interaction_required", suberror="basic_action")


def _barred(text: str) -> Entry:
    """Return an answer that only another device, place or state could change."""
    return Entry(text, v1="interaction_required", suberror="message_only")


CATALOGUE: Mapping[int, Entry] = {
    1002012: Entry(
        "The scope '{wanted}' is not valid: client credentials ask for /.default.", "invalid_scope"
    ),
    50008: Entry("The SAML assertion cannot be verified: its signature is not one the tenant trusts."),
    50012: Entry(
        "Authentication failed: the client assertion is not accepted.", "invalid_client", status=401
    ),
    50020: Entry(
        "User account '{user}' from identity provider '{provider}' does not exist in tenant '{tenant}'."
    ),
    50034: Entry("The user account {user} does not exist in the {tenant_id} directory."),
    50048: Entry(
        "The subject does not match the issuer of the client assertion.", "invalid_client", status=401
    ),
    50011: Entry(
        "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured"
        " for the application '{app}'.",
        "invalid_request",
    ),
    50049: Entry("Unknown or invalid instance.", "invalid_instance"),
    50052: Entry("The password exceeds the accepted length of 256 characters.", "invalid_request"),
    50053: Entry("The account is locked: too many tries to sign in.", v1="unauthorized_client"),
    50055: Entry("The password is expired.", v1="user_password_expired", suberror="user_password_expired"),
    50056: Entry("Invalid or missing password: none is stored in the directory for this user."),
    50057: Entry("The user account is disabled."),
    50058: Entry("A silent sign-in request was sent, but nobody is signed in.", "login_required"),
    50059: Entry("No tenant-identifying information was found in the request.", "invalid_request"),
    50076: _interrupt(_MFA_WORDS + "you must use multi-factor authentication to access '{resource}'."),
    50079: _interrupt(_MFA_WORDS + "you must enroll in multi-factor authentication to access '{resource}'."),
    50105: Entry("The signed in user '{user}' is not assigned to a role for the application '{app}'."),
    50107: Entry("The requested federation realm object '{provider}' does not exist.", "invalid_request"),
    50126: Entry("Error validating credentials: invalid username or password."),
    50142: _barred("A password change is required by Conditional Access."),
    50158: _interrupt("An external security challenge was not satisfied."),
    51004: Entry("The user account {user} does not exist in the {tenant_id} directory (federated)."),
    53000: _barred("The device is not in the required state: compliant."),
    53001: _barred("The device is not in the required state: domain_joined."),
    53002: _barred("The application used is no approved application for Conditional Access."),
    53003: _barred("Access has been blocked by Conditional Access policies: no token may be issued."),
    53004: _barred("Registering for multi-factor authentication is blocked because of risk."),
    53009: _barred("The application must be protected by an Intune app protection policy."),
    53010: _barred("Multi-factor methods may not be registered from this place."),
    54005: Entry("The authorization code was already redeemed.", suberror="bad_token"),
    65001: Entry(
        "The user or administrator has not consented to use the application with ID '{app}' named '{app}'.",
        suberror="consent_required",
    ),
    65004: Entry("The user declined to consent to access the app.", "access_denied"),
    65002: Entry("Consent between first party application '{app}' and '{resource}' needs preauthorization."),
    70003: Entry("The grant type '{grant}' is not supported.", "unsupported_grant_type"),
    70008: Entry("The provided authorization code or refresh token has expired.", suberror="bad_token"),
    70011: Entry("The provided value for the input parameter 'scope' is not valid.", "invalid_scope"),
    70016: Entry(
        "OAuth 2.0 device flow: authorization is pending. Continue polling.", "authorization_pending"
    ),
    70018: Entry("The device code is not valid.", "bad_verification_code"),
    70020: Entry(
        "The input parameter 'device_code' is not valid: this device code has expired.", "expired_token"
    ),
    70021: Entry(
        "No matching federated identity record found for the presented assertion's audience.",
        "invalid_request",
    ),
    80001: Entry("The pass-through authentication agent is not available.", "invalid_request"),
    80002: Entry("The pass-through password check timed out at the directory.", "invalid_request"),
    80012: Entry("The account may not sign in at this hour."),
    90002: Entry("Tenant '{tenant}' not found. Check the tenant and the cloud.", "invalid_tenant"),
    90072: Entry("User account '{user}' from '{provider}' does not exist in tenant '{tenant}'."),
    90094: Entry("The grant requires admin permission: an administrator has to consent to '{app}'."),
    500011: Entry(
        "The resource principal named {wanted} was not found in the tenant named {tenant}.",
        "invalid_resource",
    ),
    500014: Entry("The service principal for resource '{wanted}' is disabled.", "invalid_resource"),
    500021: Entry("Access to tenant '{tenant}' is denied by the network's tenant restrictions."),
    500121: Entry("Authentication failed during the strong authentication request."),
    500571: Entry("The guest user account is disabled."),
    501481: Entry("The Code_Verifier does not match the code_challenge of the authorization request."),
    530035: Entry("Access has been blocked by security defaults.", suberror="message_only"),
    650057: Entry(
        "Invalid resource: the client '{app}' lists no permission for {resource}.", "invalid_client"
    ),
    700016: Entry(
        "Application with identifier '{app}' was not found in the directory '{tenant}'.",
        "unauthorized_client",
    ),
    700038: Entry("'{app}' is not a valid application identifier.", "unauthorized_client"),
    900144: Entry("The request body must contain the parameter '{parameter}'.", "invalid_request"),
    700054: Entry("The response type is not enabled for the application.", "unsupported_response_type"),
    900971: Entry("No reply address was provided.", "invalid_request"),
    900439: Entry("This tenant and application belong to another cloud's sign-in host.", "invalid_request"),
    7000112: Entry("Application '{app}' is disabled.", "unauthorized_client"),
    7000218: Entry(
        "The request body must contain the parameter 'client_assertion' or 'client_secret'.",
        "invalid_client",
        status=401,
    ),
    7000215: Entry("Invalid client secret provided for app '{app}'.", "invalid_client", status=401),
    7000222: Entry(
        "The provided client secret keys for app '{app}' are expired.", "invalid_client", status=401
    ),
    700024: Entry("The client assertion is not within its valid time range.", "invalid_client", status=401),
    700211: Entry(
        "No matching federated identity record found for presented assertion issuer '{issuer}'.",
        "invalid_client",
        status=401,
    ),
    700213: Entry(
        "No matching federated identity record found for presented assertion subject '{subject}'.",
        "invalid_client",
        status=401,
    ),
    700027: Entry(
        "The certificate with which the client assertion is signed is not registered on application.",
        "invalid_client",
        status=401,
    ),
    9001023: Entry(
        "The grant type is not supported over the /common or /consumers endpoints.", "invalid_request"
    ),
}
OTHER = Entry("The service gave no further words.")
