"""Who checks an account's password: Entra ID (managed), a federation server, or nobody of ours.

Source: msal 1.39 authority.py, user_realm_discovery. The UPN is percent-encoded as one path segment;
a bare `#EXT#` would cut the address and ask for somebody else.
"""

from dataclasses import dataclass, replace
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import quote

from auditor.errors import NetworkError
from auditor.model import Detail, Failure, Flow, Leg, Observed, Question
from auditor.model.evidence import account
from auditor.network import Reply, host_of
from auditor.probes.documents import json_object
from auditor.probes.federation import Federation, read_federation
from auditor.probes.interface import Outlook
from auditor.probes.replies import answer_of, answer_to_failure

_PERSONAL_HOSTS = {"nexus.passport.com", "login.live.com", "nexus.microsoftonline-p.com"}
_ACCOUNT_TYPES = {"managed": "Managed", "federated": "Federated", "unknown": "Unknown"}


@dataclass(slots=True)
class Realms:
    """Asks realms; the metadata of a federation server is asked for once, for all accounts behind it."""

    outlook: Outlook
    _known: dict[tuple[str, str], Federation]
    _lock: Lock

    def ask(self, upn: str, login: str) -> Observed:
        """Return the account's realm as one cloud's sign-in host sees it; see Observed for the details."""
        url = f"https://{login}/common/userrealm/{quote(upn, safe='')}?api-version=1.0"
        subject = account(upn)
        try:
            reply = self.outlook.door.get(url, Leg.REALM, {"Accept": "application/json"})
        except NetworkError as error:
            answer = answer_to_failure(Flow.DISCOVERY, Leg.REALM, error)
            return self.outlook.saw(subject, Question.REALM, answer)
        said = json_object(reply.text)
        answer = answer_of(Flow.DISCOVERY, Leg.REALM, reply, data=said)
        data = _realm_in(reply, said)
        if data is None:
            failure = answer.failure or (None if answer.codes else Failure.NOT_UNDERSTOOD)
            return self.outlook.saw(subject, Question.REALM, replace(answer, failure=failure))
        details = self._details(data)
        return self.outlook.saw(subject, Question.REALM, replace(answer, success=True), details)

    def _details(self, data: dict[str, Any]) -> dict[str, Detail]:
        mex, active = _word(data, "federation_metadata_url"), _word(data, "federation_active_auth_url")
        kind = _ACCOUNT_TYPES[_word(data, "account_type").lower()]
        personal = bool({host_of(mex), host_of(active)} & _PERSONAL_HOSTS)
        details: dict[str, Detail] = {
            "account_type": kind,
            "personal": personal,
            "cloud_instance": _word(data, "cloud_instance_name"),
            "audience": _word(data, "cloud_audience_urn"),
        }
        if kind != "Federated" or personal:
            return details
        federation = self._federation(mex, active)
        return details | {
            "mex_url": mex,
            "active_url": active,
            "federation_host": host_of(mex) or host_of(active),
            "federation": federation.state,
            "endpoint_host": federation.endpoint_host,
            "federation_text": _why(federation),
        }

    def _federation(self, mex: str, active: str) -> Federation:
        with self._lock:
            found = self._known.get((mex, active))
        if found is None:
            found = read_federation(self.outlook.door, mex, active)
            with self._lock:
                found = self._known.setdefault((mex, active), found)
        return found


def realms(outlook: Outlook) -> Realms:
    """Return a realm probe with nothing learnt yet."""
    return Realms(outlook, {}, Lock())


def _realm_in(reply: Reply, said: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the realm document, None for anything else; a 404 is no "unknown realm" but no answer."""
    data = said if reply.status == HTTPStatus.OK else None
    if data is None or _word(data, "account_type").lower() not in _ACCOUNT_TYPES:
        return None
    return data


def _why(federation: Federation) -> str:
    answer = federation.answer
    if answer is None or federation.state == "usable":
        return ""
    return answer.failure or (f"HTTP {answer.http_status}" if answer.http_status != HTTPStatus.OK else "")


def _word(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value[:500] if isinstance(value, str) else ""
