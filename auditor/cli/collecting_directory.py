"""From the options of `auditor collect` to an archive: configuration, sign-in, a forecast, the reading."""

import os
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.atomic import check_target
from auditor.cli.resolving import resolver_for
from auditor.cli.setting import folder_of, proxy_of
from auditor.clouds import Cloud, load_clouds
from auditor.config import Config, apply_overrides, load_config
from auditor.directory.collection import Collecting
from auditor.directory.collection import collected as read_directory
from auditor.directory.graph_collector import Order
from auditor.directory.sign_in import Means, Registration, Way
from auditor.errors import ConfigError, UsageError
from auditor.inventory import ReadOptions, read_inventory
from auditor.model import AppProfile, Sureness
from auditor.network import Door, DoorSettings
from auditor.rulebook.load import load_apps
from auditor.secrets import Reference, Resolver, parse_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.cli.console import Screen

_LARGEST_REPLY = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options said; None and empty mean "what the configuration says"."""

    tenant: str
    target: Path
    cloud: str
    client_id: str | None
    sign_in: str | None
    certificate: str | None
    secret: str | None
    accounts: Path | None
    all_users: bool
    apps: tuple[str, ...]
    sign_in_days: int
    spot_checks: int
    config: Path | None
    proxy: str | None
    ca_bundle: Path | None


def collected(wanted: Wanted, screen: "Screen", *, present: bool) -> bool:
    """Read the directory into the archive; returns whether nothing failed that need not have.

    Raises UsageError and ConfigError before anybody signs in, DirectoryError where nobody does.
    """
    config = load_config(wanted.config)
    order = order_of(wanted, config)
    resolver = resolver_for(folder_of(wanted.config), door_of(wanted, config), quiet=screen.quiet, keys=True)
    registration, way = registration_of(wanted, config, resolver)
    check_present(way, present=present)
    check_target(wanted.target)
    door = Door(door_of(wanted, config))
    means = Means(door, screen.say)
    try:
        with screen.progress() as progress:
            collecting = Collecting(registration, way, order)
            manifest = read_directory(collecting, means, wanted.target, progress)
    finally:
        door.close()
    for line in [*manifest.lines(), *_contradicted(wanted.target)]:
        screen.say(line)
    return manifest.whole


def _contradicted(archive: Path) -> tuple[str, ...]:
    """Return where Microsoft's What-If and our evaluation differ, in an archive that was just written."""
    from auditor.directory.answers import Directory  # noqa: PLC0415 - only once something was collected
    from auditor.directory.exports import read_export  # noqa: PLC0415 - as above

    return Directory(read_export(archive), archive.name, datetime.now(UTC)).contradicted


def order_of(wanted: Wanted, config: Config) -> Order:
    """Return what to collect: the inventory's apps and accounts where there is one, else the known apps."""
    profiles = apply_overrides(load_apps(), config)
    accounts: frozenset[str] | None = frozenset()
    apps = {profile.client_id for profile in profiles.values() if _is_real(profile)}
    if wanted.accounts is not None:
        reading = ReadOptions(default_app=config.defaults_app)
        inventory = read_inventory(wanted.accounts, reading, profiles, load_clouds())
        accounts = frozenset(case.account.lower() for case in inventory.cases)
        apps = {case.app.client_id for case in inventory.cases if case.app.client_id}
    apps |= {_client_id(name, profiles) for name in wanted.apps}
    return Order(
        tuple(sorted(app.lower() for app in apps)),
        None if wanted.all_users else accounts,
        wanted.sign_in_days,
        wanted.spot_checks,
    )


def _is_real(profile: AppProfile) -> bool:
    return bool(profile.client_id) and profile.client_id_sure is not Sureness.UNKNOWN


def _client_id(name: str, profiles: "Mapping[str, AppProfile]") -> str:
    known = profiles.get(name.strip().lower())
    text = (known.client_id if known else name).strip().lower()
    if len(text) == 36 and text.count("-") == 4:  # noqa: PLR2004 - what a GUID looks like
        return text
    raise UsageError(f"--app {name}: no known app, and no client id", "for example resco-mobile-crm")


def registration_of(wanted: Wanted, config: Config, resolver: Resolver) -> tuple[Registration, Way]:
    """Return who signs in, and how; raises ConfigError where no registration is named, UsageError else."""
    own = config.administrator
    client_id = wanted.client_id or own.client_id
    if not client_id:
        raise ConfigError(
            "no app registration is named with which a directory may be read",
            "register one in the tenant (docs/directory.md) and say --client-id, or set client_id under"
            " [directory] in auditor.toml",
        )
    way = way_of(wanted, config)
    secret = _reference(wanted.secret) or (None if wanted.certificate else own.secret)
    certificate = None if secret else _reference(wanted.certificate) or own.certificate
    registration = Registration(
        tenant=wanted.tenant.strip().lower(),
        cloud=cloud_of(wanted.cloud),
        client_id=client_id.strip().lower(),
        secret=resolver.resolve(secret, "") if secret and way is Way.APP else None,
        certificate=resolver.resolve(certificate, "") if certificate and way is Way.APP else None,
    )
    return registration, way


def way_of(wanted: Wanted, config: Config) -> Way:
    """Return how the administrator signs in: as was said, else an app with its credential, else a browser."""
    said = wanted.sign_in or config.administrator.sign_in
    if not said:
        return Way.APP if wanted.certificate or wanted.secret else Way.BROWSER
    try:
        return Way(said.strip().lower())
    except ValueError:
        raise UsageError(f"--sign-in takes {', '.join(Way)}", "for example --sign-in device-code") from None


def cloud_of(name: str) -> Cloud:
    """Return a cloud by name; raises UsageError for an unknown one."""
    known = {str(cloud.name): cloud for cloud in load_clouds().known}
    if name.strip().lower() not in known:
        raise UsageError(f"--cloud takes {', '.join(sorted(known))}", "for example --cloud gcc-high")
    return known[name.strip().lower()]


def _reference(text: str | None) -> Reference | None:
    if not text:
        return None
    try:
        return parse_reference(text)
    except ValueError:
        raise UsageError(
            "a certificate and a client secret are given by reference",
            "file:PATH, env:NAME, keyring:SERVICE/USER or keyvault:VAULT/SECRET; never the secret itself",
        ) from None


def check_present(way: Way, *, present: bool, browser: Callable[[], bool] | None = None) -> None:
    """Raise UsageError where nobody sits who could sign in, or there is no browser to do it with."""
    if way is Way.APP:
        return
    if not present:
        raise UsageError(
            "nobody is here to sign in as an administrator",
            "run it on a terminal, or let an app sign in: --sign-in app with --certificate REFERENCE",
        )
    if way is Way.BROWSER and not (browser or has_browser)():
        raise UsageError(
            "there is no browser here to sign in with", "say --sign-in device-code, or --sign-in app"
        )


def has_browser() -> bool:
    """Return whether a browser can be opened here."""
    if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"} & set(os.environ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def door_of(wanted: Wanted, config: Config) -> DoorSettings:
    """Return how the network is reached; lists of a directory are larger than answers to sign-ins."""
    settings = DoorSettings(
        proxy=proxy_of(wanted.proxy) if wanted.proxy is not None else config.proxy,
        ca_bundle=wanted.ca_bundle or config.ca_bundle,
    )
    return replace(settings, max_body=_LARGEST_REPLY)
