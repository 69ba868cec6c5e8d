"""What a run is made of: its settings, and what it needs from the other rooms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from auditor.clouds import Clouds
from auditor.errors import SecretError
from auditor.gate import BreakerLimits
from auditor.journal.ledger import Ledger
from auditor.model import Ask, Progress, Vantage
from auditor.network import DoorSettings
from auditor.probes.dataverse import Table
from auditor.rulebook.book import Rulebook
from auditor.run.shards import Shard


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
class Settings:
    """How a run goes.

    `rate` is password submissions a second, for each tenant and each federation host, None for no pacing;
    `breaker_anew` forgets, on a resumed run, the refusals from before; `cloud_refusals` is after how many
    refusals at most a tenant stops, by cloud.
    """

    vantage: Vantage = field(default_factory=Vantage)
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


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run needs and does not make itself.

    `base` is the folder that `file:` credentials start from; without a `ledger` (simulated runs, where
    nobody can be locked out) nothing is remembered.
    """

    clouds: Clouds
    rulebook: Rulebook
    ask: Ask
    progress: Progress
    base: Path
    now: Callable[[], datetime]
    ledger: Ledger | None = None


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
