"""What each page looks like. Plain forms: every one carries the visit's key and says which way was taken."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.lab.consents import asked_for, may_consent_for_all, registered_by
from auditor.lab.pages.html import Html, button, hidden, joined, page, tag
from auditor.lab.refusals import Refusal, described

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.lab.attempt import Attempt
    from auditor.lab.exchange import Exchange, Reply
    from auditor.lab.state import State
    from auditor.lab.visits import Visit
    from auditor.lab.world.tenants import Permission

STEP = "/common/page/{step}"


@dataclass(frozen=True)
class Seen:
    """What a page is made of: the visit and its key, the sign-in as far as it is known, an error to show."""

    state: "State"
    exchange: "Exchange"
    key: str
    visit: "Visit"
    attempt: "Attempt | None"
    error: str = ""
    refusal: Refusal | None = None

    @property
    def organisation(self) -> str:
        """Return the name on the card: the tenant's, or a neutral one before it is known."""
        tenant = self.attempt.tenant if self.attempt else self.state.estate.tenant_of(self.visit.upn)
        return tenant.name if tenant else "Work or school account"

    @property
    def app(self) -> str:
        """Return the application's name as people see it."""
        app = self.attempt.app if self.attempt else None
        return (app.name or app.app) if app else self.visit.asked.client_id


def form(seen: Seen, step: str, *content: str) -> Html:
    """Return a form that takes a step of the visit."""
    return tag("form", hidden(ctx=seen.key), *content, method="post", action=STEP.format(step=step))


def field(label: str, name: str, kind: str = "text", value: str = "") -> Html:
    """Return a labelled field."""
    more: dict[str, str | bool] = {"autocomplete": "off", "autofocus": True}
    return tag(
        "label", label, tag("input", type=kind, name=name, value=value, id=name, aria_label=label, **more)
    )


def _said(seen: Seen) -> Html:
    return tag("p", seen.error, class_="error", role="alert") if seen.error else Html("")


def _who(seen: Seen) -> Html:
    return tag("span", seen.visit.upn, class_="who")


def _buttons(*buttons: Html) -> Html:
    """Return a form's ways on, the one that Enter takes first: browsers press a form's first button."""
    return tag("div", *buttons, class_="buttons")


def _go(label: str, action: str) -> Html:
    return button(label, action, kind="main")


def username(seen: Seen) -> "Reply":
    """Ask who signs in."""
    box = field("Email or user name", "login", value=seen.visit.asked.hint)
    ways = _buttons(_go("Next", "next"), button("Cancel", "cancel"))
    to = tag("p", f"to continue to {seen.app}")
    return page("Sign in", seen.organisation, to, _said(seen), form(seen, "username", box, ways))


def accounts(seen: Seen) -> "Reply":
    """Ask which of the accounts that are signed in in this browser."""
    known = seen.state.visits.browsers.get(seen.visit.browser, {})
    rows = [
        tag("li", tag("button", one.upn, type="submit", name="login", value=one.upn, class_="link"))
        for one in known.values()
    ]
    another = tag("li", button("Use another account", "another", kind="link"))
    listed = form(seen, "accounts", tag("ul", *rows, another))
    return page("Pick an account", seen.organisation, listed)


def password(seen: Seen) -> "Reply":
    """Ask for the password of the account that is named above it."""
    box = field("Password", "passwd", "password")
    other = tag("p", button("Sign in with another account", "another", kind="link"))
    ways = _buttons(_go("Sign in", "next"), button("Cancel", "cancel"))
    return page(
        "Enter password", seen.organisation, _who(seen), _said(seen), form(seen, "password", box, ways, other)
    )


def mfa(seen: Seen) -> "Reply":
    """Ask for the number that the person's authenticator shows."""
    assert seen.attempt
    of_others = seen.attempt.person.mfa_method == "third-party"
    what = "your provider's app" if of_others else "your authenticator app"
    box = field("Code", "otc")
    ways = _buttons(_go("Verify", "next"), button("Cancel", "cancel"))
    text = tag("p", f"Enter the code that {what} shows for this account.")
    return page(
        "Verify your identity", seen.organisation, _who(seen), text, _said(seen), form(seen, "mfa", box, ways)
    )


def register(seen: Seen) -> "Reply":
    """Ask for a first second factor; the number that the new authenticator shows ends it."""
    text = tag(
        "p", "Your organisation needs more information to keep this account secure: set up an authenticator."
    )
    number = tag("p", "Add this account to the app, then enter the code that it shows.", class_="small")
    ways = _buttons(_go("Set up", "next"), button("Cancel", "cancel"))
    box = field("Code", "otc")
    return page(
        "More information required",
        seen.organisation,
        _who(seen),
        text,
        number,
        _said(seen),
        form(seen, "register", box, ways),
    )


