"""Finding the numbers of Entra ID, Azure AD B2C and Dataverse in whatever people paste.

Every pattern is linear in the text, every repetition is bounded, and all are matched in lower case, which is
several times as fast as ignoring it. A number is taken where something names it as an error's number; what
merely looks like one (a port, a year, a subcode) is left alone.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_AADSTS = re.compile(r"aadsts[\s:_#-]?(\d{4,8})(?!\d)")
_B2C = re.compile(r"(aadb2c\d{4,6})(?!\d)")
_BARE = re.compile(r"#?\d{5,7}(?:[\s,;]{1,3}\d{5,7}){0,9}")
_NUMBER = re.compile(r"\d{4,8}")
_URI = re.compile(r"/error/?\?(?:[a-z_]{1,20}=[^&\s]{0,80}&)?code=(\d{4,8})(?!\d)")
# error_codes: [70002, 70008]; a list that was cut may end inside a number
_LIST = re.compile(
    r"error[_ ]?codes?[\"'\\]{0,2}\s{0,4}[:=]\s{0,4}(?:some\()?\[\s{0,80}"
    r"((?:[\"']?\d{4,8}[\"']?\s{0,40},\s{0,80}){0,9}[\"']?\d{4,8})(?=[\"'\s,\]])"
)
# names that nobody but Entra ID and its libraries use
_OWN_NAME = re.compile(
    r"(?:server_error_codes?|service_?error_?codes?|sts_?error_?codes?|sign-?in error code|error_codes"
    r"|errorno|error\(s\)|\bresulttype)[\"'\\]{0,2}\s{0,3}[:=]?\s{0,3}[\[\"'(]{0,2}(\d{5,8})(?!\d)"
)
# names that others use too, in the languages of the sign-in page: only where no surer number stands
_ANY_NAME = re.compile(
    r"(?:(?<![a-z])error[\s_]{0,2}(?:code|number|no\.?|id|#)?|failure code|fehler-?code|foutcode|felkod"
    r"|code d.erreur|c[oó]digo de error|c[oó]digo do erro|codice (?:di )?errore|kod b[lł][eę]du"
    r"|エラー\s?コード|错误代码|錯誤碼|오류 코드|код ошибки)"
    r"[\"'\\]{0,2}\s{0,3}(?:is|was|[:\uff1a=#])?\s{0,3}[\"'(\[]{0,2}(\d{5,7})(?!\d)"
)
# the families that Entra ID numbers its errors in: another product's numbers are not taken for its own
_FAMILIES = re.compile(
    r"1[67]\d{3}|2[08]\d{3}|400\d\d|5[0-5]\d{3}|6[57]\d{3}|7[056]\d{3}|8[01]\d{3}|90\d{3}"
    r"|1[02-6]\d{4}|2[2-4]\d{4}|39\d{4}|5[0-5]\d{4}|65\d{4}|7[05]\d{4}|90\d{4}"
    r"|1[04]0\d{4}|5[0-5]\d{5}|7[05]\d{5}|90\d{5}"
)

_HEX = re.compile(r"(?<![0-9a-z])0x(80[0-9a-f]{6})(?![0-9a-f])")
_DECIMAL = re.compile(r"(?<![\d.])(-214[67]\d{6}|214[78]\d{6})(?!\d)")
_NAMED_HEX = re.compile(
    r"(?<![a-z])(?:error\s?code|code)[\"']?\s{0,3}[:=]?\s{0,3}[\"']?(80[0-9a-f]{6})(?![0-9a-f])"
)
_BARE_HEX = re.compile(r"80[0-9a-f]{6}")
# Dataverse's facilities; 0x80072Exx and 0x80072Fxx are Windows' own network errors
_DATAVERSE = re.compile(r"80(?:04[0-9a-f]{4}|06[0-9a-f]{4}|072[35][0-9a-f]{2}|09[5f][0-9a-f]{3})")
_GENERIC = frozenset({"0x80040216", "0x80040224", "0x80040265", "0x80044150", "0x80048d19"})
_WORD = 1 << 32


def entra_codes(text: str) -> tuple[int, ...]:
    """Return the AADSTS numbers of a text, each once: `error_codes` first, then as they stand."""
    text = text.strip().lower()
    if _BARE.fullmatch(text):
        return _once(_NUMBER.findall(text))
    listed = (number for group in _LIST.findall(text) for number in _NUMBER.findall(group))
    named = (*listed, *_AADSTS.findall(text), *_URI.findall(text), *_OWN_NAME.findall(text))
    return _once(named or (number for number in _ANY_NAME.findall(text) if _FAMILIES.fullmatch(number)))


def b2c_codes(text: str) -> tuple[str, ...]:
    """Return the AADB2C numbers of a text, in capitals: another directory's, never AADSTS numbers."""
    return tuple(dict.fromkeys(code.upper() for code in _B2C.findall(text.lower())))


def dataverse_code(text: str) -> str:
    """Return Dataverse's code as `0x` and eight lower-case digits, the most telling one; "" without one.

    It stands in hexadecimal, as a signed or unsigned 32-bit number, or without its 0x behind a name.
    """
    text = text.strip().lower()
    if "authstate" in text or "psf:" in text:
        return ""  # the sign-in service's SOAP faults carry codes of their own in the same facility
    found = list(dict.fromkeys(f"0x{digits}" for digits in _digits(text) if _DATAVERSE.fullmatch(digits)))
    telling = [code for code in found if code not in _GENERIC]
    return next(iter(telling or found), "")


def _digits(text: str) -> "Iterator[str]":
    if _BARE_HEX.fullmatch(text):
        yield text
    yield from _HEX.findall(text)
    yield from _NAMED_HEX.findall(text)
    for number in _DECIMAL.findall(text):
        yield f"{int(number) % _WORD:08x}"


def _once(numbers: "Iterator[str] | tuple[str, ...] | list[str]") -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(number) for number in numbers))
