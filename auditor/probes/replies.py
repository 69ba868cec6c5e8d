"""From HTTP replies to answers: what Entra ID, AD FS and Dataverse put into their bodies, read once, here.

Shapes: `facts` of Entra ID's token and discovery endpoints (error, error_description, error_codes,
suberror, claims, trace_id, correlation_id), SOAP 1.1 and 1.2 faults, Dataverse's OData errors.
"""

import re
from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree as ET

from auditor.errors import NetworkError
from auditor.model import Answer, Failure, Flow, Leg
from auditor.network import Reply
from auditor.probes.documents import json_object, xml_root
from auditor.secrets import Redaction, Secret

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
    flow: Flow,
    leg: Leg,
    reply: Reply,
    *,
    sent: bool = False,
    secret: Secret | None = None,
    data: dict[str, Any] | None = None,
) -> Answer:
    """Return what a reply says, whatever its form: JSON, SOAP, HTML or nothing. Never raises.

    `data` is the JSON object in it, where somebody has read it already.
    """
    if data is None:
        data = json_object(reply.text)
    kept = _Kept(secret)
    said = _in_text(reply, kept) if data is None else _in_json(data, kept)
    said["trace_id"] = said.get("trace_id") or reply.headers.get("x-ms-request-id", "")[:80]
    return Answer(
        flow, leg, reply.host, http_status=reply.status, sent=sent, retry_after=reply.retry_after, **said
    )


def _in_text(reply: Reply, kept: "_Kept") -> dict[str, Any]:
    fault = soap_fault(reply.text)
    if fault is not None:
        code, reason = fault
        return {"fault": kept.word(code), "text": kept.text(reason)}
    return {"failure": _unread(reply), "text": kept.text(reply.text)}


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


def _in_json(data: dict[str, Any], kept: "_Kept") -> dict[str, Any]:
    wrapped = data.get("error")
    if isinstance(wrapped, dict):
        return _odata_error(wrapped, kept)
    return {
        "error": kept.word(wrapped),
        "codes": _codes(data.get("error_codes")),
        "suberror": kept.word(data.get("suberror")),
        "text": kept.text(_TRAILER.sub("", _text(data.get("error_description"))[:_LOOKED_AT])),
        "correlation_id": kept.word(data.get("correlation_id")),
        "trace_id": kept.word(data.get("trace_id")),
        "policies": _policies(data.get("claims")),
    }


def _odata_error(error: dict[str, Any], kept: "_Kept") -> dict[str, Any]:
    code, message = _text(error.get("code")), _text(error.get("message"))
    found = _HEX_CODE.search(code) or _HEX_CODE.search(message)
    hexadecimal = found.group().lower() if found else ""
    return {"error": kept.word(code), "dataverse_code": hexadecimal, "text": kept.text(message)}


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


class _Kept:
    """What of an answer may be kept: redacted, bounded, one line."""

    def __init__(self, secret: Secret | None) -> None:
        self._texts = Redaction(*([secret] if secret else []))
        # the words of the protocols tell answers apart: a password of a letter or two may not blot them out
        short = secret is not None and len(secret.reveal()) < _TELLING
        self._words = Redaction() if short else self._texts

    def text(self, text: str) -> str:
        """Return a text fit to be kept."""
        return " ".join(self._texts.of(text[:_LOOKED_AT]).split())[:MAX_TEXT]

    def word(self, value: object) -> str:
        """Return a short word fit to be kept, "" for what is none."""
        return self._words.of(_text(value)[:400])[:200]
