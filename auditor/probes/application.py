"""Would the tenant give this app a token for this environment? A device code is asked for, and dropped.

The request names tenant, application and environment as the password sign-in would, but no account, and
carries no password: nobody is sent a code, and nothing comes of one that nobody enters. Then the code is
redeemed once, at once: an application that may not do without a secret is refused for that before the code
is looked at. The codes stay in this function; neither evidence nor log has them.

What is known of Entra ID's answers, and how surely:
- documented: the request, the reply with the codes, `authorization_pending` (70016) until somebody signs in.
- reported, at the device code endpoint: 50059 and 900023 where the tenant is not named (issues 141, 154 and
  545 of microsoft-authentication-library-for-python, 11449 of azuredatastudio).
- reported, when the code is redeemed although it was given: 7000218, formerly 70002 (31986 of azure-docs, 140
  of azure-activedirectory-library-for-nodejs); not said whether before the sign-in, too.
- reported, only on the page where somebody signs in: 65002 and 53003 (668 of the .NET library, 32420 of
  azure-cli). So neither consent nor policies nor preauthorisation are seen here.
- not found in any source, and assumed: that 700016, 7000112, 500011 and 500014 come at the device code
  endpoint. If one does not, the code is given, and the password meets that answer as it would have before.
Source: Microsoft identity platform, device authorization grant; RFC 8628 sections 3.1 to 3.5; RFC 6749 5.2.
"""

from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import uuid4

from auditor.errors import NetworkError
from auditor.model import Answer, Detail, Failure, Flow, Leg, Observed, Question
from auditor.model.evidence import application
from auditor.network import Reply
from auditor.probes.documents import json_object
from auditor.probes.interface import Outlook
from auditor.probes.replies import answer_of, answer_to_failure
from auditor.secrets import Secret

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_WAITING = {"authorization_pending", "slow_down"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a token is wanted for: sign-in host, tenant GUID, client id, environment's host."""

    login: str
    tenant_id: str
    client_id: str
    environment: str

    @property
    def scope(self) -> str:
        """Return the scope, as the password sign-in asks for it."""
        return f"https://{self.environment}/user_impersonation"


def ask_application(outlook: Outlook, wanted: Wanted) -> Observed:
    """Return what the tenant says of application and environment; see Observed for the details.

    Success is a device code; it says nothing of accounts, consent and policies. Never raises.
    """
    correlation = str(uuid4())
    answer, code = _ask(outlook, wanted, correlation)
    details: dict[str, Detail] = {"scope": wanted.scope}
    if code is not None:
        redeemed = _redeem(outlook, wanted, correlation, code)
        details["public_client"] = "yes" if redeemed.error in _WAITING else "not checked"
        if redeemed.codes and redeemed.error not in _WAITING:
            answer, details = redeemed, {"scope": wanted.scope}
    answer = replace(answer, correlation_id=answer.correlation_id or correlation)
    subject = application(wanted.tenant_id, wanted.client_id, wanted.environment)
    return outlook.saw(subject, Question.APPLICATION, answer, details)


def _ask(outlook: Outlook, wanted: Wanted, correlation: str) -> tuple[Answer, Secret | None]:
    url = f"https://{wanted.login}/{wanted.tenant_id}/oauth2/v2.0/devicecode"
    form = {"client_id": wanted.client_id, "scope": f"{wanted.scope} openid profile"}
    try:
        reply = outlook.door.post(url, Leg.DEVICE_CODE, _headers(correlation), urlencode(form).encode())
    except NetworkError as error:
        return _failed(error), None
    answer = answer_of(Flow.DEVICE_CODE, Leg.DEVICE_CODE, reply)
    code = _code_in(reply)
    if code is not None:
        return replace(answer, success=True, failure=None, text=""), code
    if answer.error:
        return answer, None
    unread = answer.failure or (Failure.NOT_UNDERSTOOD if reply.status == HTTPStatus.OK else None)
    return replace(answer, failure=unread, text=""), None  # half a reply may hold half a code


def _failed(error: NetworkError) -> Answer:
    """Return the answer that stands for no reply; a code may have been sent, but never a password."""
    return replace(answer_to_failure(Flow.DEVICE_CODE, Leg.DEVICE_CODE, error), sent=False)


def _code_in(reply: Reply) -> Secret | None:
    data = json_object(reply.text) if reply.status == HTTPStatus.OK else None
    code = data.get("device_code") if data else None
    return Secret(code) if isinstance(code, str) and code else None


def _redeem(outlook: Outlook, wanted: Wanted, correlation: str, code: Secret) -> Answer:
    """Return what comes of a code that nobody has entered; the code goes back to where it came from, once."""
    url = f"https://{wanted.login}/{wanted.tenant_id}/oauth2/v2.0/token"
    form = {"client_id": wanted.client_id, "grant_type": _GRANT, "device_code": code.reveal()}
    body, agreed = urlencode(form).encode(), frozenset({wanted.login})
    try:
        reply = outlook.door.post_secret(url, Leg.DEVICE_CODE, _headers(correlation), body, agreed)
    except NetworkError as error:
        return _failed(error)
    return answer_of(Flow.DEVICE_CODE, Leg.DEVICE_CODE, reply, secret=code)


def _headers(correlation: str) -> dict[str, str]:
    return {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        "client-request-id": correlation,
    }
