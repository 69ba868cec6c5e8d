"""Tenants as a world describes them: domains, federation, applications, consent, order of checks."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from auditor.clouds import CloudName
from auditor.edges import Edge
from auditor.lab.world.app_credentials import Certificate, FederatedCredential
from auditor.lab.world.kinds import Guid, Host, Name, Network, Upn
from auditor.lab.world.policies import Group, Location, Policy

if TYPE_CHECKING:
    from auditor.lab.world.users import User


class Federation(Edge):
    """The AD FS that checks the passwords of a federated domain."""

    host: Host = Field(description="The AD FS host name, for example sts.contoso.example.")
    endpoints: tuple[Literal[13, 2005], ...] = Field(
        default=(13, 2005), description="Which usernamemixed endpoints are enabled: WS-Trust 1.3 and 2005."
    )
    scheme: Literal["https", "http"] = Field(
        default="https", description="The scheme of the addresses it names; `http` is a misconfiguration."
    )
    metadata: Literal[
        "ok", "missing", "not-found", "malformed", "no-username-endpoint", "windows-only", "unavailable"
    ] = Field(
        default="ok",
        description="The metadata (mex) document: `missing` = the realm names none, only the active endpoint;"
        " `not-found` = 404; `malformed` = no XML; `no-username-endpoint` = no endpoint at all;"
        " `windows-only` = only windowstransport; `unavailable` = 503, as is every other request.",
    )
    trust: Literal["ok", "issuer-unknown", "certificate-unknown"] = Field(
        default="ok",
        description="Whether Entra ID believes its assertions; else it answers AADSTS50107 or AADSTS50008.",
    )
    mfa: Literal["entra", "provider"] = Field(
        default="entra",
        description="Who does MFA for these users. `provider`: Entra ID asks for a claim that a password"
        " sign-in at the provider never carries.",
    )
    lockout_threshold: int = Field(
        default=10, ge=0, description="Refusals after which AD FS refuses every password; 0 means never."
    )

    @property
    def as_served(self) -> tuple[object, ...]:
        """Return what is a matter of the server, and so the same for all domains it serves."""
        return self.endpoints, self.scheme, self.metadata, self.lockout_threshold


class Domain(Edge):
    """A domain of a tenant."""

    name: Host = Field(description="The domain, the part behind @ of its users.")
    federation: Federation | None = Field(
        default=None, description="The AD FS of a federated domain; left out, the domain is managed."
    )
    password_validity_days: int | None = Field(
        default=None,
        ge=1,
        le=2_147_483_647,
        description="How many days the passwords of its cloud-only users last, from `password_changed`; after"
        " them AADSTS50055. 2147483647: for ever. Left out: Microsoft Graph does not say, and none expires.",
    )


_NATIVE = tuple(
    f"https://login.{domain}/common/oauth2/nativeclient"
    for domain in ("microsoftonline.com", "microsoftonline.us", "partner.microsoftonline.cn")
)


class Permission(Edge):
    """What a registration lists of one resource: all of it is granted by the registration-wide consent."""

    resource: Name = Field(description="`dataverse`, `microsoft-graph` or a GUID.")
    scopes: tuple[Name, ...] = Field(min_length=1, description="The delegated permissions, by scope.")


class App(Edge):
    """A client application as this tenant knows it. One that is not listed is missing (AADSTS700016)."""

    app: Name = Field(description="A profile's name such as resco-external-project, or a client id (GUID).")
    name: str = Field(default="", description="The name that pages show; left out, what `app` says.")
    redirect_uris: tuple[str, ...] = Field(
        default=("http://localhost", *_NATIVE),
        description="Its redirect addresses; another one gets AADSTS50011. The port of a loopback address is"
        " not compared. Left out: http://localhost and the native client's page of each cloud.",
    )
    registered: tuple[Permission, ...] = Field(
        default=(),
        description="The permissions that the registration lists. Left out: Dataverse's user_impersonation,"
        " unless `permission` is missing.",
    )
    state: Literal["enabled", "disabled"] = Field(
        default="enabled", description="A disabled application gets AADSTS7000112."
    )
    public_client: bool = Field(
        default=True, description="Whether public client flows are allowed; else AADSTS7000218."
    )
    assignment_required: bool = Field(
        default=False, description="Whether users have to be assigned; those who are not get AADSTS50105."
    )
    assigned: tuple[str, ...] = Field(default=(), description="Assigned users and groups, by name.")
    permission: Literal["present", "missing"] = Field(
        default="present",
        description="Whether the registration lists the Dataverse permission; missing gets AADSTS650057"
        " where nobody consented.",
    )
    secret: str | None = Field(
        default=None, repr=False, description="An invented client secret; another one gets AADSTS7000215."
    )
    certificate: str | None = Field(
        default=None,
        description="The certificate (PEM) that signs its client assertions; others get AADSTS700027.",
    )
    secret_days: int | None = Field(
        default=None,
        description="In how many days the secret expires; less than 0: it has expired, AADSTS7000222."
        " Left out: it does not.",
    )
    certificates: tuple[Certificate, ...] = Field(
        default=(), description="Certificates whose keys are made at the start, for its operator to hold."
    )
    federated: tuple[FederatedCredential, ...] = Field(
        default=(), description="Federated credentials: tokens of other issuers that it may sign in with."
    )
    graph_permissions: tuple[Name, ...] = Field(
        default=(), description="Application permissions at Microsoft Graph, such as Policy.Read.All."
    )
    cloud_passwords: bool = Field(
        default=False,
        description="Whether a home realm discovery policy lets federated users use a password that Entra ID"
        " itself checks (AllowCloudPasswordValidation). Clients that look for the realm first never notice.",
    )
    preauthorized: bool = Field(
        default=True,
        description="False: a Microsoft client id that may not call Dataverse gets AADSTS65002.",
    )


class Grant(Edge):
    """A consent: this app may act for these users at this resource."""

    app: Name = Field(description="A profile's name or a client id.")
    resource: Name = Field(default="dataverse", description="`dataverse`, `microsoft-graph` or a GUID.")
    all_users: bool = Field(default=False, description="Whether an administrator consented for everybody.")
    users: tuple[Upn, ...] = Field(default=(), description="The users who consented for themselves.")
    scopes: tuple[Name, ...] = Field(
        default=("user_impersonation",), min_length=1, description="The scopes consented to."
    )


class Lockout(Edge):
    """Smart lockout of Entra ID."""

    threshold: int | None = Field(
        default=None,
        ge=1,
        description="Different wrong passwords until the lock."
        " Left out: 10, or 3 in the US Government clouds.",
    )
    seconds: int = Field(default=60, ge=1, description="How long the first lock lasts; each later one twice.")


class Order(Edge):
    """The order of checks, of which little is known for certain."""

    mfa: Literal["before-consent", "after-consent"] = Field(
        default="before-consent", description="Whether MFA and policies are looked at before consent."
    )
    application: Literal["before-password", "after-password"] = Field(
        default="before-password", description="When the client application is looked at."
    )
    resource: Literal["before-password", "after-password"] = Field(
        default="after-password", description="When the resource (the environment's principal) is looked at."
    )
    disabled: Literal["before-password", "after-password"] = Field(
        default="after-password", description="When a disabled account is noticed."
    )


class Tenant(Edge):
    """An Entra ID tenant."""

    id: Guid = Field(description="The tenant id.")
    name: Name = Field(description="The organisation's name.")
    cloud: CloudName = Field(
        default=CloudName.COMMERCIAL,
        description="The national cloud: commercial, gcc, gcc-high, dod or china.",
    )
    region: str = Field(
        default="",
        description="tenant_region_scope in the OpenID document, for example EU. Left out: by cloud.",
    )
    domains: tuple[Domain, ...] = Field(
        min_length=1, description="Its domains; the first one is the tenant's name in some answers."
    )
    security_defaults: bool = Field(default=False, description="Whether security defaults are on.")
    licence: Literal["free", "p1", "p2"] = Field(
        default="p1",
        description="Without P1 Microsoft Graph refuses registration details, policies and the sign-in log.",
    )
    page_size: int | None = Field(
        default=None, ge=1, description="Rows on a page of Microsoft Graph at most; left out, as asked for."
    )
    paced: bool = Field(
        default=False,
        description="Whether Microsoft Graph's limit of one request a second for policies holds: 429 without"
        " Retry-After otherwise.",
    )
    pass_through: Literal["off", "ok", "agent-unavailable", "directory-unreachable"] = Field(
        default="off",
        description="Pass-through authentication of its managed domains, and the state of its agent.",
    )
    lockout: Lockout = Field(default=Lockout(), description="Smart lockout.")
    blocked_addresses: tuple[Network, ...] = Field(
        default=(), description="Source addresses held to be malicious: AADSTS50053 whatever the password."
    )
    user_consent: Literal["allowed", "admin-approval"] = Field(
        default="allowed",
        description="Without consent: `allowed` answers AADSTS65001, `admin-approval` AADSTS90094.",
    )
    device_code: Literal["allowed", "blocked"] = Field(
        default="allowed",
        description="Whether people may sign in by device code; `blocked` answers AADSTS530035 where security"
        " defaults are on. Policies block it with `flows`.",
    )
    dataverse: Literal["enabled", "disabled", "missing"] = Field(
        default="enabled", description="The service principal of Dataverse: AADSTS500014 or 500011 otherwise."
    )
    separator: Literal["blank", "crlf"] = Field(
        default="blank", description="What stands before `Trace ID:` in texts; older answers have line ends."
    )
    order: Order | None = Field(default=None, description="Order of checks; left out, the world's.")
    apps: tuple[App, ...] = Field(default=(), description="The applications it knows.")
    grants: tuple[Grant, ...] = Field(default=(), description="The consents given.")
    groups: tuple[Group, ...] = Field(default=(), description="Its groups.")
    locations: tuple[Location, ...] = Field(default=(), description="Its named locations.")
    policies: tuple[Policy, ...] = Field(default=(), description="Its Conditional Access policies.")

    def federation_of(self, domain: str) -> Federation | None:
        """Return the AD FS of one of its domains, None for a managed one."""
        return next((d.federation for d in self.domains if d.name == domain.lower()), None)

    def syncs(self, user: "User") -> bool:
        """Return whether one of its users comes from an on-premises directory."""
        return self.federation_of(user.domain) is not None if user.synced is None else user.synced

    def validity_of(self, domain: str) -> int | None:
        """Return how many days passwords of one of its domains last, None where nobody said."""
        return next((d.password_validity_days for d in self.domains if d.name == domain.lower()), None)
