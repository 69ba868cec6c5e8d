"""From what somebody pasted to an answer: log lines, JSON whole or cut, redirects, SOAP, HTML, exceptions.

Nothing is assumed of the form. The text is unwrapped (percent-encoding, JSON escapes, HTML); numbers are
found by `numbers`, OAuth words, a SOAP fault code and an HTTP status by patterns. Reading never raises.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import unquote

from auditor.model import Answer, Flow, Leg
from auditor.rulebook.numbers import b2c_codes, dataverse_code, entra_codes
from auditor.secrets import redact

_MAX_READ = 1_000_000
_MAX_TEXT = 20_000

_FLOWS = {
    "ropc": Flow.ROPC,
    "password": Flow.ROPC,
    "wstrust": Flow.ROPC,
    "ws-trust": Flow.ROPC,
    "dataverse": Flow.DATAVERSE,
    "discovery": Flow.DISCOVERY,
    "interactive": Flow.INTERACTIVE,
    "implicit": Flow.INTERACTIVE,
    "broker": Flow.INTERACTIVE,
    "auth-code": Flow.AUTH_CODE,
    "authorization-code": Flow.AUTH_CODE,
    "refresh": Flow.REFRESH,
    "refresh-token": Flow.REFRESH,
    "silent": Flow.REFRESH,
    "device": Flow.DEVICE_CODE,
    "device-code": Flow.DEVICE_CODE,
    "client-credentials": Flow.CLIENT_CREDENTIALS,
    "application": Flow.CLIENT_CREDENTIALS,
    "consent": Flow.CONSENT,
    "consent-redirect": Flow.CONSENT,
    "admin-consent": Flow.CONSENT,
    "obo": Flow.ON_BEHALF_OF,
    "on-behalf-of": Flow.ON_BEHALF_OF,
    "integrated": Flow.INTEGRATED,
    "iwa": Flow.INTEGRATED,
    "saml": Flow.SAML,
}

_WORD = re.compile(r"(?<![a-z_])[a-z]{5,16}_[a-z_]{4,24}(?![a-z_])")
_ERRORS = frozenset(
    {
        "access_denied",
        "account_selection_required",
        "authentication_canceled",
        "authorization_declined",
        "authorization_pending",
        "authorization_requestdenied",
        "bad_verification_code",
        "code_expired",
        "consent_required",
        "expired_token",
        "interaction_required",
        "invalid_client",
        "invalid_grant",
        "invalid_instance",
        "invalid_request",
        "invalid_resource",
        "invalid_scope",
        "invalid_tenant",
        "login_required",
        "server_error",
        "service_not_available",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
        "user_canceled",
        "user_cancelled",
        "user_password_expired",
    }
)
_SUBERROR = re.compile(
    r"(?:suberror|error_subcode|msaloauthsuberrorkey)[\"'\\]{0,2}\s{0,3}[:=]\s{0,3}[\"'\\]{0,2}([a-z_]{3,60})"
)
_STATUS = re.compile(
    r"(?:<title>|<h1>|http/\d(?:\.\d)?"
    r"|(?:http|remote server returned an|server returned|error response) ?(?:error)?:?"
    r"|status(?:[ _]?code)?[\"']?(?: was| is| of| does not indicate success)?\s{0,2}[:=]?|returned an?)"
    r"\s{0,3}[\"'(]{0,2}([45]\d\d)(?![\d.])"
)
_FAULT_CODE = re.compile(
    r"<(?:\w{1,20}:)?(?:Value|faultcode)\b[^<>]{0,300}>\s{0,20}([^<>\s]{1,120})|'code': '([^']{1,120})'"
)
_MARKUP = re.compile(r"<[/!?]?[A-Za-z][^<>]{0,2000}>")
_HTML = re.compile(r"(?i)<(?:!doctype|html|head|body|title)\b")
_FRAME = re.compile(r"(?m)^[ \t]{0,40}(?:at [\w.<>`$\[\]+]{1,300}[ \t]?\(|--- End of )[^\n]{0,1000}$")
_TRAILER = re.compile(r"(?:trace id|correlation id|timestamp) ?:")
_ESCAPES = {
    "\\r": " ",
    "\\n": " ",
    "\\t": " ",
    '\\"': '"',
    "\\u0027": "'",
    "\\u0022": '"',
    "\\u0026": "&",
    "\\/": "/",
}
_INVISIBLE = str.maketrans({"\u200b": None, "\u00ad": None, "\ufeff": None, "\u00a0": " ", "\u2019": "'"})
_ESCAPED = re.compile(r"\\(?:[rnt\"/]|u002[267])")
# nobody encodes letters and digits; decoding them could put a number together that nobody wrote
_PLAIN = re.compile(r"%(?=3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])")
_ENCODED = re.compile(r"%(?!3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])[0-9A-Fa-f]{2}")
_PLAIN_ENTITY = re.compile(r"&#(?:x3[0-9]|4[89]|5[0-7]);?")
_PLUSES = re.compile(r"\w\+\w+\+\w")
_FEDERATION = (
    "federated service at",
    "/adfs/",
    "usernamemixed",
    "windowstransport",
    "rstr",
    "wstrust",
    "ws-trust resp",
)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found: the answer, and apart from it the numbers of Azure AD B2C ("AADB2C90083")."""

    answer: Answer
    b2c: tuple[str, ...] = ()


