"""From HTTP replies to answers: what Entra ID, AD FS and Dataverse put into their bodies, read once, here.

Shapes: `facts` of Entra ID's token and discovery endpoints (error, error_description, error_codes,
suberror, claims, trace_id, correlation_id), SOAP 1.1 and 1.2 faults, Dataverse's OData errors.
"""

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree as ET

from auditor.errors import NetworkError
from auditor.model import Answer, Failure, Flow, Leg
from auditor.network import Reply
from auditor.probes.documents import json_object, xml_root
from auditor.secrets import Secret, redact

MAX_TEXT = 2_000
_TELLING = 4
_LOOKED_AT = 4 * MAX_TEXT
_TRAILER = re.compile(r"(?:Trace ID|Correlation ID|Timestamp): .*", re.DOTALL)
_HEX_CODE = re.compile(r"0x[0-9a-fA-F]{8}")
_PAGE = re.compile(
    r"\s{0,99}(?:<\?xml[^>]{0,99}>\s{0,9})?(?:<!--.{0,999}?-->\s{0,9})?"
    r"<(?:!doctype html|html|head|meta|script|body)\b",
    re.IGNORECASE | re.DOTALL,
)


def answer_of(
    flow: Flow, leg: Leg, reply: Reply, *, sent: bool = False, secret: Secret | None = None
) -> Answer:
    """Return what a reply says, whatever its form: JSON, SOAP, HTML or nothing. Never raises."""
    base = Answer(
        flow,
        leg,
        reply.host,
        http_status=reply.status,
        sent=sent,
        trace_id=reply.headers.get("x-ms-request-id", "")[:80],
        retry_after=reply.retry_after,
    )
    data = json_object(reply.text)
    if data is not None:
        return _from_json(base, data, secret)
    fault = soap_fault(reply.text)
    if fault is not None:
        code, reason = fault
        return replace(base, fault=_word(code, secret), text=_clean(reason, secret))
    return replace(base, failure=_unread(reply), text=_clean(reply.text, secret))


def _unread(reply: Reply) -> Failure | None:
    """Return what a reply is that is no answer: a page of something in between, or nothing we know."""
    if reply.status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
        return Failure.PORTAL
    if reply.status >= HTTPStatus.BAD_REQUEST:
        return None
    return Failure.PORTAL if _PAGE.match(reply.text) else Failure.NOT_UNDERSTOOD


def answer_to_failure(flow: Flow, leg: Leg, error: NetworkError, *, sent: bool = False) -> Answer:
    """Return the answer that stands for no usable reply."""
    return Answer(
        flow, leg, error.host, failure=error.failure, text=error.detail[:MAX_TEXT], sent=sent or error.sent
    )


def soap_fault(text: str) -> tuple[str, str] | None:
    """Return (innermost code without prefix, reason) of a SOAP 1.1 or 1.2 fault, None for anything else."""
    root = xml_root(text)
    fault = None if root is None else next((e for e in root.iter() if _local(e) == "Fault"), None)
    if fault is None:
        return None
    codes = [(e.text or "").strip() for e in fault.iter() if _local(e) in {"Value", "faultcode"}]
    reasons = [(e.text or "").strip() for e in fault.iter() if _local(e) in {"Text", "faultstring"}]
    return (codes[-1].rpartition(":")[2] if codes else "", " ".join(filter(None, reasons)))


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _from_json(base: Answer, data: dict[str, Any], secret: Secret | None) -> Answer:
    wrapped = data.get("error")
    if isinstance(wrapped, dict):
        return _odata_error(base, wrapped, secret)
    return replace(
        base,
        error=_word(_text(wrapped), secret),
        codes=_codes(data.get("error_codes")),
        suberror=_word(_text(data.get("suberror")), secret),
        text=_clean(_TRAILER.sub("", _text(data.get("error_description"))[:_LOOKED_AT]), secret),
        correlation_id=_word(_text(data.get("correlation_id")), secret),
        trace_id=_word(_text(data.get("trace_id")), secret) or base.trace_id,
        policies=_policies(data.get("claims")),
    )


def _odata_error(base: Answer, error: dict[str, Any], secret: Secret | None) -> Answer:
    code, message = _text(error.get("code")), _text(error.get("message"))
    found = _HEX_CODE.search(code) or _HEX_CODE.search(message)
    hexadecimal = found.group().lower() if found else ""
    return replace(base, error=_word(code, secret), dataverse_code=hexadecimal, text=_clean(message, secret))


def _codes(value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(int(code) for code in value[:20] if _is_code(code))


def _is_code(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (
        isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) is not None
    )


def _policies(claims: object) -> tuple[str, ...]:
    """Return ids of the Conditional Access policies that a claims challenge names (capolids, polids)."""
    data = json_object(claims) if isinstance(claims, str) else None
    wanted = data.get("access_token") if data else None
    for name in ("capolids", "polids"):
        entry = wanted.get(name) if isinstance(wanted, dict) else None
        values = entry.get("values") if isinstance(entry, dict) else None
        if isinstance(values, list):
            return tuple(str(value)[:80] for value in values[:20])
    return ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _clean(text: str, secret: Secret | None) -> str:
    """Return a text fit to be kept: one line, redacted, bounded."""
    return " ".join(redact(text[:_LOOKED_AT], *_known(secret)).split())[:MAX_TEXT]


def _word(text: str, secret: Secret | None) -> str:
    """Return a short word of an answer fit to be kept.

    The words of the protocols tell answers apart, so a password of a letter or two may not blot them out.
    """
    known = [one for one in _known(secret) if len(one.reveal()) >= _TELLING]
    return redact(text[:400], *known)[:200]


def _known(secret: Secret | None) -> tuple[Secret, ...]:
    return (secret,) if secret else ()
