"""`auditor.toml`: what an organisation sets once instead of typing it each time."""

import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from auditor.branding import accent_of, branded
from auditor.clouds import CloudName
from auditor.edges import Edge, validated
from auditor.errors import ConfigError
from auditor.model import AppProfile, Brand, Grant, SignsInFrom, Sureness, Vantage
from auditor.secrets import Reference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_NAME = "auditor.toml"
_PATTERN = "own-registration"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class AppOverride:
    """What the operator says about an app; None leaves the shipped profile's word."""

    client_id: str | None = None
    redirect_uri: str | None = None
    grants: tuple[Grant, ...] | None = None
    signs_in_from: SignsInFrom | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a batch stops.

    Per tenant: refusals in a row, `first` refusals among the first `of` answers, or so many `lockouts`;
    everywhere: so many answers that our own address is blocked. `clouds` gives clouds limits of their own.
    """

    consecutive: int = 5
    first: int = 5
    of: int = 10
    lockouts: int = 2
    blocked_addresses: int = 2
    clouds: "Mapping[str, int]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Administrator:
    """How an administrator signs in to have a directory read, and as which registered app.

    `sign_in` is browser, device-code or app; an app has a `secret` or a `certificate`, each by reference.
    `sign_in_days`: how far back the sign-in log is read, 0 for not at all.
    """

    client_id: str = ""
    sign_in: str = ""
    secret: Reference | None = None
    certificate: Reference | None = None
    sign_in_days: int = 0


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of a run. `proxy` may hold a password and is not shown; `tenants` are domains or GUIDs.

    `country` is the two-letter one that the vantage's address belongs to, "" where nobody said.
    """

    defaults_app: str = ""
    apps: "Mapping[str, AppOverride]" = field(default_factory=dict)
    vantage: Vantage = field(default_factory=Vantage)
    concurrency: int = 8
    proxy: str = field(default="", repr=False)
    ca_bundle: Path | None = None
    check_table: str = "account"
    tenants: tuple[str, ...] = ()
    federation_hosts: tuple[str, ...] = ()
    breaker: Breaker = field(default_factory=Breaker)
    country: str = ""
    administrator: Administrator = field(default_factory=Administrator)
    brand: Brand = field(default_factory=Brand)


def _guid(text: str) -> str:
    bare = text.strip().strip("{}").lower()
    if _GUID.fullmatch(bare):
        return bare
    raise ValueError("not a GUID such as 00000000-0000-0000-0000-000000000000")


def _host(text: str) -> str:
    bare = text.strip().rstrip(".").lower()
    if _HOST.fullmatch(bare):
        return bare
    raise ValueError("not a host name such as adfs.contoso.com")


def _tenant(text: str) -> str:
    try:
        return _guid(text)
    except ValueError:
        try:
            return _host(text)
        except ValueError:
            raise ValueError("neither a domain nor a tenant GUID") from None


def _table(text: str) -> str:
    if re.fullmatch(r"(?:[a-z]\w*(?::[a-z]\w*)?)?", text, re.ASCII):
        return text
    raise ValueError('no logical name of a table such as account, nor entityset:keycolumn ("" checks none)')


def _proxy(text: str) -> str:
    if re.fullmatch(r"(?i)https?://[^\s/]+/?|", text):
        return text
    raise ValueError("not a proxy address such as http://proxy.contoso.com:8080")


def _country(text: str) -> str:
    if re.fullmatch(r"[A-Za-z]{2}|", text):
        return text.upper()
    raise ValueError("not a country of two letters such as DE")


def _reference(text: str) -> str:
    if text and parse_reference(text).scheme == "prompt":
        raise ValueError("prompt is of no use here; keep it in a variable, a file or the keyring")
    return text


