"""A world: everything the simulated cloud knows, as one file describes it."""

from typing import Literal

from pydantic import Field

from auditor.edges import Edge
from auditor.lab.world.app_credentials import Issuer
from auditor.lab.world.environments import Environment
from auditor.lab.world.faults import Fault
from auditor.lab.world.kinds import Address, Guid, Host
from auditor.lab.world.rows import Row
from auditor.lab.world.tenants import Order, Tenant
from auditor.lab.world.users import User
from auditor.lab.world.vaults import Vault


class Caller(Edge):
    """Who asks, as the cloud sees it."""

    address: Address = Field(
        default="198.51.100.7",
        description="The source address that policies, firewalls and block lists look at.",
    )
    tenant_restrictions: tuple[Guid, ...] = Field(
        default=(),
        description="Tenants that the caller's own network permits; empty means no such header."
        " Other tenants answer AADSTS500021.",
    )


class World(Edge):
    """A simulated estate. Answers are computed from it, so changing it changes them as it would for real."""

    version: Literal[1] = Field(description="The version of this format: 1.")
    title: str = Field(default="", description="What the world shows, for people.")
    caller: Caller = Field(default=Caller(), description="Who asks.")
    order: Order = Field(default=Order(), description="The order of checks in all tenants.")
    tenants: tuple[Tenant, ...] = Field(min_length=1, description="The Entra ID tenants.")
    personal_domains: tuple[Host, ...] = Field(
        default=(), description="Domains of personal Microsoft accounts, for example outlook.example."
    )
    issuers: tuple[Issuer, ...] = Field(
        default=(), description="Identity providers elsewhere whose tokens applications can sign in with."
    )
    users: tuple[User, ...] = Field(default=(), description="The users of all tenants.")
    environments: tuple[Environment, ...] = Field(default=(), description="The Dataverse environments.")
    vaults: tuple[Vault, ...] = Field(default=(), description="The key vaults.")
    faults: tuple[Fault, ...] = Field(default=(), description="What goes wrong; the first that fits strikes.")
    inventory: tuple[Row, ...] = Field(default=(), description="The ready-made inventory's rows.")
