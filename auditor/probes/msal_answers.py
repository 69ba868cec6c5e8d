"""What a sign-in through msal came to, read off the wire and not from what msal made of it."""

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from auditor.model import Answer, CallRecord, Failure, Flow, Leg
from auditor.probes.documents import json_object
from auditor.probes.msal_door import Attempt
from auditor.probes.replies import answer_of, answer_to_failure
from auditor.secrets import Secret


def answered(attempt: Attempt, flow: Flow, secret: Secret, raised: str) -> tuple[Answer, Secret | None]:
    """Return the answer to an attempt, and the access token if there is one.

    `secret` is what was sent and must not show; `raised` is the class of what msal raised, or "".
    """
    data = None if attempt.reply is None else json_object(attempt.reply.text)
    token = _token(attempt, data)
    answer = _answer(attempt, flow, secret, data)
    changes: dict[str, Any] = {} if not token else {"failure": None, "error": "", "text": ""}
    answer = replace(
        answer,
        success=bool(token),
        exception=raised,
        sent=attempt.sent,
        correlation_id=answer.correlation_id or attempt.correlation_id,
        **changes,
    )
    return answer, Secret(token) if token else None


def told(calls: Iterable[CallRecord]) -> tuple[str, ...]:
    """Return the exchanges of a sign-in as evidence: which leg, to whom, how it ended.

    A document for all is left out: in whose sign-in it was fetched is chance.
    """
    return tuple(
        f"{call.leg} {call.method} {call.host}: {call.failure or call.status}"
        for call in calls
        if not (call.leg in {Leg.OPENID, Leg.MEX} and call.status == HTTPStatus.OK)
    )


def _answer(attempt: Attempt, flow: Flow, secret: Secret, data: dict[str, Any] | None) -> Answer:
    leg = attempt.leg or Leg.TOKEN
    if attempt.error is not None:
        return answer_to_failure(flow, leg, attempt.error)
    if attempt.reply is None:
        return Answer(flow, attempt.leg, failure=Failure.NOT_UNDERSTOOD)
    answer = answer_of(flow, leg, attempt.reply, secret=secret, data=data)
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
