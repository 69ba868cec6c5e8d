"""One collection under way: who asks, whom, and where it is kept. A part that fails ends nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from auditor.directory.administrator import Identity
from auditor.directory.archive import Archive
from auditor.directory.graph import Ask, Graph
from auditor.directory.graph_parts import BY_PART, Reading
from auditor.directory.graph_refusals import Unread, with_roles
from auditor.directory.snapshot import Lack, Missing, Part
from auditor.model import Progress


class Granted(Protocol):
    """Who was granted permissions: a signed-in administrator."""

    identity: Identity

    def grants(self, permission: str) -> bool:
        """Return whether there is a token with this permission."""
        ...

    def refusal(self, permission: str) -> str:
        """Return why a permission was not granted, "" when nothing was said."""
        ...


@dataclass(slots=True)
class Session:
    """What all steps of a collection share. `premium`: whether the tenant has P1, None if unknown."""

    graph: Graph
    administrator: Granted
    archive: Archive
    progress: Progress
    premium: bool | None = None
    groups: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    """Those of the groups that are assigned to apps: there only direct members count."""

    def permission(self, reading: Reading) -> str | None:
        """Return the permission to read a part with: the least one that was granted, None for none."""
        wanted = (reading.permission, *reading.also)
        return next((name for name in wanted if self.administrator.grants(name)), None)

    def read(self, part: Part, work: Callable[[Reading, str], None]) -> None:
        """Read a part with the permission there is; what fails becomes the reason for its absence."""
        reading = BY_PART[part]
        permission = self.permission(reading)
        if permission is None:
            self.archive.missing(part, self.unconsented(reading))
        else:
            try:
                work(reading, permission)
            except Unread as error:
                self.archive.missing(part, self.explained(reading, error))
        self.progress.step(str(part))

    def unconsented(self, reading: Reading) -> Missing:
        """Return why a part cannot be read for want of a permission."""
        said = self.administrator.refusal(reading.permission)
        return Missing(Lack.NO_CONSENT, f"{reading.permission}" + (f": {said}" if said else ""))

    def explained(self, reading: Reading, error: Unread) -> Missing:
        """Return a refusal with what is known of roles and licences."""
        by_role = with_roles(error, self.administrator.identity.roles, reading.role_ids)
        if by_role.lack is Lack.REFUSED and reading.premium and self.premium is False:
            detail = f"{error.detail}; no Entra ID P1 is among the tenant's licences"
            return Missing(Lack.NO_LICENCE, detail)
        return by_role.missing

    def keep_pages(self, part: Part, path: str, permission: str) -> None:
        """Keep all pages of a list as they come; raises Unread."""
        for page in self.graph.pages(Ask(path, permission, BY_PART[part].limit)):
            self.archive.page(part, page)
