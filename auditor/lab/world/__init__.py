"""Worlds: estates described in YAML, which the simulated cloud answers from."""

from auditor.lab.world.environments import Environment, Member
from auditor.lab.world.faults import Fault
from auditor.lab.world.loading import available_worlds, load_world, world_from, world_schema
from auditor.lab.world.policies import Policy
from auditor.lab.world.root import World
from auditor.lab.world.rows import Row
from auditor.lab.world.tenants import App, Federation, Tenant
from auditor.lab.world.users import User

__all__ = [
    "App",
    "Environment",
    "Fault",
    "Federation",
    "Member",
    "Policy",
    "Row",
    "Tenant",
    "User",
    "World",
    "available_worlds",
    "load_world",
    "world_from",
    "world_schema",
]