def _no_repeats(grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
    if len(set(grants)) == len(grants):
        return grants
    raise ValueError("a grant stands twice")


class _Defaults(Edge):
    app: str = ""


class _App(Edge):
    client_id: Annotated[str, AfterValidator(_guid)] | None = None
    redirect_uri: Annotated[str, Field(min_length=1)] | None = None
    grants: Annotated[tuple[Grant, ...], Field(min_length=1), AfterValidator(_no_repeats)] | None = None
    signs_in_from: SignsInFrom | None = None
    title: Annotated[str, Field(min_length=1)] | None = None


class _Run(Edge):
    vantage: str = ""
    address: str = ""
    country: Annotated[str, AfterValidator(_country)] = ""
    concurrency: Annotated[int, Field(ge=1, le=256, strict=True)] = 8
    check_table: Annotated[str, AfterValidator(_table)] = "account"


class _Network(Edge):
    proxy: Annotated[str, AfterValidator(_proxy)] = ""
    ca_bundle: str = ""


class _Scope(Edge):
    tenants: tuple[Annotated[str, AfterValidator(_tenant)], ...] = ()
    federation_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()


class _Breaker(Edge):
    consecutive: Annotated[int, Field(ge=1, strict=True)] = 5
    first: Annotated[int, Field(ge=1, strict=True)] = 5
    of: Annotated[int, Field(ge=1, strict=True)] = 10
    lockouts: Annotated[int, Field(ge=1, strict=True)] = 2
    blocked_addresses: Annotated[int, Field(ge=1, strict=True)] = 2
    clouds: dict[CloudName, Annotated[int, Field(ge=1, strict=True)]] = Field(default_factory=dict)


class _Directory(Edge):
    client_id: Annotated[str, AfterValidator(_guid)] | None = None
    sign_in: Literal["", "browser", "device-code", "app"] = ""
    secret: Annotated[str, AfterValidator(_reference)] = ""
    certificate: Annotated[str, AfterValidator(_reference)] = ""
    sign_in_days: Annotated[int, Field(ge=0, le=30, strict=True)] = 0


class _Brand(Edge):
    company: Annotated[str, Field(max_length=100)] = ""
    logo: str = ""
    accent: Annotated[str, AfterValidator(accent_of)] = ""


class _File(Edge):
    defaults: _Defaults = _Defaults()
    apps: dict[str, _App] = Field(default_factory=dict)
    run: _Run = _Run()
    network: _Network = _Network()
    scope: _Scope = _Scope()
    breaker: _Breaker = _Breaker()
    directory: _Directory = _Directory()
    brand: _Brand = _Brand()


def load_config(path: Path | None = None) -> Config:
    """Return the settings of a file; without a path those of ./auditor.toml if it is there, else defaults.

    Raises ConfigError naming file and key for what is unknown or unfit. `ca_bundle` and
    the logo are relative to the file.
    """
    source = path or Path(DEFAULT_NAME)
    if path is None and not source.is_file():
        return Config()
    shape = validated(_File, _toml(source), source.name, ConfigError)
    if shape.breaker.first > shape.breaker.of:
        raise ConfigError(
            f"{source.name}: breaker.first: more than breaker.of, so that it could never stop the run",
            f"set first to at most {shape.breaker.of}",
        )
    return _config(shape, source)


def _toml(source: Path) -> dict[str, object]:
    try:
        return tomllib.loads(source.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            f"{source.name} cannot be read ({error.strerror or type(error).__name__})",
            "`auditor init` writes one to start from",
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{source.name}: not UTF-8 text", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source.name}: not valid TOML: {error}", f"correct {source.name}") from None


def _config(shape: _File, source: Path) -> Config:
    folder, brand = source.parent, shape.brand
    logo = folder / Path(brand.logo).expanduser() if brand.logo else None
    return Config(
        defaults_app=shape.defaults.app.strip(),
        apps={name.strip().lower(): AppOverride(**dict(app)) for name, app in shape.apps.items()},
        vantage=Vantage(shape.run.vantage.strip(), shape.run.address.strip()),
        concurrency=shape.run.concurrency,
        proxy=shape.network.proxy,
        ca_bundle=folder / Path(shape.network.ca_bundle).expanduser() if shape.network.ca_bundle else None,
        check_table=shape.run.check_table,
        tenants=shape.scope.tenants,
        federation_hosts=shape.scope.federation_hosts,
        breaker=Breaker(**dict(shape.breaker)),
        country=shape.run.country,
        administrator=_administrator(shape.directory),
        brand=branded(brand.company, logo, brand.accent, source.name),
    )


def _administrator(shape: _Directory) -> Administrator:
    return Administrator(
        client_id=shape.client_id or "",
        sign_in=shape.sign_in,
        secret=parse_reference(shape.secret) if shape.secret else None,
        certificate=parse_reference(shape.certificate) if shape.certificate else None,
        sign_in_days=shape.sign_in_days,
    )


def apply_overrides(apps: "Mapping[str, AppProfile]", config: Config) -> "dict[str, AppProfile]":
    """Return the app profiles with the operator's word over the shipped one, and the operator's own apps.

    What the operator says counts as sourced. Raises ConfigError for an app of their own without a client id.
    """
    return {**apps, **{name: _profile(apps, name, override) for name, override in config.apps.items()}}


def _profile(apps: "Mapping[str, AppProfile]", name: str, override: AppOverride) -> AppProfile:
    known = apps.get(name)
    if known is None and override.client_id is None:
        raise ConfigError(
            f"{DEFAULT_NAME}: apps.{name}.client_id: missing, and no shipped app has this name",
            f"add client_id, or use one of {', '.join(sorted(apps))}",
        )
    return _overridden(known or replace(apps[_PATTERN], name=name, title=name), override)


def _overridden(profile: AppProfile, override: AppOverride) -> AppProfile:
    said: dict[str, object] = {}
    if override.client_id is not None:
        same = override.client_id == profile.client_id.lower()
        said |= {"client_id": override.client_id, "client_id_sure": Sureness.SOURCED}
        said["sample"] = profile.sample and same
    if override.redirect_uri is not None:
        said |= {"redirect_uri": override.redirect_uri, "redirect_uri_sure": Sureness.SOURCED}
    if override.grants is not None:
        said["grants"] = dict.fromkeys(override.grants, Sureness.SOURCED)
    if override.signs_in_from is not None:
        said["signs_in_from"] = override.signs_in_from
    if override.title is not None:
        said["title"] = override.title
    return replace(profile, **said)  # type: ignore[arg-type] # keys are field names, values of their types