def stay(seen: Seen) -> "Reply":
    """Ask whether the person stays signed in in this browser."""
    text = tag("p", "Then you are asked to sign in less often in this browser.")
    ways = _buttons(_go("Yes", "yes"), button("No", "no"))
    return page("Stay signed in?", seen.organisation, _who(seen), form(seen, "stay", text, ways))


def consent(seen: Seen) -> "Reply":
    """Ask the person to let the application act for them; administrators also for everybody."""
    assert seen.attempt
    for_all = Html("")
    if may_consent_for_all(seen.attempt):
        box = tag("input", type="checkbox", name="everybody", value="yes", id="everybody")
        for_all = tag("label", box, " Consent on behalf of your organisation")
    oidc = seen.attempt.wanted.oidc
    listed = _listed(seen, (asked_for(seen.attempt),) if seen.attempt.wanted.scopes else (), oidc)
    ways = _buttons(_go("Accept", "accept"), button("Cancel", "cancel"))
    body = form(seen, "consent", _application(seen), listed, for_all, ways)
    return page("Permissions requested", seen.organisation, _who(seen), body)


def admin_consent(seen: Seen) -> "Reply":
    """Ask an administrator to let the application act for everybody."""
    assert seen.attempt
    warning = tag("p", "If you accept, this app gets access for every user in your organisation.")
    listed = _listed(seen, for_everybody(seen), frozenset())
    ways = _buttons(_go("Accept", "accept"), button("Cancel", "cancel"))
    body = form(seen, "admin-consent", _application(seen), listed, warning, ways)
    return page("Permissions requested: review for your organisation", seen.organisation, _who(seen), body)


def for_everybody(seen: Seen) -> "tuple[Permission, ...]":
    """Return what an administrator's page consents to: the scopes of the link, or all that is registered."""
    assert seen.attempt
    named = seen.visit.asked.endpoint == "v2.0"
    return (asked_for(seen.attempt),) if named else registered_by(seen.attempt.app)


def _application(seen: Seen) -> Html:
    return joined(
        tag("p", tag("strong", seen.app), " (unverified)"),
        tag("p", f"Application {seen.visit.asked.client_id}", class_="small"),
    )


_RESOURCES = {"dataverse": "Dataverse / Dynamics 365", "microsoft-graph": "Microsoft Graph"}


def _listed(seen: Seen, asked: "tuple[Permission, ...]", oidc: frozenset[str]) -> Html:
    rows = [f"{_RESOURCES.get(one.resource, one.resource)}: {scope}" for one in asked for scope in one.scopes]
    if oidc & {"openid", "profile", "email"}:
        rows.append("See your name and user name")
    if "offline_access" in oidc:
        rows.append("Keep the access you have given it, also while you are away")
    where = Html("")
    if any(one.resource == "dataverse" for one in asked) and seen.visit.asked.wanted.host:
        where = tag("p", f"at {seen.visit.asked.wanted.host}", class_="small")
    return joined(tag("h2", "This app would like to:"), tag("ul", *(tag("li", row) for row in rows)), where)


def approval(seen: Seen) -> "Reply":
    """Say that an administrator has to consent first."""
    app = tag("p", tag("strong", seen.app), " needs permission that only an administrator can grant.")
    other = tag("p", button("Have an admin account? Sign in with it", "another", kind="link"))
    back = tag("p", button("Return to the application without granting consent", "cancel", kind="link"))
    code = tag("p", "AADSTS90094", class_="small")
    return page(
        "Need admin approval",
        seen.organisation,
        _who(seen),
        app,
        form(seen, "approval", other, back),
        code,
    )


def confirm(seen: Seen) -> "Reply":
    """Ask whether the person means to sign in to an application on another device."""
    text = tag("p", "Do not continue if you did not start this yourself on another device.")
    ways = _buttons(_go("Continue", "next"), button("Cancel", "cancel"))
    title = f"Are you trying to sign in to {seen.app}?"
    return page(title, seen.organisation, _who(seen), form(seen, "confirm", text, ways))


def refused(seen: Seen) -> "Reply":
    """Say that this account gets no further, with number and trace."""
    refusal = seen.refusal or Refusal(50058)
    other = tag("p", button("Sign in with another account", "another", kind="link"))
    text = described(seen.state, seen.exchange, refusal)
    return page(
        "You cannot access this right now",
        seen.organisation,
        _who(seen),
        tag("p", text),
        form(seen, "refused", other),
    )


VIEWS: "dict[str, Callable[[Seen], Reply]]" = {
    "username": username,
    "accounts": accounts,
    "password": password,
    "mfa": mfa,
    "register": register,
    "stay": stay,
    "consent": consent,
    "admin-consent": admin_consent,
    "approval": approval,
    "confirm": confirm,
    "refused": refused,
}
