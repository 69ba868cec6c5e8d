"""What the simulated cloud knows and what has happened to it: the one mutable thing in the lab."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from auditor.lab.estate import Estate
from auditor.lab.lockout import Lockouts
from auditor.lab.tokens import Mint
from auditor.lab.visits import Visits
from auditor.lab.world.root import World

if TYPE_CHECKING:
    from auditor.lab.attempt import Wanted
    from auditor.lab.refusals import Refusal
    from auditor.lab.world.tenants import Tenant
    from auditor.lab.world.users import User


class Seen(NamedTuple):
    """A request that arrived. `upn` is "" where it names no account."""

    host: str
    method: str
    path: str
    upn: str


class DeviceCode(NamedTuple):
    """A device code that was given out: to which client, until when, for what, where, and who entered it.

    `mfa` says whether they gave a second factor (None: all they have), `refused` why nothing came of it.
    """

    client_id: str
    expires: datetime
    shown: str = ""
    wanted: "Wanted | None" = None
    upn: str = ""
    tenant: str = ""
    mfa: bool | None = None
    refused: "Refusal | None" = None


class Refreshing(NamedTuple):
    """A refresh token that was given out: to whom, to which client, and whether with a second factor."""

    upn: str
    client_id: str
    mfa: bool | None = None


class SignIn(NamedTuple):
    """An entry of the sign-in log; `protocol` and `incoming` in Graph's words."""

    at: datetime
    upn: str
    client_id: str
    resource: str
    protocol: str
    incoming: str
    code: int


def utc_now() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass
class State:
    """A world and its history: refusals counted, assertions and codes issued, requests seen, faults struck.

    `submissions` counts the requests that carried a password, by lower-case principal name; `struck`
    counts each fault's strikes by its place in the world's list. `address` is where callers come from,
    `began` when it was first served: days are counted from there.
    """

    world: World
    address: str = ""
    clock: Callable[[], datetime] = utc_now
    lockouts: Lockouts = field(default_factory=Lockouts)
    mint: Mint = field(default_factory=Mint)
    submissions: Counter[str] = field(default_factory=Counter)
    requests: list[Seen] = field(default_factory=list)
    struck: Counter[int] = field(default_factory=Counter)
    device_codes: dict[str, DeviceCode] = field(default_factory=dict, repr=False)
    refreshing: dict[str, Refreshing] = field(default_factory=dict, repr=False)
    visits: Visits = field(default_factory=Visits, repr=False)
    sign_ins: list[SignIn] = field(default_factory=list)
    asked_last: dict[str, datetime] = field(default_factory=dict)
    began: datetime = field(init=False)
    estate: Estate = field(init=False)

    def __post_init__(self) -> None:
        self.address = self.address or self.world.caller.address
        self.began = self.clock()
        self.estate = Estate(self.world)

    def become(self, world: World) -> None:
        """Let the world be another one from now on: an administrator changed something. History stays."""
        self.world = world
        self.estate = Estate(world)
        self.struck.clear()

    def change_tenant(self, tenant: "Tenant", **changes: object) -> None:
        """Let something about a tenant be different from now on: somebody changed it on a page."""
        changed = tenant.model_copy(update=changes)
        tenants = tuple(changed if one.id == tenant.id else one for one in self.world.tenants)
        self._be(self.world.model_copy(update={"tenants": tenants}))

    def change_user(self, user: "User", **changes: object) -> None:
        """Let something about a user be different from now on: they changed it on a page."""
        changed = user.model_copy(update=changes)
        users = tuple(changed if one.key == user.key else one for one in self.world.users)
        self._be(self.world.model_copy(update={"users": users}))

    def _be(self, world: World) -> None:
        self.world = world
        self.estate = Estate(world)

    def enter_code(self, shown: str, upn: str) -> None:
        """Let a person sign in elsewhere and enter the code that was shown."""
        code = self.device_code(shown)
        assert code
        self.device_codes[code] = self.device_codes[code]._replace(upn=upn)

    def device_code(self, shown: str) -> str:
        """Return the device code that goes with what was shown, "" for none."""
        wanted = shown.strip().upper()
        return next((code for code, kept in self.device_codes.items() if kept.shown == wanted), "")

    def now(self) -> datetime:
        """Return the lab's time, aware."""
        return self.clock()