def read_answer(raw: str, context: Mapping[str, str] | None = None) -> Answer:
    """Return the answer in a pasted text; see `read`."""
    return read(raw, context).answer


def read(raw: str, context: Mapping[str, str] | None = None) -> Pasted:
    """Return what a pasted text holds. Never raises, whatever the text; 1 MB takes well under a second.

    `context["flow"]` says where it came from ("ropc", "refresh", "device" ...). Only "ropc" and "wstrust"
    mean that the answer followed a password; without a flow it proves nothing about any.
    """
    text = unwrapped(raw[:_MAX_READ])
    words = text.lower()
    codes = entra_codes(text)
    kept = _kept(text, codes)
    base = _with_flow(context, words) if kept else Answer(Flow.PASTED)
    answer = replace(
        base,
        success=not codes and _succeeded(words),
        http_status=_status(words),
        error=_error(words),
        codes=codes,
        suberror=_first(_SUBERROR, words),
        text=kept,
        dataverse_code=dataverse_code(words),
        fault=_fault(text, words),
    )
    return Pasted(_with_leg(answer, words), b2c_codes(words))


def unwrapped(text: str) -> str:
    """Return the text without percent-encoding, JSON escapes and HTML entities that hide its words."""
    text = text.translate(_INVISIBLE) if not text.isascii() else text
    for _ in range(2):  # a redirect inside a log's URL is encoded twice
        if not _ENCODED.search(text):
            break
        text = unquote(_PLAIN.sub("%25", text))
    if _PLUSES.search(text):
        text = text.replace("+", " ")
    for _ in range(2):  # JSON inside JSON
        if not _ESCAPED.search(text):
            break
        text = _ESCAPED.sub(lambda match: _ESCAPES[match.group()], text)
    return unescape(_PLAIN_ENTITY.sub(" ", text)) if "&" in text else text


def _kept(text: str, codes: tuple[int, ...]) -> str:
    """Return the words that rules look at: from the first number on, or all of it without stack frames."""
    start = text.upper().find("AADSTS") if codes else -1
    if start >= 0:
        return _clean(text[start : start + _trailer_at(text, start)])
    shortened = text if len(text) <= 2 * _MAX_TEXT else f"{text[:_MAX_TEXT]} {text[-_MAX_TEXT:]}"
    shortened = _FRAME.sub(" ", shortened)
    return _clean(_MARKUP.sub(" ", shortened) if _HTML.search(shortened) else shortened)


def _trailer_at(text: str, start: int) -> int:
    window = text[start : start + 2_000]
    trailer = _TRAILER.search(window.lower())
    return trailer.start() if trailer else len(window)


def _clean(text: str) -> str:
    return redact(" ".join(text.split())[:_MAX_TEXT])


def _with_flow(context: Mapping[str, str] | None, words: str) -> Answer:
    word = str((context or {}).get("flow", "")).strip().lower().replace("_", "-").replace(" ", "-")
    flow = _FLOWS.get(word, Flow.PASTED)
    federated = word in {"wstrust", "ws-trust"}
    if federated and ("winauth" in words or "windowstransport" in words):
        flow = Flow.INTEGRATED  # Kerberos at the provider: no password was sent
    return Answer(flow, Leg.WSTRUST if federated else None, sent=flow is Flow.ROPC)


def _with_leg(answer: Answer, words: str) -> Answer:
    if answer.success:
        return replace(answer, leg=Leg.WHOAMI) if '"businessunitid"' in words else answer
    if answer.codes or answer.dataverse_code:
        return answer
    if "trust/mex" in words or "mexdocument" in words:
        return replace(answer, leg=Leg.MEX)
    if answer.fault or any(word in words for word in _FEDERATION):
        return replace(answer, leg=Leg.WSTRUST)
    return answer


def _succeeded(words: str) -> bool:
    token = '"access_token"' in words and '"token_type"' in words
    whoami = '"userid"' in words and '"businessunitid"' in words
    return (token or whoami) and not _error(words)


def _error(words: str) -> str:
    return next((found for found in _WORD.findall(words) if found in _ERRORS), "")


def _status(words: str) -> int | None:
    found = _first(_STATUS, words)
    return int(found) if found else None


def _fault(text: str, words: str) -> str:
    """Return the innermost code of a SOAP fault, or the one msal quotes from it, without its prefix."""
    if "fault" not in words and "rstr" not in words:
        return ""
    codes = ["".join(groups) for groups in _FAULT_CODE.findall(text)]
    return codes[-1].rpartition(":")[2] if codes else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""
