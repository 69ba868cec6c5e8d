"""From options, configuration and inventory to a run's settings and tools."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.atomic import check_target
from auditor.cli.resolving import resolver_for
from auditor.clouds import load_clouds
from auditor.config import DEFAULT_NAME, Config, apply_overrides, load_config
from auditor.directory.sign_in import Way
from auditor.errors import ConfigError, InventoryError, UsageError
from auditor.gate import BreakerLimits
from auditor.inventory import ReadOptions, format_problems, read_inventory
from auditor.model import Ask, Inventory, Progress, Usher, Vantage
from auditor.network import DoorSettings
from auditor.probes.dataverse import parse_table
from auditor.rulebook.load import load_rulebook
from auditor.run.interface import (
    DirectoryChoice,
    InteractiveChoice,
    Nobody,
    Retry,
    ScopeAnswer,
    Settings,
    Tools,
)
from auditor.run.shards import cut, parse_shard
from auditor.secrets import Resolver

if TYPE_CHECKING:
    from auditor.cli.console import Screen
    from auditor.config import Breaker
    from auditor.journal.ledger import Ledger
    from auditor.rulebook.book import Rulebook

ONLINE = "online"
"""What `--directory` takes in the place of an export."""
_SHOWN = 50
_FASTEST = 1_000.0
_RATE = "5"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the options said; None and empty mean "what the configuration says"."""

    reading: ReadOptions
    config: Path | None = None
    rules: Path | None = None
    proxy: str | None = None
    ca_bundle: Path | None = None
    concurrency: int | None = None
    rate: str | None = None
    vantage: str | None = None
    check_table: str | None = None
    tenants: tuple[str, ...] = ()
    federation_hosts: tuple[str, ...] = ()
    yes: bool = False
    people: bool = False
    passwords: bool = True
    interactive: str | None = None
    only: tuple[str, ...] = ()
    directory: tuple[str, ...] = ()
    keep_directory: Path | None = None
    skip_invalid: bool = False
    breaker: str | None = None
    lock_accounts: bool = False
    shard: str | None = None
    retry: tuple[str, ...] = ()
    retry_refused: bool = False
    ledger: Path | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything a run starts from."""

    inventory: Inventory
    settings: Settings
    rulebook: "Rulebook"
    base: Path

    def tools(
        self,
        ask: Ask,
        progress: Progress,
        ledger: "Ledger | None" = None,
        *,
        usher: Usher | None = None,
        quiet: bool = False,
    ) -> Tools:
        """Return what the run needs, with whom to ask, whom to tell, and what remembers refused attempts.

        `usher` leads people through their sign-ins, where any are asked.

        `quiet`: nothing but the result goes to standard output.
        """
        return Tools(
            clouds=self.rulebook.clouds,
            rulebook=self.rulebook,
            ask=ask,
            progress=progress,
            base=self.base,
            now=lambda: datetime.now(UTC),
            ledger=ledger,
            resolving=resolver_for(self.base, self.settings.door, quiet=quiet),
            usher=usher or Nobody(),
        )


def prepare(path: Path, choices: Choices, screen: "Screen") -> Prepared:
    """Return what a run over an inventory starts from.

    Raises ConfigError, RulesError, InventoryError (with every bad row), NothingToAudit, UsageError.
    """
    config = load_config(choices.config)
    rulebook = load_rulebook(choices.rules)
    apps = apply_overrides(rulebook.apps, config)
    reading = replace(choices.reading, default_app=config.defaults_app)
    inventory = read_inventory(path, reading, apps, load_clouds())
    for remark in inventory.remarks:
        screen.say(f"note: {remark}")
    if inventory.invalid and not choices.skip_invalid:
        raise _bad_rows(inventory)
    settings = settings_of(choices, config, quiet=screen.quiet)
    if choices.shard:
        inventory, settings = cut(inventory, settings, parse_shard(choices.shard))
        screen.say(f"shard {settings.shard}: {len({case.account_id for case in inventory.cases})} accounts")
    return Prepared(inventory, settings, rulebook, path.resolve().parent)


def settings_of(choices: Choices, config: Config, *, quiet: bool = False) -> Settings:
    """Return a run's settings: options over configuration over defaults."""
    if choices.people and not choices.passwords:
        raise UsageError("--people-passwords and --no-passwords exclude each other", "leave one of them out")
    vantage = Vantage(choices.vantage) if choices.vantage else config.vantage
    scope = ScopeAnswer(
        tenants=frozenset(t.lower() for t in (*choices.tenants, *config.tenants)),
        hosts=frozenset(h.lower() for h in (*choices.federation_hosts, *config.federation_hosts)),
        everything=choices.yes,
    )
    door = DoorSettings(
        proxy=proxy_of(choices.proxy) if choices.proxy is not None else config.proxy,
        ca_bundle=choices.ca_bundle or config.ca_bundle,
    )
    table = config.check_table if choices.check_table is None else choices.check_table
    return Settings(
        vantage=vantage,
        country=config.country if vantage == config.vantage else "",
        directory=directory_of(
            choices, config, resolver_for(folder_of(choices.config), door, quiet=quiet, keys=True)
        ),
        interactive=interactive_of(choices),
        concurrency=choices.concurrency or config.concurrency,
        rate=rate_of(choices.rate or _RATE),
        table=parse_table(table),
        passwords=choices.passwords,
        people=choices.people,
        scope=scope,
        retry=Retry(frozenset(upn.strip().lower() for upn in choices.retry), choices.retry_refused),
        breaker=breaker_of(choices, config.breaker),
        cloud_refusals=cloud_refusals(config),
        door=door,
    )


