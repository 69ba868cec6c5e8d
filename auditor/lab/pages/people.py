"""Who somebody is, as they prove it on pages: name, password, second factor, or an AD FS that vouches."""

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.lab.attempt import Attempt
from auditor.lab.pages.stages import attempt_of
from auditor.lab.refusals import Refusal, said
from auditor.lab.signin import let_in
from auditor.lab.state import SignIn

if TYPE_CHECKING:
    from auditor.lab.exchange import Exchange
    from auditor.lab.state import State
    from auditor.lab.visits import Visit

_WRONG = "Your account or password is incorrect."
_WORDS = {50126: _WRONG, 50053: "Your account is locked for a while, or this place is blocked."}
_UNKNOWN = "We could not find an account with that user name."
_WRONG_CODE = "You did not enter the expected code. Try again. (AADSTS500121)"
_PERSONAL = "You cannot sign in here with a personal account. Use your work or school account."


def recognised(state: "State", visit: "Visit") -> "Visit":
    """Return the visit of somebody who is signed in in this browser already, as far as that goes."""
    known = state.visits.browsers.get(visit.browser, {})
    one = known.get(visit.upn.lower())
    return replace(visit, proven=True, mfa=one.mfa, stays=True, at=one.at) if one else visit


def entered(state: "State", exchange: "Exchange", visit: "Visit") -> "Visit | tuple[Visit, str]":
    """Take a user name, or the choice of an account that is signed in."""
    upn = exchange.form.get("login", "").strip()
    if state.estate.is_personal(upn.rpartition("@")[2]):
        return visit, _PERSONAL
    home = state.estate.tenant_of(upn)
    if home is None or (state.estate.user(upn) is None and home.federation_of(_domain(upn)) is None):
        return visit, _UNKNOWN
    picked = replace(visit, upn=upn)
    again = visit.asked.prompt == "login" or exchange.parts.get("step") != "accounts"
    return picked if again else recognised(state, picked)


def _domain(upn: str) -> str:
    return upn.rpartition("@")[2].lower()


def proved(state: "State", exchange: "Exchange", visit: "Visit") -> "Visit | tuple[Visit, str]":
    """Take a password; a wrong one counts against the account."""
    home = state.estate.tenant_of(visit.upn)
    if home is None:
        return visit, _UNKNOWN
    asked = visit.asked
    attempt = Attempt(
        state, home, visit.upn, asked.client_id, asked.wanted, password=exchange.form.get("passwd", "")
    )
    refusal = let_in(attempt)
    noted(state, visit, refusal.code if refusal else 0)
    if refusal:
        return visit, _WORDS.get(refusal.code) or said(refusal)
    return state.visits.remember(replace(visit, upn=attempt.person.upn, proven=True), state.now())


def vouched_for(state: "State", visit: "Visit", upn: str, *, mfa: bool) -> "Visit":
    """Return the visit of somebody for whom an AD FS has vouched."""
    noted(state, visit, 0)
    return state.visits.remember(replace(visit, upn=upn, proven=True, mfa=mfa), state.now())


def second_factor(state: "State", exchange: "Exchange", visit: "Visit") -> "Visit | tuple[Visit, str]":
    """Take the number of an authenticator; the first right one registers it."""
    attempt = attempt_of(state, visit)
    assert attempt
    user = attempt.person
    given = "".join(exchange.form.get("otc", "").split())
    if not hmac.compare_digest(given.encode(), user.mfa_code.encode()):
        noted(state, visit, Refusal(500121).code)
        return visit, _WRONG_CODE
    if user.mfa_method == "none":
        state.change_user(user, mfa_method="entra")
    return state.visits.remember(replace(visit, mfa=True), state.now())


def noted(state: "State", visit: "Visit", code: int) -> None:
    """Write into the sign-in log what came of a page."""
    asked = visit.asked
    protocol = "deviceCode" if asked.purpose == "device" else "oAuth2"
    entry = SignIn(state.now(), visit.upn, asked.client_id, asked.wanted.host, protocol, "none", code)
    state.sign_ins.append(entry)
