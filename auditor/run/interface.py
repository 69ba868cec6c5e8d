"""What a run is made of: its settings, and what it needs from the other rooms."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from auditor.clouds import Clouds
from auditor.directory.sign_in import Way
from auditor.errors import SecretError
from auditor.gate import BreakerLimits
from auditor.journal.ledger import Ledger
from auditor.model import Ask, Invitation, Person, Progress, Step, Usher, Vantage
from auditor.network import DoorSettings
from auditor.probes.dataverse import Table
from auditor.rulebook.book import Rulebook
from auditor.run.shards import Shard, noted
from auditor.secrets import Resolver, Secret


@dataclass(frozen=True, slots=True)
class ScopeAnswer:
    """What the operator agreed to beforehand: tenants (domains or GUIDs), federation hosts, or everything."""

    tenants: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """Which refused accounts may be tried again, once: lower-case UPNs, or everything."""

    accounts: frozenset[str] = frozenset()
    everything: bool = False

    def releases(self, account: str) -> bool:
        """Return whether an account may be tried again."""
        return self.everything or account in self.accounts


@dataclass(frozen=True, slots=True)
class DirectoryChoice:
    """Which directories are read: exports, and `online` those of all tenants that no export is of.

    Online an administrator of each tenant signs in through the registered app `client_id`; an app signs in
    with a secret or a certificate (PEM). `keep` is where what was read online is kept, None for nowhere.
    `sign_in_days`: how far back the sign-in log is read, 0 for not at all.
    """

    exports: tuple[Path, ...] = ()
    online: bool = False
    keep: Path | None = None
    client_id: str = ""
    way: Way = Way.BROWSER
    secret: Secret | None = None
    certificate: Secret | None = None
    sign_in_days: int = 0

    @property
    def wanted(self) -> bool:
        """Return whether any directory is read at all."""
        return self.online or bool(self.exports)

    @property
    def named(self) -> str:
        """Return what is read, as a run file keeps it; "none" without any."""
        return ", ".join([path.name for path in self.exports] + ["online"] * self.online) or "none"


@dataclass(frozen=True, slots=True)
class InteractiveChoice:
    """Whether people are asked to sign in themselves, and how: by browser or device code, None for not.

    `only` are the lower-case UPNs to ask, none for all people; a page is waited for so many `seconds`.
    """

    way: Way | None = None
    only: frozenset[str] = frozenset()
    seconds: int = 300

    @property
    def named(self) -> str:
        """Return what is asked, as a run file keeps it."""
        if self.way is None:
            return "none"
        return f"{self.way}, {len(self.only)} named" if self.only else str(self.way)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run goes.

    `rate` is password submissions a second, for each tenant and each federation host, None for no pacing;
    `breaker_anew` forgets, on a resumed run, the refusals from before; `cloud_refusals` is after how many
    refusals at most a tenant stops, by cloud; `country` is that of the vantage's address, "" if not known.
    """

    vantage: Vantage = field(default_factory=Vantage)
    country: str = ""
    directory: DirectoryChoice = field(default_factory=DirectoryChoice)
    interactive: InteractiveChoice = field(default_factory=InteractiveChoice)
    concurrency: int = 8
    rate: float | None = 5.0
    table: Table | None = None
    passwords: bool = True
    people: bool = False
    simulated: bool = False
    scope: ScopeAnswer = field(default_factory=ScopeAnswer)
    retry: Retry = field(default_factory=Retry)
    breaker: BreakerLimits = field(default_factory=BreakerLimits)
    breaker_anew: bool = False
    cloud_refusals: Mapping[str, int] = field(default_factory=dict)
    door: DoorSettings = field(default_factory=DoorSettings)
    shard: Shard | None = None


def kept(settings: Settings) -> dict[str, str]:
    """Return the configuration that a run file keeps: what shaped the run, and no address of a proxy."""
    return {
        "concurrency": str(settings.concurrency),
        "rate": "off" if settings.rate is None else f"{settings.rate:g}",
        "table": settings.table.name if settings.table else "none",
        "passwords": str(settings.passwords),
        "people": str(settings.people),
        "breaker": f"{settings.breaker}",
        "tried again": "everything refused"
        if settings.retry.everything
        else ", ".join(sorted(settings.retry.accounts)),
        "agreed beforehand": "everything"
        if settings.scope.everything
        else ", ".join(sorted(settings.scope.tenants | settings.scope.hosts)),
        "proxy": "given" if settings.door.proxy else "environment's",
        "certificates": "given" if settings.door.ca_bundle else "operating system's",
        "directories": settings.directory.named,
        "interactive": settings.interactive.named,
    } | noted(settings.shard)


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody leads people through sign-ins: whoever would be next is where it stops."""

    present: bool = False

    def ready(self, person: Person) -> Step:  # noqa: ARG002 - the seam's signature
        """Stop."""
        return Step.STOP

    def again(self, person: Person, said: str) -> Step:  # noqa: ARG002 - the seam's signature
        """Stop."""
        return Step.STOP

    def tell(self, text: str) -> None:
        """Tell nobody."""

    def invited(self, invitations: Sequence[Invitation]) -> AbstractContextManager[object]:  # noqa: ARG002 - the seam's signature
        """Show nothing to nobody."""
        return nullcontext()


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run needs and does not make itself.

    `base` is the folder that `file:` credentials start from; `resolving` is for all credentials, without one
    there is neither key vault nor mask. Without a `ledger` (simulated runs, where nobody can be locked out)
    nothing is remembered.
    """

    clouds: Clouds
    rulebook: Rulebook
    ask: Ask
    progress: Progress
    base: Path
    now: Callable[[], datetime]
    ledger: Ledger | None = None
    resolving: Resolver | None = None
    usher: Usher = field(default_factory=Nobody)
    sleep: Callable[[float], object] = time.sleep

    @property
    def resolver(self) -> Resolver:
        """Return what leads from credentials to passwords."""
        return self.resolving or Resolver(self.base)


@dataclass(frozen=True, slots=True)
class Silent:
    """Progress for whoever does not want to hear of it."""

    def stage(self, name: str, total: int) -> None:
        """Say nothing."""

    def step(self, note: str = "", verdict: str = "") -> None:
        """Say nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Unattended:
    """Nobody to ask: everything that needs an answer is refused."""

    present: bool = False

    def agree(self, tenants: Sequence[str], hosts: Sequence[str]) -> bool:  # noqa: ARG002 - the seam's signature
        """Refuse."""
        return False

    def password(self, account: str) -> str:  # noqa: ARG002 - the seam's signature
        """Refuse."""
        raise SecretError("nobody can be asked for a password here", "run it on a terminal")
