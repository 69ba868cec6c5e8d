"""Links to the pages on which consent is given: the one place that puts them together.

Sources: Microsoft identity platform documentation, "Authorization code flow" and "Admin consent"; Microsoft
Entra documentation, "Grant tenant-wide admin consent". Every value is percent-encoded, so that none can add a
parameter or lead to another host. Where a part is missing or odd there is no link, which is the empty text.
"""

import re
from typing import NamedTuple
from urllib.parse import quote

NEEDED = "user_impersonation"
_KEPT = 1024
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9.-]+", re.IGNORECASE)


class Parts(NamedTuple):
    """What links are made of: sign-in host, tenant (domain or GUID), app, its redirect URI, environment."""

    login: str
    tenant: str
    client_id: str
    redirect_uri: str
    environment: str


class Links:
    """Makes links; what many accounts have in common is put together once.

    Characters in `readable` are not encoded, and a tenant that holds one is taken as it is: an explanation
    keeps its <placeholders> legible.
    """

    def __init__(self, readable: str = "") -> None:
        self._readable = readable
        self._shared: dict[Parts, tuple[str, str, str]] = {}

    def individual(self, parts: Parts, account: str) -> str:
        """Return where one account consents for itself, to Dataverse in this environment alone."""
        begun = self._of(parts)[0]
        return f"{begun}&login_hint={self._quoted(account)}" if begun and account else ""

    def organisation(self, parts: Parts) -> str:
        """Return where an administrator consents for everybody, to Dataverse in this environment alone."""
        return self._of(parts)[1]

    def registration(self, parts: Parts) -> str:
        """Return where an administrator consents for everybody to all that the app's registration lists."""
        return self._of(parts)[2]

    def words(self, parts: Parts, account: str) -> dict[str, str]:
        """Return all three by the names under which texts ask for them."""
        return {
            "individual_link": self.individual(parts, account),
            "organisation_link": self.organisation(parts),
            "registration_link": self.registration(parts),
        }

    def _of(self, parts: Parts) -> tuple[str, str, str]:
        found = self._shared.get(parts)
        if found is None:
            if len(self._shared) >= _KEPT:
                self._shared.clear()
            found = self._shared[parts] = self._made(parts)
        return found

    def _made(self, parts: Parts) -> tuple[str, str, str]:
        tenant = self._tenant(parts.tenant)
        if not (tenant and parts.client_id and _HOST.fullmatch(parts.login)):
            return "", "", ""
        base, client = f"https://{parts.login}/{tenant}", self._quoted(parts.client_id)
        registration = f"{base}/adminconsent?client_id={client}"
        if not (parts.redirect_uri and parts.environment):
            return "", "", registration
        redirect = self._quoted(parts.redirect_uri)
        scope = self._quoted(f"https://{parts.environment}/{NEEDED}")
        asked = f"client_id={client}&response_type=code&redirect_uri={redirect}&response_mode=query"
        return (
            f"{base}/oauth2/v2.0/authorize?{asked}&scope={scope}&prompt=consent",
            f"{base}/v2.0/adminconsent?client_id={client}&scope={scope}&redirect_uri={redirect}",
            registration,
        )

    def _tenant(self, text: str) -> str:
        known = is_tenant(text) or any(letter in text for letter in self._readable)
        return self._quoted(text) if known else ""

    def _quoted(self, text: str) -> str:
        return quote(text, safe=self._readable, errors="replace")


def without_account(url: str) -> str:
    """Return a link that names no account: what is wrong with one of its other parts shows all the same."""
    return url.partition("&login_hint=")[0]


def is_tenant(text: str) -> bool:
    """Return whether a text names one tenant: a domain or a GUID, never `common` or `organizations`."""
    return (_GUID.fullmatch(text) or _DOMAIN.fullmatch(text)) is not None
