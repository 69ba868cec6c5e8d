"""What a page of consent says to somebody who is not signed in: whether its link leads nowhere.

The link is opened as it is, without cookies and without signing in. The sign-in service names what is wrong
with application, redirect URI or resource by an AADSTS number, on its page or in the address to which it
sends the browser back; that address is read and never opened. A page that names nothing says nothing: some
checks come only after a sign-in.
"""

import re
from http import HTTPStatus
from urllib.parse import unquote_plus, urljoin

from auditor.errors import NetworkError
from auditor.model import Answer, Failure, Flow, Leg
from auditor.network import Door, Reply, host_of
from auditor.probes.replies import answer_to_failure

_STEPS = 4
_LOOKED_AT = 1_000_000
_CODE = re.compile(r"AADSTS([0-9]{4,9})(?![0-9])")
_MOST_CODES = 20
_REDIRECTS = range(300, 400)
_HEADERS = {"Accept": "text/html"}


def ask_page(door: Door, url: str) -> Answer:
    """Return what the page behind a link says; redirects stay within its own host. Never raises."""
    host = host_of(url)
    for _ in range(_STEPS):
        try:
            reply = door.look(url, Leg.CONSENT, _HEADERS)
        except NetworkError as error:
            return answer_to_failure(Flow.CONSENT, Leg.CONSENT, error)
        target = _target(url, reply)
        if not target:
            return _answer(reply, reply.text[:_LOOKED_AT])
        said = _answer(reply, unquote_plus(target))
        if said.codes or not target.startswith(f"https://{host}/"):
            return said
        url = target
    return Answer(Flow.CONSENT, Leg.CONSENT, host, failure=Failure.REDIRECT)


def _target(url: str, reply: Reply) -> str:
    """Return where a reply sends the browser, "" for one that is a page."""
    where = reply.headers.get("location", "") if reply.status in _REDIRECTS else ""
    try:
        return urljoin(url, where) if where else ""
    except ValueError:
        return where


def _answer(reply: Reply, text: str) -> Answer:
    codes = tuple(dict.fromkeys(int(found) for found in _CODE.findall(text)))[:_MOST_CODES]
    unread = not codes and (
        reply.status == HTTPStatus.TOO_MANY_REQUESTS or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
    return Answer(
        Flow.CONSENT,
        Leg.CONSENT,
        reply.host,
        http_status=reply.status,
        codes=codes,
        failure=Failure.NOT_UNDERSTOOD if unread else None,
    )
