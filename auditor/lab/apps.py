"""Client applications and resources by name.

Client ids: Resco's as printed on Resco's blog, Microsoft's sample and tools ids as its samples print them
(check before use); resource ids are Microsoft's own.
"""

import re

_RESCO = "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb"
CLIENT_IDS = {
    "resco-mobile-crm": _RESCO,
    "resco-inspections": _RESCO,
    "resco-routes": _RESCO,
    "resco-external-project": _RESCO,
    "resco-location-tracking": _RESCO,
    "resco-crm-sync": _RESCO,
    "dataverse-sample": "51f81489-12ee-4a9e-aaae-a2591f45987d",
    "dynamics-development-tools": "2ad88395-b77d-4561-9441-d0e40824f9bc",
}
DATAVERSE = "00000007-0000-0000-c000-000000000000"
RESOURCE_IDS = {"dataverse": DATAVERSE, "microsoft-graph": "00000003-0000-0000-c000-000000000000"}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_guid(text: str) -> bool:
    """Return whether a text is a GUID, in either case."""
    return _GUID.fullmatch(text.lower()) is not None


def client_id(app: str) -> str:
    """Return an app's client id: that of a known name, or the GUID itself; "" for anything else."""
    return CLIENT_IDS.get(app.lower(), app.lower() if is_guid(app) else "")


def user_name(client: str) -> str:
    """Return the name by which an application that acts for itself is known, to faults for example."""
    return f"{client.strip().lower()}@application.users"


def resource_id(resource: str) -> str:
    """Return a resource's application id, "" for an unknown name."""
    return RESOURCE_IDS.get(resource.lower(), resource.lower() if is_guid(resource) else "")
