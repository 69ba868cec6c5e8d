"""The page on which people enter the code that a device shows."""

from typing import TYPE_CHECKING

from auditor.lab.exchange import Exchange, Reply
from auditor.lab.pages.html import button, page, tag
from auditor.lab.pages.walk import begin, browser_of
from auditor.lab.visits import Asked, Visit

if TYPE_CHECKING:
    from auditor.lab.state import DeviceCode, State

ADDRESS = "/common/oauth2/deviceauth"
_NOBODY = "Work or school account"
_UNKNOWN = "That code did not work. Check the code and try again. It may have expired."


def short_address(state: "State", _exchange: Exchange) -> Reply:
    """Answer `GET https://microsoft.com/devicelogin`: the page stands at the sign-in host."""
    login = state.estate.login(state.world.tenants[0].cloud)
    return Reply(302, headers=(("location", f"https://{login}{ADDRESS}"),))


def enter(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET` and `POST /common/oauth2/deviceauth`: the form, and where its code leads."""
    shown = exchange.form.get("otc", "")
    if exchange.method == "GET" or not shown:
        return _form("")
    code = state.device_code(shown)
    kept = state.device_codes.get(code)
    if kept is None or kept.upn or kept.refused or state.now() >= kept.expires:
        return _form(_UNKNOWN)
    asked = _asked(exchange, code, kept)
    return begin(state, exchange, Visit(asked, state.visits.browser(browser_of(exchange)), another=False))


def _asked(exchange: Exchange, code: str, kept: "DeviceCode") -> Asked:
    assert kept.wanted
    return Asked(
        purpose="device",
        host=exchange.host,
        tenant=kept.tenant,
        client_id=kept.client_id,
        wanted=kept.wanted,
        device_code=code,
    )


def _form(error: str) -> Reply:
    said = tag("p", error, class_="error", role="alert") if error else tag("p", "")
    box = tag(
        "input", type="text", name="otc", id="otc", autocomplete="off", aria_label="Code", autofocus=True
    )
    ways = tag("div", button("Next", "next", kind="main"), class_="buttons")
    text = tag("p", "Enter the code displayed on your app or device.")
    form = tag("form", tag("label", "Code", box), ways, method="post", action=ADDRESS)
    return page("Enter code", _NOBODY, text, said, form)
