"""The password probe: one ROPC sign-in through msal, read from what went over the wire.

Managed accounts: one token request. Federated accounts: metadata, usernamemixed, then the SAML
assertion grant. Source: msal 1.39 application.py; RFC 6749 section 4.3; RFC 7522.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.model import Case, Detail, Flow, Observed, Question
from auditor.model.evidence import case as case_subject
from auditor.probes.interface import Outlook
from auditor.probes.msal_answers import answered, told
from auditor.probes.msal_apps import public_app, quiet_msal
from auditor.probes.msal_door import Attempt, MsalDoor
from auditor.secrets import Secret

_REALM_WORDS = {
    "account_type": "account_type",
    "cloud_instance": "cloud_instance_name",
    "audience": "cloud_audience_urn",
    "mex_url": "federation_metadata_url",
    "active_url": "federation_active_auth_url",
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in's evidence, and the access token if there is one (in memory, for Dataverse, no longer)."""

    evidence: Observed
    token: Secret | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a sign-in goes: cloud sign-in host, tenant GUID, and the hosts agreed to for passwords."""

    login: str
    tenant_id: str
    agreed: frozenset[str]


class PasswordProbe:
    """Signs in with passwords; one msal application for each tenant and client id."""

    def __init__(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self._client = MsalDoor(outlook.door)
        self._apps: dict[tuple[str, str, str], Any] = {}
        self._lock = threading.Lock()
        quiet_msal()

    def sign_in(self, case: Case, secret: Secret, realm: Observed, target: Target) -> SignedIn:
        """Submit the password once and return what came back. Never raises.

        The caller has agreed to the hosts, checked the tenants, and journalled the intent.
        """
        attempt = Attempt(_realm_words(realm.details), target.agreed)
        raised = ""
        with self._client.attempt(attempt), self._outlook.door.recording() as calls:
            try:
                self._submit(case, secret, target)
            except Exception as error:  # noqa: BLE001 - the probe boundary: msal raises more than it documents
                raised = type(error).__name__
        return self._read(case, attempt, raised, secret, told(calls))

    def _submit(self, case: Case, secret: Secret, target: Target) -> None:
        app = self._app(target, case.app.client_id)
        app.acquire_token_by_username_password(case.account, secret.reveal(), [scope_of(case)])

    def _app(self, target: Target, client_id: str) -> Any:
        key = (target.login, target.tenant_id, client_id)
        with self._lock:
            if key not in self._apps:
                self._apps[key] = public_app(self._client, *key)
            return self._apps[key]

    def _read(
        self, case: Case, attempt: Attempt, raised: str, secret: Secret, calls: tuple[str, ...]
    ) -> SignedIn:
        answer, token = answered(attempt, Flow.ROPC, secret, raised)
        details: dict[str, Detail] = {
            "federated": attempt.federated,
            "scope": scope_of(case),
            "calls": calls,
        }
        evidence = self._outlook.saw(case_subject(case.key), Question.PASSWORD, answer, details)
        return SignedIn(evidence, token)


def scope_of(case: Case) -> str:
    """Return the one scope asked for: the environment's own, as an app would."""
    return f"https://{case.environment}/user_impersonation"


def _realm_words(details: Mapping[str, Detail]) -> dict[str, Any]:
    """Return the realm document msal expects, from the evidence; absent words stay absent."""
    return {theirs: details[ours] for ours, theirs in _REALM_WORDS.items() if details.get(ours)}
