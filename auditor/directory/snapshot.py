"""A snapshot of a directory: each part is known, with its source and its gaps, or missing, with the reason.

"Could not look" is a value here: a part that nobody could read is `Missing`, never an empty list; what a part
does not hold is absent only where the part has no `gaps`. Ids are in lower case, times in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar

from auditor.directory.locations import Location
from auditor.directory.policies import Policy, Strength

if TYPE_CHECKING:
    from auditor.directory.spot_checks import Answered

T = TypeVar("T")


class Part(StrEnum):
    """The parts of a directory that are read; the values are the words of reports and manifests."""

    ORGANIZATION = "organization"
    DOMAINS = "domains"
    USERS = "users"
    REGISTRATIONS = "registration details"
    USER_STATES = "per-user MFA"
    SECURITY_DEFAULTS = "security defaults"
    POLICIES = "conditional access policies"
    LOCATIONS = "named locations"
    STRENGTHS = "authentication strengths"
    GROUPS = "groups"
    MEMBERS = "group members"
    ROLES = "directory roles"
    AUTHORIZATION = "authorization policy"
    SERVICE_PRINCIPALS = "service principals"
    APPLICATIONS = "app registrations"
    GRANTS = "permission grants"
    ASSIGNMENTS = "app role assignments"
    REALM_POLICIES = "home realm discovery policies"
    SIGN_INS = "sign-ins"


class Lack(StrEnum):
    """Why a part is missing."""

    NOT_EXPORTED = "not exported"
    NOT_ASKED = "not asked"
    NO_ROLE = "the administrator's role does not allow it"
    NO_CONSENT = "the permission was not consented to"
    NO_LICENCE = "the tenant has no licence for it"
    REFUSED = "refused"
    THROTTLED = "throttled"
    NOT_FOUND = "not found"
    UNREADABLE = "the export cannot be read"
    FAILED = "the request failed"


@dataclass(frozen=True, slots=True)
class Missing:
    """Nobody could look, and why; `detail` completes the reason for people."""

    lack: Lack
    detail: str = ""

    def __str__(self) -> str:
        """Return it as reports print it."""
        return f"{self.lack} ({self.detail})" if self.detail else str(self.lack)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part came from: the file's name in the export, and when it was read, if that is told."""

    name: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A part that was read. `gaps` say why something may exist that is not in it; () means it is whole."""

    value: T
    sources: tuple[Source, ...] = ()
    gaps: tuple[str, ...] = ()


def lines_of(part: Part, found: "Known[Any] | Missing") -> tuple[str, ...]:
    """Return why something of a part may not be known, a sentence each; () where the part is whole."""
    if isinstance(found, Missing):
        return (f"{part}: {found}",)
    return tuple(f"{part}: {gap}" for gap in found.gaps)


NOT_EXPORTED = Missing(Lack.NOT_EXPORTED)
ONLY_ASKED_APPS = "only the apps that were asked about"
"""The gap of the service principals in what was collected for certain apps (`Snapshot.asked_apps`)."""


@dataclass(frozen=True, slots=True)
class User:
    """A user. None means that the export does not say; `external` that the home directory is another one."""

    id: str
    upn: str
    name: str = ""
    enabled: bool | None = None
    type: str | None = None
    external: bool | None = None
    home_tenant: str | None = None
    synced: bool | None = None
    password_never_expires: bool | None = None
    password_changed: datetime | None = None
    created: datetime | None = None
    immutable_id: str | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain of the tenant. None means that the export does not say.

    `validity_days`: how long a password of its accounts lasts, NEVER for without end.
    """

    name: str
    federated: bool | None = None
    verified: bool | None = None
    validity_days: int | None = None

    NEVER: ClassVar[int] = 2_147_483_647


