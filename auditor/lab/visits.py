"""What happens on pages: visits under way, who is signed in in which browser, codes given to applications."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from auditor.lab.attempt import Wanted

CODE_LASTS = timedelta(minutes=10)
_SIZE = 24
Purpose = Literal["sign-in", "device", "admin-consent"]


@dataclass(frozen=True)
class Asked:
    """What an application asked for when it sent somebody to a page.

    `tenant` is as the address named it. `endpoint` is "v2.0" or "". `device_code` is set where the person
    signs in for a device. `reply_mode` is how the answer goes back: query, fragment or form_post.
    """

    purpose: Purpose
    host: str
    tenant: str
    client_id: str
    wanted: "Wanted"
    endpoint: str = "v2.0"
    redirect_uri: str = ""
    reply_mode: str = "query"
    state: str | None = None
    prompt: str = ""
    hint: str = ""
    domain_hint: str = ""
    nonce: str = ""
    challenge: str = ""
    challenge_method: str = ""
    device_code: str = ""
    client_info: bool = False
    methods_in_id_token: bool = False
    auth_time: bool = False


@dataclass(frozen=True)
class Visit:
    """Somebody on their way through the pages: what was asked, by which browser, and how far they are."""

    asked: Asked
    browser: str
    upn: str = ""
    proven: bool = False
    mfa: bool = False
    stays: bool = False
    agreed: bool = False
    confirmed: bool = False
    another: bool = False
    at: datetime | None = None


class SignedIn(NamedTuple):
    """An account that is signed in in a browser, whether with a second factor, and since when."""

    upn: str
    mfa: bool
    at: datetime


class Code(NamedTuple):
    """An authorization code that was given out: for which visit, until when, and whether it was used."""

    visit: Visit
    expires: datetime
    used: bool = False


@dataclass
class Visits:
    """Everything that pages remember. Keys are random and not to be guessed."""

    under_way: dict[str, Visit] = field(default_factory=dict, repr=False)
    browsers: dict[str, dict[str, SignedIn]] = field(default_factory=dict, repr=False)
    codes: dict[str, Code] = field(default_factory=dict, repr=False)

    def browser(self, name: str) -> str:
        """Return the browser of this name, a new one where none is known."""
        if name not in self.browsers:
            name = secrets.token_urlsafe(_SIZE)
            self.browsers[name] = {}
        return name

    def begin(self, visit: Visit) -> str:
        """Let somebody begin, and return the visit's key."""
        key = secrets.token_urlsafe(_SIZE)
        self.under_way[key] = visit
        return key

    def of(self, key: str, browser: str) -> Visit | None:
        """Return a visit, None where another browser asks for it."""
        found = self.under_way.get(key)
        return found if found and found.browser == browser else None

    def remember(self, visit: Visit, now: datetime) -> Visit:
        """Let the person of a visit be signed in in its browser from now on; return the visit."""
        visit = replace(visit, at=visit.at or now)
        assert visit.at is not None
        signed_in = self.browsers.setdefault(visit.browser, {})
        signed_in[visit.upn.lower()] = SignedIn(visit.upn, visit.mfa, visit.at)
        return visit

    def give_code(self, visit: Visit, now: datetime) -> str:
        """Give out an authorization code for a visit that has come to its end."""
        code = f"1.{secrets.token_urlsafe(64)}"
        self.codes[code] = Code(visit, now + CODE_LASTS)
        return code
