"""Conditional Access as a world describes it: policies, named locations, groups."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from auditor.edges import Edge
from auditor.lab.world.kinds import Guid, Name, Network, Upn

Control = Literal[
    "block",
    "mfa",
    "compliant-device",
    "hybrid-joined-device",
    "approved-app",
    "app-protection",
    "password-change",
    "terms-of-use",
    "third-party",
]
ClientType = Literal["all", "browser", "mobile-apps-and-desktop-clients", "exchange-active-sync", "other"]


def _word(value: object) -> object:
    """Return `on` and `off` as words; YAML reads them as booleans."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


class Location(Edge):
    """A named location: address ranges that policies can include or exclude."""

    name: Name = Field(description="The location's name, as policies refer to it.")
    ranges: tuple[Network, ...] = Field(
        min_length=1, description="Address ranges in CIDR form, IPv4 or IPv6, for example 203.0.113.0/24."
    )
    trusted: bool = Field(default=False, description="Whether `all-trusted` in a policy means this one too.")


class Group(Edge):
    """A group of users of one tenant."""

    name: Name = Field(description="The group's name, as policies and app assignments refer to it.")
    members: tuple[Upn, ...] = Field(default=(), description="The members' user principal names.")
    groups: tuple[Name, ...] = Field(
        default=(), description="Groups whose members are in this one, too; app assignments do not see them."
    )
    roles: tuple[Name, ...] = Field(
        default=(), description="Directory roles that its direct members have through it."
    )


class Users(Edge):
    """Whom a policy is about. Exclusions win."""

    include: tuple[str, ...] = Field(
        default=("all",),
        description="Any of: `all`, `guests`, a user principal name, a group's name, `role:` and a role's"
        " name.",
    )
    exclude: tuple[str, ...] = Field(default=(), description="The same words; these users are left out.")


class Targets(Edge):
    """Which resources a policy guards. Exclusions win.

    Conditional Access looks at the resource a token is for, not at the client that asks for it.
    """

    include: tuple[str, ...] = Field(
        default=("all",), description="Any of: `all`, `dataverse`, `microsoft-graph`, a resource's GUID."
    )
    exclude: tuple[str, ...] = Field(default=(), description="The same words; these resources are left out.")


class Places(Edge):
    """From where a policy counts. Exclusions win."""

    include: tuple[str, ...] = Field(
        default=("all",), description="Any of: `all`, `all-trusted`, a named location's name."
    )
    exclude: tuple[str, ...] = Field(default=(), description="The same words; these places are left out.")


class Policy(Edge):
    """A Conditional Access policy. Only the state `on` changes answers."""

    name: Name = Field(description="The policy's name.")
    id: Guid | None = Field(
        default=None,
        description="The policy's GUID, which answers name in `claims`. Left out: computed from the name.",
    )
    state: Annotated[Literal["on", "report-only", "off"], BeforeValidator(_word)] = Field(
        default="on", description="`on` decides, `report-only` and `off` change no answer."
    )
    target: Literal["sign-in", "register-security-info"] = Field(
        default="sign-in",
        description="`sign-in` guards resources; `register-security-info` guards the registration of MFA"
        " methods, and only `block` has an effect there.",
    )
    users: Users = Field(default=Users(), description="Whom the policy is about.")
    apps: Targets = Field(default=Targets(), description="Which resources it guards.")
    client_apps: tuple[ClientType, ...] = Field(
        default=("all",),
        min_length=1,
        description="Client types it looks at. The password grant counts as mobile-apps-and-desktop-clients.",
    )
    locations: Places = Field(default=Places(), description="From where it counts.")
    user_risk: tuple[Literal["low", "medium", "high"], ...] = Field(
        default=(), description="Risk levels of the user for which it counts; empty means it does not look."
    )
    flows: tuple[Literal["device-code", "authentication-transfer"], ...] = Field(
        default=(), description="Authentication flows for which it counts; empty means it does not look."
    )
    controls: tuple[Control, ...] = Field(
        min_length=1, description="What it demands. `block` refuses, whatever else is named."
    )
    operator: Literal["and", "or"] = Field(
        default="or",
        description="Whether all controls are demanded or one is enough. A password alone meets none of"
        " them, so it only decides which refusal is named.",
    )
