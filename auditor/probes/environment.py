"""Which tenant does an environment belong to? The Web API's unauthenticated 401 names the authority.

Source: PowerPlatform-DataverseServiceClient, AuthorityResolver (behaviour); RFC 9110 section 11.6.1.
"""

import re
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

from auditor.errors import NetworkError
from auditor.model import Answer, Detail, Failure, Flow, Leg, Observed, Question
from auditor.model.evidence import environment
from auditor.probes.interface import Outlook
from auditor.probes.replies import answer_of, answer_to_failure
from auditor.probes.tenant import tenant_id_of

API = "/api/data/v9.2/"
_LONGEST = 4_096
_PARAMETER = re.compile(r"""([A-Za-z_]+)\s*=\s*(?:"([^"]*)"|([^,\s"]+))""")


def ask_environment(outlook: Outlook, host: str) -> Observed:
    """Return the tenant and resource that an environment's challenge names; see Observed for the details.

    Success is a challenge that names a tenant. Everything else - no such host, 404, 200, a challenge
    without an authority - is an answer without success.
    """
    subject = environment(host)
    try:
        reply = outlook.door.get(f"https://{host}{API}", Leg.CHALLENGE)
    except NetworkError as error:
        return outlook.saw(
            subject, Question.ENVIRONMENT, answer_to_failure(Flow.DISCOVERY, Leg.CHALLENGE, error)
        )
    answer = answer_of(Flow.DISCOVERY, Leg.CHALLENGE, reply)
    challenge = parse_challenge(reply.headers.get("www-authenticate", ""))
    authority = challenge.get("authorization_uri", "")
    found = tenant_id_of(authority)
    if reply.status != HTTPStatus.UNAUTHORIZED or not found:
        return outlook.saw(subject, Question.ENVIRONMENT, _without_challenge(answer, reply.status))
    details: dict[str, Detail] = {
        "tenant_id": found,
        "authority_host": (urlsplit(authority).hostname or "").lower(),
        "resource": challenge.get("resource_id", "")[:200],
    }
    return outlook.saw(subject, Question.ENVIRONMENT, _challenged(answer), details)


def _challenged(answer: Answer) -> Answer:
    """Return a challenge as the success it is; whatever its body says is part of it."""
    return replace(answer, success=True, failure=None, text="", error="", codes=(), dataverse_code="")


def parse_challenge(header: str) -> dict[str, str]:
    """Return the parameters of a Bearer challenge, names in lower case; {} when there is none.

    Several challenges may share the header; the scheme is compared case-insensitively and needs a blank
    behind it. Values may be quoted or bare.
    """
    found = re.search(r"(?i)(?:^|,)\s*bearer\s+(.*)", header[:_LONGEST], re.DOTALL)
    if not found:
        return {}
    return {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(found.group(1))}


def _without_challenge(answer: Answer, status: int) -> Answer:
    """Mark a reply that should have been a challenge: a 401 without one, or a page of something between."""
    if answer.error or answer.dataverse_code:
        return answer
    if status == HTTPStatus.OK:
        return replace(answer, failure=answer.failure or Failure.NOT_UNDERSTOOD)
    return replace(answer, error="no_challenge" if status == HTTPStatus.UNAUTHORIZED else "")
