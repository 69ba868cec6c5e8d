"""Why Microsoft Graph did not answer a question, as a reason that a report can print.

A licence is never inferred from a refusal's number alone: the one code that speaks of licences is reported
also for tenants that have one (issues 3581 and 3808 of microsoft-graph-docs-contrib), so its text says both.
"""

import json
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from auditor.directory.snapshot import Lack, Missing
from auditor.secrets import redact

NO_LICENCE = frozenset({"Authentication_RequestFromNonPremiumTenantOrB2CTenant"})
_LONGEST = 200


class Unread(Exception):  # noqa: N818 - reads as the condition it is
    """A question to Graph that has no answer, and why; `status` is 0 where no reply came."""

    def __init__(self, lack: Lack, detail: str, status: int = 0, code: str = "") -> None:
        super().__init__(f"{lack}: {detail}")
        self.lack, self.detail, self.status, self.code = lack, detail, status, code

    @property
    def missing(self) -> Missing:
        """Return it as what stands in a snapshot."""
        return Missing(self.lack, self.detail)


def refused(status: int, body: object) -> Unread:
    """Return what a reply other than a success means; `body` is its JSON, or None."""
    code, message = _said(body)
    told = f"HTTP {status}" + (f" {code}" if code else "") + (f": {message}" if message else "")
    return Unread(_lack(status, code), _licence(told) if code in NO_LICENCE else told, status, code)


def _lack(status: int, code: str) -> Lack:
    if code in NO_LICENCE:
        return Lack.NO_LICENCE
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return Lack.REFUSED
        case HTTPStatus.NOT_FOUND:
            return Lack.NOT_FOUND
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Lack.THROTTLED
        case _:
            return Lack.FAILED


def _licence(told: str) -> str:
    return f"{told}; reported also where a licence is there and Directory.Read.All was not consented to"


def with_roles(error: Unread, held: Collection[str] | None, needed: Mapping[str, str]) -> Unread:
    """Return a refusal as one for want of a role, where the token names the roles and none of them will do.

    `held` are template ids, None where the token does not say; `needed` maps template ids to names.
    """
    if error.status != HTTPStatus.FORBIDDEN or error.lack is not Lack.REFUSED:
        return error
    if held is None or not needed or set(held) & set(needed):
        return error
    names = ", ".join(sorted(needed.values()))
    return Unread(Lack.NO_ROLE, f"{error.detail}; roles that may: {names}", error.status, error.code)


def _said(body: object) -> tuple[str, str]:
    error: Any = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", ""
    code, message = error.get("code"), error.get("message")
    return (
        redact(code)[:80] if isinstance(code, str) else "",
        " ".join(redact(message[: 4 * _LONGEST]).split())[:_LONGEST] if isinstance(message, str) else "",
    )


def document(text: str) -> dict[str, Any]:
    """Return a reply's JSON object; raises Unread when it is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise Unread(Lack.FAILED, "the reply is no JSON") from None
    if not isinstance(data, dict):
        raise Unread(Lack.FAILED, "the reply is no JSON object")
    return data
