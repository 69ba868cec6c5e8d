"""One world audited in four modes: by passwords, by the directory, by both, and by what was carried away."""

from copy import deepcopy
from typing import NamedTuple

from auditor.clouds import load_clouds
from auditor.directory.collection import Collecting, collected
from auditor.directory.graph_collector import Order
from auditor.directory.sign_in import Means, Registration, Way
from auditor.lab.apps import client_id
from auditor.lab.server import Lab
from auditor.lab.world import world_from
from auditor.model import Axis
from auditor.network import Door, DoorSettings
from auditor.run.interface import DirectoryChoice, Silent
from auditor.secrets import Secret
from tests.run.conftest import Audited, run_world

AUDITOR = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d99"
APP_SECRET = "Planted-app-secret-1"
READS = [
    "User.Read.All",
    "Policy.Read.All",
    "Directory.Read.All",
    "AuditLog.Read.All",
    "Organization.Read.All",
    "Domain.Read.All",
    "RoleManagement.Read.Directory",
    "GroupMember.Read.All",
    "Application.Read.All",
]
MODES = ("probes", "directory", "both", "offline")


class Modes(NamedTuple):
    """The audits of one world by mode."""

    probes: Audited
    directory: Audited
    both: Audited
    offline: Audited


def readable(world, permissions=READS):
    """A world in which an app may read each tenant's directory."""
    data = deepcopy(world)
    for tenant in data["tenants"]:
        app = {"app": AUDITOR, "secret": APP_SECRET, "graph_permissions": list(permissions)}
        tenant["apps"] = [*tenant.get("apps", []), app]
    return data


def online(keep=None, exports=()):
    return DirectoryChoice(tuple(exports), True, keep, AUDITOR, Way.APP, Secret(APP_SECRET))


def audited(world, folder):
    """Audit a world that is readable, in each mode; whoever asks closes the four run files."""
    archives = carried_away(world, folder / "archives")
    return Modes(
        run_world(world, folder / "probes"),
        run_world(world, folder / "directory", directory=online(), passwords=False),
        run_world(world, folder / "both", directory=online()),
        run_world(world, folder / "offline", directory=DirectoryChoice(archives), passwords=False),
    )


def carried_away(world, folder):
    """The archives that `auditor collect --accounts` leaves, one a tenant, asked about everybody's."""
    folder.mkdir(parents=True)
    clouds = {cloud.name: cloud for cloud in load_clouds().known}
    apps = tuple(sorted({client_id(row["app"]).lower() for row in world["inventory"]}))
    order = Order(apps, frozenset(row["account"].lower() for row in world["inventory"]))
    files = []
    with Lab(world_from(world)) as lab:
        for tenant in world["tenants"]:
            cloud = clouds[tenant.get("cloud", "commercial")]
            registration = Registration(tenant["id"], cloud, AUDITOR, Secret(APP_SECRET))
            door = Door(DoorSettings(proxy=lab.proxy, ca_bundle=lab.ca_file, max_body=32 * 1024 * 1024))
            collecting = Collecting(registration, Way.APP, order, paced=False)
            files.append(folder / f"{tenant['id']}.zip")
            collected(collecting, Means(door, lambda line: None), files[-1], Silent())
            door.close()
    return tuple(files)


LESS = {
    # a value, and what says the same and more
    Axis.MFA: {
        "required": {"registration required", "from the federated provider", "external (third party)"}
    },
    Axis.CONSENT: {
        "granted": {"granted for all", "granted for this user", "wider than needed"},
        "missing": {"needs an administrator"},
    },
    Axis.ROPC: {"eligible": {"works only because of an exclusion"}},
    # whatever a disabled account met: it is to retire
    Axis.PATH: {"fix, then ready": {"retire"}, "move to an application user": {"retire"}},
}
NOTHING = {"unknown", "could not tell"}


def says_as_much(axis, one, other):
    """Whether a value says all that another says: the same, or more of it."""
    return other in NOTHING or one == other or one in LESS[axis].get(other, ())


def agree(axis, one, other):
    """Whether two values do not contradict: the same, or one of them says more of it."""
    return says_as_much(axis, one, other) or says_as_much(axis, other, one)


def differing(first, second, fits):
    """The cases and axes of two audits whose values do not fit."""
    pairs = zip(first.results, second.results, strict=True)
    return [
        (one.case.key, str(axis), verdict.value, other.verdicts[axis].value)
        for one, other in pairs
        for axis, verdict in one.verdicts.items()
        if not fits(axis, verdict.value, other.verdicts[axis].value)
    ]
