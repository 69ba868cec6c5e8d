"""The national clouds, and what people paste as a Dataverse address."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import Field

from auditor.edges import Edge
from auditor.resources import shipped_yaml

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"


class CloudName(StrEnum):
    """The clouds whose sign-in hosts and Dataverse hosts we know."""

    COMMERCIAL = "commercial"
    GCC = "gcc"
    GCC_HIGH = "gcc-high"
    DOD = "dod"
    CHINA = "china"


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud: `login` host, Dataverse host patterns, `instances` as realm and OpenID answers name it.

    `lockout_threshold` is how many failed sign-ins lock an account by default; `graph` is the host of
    Microsoft Graph.
    """

    name: CloudName
    title: str
    login: str
    login_aliases: tuple[str, ...]
    dataverse: tuple[str, ...]
    instances: tuple[str, ...]
    lockout_threshold: int = 10
    graph: str = "graph.microsoft.com"

    def signs_in_at(self, host: str) -> bool:
        """Return whether a sign-in host belongs to this cloud."""
        return host.lower() in {self.login, *self.login_aliases}

    def is_instance(self, name: str) -> bool:
        """Return whether a `cloud_instance_name` means this cloud; with or without the login prefix."""
        return name.lower().removeprefix("login.") in self.instances


class NotDataverseError(ValueError):
    """A text that is no Dataverse address; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Clouds:
    """All clouds, and the suffixes of closed ones."""

    known: tuple[Cloud, ...]
    closed: tuple[tuple[str, str], ...]
    _asked: dict[str, Cloud | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of_environment(self, host: str) -> Cloud | None:
        """Return the cloud that a bare Dataverse host belongs to; remembered: every case asks."""
        if host not in self._asked:
            fitting = (cloud for cloud in self.known if any(_fits(host, p) for p in cloud.dataverse))
            self._asked[host] = next(fitting, None)
        return self._asked[host]

    def environment_host(self, text: str) -> str:
        """Return `org.crm4.dynamics.com` from whatever people paste: a URL with path, `.api.`, no scheme.

        Raises NotDataverseError when it is no Dataverse online host.
        """
        host = _bare_host(text)
        for suffix, why in self.closed:
            if host.endswith("." + suffix):
                raise NotDataverseError(why)
        plain = _without_api(host)
        if self.of_environment(plain) is None:
            raise NotDataverseError(
                "no Dataverse online host such as contoso.crm4.dynamics.com"
                " (on-premises deployments are outside the retirement of WS-Trust)"
            )
        return plain


def _fits(host: str, pattern: str) -> bool:
    tail = re.escape(pattern).replace(r"\*", r"\d*")
    return re.fullmatch(rf"{_LABEL}\.{tail}", host) is not None


def _without_api(host: str) -> str:
    return re.sub(rf"^({_LABEL})\.api\.", r"\1.", host)


def _bare_host(text: str) -> str:
    stripped = text.strip().strip("<>\"'").strip()
    with_scheme = stripped if re.match(r"(?i)^[a-z][a-z0-9+.-]*://", stripped) else f"https://{stripped}"
    try:
        host = urlsplit(with_scheme).hostname
    except ValueError:
        host = None
    if not host:
        raise NotDataverseError("no host name in it")
    return host.rstrip(".").lower()


class _CloudFile(Edge):
    cloud: CloudName
    title: str
    login: str
    login_aliases: tuple[str, ...] = ()
    dataverse: tuple[str, ...]
    instances: tuple[str, ...]
    lockout_threshold: int = Field(default=10, ge=1)
    graph: str


class _ClosedFile(Edge):
    dataverse: str
    why: str


class _CloudsFile(Edge):
    clouds: tuple[_CloudFile, ...]
    closed: tuple[_ClosedFile, ...] = ()


def load_clouds() -> Clouds:
    """Return the clouds of `rules/clouds.yaml`; raises RulesError when the file is not what it has to be."""
    data = shipped_yaml(_CloudsFile, "rules", "clouds.yaml")
    known = tuple(
        Cloud(
            c.cloud, c.title, c.login, c.login_aliases, c.dataverse, c.instances, c.lockout_threshold, c.graph
        )
        for c in data.clouds
    )
    return Clouds(known, tuple((c.dataverse, c.why) for c in data.closed))
