"""The password probe: one ROPC sign-in through msal, read from what went over the wire.

Managed accounts: one token request. Federated accounts: metadata, usernamemixed, then the SAML
assertion grant. Source: msal 1.39 application.py; RFC 6749 section 4.3; RFC 7522.
"""

import logging
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from auditor.model import Answer, CallRecord, Case, Detail, Failure, Flow, Leg, Observed, Question
from auditor.model.evidence import case as case_subject
from auditor.probes.documents import json_object
from auditor.probes.interface import Outlook
from auditor.probes.msal_door import Attempt, Forgetful, MsalDoor
from auditor.probes.replies import answer_of, answer_to_failure
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
        _quiet_msal()

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
        own = tuple(_told(call) for call in calls if not _for_all(call))
        return self._read(case, attempt, raised, secret, own)

    def _submit(self, case: Case, secret: Secret, target: Target) -> None:
        app = self._app(target, case.app.client_id)
        app.acquire_token_by_username_password(case.account, secret.reveal(), [scope_of(case)])

    def _app(self, target: Target, client_id: str) -> Any:
        key = (target.login, target.tenant_id, client_id)
        with self._lock:
            if key not in self._apps:
                self._apps[key] = _new_app(self._client, *key)
            return self._apps[key]

    def _read(
        self, case: Case, attempt: Attempt, raised: str, secret: Secret, calls: tuple[str, ...]
    ) -> SignedIn:
        data = _data(attempt)
        token = _token(attempt, data)
        answer = _answer(attempt, secret, data)
        changes: dict[str, Any] = {} if not token else {"failure": None, "error": "", "text": ""}
        answer = replace(
            answer,
            success=bool(token),
            exception=raised,
            sent=attempt.sent,
            correlation_id=answer.correlation_id or attempt.correlation_id,
            **changes,
        )
        details: dict[str, Detail] = {
            "federated": attempt.federated,
            "scope": scope_of(case),
            "calls": calls,
        }
        evidence = self._outlook.saw(case_subject(case.key), Question.PASSWORD, answer, details)
        return SignedIn(evidence, Secret(token) if token else None)


def _for_all(call: CallRecord) -> bool:
    """Return whether an exchange fetched a document for all; in whose sign-in that fell is chance."""
    return call.leg in {Leg.OPENID, Leg.MEX} and call.status == HTTPStatus.OK


def _told(call: CallRecord) -> str:
    """Return one exchange as evidence: which leg, to whom, how it ended."""
    return f"{call.leg} {call.method} {call.host}: {call.failure or call.status}"


def scope_of(case: Case) -> str:
    """Return the one scope asked for: the environment's own, as an app would."""
    return f"https://{case.environment}/user_impersonation"


def _quiet_msal() -> None:
    """Keep msal from printing: it warns at every password sign-in and logs whole replies at ERROR.

    Both settings are the process's; they are made once, before any thread starts, because
    `warnings.catch_warnings` is not safe among threads.
    """
    warnings.filterwarnings(
        "ignore", r"\s*This API has been deprecated for public client flows", DeprecationWarning
    )
    logging.getLogger("msal").setLevel(logging.CRITICAL + 1)


def _new_app(client: MsalDoor, login: str, tenant_id: str, client_id: str) -> Any:
    """Return an msal application that caches nothing and asks for no refresh token."""
    from msal import PublicClientApplication, TokenCache  # noqa: PLC0415 - slow to import

    class NoTokens(TokenCache):  # type: ignore[misc]  # msal has no types
        """A token cache that keeps no token."""

        def add(self, event: object, now: object = None) -> None:
            """Forget."""

        def modify(self, *_: object) -> None:
            """Forget."""

    return PublicClientApplication(
        client_id,
        authority=f"https://{login}/{tenant_id}",
        instance_discovery=False,
        http_client=client,
        http_cache=Forgetful(),
        token_cache=NoTokens(),
        exclude_scopes=["offline_access"],
    )


def _realm_words(details: Mapping[str, Detail]) -> dict[str, Any]:
    """Return the realm document msal expects, from the evidence; absent words stay absent."""
    return {theirs: details[ours] for ours, theirs in _REALM_WORDS.items() if details.get(ours)}


def _data(attempt: Attempt) -> dict[str, Any] | None:
    return None if attempt.reply is None else json_object(attempt.reply.text)


def _answer(attempt: Attempt, secret: Secret, data: dict[str, Any] | None) -> Answer:
    leg = attempt.leg or Leg.TOKEN
    if attempt.error is not None:
        return answer_to_failure(Flow.ROPC, leg, attempt.error)
    if attempt.reply is None:
        return Answer(Flow.ROPC, attempt.leg, failure=Failure.NOT_UNDERSTOOD)
    answer = answer_of(Flow.ROPC, leg, attempt.reply, secret=secret, data=data)
    if attempt.reply.status < HTTPStatus.BAD_REQUEST and not (answer.error or answer.fault):
        # a reply that should have been a token or a document and is none; what is in it may be secret
        return replace(answer, failure=answer.failure or Failure.NOT_UNDERSTOOD, text="")
    return answer


def _token(attempt: Attempt, data: dict[str, Any] | None) -> str:
    """Return the access token in the last reply; also where msal stumbled over something beside it."""
    if attempt.leg is not Leg.TOKEN or attempt.reply is None or attempt.reply.status != HTTPStatus.OK:
        return ""
    token = (data or {}).get("access_token")
    return token if isinstance(token, str) else ""
