"""The interactive probe: a person signs in on a page, in the system's browser or with a device code.

Nothing that the page asks for passes through here. The token is looked at for who signed in and with which
methods, goes to Dataverse if it was the account that was meant, and ends there. msal 1.39 as it behaves: the
local server takes posted forms alone, waits in whole seconds and leaves a thread behind at a time limit;
errors of a page come without sub-codes; `initiate_device_flow` returns errors as dicts.
Source: msal 1.39 application.py, oauth2cli; RFC 6749 section 4.1; RFC 8628; RFC 8176 (amr).
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from auditor.model import Answer, CallRecord, Case, Detail, Evidence, Flow, Leg, Question, Why
from auditor.model.evidence import case as case_subject
from auditor.probes.identity import identity_details
from auditor.probes.interface import Outlook
from auditor.probes.msal_answers import answered, told
from auditor.probes.msal_apps import public_app, quiet_msal
from auditor.probes.msal_door import Attempt, MsalDoor
from auditor.probes.password import Target, scope_of
from auditor.probes.replies import MAX_TEXT
from auditor.secrets import Secret, redact

BROWSER, DEVICE_CODE = "browser", "device code"
_WAITING = frozenset({"authorization_pending", "slow_down"})
_CODE = re.compile(r"AADSTS(\d{4,9})(?!\d)")
_TRAILER = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp): .*", re.DOTALL)
_INTERVAL, _LIFETIME = 5, 900
_NOTHING = Secret("")


@dataclass(frozen=True, slots=True)
class Came:
    """What came of asking a person: evidence, and the access token where the account is the one meant."""

    evidence: Evidence
    token: Secret | None = None


@dataclass(slots=True)
class CodeFlow:
    """A device code that was given out. `shown` and `page` are for the person; the rest stays in memory.

    `due` is when it may be asked about again, `until` when it ends; aware times.
    """

    case: Case
    target: Target
    shown: str
    page: str
    until: datetime
    due: datetime
    interval: int
    flow: dict[str, Any] = field(repr=False)


@dataclass(slots=True)
class _Heard:
    """What msal made of one exchange, and what went over the wire."""

    attempt: Attempt
    calls: list[CallRecord]
    result: Mapping[str, Any] = field(default_factory=dict, repr=False)
    raised: str = ""


class InteractiveProbe:
    """Asks people to sign in; one msal application for each tenant and client id."""

    def __init__(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self._client = MsalDoor(outlook.door)
        self._apps: dict[tuple[str, str, str], Any] = {}
        self._lock = threading.Lock()
        quiet_msal()

    def by_browser(
        self, case: Case, target: Target, seconds: int, tell: Callable[[str], None], *, anew: bool = True
    ) -> Came:
        """Open the system's browser for a person and wait so long; never raises but for Ctrl-C.

        `anew` asks for the sign-in whoever the browser knows already. `tell` gets the page's address where no
        browser opens.
        """

        def act() -> Mapping[str, Any]:
            result: Mapping[str, Any] = self._app(target, case).acquire_token_interactive(
                [scope_of(case)],
                prompt="login" if anew else None,
                login_hint=case.account,
                domain_hint=case.domain,
                timeout=seconds,
                port=port_of(case.app.redirect_uri),
                auth_uri_callback=lambda address: tell(f"no browser opens here; open {address}"),
            )
            return result

        heard = self._hear(target, act)
        if heard.raised == "BrowserInteractionTimeoutError":
            return self._unreached(case, f"the page was open for {seconds} s")
        if heard.raised and heard.attempt.error is None and heard.attempt.leg is not Leg.TOKEN:
            return self._unreached(case, f"the sign-in could not be begun ({heard.raised})")
        return self._came(case, target, heard, BROWSER)

    def begin(self, case: Case, target: Target) -> CodeFlow | Came:
        """Ask for a device code; what came instead where there is none. Never raises."""
        app: list[Any] = []

        def act() -> Mapping[str, Any]:
            app.append(self._app(target, case))
            flow: Mapping[str, Any] = app[0].initiate_device_flow(scopes=[scope_of(case)])
            return flow

        heard = self._hear(target, act)
        flow = dict(heard.result)
        if not isinstance(flow.get("user_code"), str) or not isinstance(flow.get("device_code"), str):
            return self._came(case, target, heard, DEVICE_CODE)
        now, interval = self._outlook.now(), whole(flow.get("interval"), _INTERVAL)
        return CodeFlow(
            case=case,
            target=target,
            shown=flow["user_code"][:40],
            page=redact(str(flow.get("verification_uri", "")))[:200],
            until=now + timedelta(seconds=whole(flow.get("expires_in"), _LIFETIME)),
            due=now + timedelta(seconds=interval),
            interval=interval,
            flow=flow,
        )

    def poll(self, code: CodeFlow) -> Came | None:
        """Ask once whether somebody has signed in with a code; None while nobody has. Never raises."""
        if self._outlook.now() >= code.until:
            return self._unreached(code.case, "the code has run out")

        def act() -> Mapping[str, Any]:
            code.flow.pop("latest_attempt_at", None)  # we keep the pace; msal would warn by its own clock
            result: Mapping[str, Any] = self._app(code.target, code.case).acquire_token_by_device_flow(
                code.flow, exit_condition=lambda _: True
            )
            return result

        heard = self._hear(code.target, act)
        if heard.result.get("error") in _WAITING:
            code.interval += _INTERVAL if heard.result["error"] == "slow_down" else 0
            code.due = self._outlook.now() + timedelta(seconds=code.interval)
            return None
        if heard.result.get("error") == "expired_token":
            return self._unreached(code.case, "the code has run out")
        return self._came(code.case, code.target, heard, DEVICE_CODE)

    def _hear(self, target: Target, act: Callable[[], Mapping[str, Any]]) -> _Heard:
        attempt = Attempt({}, target.agreed)
        with self._client.attempt(attempt), self._outlook.door.recording() as calls:
            heard = _Heard(attempt, calls)
            try:
                heard.result = act()
            except Exception as error:  # noqa: BLE001 - the probe boundary: msal raises more than it documents
                heard.raised = type(error).__name__
        return heard

    def _came(self, case: Case, target: Target, heard: _Heard, way: str) -> Came:
        flow = Flow.INTERACTIVE if way == BROWSER else Flow.DEVICE_CODE
        answer, token = _answer_of(heard, flow, target)
        details: dict[str, Detail] = {"way": way, "scope": scope_of(case), "calls": told(heard.calls)}
        if token is not None:
            details |= identity_details(heard.result, token, case, target.tenant_id)
        seen = self._outlook.saw(case_subject(case.key), Question.INTERACTIVE, answer, details)
        return Came(seen, token if details.get("account") == "meant" else None)

    def _unreached(self, case: Case, why: str) -> Came:
        subject = case_subject(case.key)
        return Came(self._outlook.could_not_look(subject, Question.INTERACTIVE, Why.NO_SIGN_IN_IN_TIME, why))

    def _app(self, target: Target, case: Case) -> Any:
        key = (target.login, target.tenant_id, case.app.client_id)
        with self._lock:
            if key not in self._apps:
                self._apps[key] = public_app(self._client, *key)
            return self._apps[key]


def port_of(redirect_uri: str) -> int | None:
    """Return the port on which the app expects the answer of a page, None for any that is free."""
    try:
        parts = urlsplit(redirect_uri)
        port = parts.port
    except ValueError:
        return None
    return port if parts.scheme == "http" and parts.hostname == "localhost" else None


def whole(value: object, otherwise: int) -> int:
    """Return a number of seconds as a service gives it, in whole seconds."""
    return max(1, int(value)) if isinstance(value, int | float) and value < _FAR else otherwise


_FAR = 24 * 3600.0


def _answer_of(heard: _Heard, flow: Flow, target: Target) -> tuple[Answer, Secret | None]:
    """Return the answer: what came over the wire, or what the page handed back."""
    attempt = heard.attempt
    if heard.result.get("error") and attempt.error is None and attempt.leg in {None, Leg.OPENID}:
        return _of_page(heard.result, flow, target), None
    answer, token = answered(attempt, flow, _NOTHING, heard.raised)
    if token is not None and heard.raised:  # an id token that is not this sign-in's own
        return replace(answer, success=False, error="id_token_refused"), None
    return replace(answer, sent=False), token  # that is about passwords, and there was none in it


def _of_page(result: Mapping[str, Any], flow: Flow, target: Target) -> Answer:
    text = str(result.get("error_description") or "")
    return Answer(
        flow,
        host=target.login,
        error=redact(str(result.get("error")))[:200],
        codes=_numbers(_CODE.findall(text)),
        text=" ".join(redact(_TRAILER.sub("", text)[:MAX_TEXT]).split()),
    )


def _numbers(found: Iterable[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(number) for number in found))
