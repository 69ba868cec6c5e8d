"""The application probe: one client-credentials sign-in through msal, read from what went over the wire.

One token request with a secret, an assertion that the application's certificate signs, or a token of another
issuer. The scope is the environment's `.default`: an application has no scopes of a user. Source: msal 1.39
application.py; RFC 6749 section 4.4; RFC 7523; Microsoft identity platform, client credentials flow.
"""

from collections.abc import Mapping
from dataclasses import replace

from auditor.model import Case, Detail, Flow, Question
from auditor.model.evidence import case as case_subject
from auditor.probes.interface import Outlook
from auditor.probes.msal_answers import answered, told
from auditor.probes.msal_apps import confidential_app, quiet_msal
from auditor.probes.msal_door import Attempt, MsalDoor
from auditor.probes.password import SignedIn, Target
from auditor.secrets import AppCredential, CredentialKind


class ApplicationProbe:
    """Signs applications in for themselves."""

    def __init__(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self._client = MsalDoor(outlook.door)
        quiet_msal()

    def sign_in(self, case: Case, credential: AppCredential, target: Target) -> SignedIn:
        """Send the credential once, or what it has signed, and return what came back. Never raises.

        The caller has agreed to the tenant and checked that it is the environment's.
        """
        attempt, raised = Attempt({}, target.agreed), ""
        with self._client.attempt(attempt), self._outlook.door.recording() as calls:
            try:
                app = confidential_app(
                    self._client, target.login, target.tenant_id, case.app.client_id, _for_msal(credential)
                )
                app.acquire_token_for_client([scope_of(case)])
            except Exception as error:  # noqa: BLE001 - the probe boundary: msal raises more than it documents
                raised = type(error).__name__
        answer, token = answered(attempt, Flow.CLIENT_CREDENTIALS, credential.value, raised)
        details = {**details_of(credential), "scope": scope_of(case), "calls": told(calls)}
        answer = replace(answer, sent=False)  # that is about passwords, and there was none in it
        subject = case_subject(case.key)
        return SignedIn(self._outlook.saw(subject, Question.APP_SIGN_IN, answer, details), token)


def scope_of(case: Case) -> str:
    """Return the one scope asked for: everything that the environment lets the application do."""
    return f"https://{case.environment}/.default"


def details_of(credential: AppCredential) -> Mapping[str, Detail]:
    """Return what may be told of a credential; see model.Observed."""
    details: dict[str, Detail] = {"credential": credential.kind.value, **credential.claims}
    if credential.expires is not None and credential.kind is CredentialKind.CERTIFICATE:
        # a token's own end is near by design; what counts is that the issuer makes another one
        details["expires"] = f"{credential.expires:%Y-%m-%d}"
    if credential.thumbprint:
        details["thumbprint"] = credential.thumbprint
    return details


def _for_msal(credential: AppCredential) -> str | dict[str, object]:
    value = credential.value.reveal()
    match credential.kind:
        case CredentialKind.SECRET:
            return value
        case CredentialKind.CERTIFICATE:
            return {"private_key": value, "public_certificate": credential.certificate}
        case CredentialKind.FEDERATED:
            return {"client_assertion": lambda: value}
