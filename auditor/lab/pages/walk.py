"""A visit from page to page: shows what is asked next, takes what was entered, ends with the answer."""

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlencode

from auditor.lab.consents import asked_for, consent_for_all, consent_for_one, may_consent_for_all
from auditor.lab.entra import object_id
from auditor.lab.exchange import Exchange, Reply
from auditor.lab.pages.answers import Denied, answer, denied, granted
from auditor.lab.pages.html import page, tag
from auditor.lab.pages.people import entered, proved, second_factor
from auditor.lab.pages.stages import Ask, attempt_of, next_ask
from auditor.lab.pages.views import VIEWS, Seen, for_everybody
from auditor.lab.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.lab.attempt import Attempt
    from auditor.lab.state import State
    from auditor.lab.visits import Visit

COOKIE = "LABAUTH"
_YEAR = 31_536_000
_CANCELLED = Refusal(0, text="The person cancelled the sign-in.", error="access_denied")
_DECLINED = Refusal(0, text="The person declined the sign-in.", error="authorization_declined")
Taken: TypeAlias = "Visit | tuple[Visit, str]"


def browser_of(exchange: Exchange) -> str:
    """Return the name that the browser goes by, "" for a new one."""
    cookies = (part.strip().partition("=") for part in exchange.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in cookies if name == COOKIE), "")


def with_cookie(reply: Reply, browser: str, *, lasting: bool = False) -> Reply:
    """Return a reply that lets the browser be known again, also on a form that comes from an AD FS."""
    age = f"; Max-Age={_YEAR}" if lasting else ""
    cookie = ("set-cookie", f"{COOKIE}={browser}; Path=/; Secure; HttpOnly; SameSite=None{age}")
    return replace(reply, headers=(*reply.headers, cookie))


def begin(state: "State", exchange: Exchange, visit: "Visit") -> Reply:
    """Let a visit begin: with the first page, or at its end where nothing is left to ask."""
    ask = next_ask(state, visit)
    if visit.asked.prompt == "none" and ask:
        attempt = attempt_of(state, visit)
        return denied(state, exchange, visit.asked, Denied(ask.refusal), _name(attempt))
    key = state.visits.begin(visit)
    return with_cookie(go_on(state, exchange, key, visit), visit.browser)


def step(state: "State", exchange: Exchange) -> Reply:
    """Answer `POST /common/page/{step}`: take what was entered, and show what comes next."""
    key = exchange.form.get("ctx", "")
    visit = state.visits.of(key, browser_of(exchange))
    if visit is None:
        text = tag("p", "This page has been left or belongs to another browser. Start again in the app.")
        return page("Start again", "Work or school account", text, status=400)
    return taken(state, exchange, key, visit)


def taken(state: "State", exchange: Exchange, key: str, visit: "Visit") -> Reply:
    """Return what comes of one form of a visit. A form that is not the one asked for changes nothing."""
    ask = next_ask(state, visit)
    action, name = exchange.form.get("action", ""), exchange.parts.get("step", "")
    if ask is None or ask.page != name:
        return go_on(state, exchange, key, visit)
    if action == "another":
        fresh = replace(
            visit, upn="", proven=False, mfa=False, stays=False, agreed=False, another=True, at=None
        )
        return go_on(state, exchange, key, fresh)
    if action == "cancel":
        return _cancelled(state, exchange, key, visit, ask)
    result = _STEPS[name](state, exchange, visit) if name in _STEPS else visit
    visit, error = result if isinstance(result, tuple) else (result, "")
    reply = go_on(state, exchange, key, visit, error)
    lasting = name == "stay" and action == "yes"
    return with_cookie(reply, visit.browser, lasting=True) if lasting else reply


def go_on(state: "State", exchange: Exchange, key: str, visit: "Visit", error: str = "") -> Reply:
    """Show what is asked next, with what was wrong with what came before; or end the visit."""
    state.visits.under_way[key] = visit
    ask = next_ask(state, visit)
    attempt = attempt_of(state, visit)
    if ask is None:
        assert attempt
        del state.visits.under_way[key]
        return _ended(state, visit, attempt)
    if ask.page == "federation":
        return _to_federation(state, visit, key)
    if ask.page == "refused" and visit.asked.purpose == "device":
        _refuse_device(state, visit, ask.refusal)
    return VIEWS[ask.page](Seen(state, exchange, key, visit, attempt, error, ask.refusal))


