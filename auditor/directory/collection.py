"""One tenant's directory, from an administrator's sign-in to an archive on disk."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.directory.archive import Manifest, Origin, written
from auditor.directory.graph import new_graph
from auditor.directory.graph_collector import Order, collect, prepare
from auditor.directory.graph_forecast import role_names
from auditor.directory.graph_session import Session
from auditor.directory.sign_in import Means, Registration, Way, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.clouds import Cloud
    from auditor.directory.administrator import Administrator
    from auditor.model import Progress


@dataclass(frozen=True, slots=True)
class Collecting:
    """How a directory is collected: who signs in and how, what is read, and whether at the pace Graph wants.

    Rests that are asked for are kept in any case.
    """

    registration: Registration
    way: Way
    order: Order
    paced: bool = True


def collected(
    collecting: Collecting,
    means: Means,
    target: "Path",
    progress: "Progress",
) -> Manifest:
    """Sign an administrator in, read the directory into an archive, and return the archive's manifest.

    Says beforehand what can be read and what cannot. Raises DirectoryError when nobody signed in,
    ReportError where the archive cannot be written.
    """
    cloud = collecting.registration.cloud
    administrator = sign_in(collecting.registration, collecting.way, means)
    graph = new_graph(means.door, cloud.graph, administrator, means.sleep, paced=collecting.paced)
    with written(target, means.now) as archive:
        session = Session(graph, administrator, archive, progress)
        for line in prepare(session, collecting.order):
            progress.say(line)
        collect(session, collecting.order, means.now)
        return archive.close(origin_of(administrator, cloud))


def origin_of(administrator: "Administrator", cloud: "Cloud") -> Origin:
    """Return whose directory it is, and by which roles or permissions it was read; no name."""
    identity = administrator.identity
    if identity.application:
        return Origin(
            identity.tenant_id, cloud.name, "an application", tuple(sorted(administrator.permissions))
        )
    return Origin(identity.tenant_id, cloud.name, "a person", role_names(identity.roles))
