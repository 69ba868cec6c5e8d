"""Dataverse environments as a world describes them."""

from typing import Literal

from pydantic import Field

from auditor.clouds import CloudName
from auditor.edges import Edge
from auditor.lab.world.kinds import Host, Name, Network, Upn


class Member(Edge):
    """A user as one environment knows it."""

    user: Upn = Field(description="The user principal name.")
    state: Literal["enabled", "disabled", "absent"] = Field(
        default="enabled",
        description="`disabled` answers 0x80040225; `absent` takes the user out of an environment that is"
        " open to its tenant.",
    )
    licensed: bool = Field(default=True, description="Without a licence: 0x8004d24b.")
    roles: tuple[Name, ...] = Field(
        default=("Basic User",),
        description="Security roles; none answers 0x80042f09."
        " System Administrator passes administration mode.",
    )
    reads: tuple[Name, ...] | None = Field(
        default=None,
        description="Logical names of the tables its roles may read; left out, all. Others: 0x80040220.",
    )
    access_mode: Literal["read-write", "administrative", "read", "support", "non-interactive"] = Field(
        default="read-write",
        description="`administrative` may not read business tables (0x80040220), `support` gets 0x80044502.",
    )


class ApplicationUser(Edge):
    """An application user of one environment: an application that works there without a person."""

    app: Name = Field(description="A profile's name or a client id.")
    state: Literal["enabled", "disabled"] = Field(
        default="enabled", description="`disabled` answers 0x80040225."
    )
    roles: tuple[Name, ...] = Field(
        default=("Basic User",), description="Security roles; none answers 0x80042f09."
    )
    reads: tuple[Name, ...] | None = Field(
        default=None,
        description="Logical names of the tables its roles may read; left out, all. Others: 0x80040220.",
    )


class Environment(Edge):
    """A Dataverse environment."""

    host: Host = Field(description="Its host name, for example contoso.crm4.dynamics.com.")
    tenant: Name = Field(description="The tenant it belongs to: a domain, the name or the GUID.")
    state: Literal["enabled", "disabled", "administration", "deleted", "not-found", "no-challenge"] = Field(
        default="enabled",
        description="`disabled` and `administration` (mode) answer 0x8004a104 and 0x8004a113; `deleted` has"
        " no DNS name any more; `not-found` answers 404; `no-challenge` answers 401 without saying which"
        " tenant.",
    )
    open_to_tenant: bool = Field(
        default=False,
        description="Whether every user of the tenant is a member with the defaults, unless listed.",
    )
    members: tuple[Member, ...] = Field(default=(), description="Its users.")
    application_users: tuple[ApplicationUser, ...] = Field(
        default=(), description="Its application users; an application that is none of them gets 0x80072560."
    )
    tables: tuple[Name, ...] = Field(
        default=("account", "contact"), description="Logical names of its tables, each with one row."
    )
    ip_firewall: tuple[Network, ...] = Field(
        default=(), description="Allowed source addresses; empty means no IP firewall. Others: 0x80095ffe."
    )
    blocked_apps: tuple[Name, ...] = Field(
        default=(), description="Profile names or client ids that get 0x80095ffc."
    )
    challenge_cloud: CloudName | None = Field(
        default=None, description="A fault: its challenge names the sign-in host of this other cloud."
    )
    error_bodies: Literal["json", "text"] = Field(
        default="json", description="Whether refusals come as JSON or as bare text."
    )