def interactive_of(choices: Choices) -> InteractiveChoice:
    """Return whether people are asked to sign in, and who; raises UsageError for what is no way to."""
    only = frozenset(upn.strip().lower() for upn in choices.only)
    if choices.interactive is None:
        if only:
            raise UsageError("--only is for --interactive", "say --interactive browser, or device-code")
        return InteractiveChoice()
    word = choices.interactive.strip().lower()
    if word not in {Way.BROWSER, Way.DEVICE_CODE}:
        raise UsageError("--interactive takes browser or device-code", "for example --interactive browser")
    return InteractiveChoice(Way(word), only)


def folder_of(config: Path | None) -> Path:
    """Return the folder that the paths of a configuration start from."""
    return (config or Path(DEFAULT_NAME)).resolve().parent


def directory_of(choices: Choices, config: Config, resolver: Resolver) -> DirectoryChoice:
    """Return which directories are read, and how an administrator signs in for those that are read online.

    Raises UsageError for an export that is not there, ConfigError and SecretError where nobody could sign in.
    """
    exports = tuple(Path(name) for name in dict.fromkeys(choices.directory) if name != ONLINE)
    for path in exports:
        if not path.exists():
            raise UsageError(
                f"--directory {path.name}: there is no such folder or archive",
                f"name the folder of an export or the archive of `auditor collect`, or say {ONLINE}",
            )
    if ONLINE not in choices.directory:
        if choices.keep_directory:
            raise UsageError("--keep-directory is for --directory online", "an export is kept already")
        return DirectoryChoice(exports)
    if choices.keep_directory:
        check_target(choices.keep_directory)
    return _online(exports, choices, config, resolver)


def _online(
    exports: tuple[Path, ...], choices: Choices, config: Config, resolver: Resolver
) -> DirectoryChoice:
    own = config.administrator
    if not own.client_id:
        raise ConfigError(
            "no app registration is named with which a directory may be read",
            "register one in the tenant (docs/directory.md), and set client_id under [directory] in"
            " auditor.toml",
        )
    way = Way(own.sign_in or Way.BROWSER)
    secret, certificate = (
        resolver.resolve(reference, "") if reference and way is Way.APP else None
        for reference in (own.secret, own.certificate)
    )
    return DirectoryChoice(
        exports,
        online=True,
        keep=choices.keep_directory,
        client_id=own.client_id,
        way=way,
        secret=secret,
        certificate=None if secret else certificate,
        sign_in_days=own.sign_in_days,
    )


def breaker_of(choices: Choices, config: "Breaker") -> BreakerLimits:
    """Return the breaker's limits; raises UsageError for what is no limit, and for `off` without consent."""
    text = (choices.breaker or "").strip().lower()
    limits = BreakerLimits(
        config.consecutive, config.first, config.of, config.lockouts, config.blocked_addresses
    )
    if not text:
        return limits
    if text == "off":
        if choices.lock_accounts:
            return replace(limits, on=False)
        raise UsageError(
            "--breaker off lets a run with stale passwords lock the accounts of a whole tenant",
            "leave it on, set a limit such as --breaker 10, or say --yes-lock-accounts",
        )
    if not text.isdecimal() or not int(text):
        raise UsageError("--breaker takes a number of refusals, or off", "for example --breaker 3")
    refusals = int(text)
    return replace(limits, in_a_row=refusals, bad=refusals, of_first=max(limits.of_first, refusals))


def cloud_refusals(config: Config) -> dict[str, int]:
    """Return by cloud after how many refusals at most a tenant stops: the file's word, or what locks."""
    own = {str(name): limit for name, limit in config.breaker.clouds.items()}
    return {str(cloud.name): cloud.lockout_threshold for cloud in load_clouds().known} | own


def simulated(
    path: Path, proxy: str, ca_bundle: Path, screen: "Screen", *, breaker: bool = False
) -> Prepared:
    """Return what a run against the lab starts from: marked as simulated, unpaced, everything agreed to.

    The breaker is off unless it is what is to be shown; nobody can be locked out of a simulation.
    """
    choices = Choices(
        reading=ReadOptions(), proxy=proxy, ca_bundle=ca_bundle, rate="off", yes=True, skip_invalid=True
    )
    prepared = prepare(path, choices, screen)
    settings = replace(
        prepared.settings,
        simulated=True,
        breaker=replace(prepared.settings.breaker, on=breaker),
        vantage=prepared.settings.vantage if prepared.settings.vantage.label else Vantage("simulated"),
    )
    return replace(prepared, settings=settings)


def proxy_of(text: str) -> str:
    """Return a proxy's address; raises UsageError for what is none, unshown: it may hold a password."""
    if "@" in text:
        raise UsageError(
            "--proxy takes no name and password: whoever is on this machine can read a command line",
            "set HTTPS_PROXY in the environment, or proxy under [network] in auditor.toml",
        )
    if not re.fullmatch(r"(?i)https?://[^\s/]+/?", text):
        raise UsageError(
            "--proxy takes the address of an HTTP proxy", "for example http://proxy.example:8080"
        )
    return text


def rate_of(text: str) -> float | None:
    """Return submissions a second, None for `off`; raises UsageError for anything else."""
    if text.strip().lower() == "off":
        return None
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= _FASTEST:
        raise UsageError("--rate takes a number of submissions a second, or off", "for example --rate 2")
    return rate


def _bad_rows(inventory: Inventory) -> InventoryError:
    lines = format_problems(inventory.invalid)
    shown = [*lines[:_SHOWN], *([f"... and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else [])]
    return InventoryError(
        f"rows that cannot be audited: {len(inventory.invalid)}\n" + "\n".join(f"  {line}" for line in shown),
        "correct them, or audit the others with --skip-invalid; these are then reported as not audited",
    )