@dataclass(frozen=True, slots=True)
class Registration:
    """What a user has registered. Registered is not required."""

    user_id: str
    mfa_registered: bool | None = None
    mfa_capable: bool | None = None
    methods: tuple[str, ...] = ()
    admin: bool | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `dynamic` ones have a rule instead of chosen members, `assignable` ones can hold roles."""

    id: str
    name: str = ""
    dynamic: bool | None = None
    assignable: bool | None = None


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a group or role as far as was read: users and further groups.

    `whole` is False when more may be in it; `all_levels` says that those in further groups are already among
    them; `others` counts devices, contacts and service principals. `direct` are the users known to be listed
    by the group itself, and `direct_whole` says that it lists no others.
    """

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    whole: bool = True
    all_levels: bool = False
    others: int = 0
    direct: frozenset[str] = frozenset()
    direct_whole: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A directory role by the id of its template, and who holds it for the whole tenant, now.

    `id` is that of the role's object in this tenant, "" where the export names none.
    """

    template_id: str
    name: str = ""
    members: Members = field(default_factory=Members)
    id: str = ""


@dataclass(frozen=True, slots=True)
class Authorization:
    """What users may do by default: `grant_policies` tell whether they may consent. None: not said."""

    grant_policies: tuple[str, ...] | None = None
    guest_role: str = ""
    may_create_apps: bool | None = None


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """An app or resource as the tenant knows it."""

    id: str
    app_id: str
    name: str = ""
    enabled: bool | None = None
    assignment_required: bool | None = None
    owner_tenant: str | None = None
    type: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """An app's registration in its own tenant: when each of its secrets ends, None where that is not said."""

    app_id: str
    secret_ends: tuple[datetime | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """A consent to delegated permissions; `principal_id` is None where it holds for everybody.

    `client_id` and `resource_id` are object ids of service principals, not app ids.
    """

    client_id: str
    resource_id: str
    scopes: frozenset[str]
    principal_id: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who may use an app that requires assignment: a user, group or service principal, by object ids."""

    principal_id: str
    resource_id: str
    principal_type: str = ""
    role_id: str = ""


@dataclass(frozen=True, slots=True)
class RealmPolicy:
    """A home realm discovery policy; `cloud_password` is AllowCloudPasswordValidation, None if not said."""

    id: str
    name: str = ""
    default: bool | None = None
    cloud_password: bool | None = None
    applies_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """One entry of the sign-in log, as much of it as tells flows apart."""

    user_id: str
    app_id: str
    resource_id: str
    at: datetime | None = None
    upn: str = ""
    error: int | None = None
    protocol: str = ""
    incoming_token: str = ""
    client_app: str = ""
    requirement: str = ""
    interactive: bool | None = None
    access_status: str = ""
    address: str = ""
    correlation_id: str = ""
    policies: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Organization:
    """The tenant itself."""

    id: str
    name: str = ""
    domains: tuple[str, ...] = ()


Users: TypeAlias = Mapping[str, User]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All parts of one tenant's directory; maps are keyed by id (`service_principals` and `strengths` too).

    `applications` are keyed by client id, `roles` by template id, `domains` by name, `user_states` and
    `registrations` by user id. `files_unknown` are files of an export that nothing could be made of,
    `problems` what was wrong with those that were read. `tenant_id`, `asked_apps` (client ids) and
    `spot_checks` (Microsoft's What-If) are what an archive of our own says of itself.
    """

    organization: Known[Organization] | Missing = NOT_EXPORTED
    domains: Known[Mapping[str, Domain]] | Missing = NOT_EXPORTED
    users: Known[Users] | Missing = NOT_EXPORTED
    registrations: Known[Mapping[str, Registration]] | Missing = NOT_EXPORTED
    user_states: Known[Mapping[str, str]] | Missing = NOT_EXPORTED
    security_defaults: Known[bool] | Missing = NOT_EXPORTED
    policies: Known[tuple[Policy, ...]] | Missing = NOT_EXPORTED
    locations: Known[Mapping[str, Location]] | Missing = NOT_EXPORTED
    strengths: Known[Mapping[str, Strength]] | Missing = NOT_EXPORTED
    groups: Known[Mapping[str, Group]] | Missing = NOT_EXPORTED
    members: Known[Mapping[str, Members]] | Missing = NOT_EXPORTED
    roles: Known[Mapping[str, Role]] | Missing = NOT_EXPORTED
    authorization: Known[Authorization] | Missing = NOT_EXPORTED
    service_principals: Known[Mapping[str, ServicePrincipal]] | Missing = NOT_EXPORTED
    applications: Known[Mapping[str, Registered]] | Missing = NOT_EXPORTED
    grants: Known[tuple[Grant, ...]] | Missing = NOT_EXPORTED
    assignments: Known[tuple[Assignment, ...]] | Missing = NOT_EXPORTED
    realm_policies: Known[tuple[RealmPolicy, ...]] | Missing = NOT_EXPORTED
    sign_ins: Known[tuple[SignInRecord, ...]] | Missing = NOT_EXPORTED
    files_unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    tenant_id: str = ""
    asked_apps: frozenset[str] = frozenset()
    spot_checks: "tuple[Answered, ...]" = ()

    def part(self, part: Part) -> Known[Any] | Missing:
        """Return a part by its word; the fields bear the names of the words."""
        found: Known[Any] | Missing = getattr(self, part.name.lower())
        return found
