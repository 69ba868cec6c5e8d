"""A sign-in at the token endpoint: what was asked, and what the cloud knows about who asks."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.lab.apps import DATAVERSE, RESOURCE_IDS, client_id, resource_id
from auditor.lab.estate import app_of
from auditor.lab.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.lab.exchange import Exchange
    from auditor.lab.state import State
    from auditor.lab.visits import Visit
    from auditor.lab.world.environments import Environment
    from auditor.lab.world.tenants import App, Federation, Tenant
    from auditor.lab.world.users import User

NATIVE_CLIENT, BROWSER = "mobile-apps-and-desktop-clients", "browser"
_OIDC = frozenset({"openid", "profile", "email", "offline_access"})
_RESOURCE = re.compile(r"(?i)https://([^/\s]+)/{0,2}([^/\s]*)")


@dataclass(frozen=True)
class Wanted:
    """The resource and scopes a request names: host "" when it named none that can be read."""

    host: str
    scopes: frozenset[str]
    oidc: frozenset[str]

    @property
    def text(self) -> str:
        """Return the resource as answers name it."""
        return f"https://{self.host}"


def sign_in_wanted(exchange: "Exchange", graph: str) -> Wanted:
    """Return what a person's sign-in asks for: Microsoft Graph where it names no resource."""
    return at_least_graph(wanted_by(exchange), graph)


def at_least_graph(wanted: Wanted, graph: str) -> Wanted:
    """Return what is wanted, at Microsoft Graph's host where only the person's name is."""
    return replace(wanted, host=graph) if not wanted.host and wanted.oidc else wanted


def wanted_by(exchange: "Exchange") -> Wanted:
    """Return what a token request asks for: `scope` at the v2 endpoint, `resource` at the older one."""
    return wanted_of(exchange.form, exchange.parts.get("version", ""))


def wanted_of(fields: "Mapping[str, str]", version: str) -> Wanted:
    """Return what the fields of a request to an endpoint of this version ask for."""
    words = fields.get("scope", "").split()
    if version != "v2.0":
        words = [*words, fields.get("resource", "").rstrip("/") + "/user_impersonation"]
    found = [match for match in map(_RESOURCE.fullmatch, words) if match]
    return Wanted(
        host=found[0][1].lower() if found else "",
        scopes=frozenset(match[2] for match in found if match[2]),
        oidc=_OIDC & set(words),
    )


@dataclass(frozen=True)
class Attempt:
    """One sign-in: the tenant it is made at, the account, the client, the resource.

    `password` is None where an assertion of the account's AD FS stands in its place, or where the person has
    signed in on a page (`in_person`). There `mfa` says whether a second factor was given; None stands for
    every method that they have registered; `visit` is their way through the pages. Policies look at
    `client_type` and `by_device_code`.
    """

    state: "State"
    tenant: "Tenant"
    upn: str
    client_id: str
    wanted: Wanted
    password: str | None = None
    in_person: bool = False
    mfa: bool | None = None
    client_type: str = NATIVE_CLIENT
    by_device_code: bool = False
    visit: "Visit | None" = None

    @property
    def met_mfa(self) -> bool:
        """Return whether somebody was there and gave a second factor."""
        return self.in_person and (self.person.mfa_method != "none" if self.mfa is None else self.mfa)

    @property
    def user(self) -> "User | None":
        """Return the user, None when the tenant has no such one."""
        found = self.state.estate.user(self.upn)
        return found if found and self.state.estate.tenant_of(found.upn) is self.tenant else None

    @property
    def person(self) -> "User":
        """Return the user in stages that come after the one that finds them."""
        found = self.user
        assert found is not None
        return found

    @property
    def federation(self) -> "Federation | None":
        """Return the AD FS that checks this account's password, None where Entra ID itself does."""
        user, app = self.user, self.app
        in_cloud = (user and user.staged_rollout) or (app and app.cloud_passwords)
        return self.tenant.federation_of(user.domain) if user and not in_cloud else None

    @property
    def app(self) -> "App | None":
        """Return the client application as the tenant knows it."""
        return app_of(self.tenant, self.client_id)

    @property
    def environment(self) -> "Environment | None":
        """Return the environment that the token is for, None when the tenant has no such one."""
        found = self.state.estate.environment(self.wanted.host)
        return found if found and self.state.estate.owner(found) is self.tenant else None

    @property
    def resource(self) -> str:
        """Return the application id of the resource, "" when it is unknown in this tenant."""
        if self.wanted.host in self.state.estate.graphs:
            return RESOURCE_IDS["microsoft-graph"]
        return DATAVERSE if self.environment else ""

    def consented(self) -> frozenset[str]:
        """Return the scopes at the resource that this user, or everybody, has granted the client."""
        return frozenset(
            scope
            for grant in self.state.estate.grants(self.tenant, self.upn)
            if client_id(grant.app) == self.client_id and resource_id(grant.resource) == self.resource
            for scope in grant.scopes
        )

    def refusal(self, code: int, *, policies: tuple[str, ...] = (), text: str = "", **more: str) -> Refusal:
        """Return a refusal whose text can name all parts of the sign-in."""
        names = {
            "user": self.upn,
            "tenant": self.tenant.domains[0].name,
            "tenant_id": self.tenant.id,
            "app": self.client_id,
            "resource": self.resource or DATAVERSE,
            "wanted": self.wanted.text,
            "provider": "",
        }
        return Refusal(code, {**names, **more}, policies, text)