def _to_federation(state: "State", visit: "Visit", key: str) -> Reply:
    home = state.estate.tenant_of(visit.upn)
    federation = home.federation_of(visit.upn.rpartition("@")[2]) if home else None
    assert federation
    words = {"wa": "wsignin1.0", "wtrealm": "urn:federation:MicrosoftOnline", "wctx": key}
    location = f"https://{federation.host}/adfs/ls/?{urlencode({**words, 'username': visit.upn})}"
    return Reply(302, headers=(("location", location), ("cache-control", "no-store")))


def _name(attempt: "Attempt | None") -> str:
    return attempt.tenant.name if attempt else "Work or school account"


def _cancelled(state: "State", exchange: Exchange, key: str, visit: "Visit", ask: Ask) -> Reply:
    attempt = attempt_of(state, visit)
    del state.visits.under_way[key]
    if visit.asked.purpose == "device":
        _refuse_device(state, visit, _DECLINED)
        text = tag("p", "Nothing was signed in. You can close this window.")
        return page("You cancelled the sign-in", _name(attempt), text)
    match ask.page:
        case "consent" | "admin-consent":
            refusal = Refusal(65004)
        case "approval":
            refusal = ask.refusal
        case _:
            refusal = _CANCELLED
    if visit.asked.purpose == "admin-consent":
        refusal = replace(refusal, error="consent_required" if refusal.code == 65004 else refusal.error)  # noqa: PLR2004 - AADSTS numbers are names
    return denied(state, exchange, visit.asked, Denied(refusal, "cancel"), _name(attempt))


def _refuse_device(state: "State", visit: "Visit", refusal: Refusal) -> None:
    kept = state.device_codes.get(visit.asked.device_code)
    if kept:
        state.device_codes[visit.asked.device_code] = kept._replace(refused=refusal)


def _ended(state: "State", visit: "Visit", attempt: "Attempt") -> Reply:
    visit = replace(visit, upn=attempt.upn)
    match visit.asked.purpose:
        case "device":
            kept = state.device_codes[visit.asked.device_code]
            state.device_codes[visit.asked.device_code] = kept._replace(
                upn=visit.upn, mfa=visit.mfa, refused=None
            )
            text = tag("p", "You have signed in on your device. You can close this window now.")
            return page("You are signed in", attempt.tenant.name, text)
        case "admin-consent":
            scope = {"scope": _scope(visit)} if visit.asked.endpoint == "v2.0" else {}
            fields = {"admin_consent": "True", "tenant": attempt.tenant.id, **scope}
            return answer(visit.asked, fields, attempt.tenant.name)
        case _:
            identity = object_id(attempt.upn)
            return granted(state, visit, attempt.tenant.name, attempt.tenant.id, identity)


def _scope(visit: "Visit") -> str:
    wanted = visit.asked.wanted
    return " ".join(f"{wanted.text}/{scope}" for scope in sorted(wanted.scopes))


def _consented(state: "State", exchange: Exchange, visit: "Visit") -> Taken:
    attempt = attempt_of(state, visit)
    assert attempt
    if exchange.form.get("action") != "accept":
        return visit
    if exchange.form.get("everybody") == "yes" and may_consent_for_all(attempt):
        consent_for_all(attempt, (asked_for(attempt),))
    elif attempt.wanted.scopes:
        consent_for_one(attempt, asked_for(attempt))
    return replace(visit, agreed=True)


def _consented_for_all(state: "State", exchange: Exchange, visit: "Visit") -> Taken:
    attempt = attempt_of(state, visit)
    assert attempt
    if exchange.form.get("action") != "accept":
        return visit
    consent_for_all(attempt, for_everybody(Seen(state, exchange, "", visit, attempt)))
    return replace(visit, agreed=True)


def _stays(_state: "State", exchange: Exchange, visit: "Visit") -> Taken:
    return replace(visit, stays=exchange.form.get("action") in {"yes", "no"})


def _confirmed(_state: "State", exchange: Exchange, visit: "Visit") -> Taken:
    return replace(visit, confirmed=exchange.form.get("action") == "next")


_STEPS: "dict[str, Callable[[State, Exchange, Visit], Taken]]" = {
    "username": entered,
    "accounts": entered,
    "password": proved,
    "mfa": second_factor,
    "register": second_factor,
    "stay": _stays,
    "consent": _consented,
    "admin-consent": _consented_for_all,
    "confirm": _confirmed,
}
