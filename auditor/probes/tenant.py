"""Which tenant does a domain belong to? The OpenID configuration answers without a credential.

Source: Entra documentation, OpenID Connect metadata document; `{login}/{domain}/v2.0/.well-known/...`.
"""

import re
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from auditor.errors import NetworkError
from auditor.model import Detail, Failure, Flow, Leg, Observed, Question
from auditor.model.evidence import tenant
from auditor.probes.documents import json_object
from auditor.probes.interface import Outlook
from auditor.probes.replies import answer_of, answer_to_failure

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def ask_tenant(outlook: Outlook, domain: str, login: str) -> Observed:
    """Return which tenant a domain (or GUID) names at one cloud's sign-in host; see Observed for details."""
    subject = tenant(domain)
    url = f"https://{login}/{quote(domain, safe='')}/v2.0/.well-known/openid-configuration"
    try:
        reply = outlook.door.get(url, Leg.OPENID)
    except NetworkError as error:
        return outlook.saw(subject, Question.TENANT, answer_to_failure(Flow.DISCOVERY, Leg.OPENID, error))
    answer = answer_of(Flow.DISCOVERY, Leg.OPENID, reply)
    data = json_object(reply.text) or {}
    found = tenant_id_of(data.get("token_endpoint"))
    if reply.status != HTTPStatus.OK or not found:
        unread = answer.failure or (Failure.NOT_UNDERSTOOD if reply.status == HTTPStatus.OK else None)
        return outlook.saw(subject, Question.TENANT, replace(answer, failure=unread))
    details: dict[str, Detail] = {
        "tenant_id": found,
        "region": _word(data.get("tenant_region_scope")),
        "sub_region": _word(data.get("tenant_region_sub_scope")),
        "cloud_instance": _word(data.get("cloud_instance_name")),
    }
    return outlook.saw(subject, Question.TENANT, replace(answer, success=True), details)


def tenant_id_of(endpoint: object) -> str:
    """Return the tenant GUID in the path of an Entra endpoint (`https://login/{tenant}/...`), or ""."""
    if not isinstance(endpoint, str):
        return ""
    try:
        parts = urlsplit(endpoint).path.lower().split("/")
    except ValueError:
        return ""
    return next((part for part in parts if _GUID.fullmatch(part)), "")


def is_guid(text: str) -> bool:
    """Return whether a text is a lower-case GUID."""
    return _GUID.fullmatch(text) is not None


def _word(value: object) -> str:
    return value[:80] if isinstance(value, str) else ""
