"""What conditions of policies look up in a directory."""

from dataclasses import dataclass

from auditor.directory.locations import Location
from auditor.directory.signins import DATAVERSE
from auditor.directory.snapshot import Known, ServicePrincipal, Snapshot


@dataclass(frozen=True, slots=True)
class Terrain:
    """What conditions look up: named locations, apps, and the tenant's own id."""

    locations: dict[str, Location]
    locations_whole: bool
    apps: dict[str, ServicePrincipal]
    tenant_id: str

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Terrain":
        """Return what a snapshot knows."""
        part = snapshot.locations
        locations = dict(part.value) if isinstance(part, Known) else {}
        whole = isinstance(part, Known) and not part.gaps
        principals = snapshot.service_principals
        apps = {app.app_id: app for app in principals.value.values()} if isinstance(principals, Known) else {}
        own = snapshot.organization.value.id if isinstance(snapshot.organization, Known) else ""
        return cls(locations, whole, apps, own)

    def app_name(self, app_id: str) -> str:
        """Return an app's name, or its id."""
        found = self.apps.get(app_id)
        return (found.name if found else "") or ("Dataverse" if app_id == DATAVERSE else app_id)
