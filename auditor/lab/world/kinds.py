"""The kinds of text a world is written in: GUIDs, host names, principal names, address ranges."""

from ipaddress import ip_address, ip_network
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

_HOST = r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{1,62}$"
_GUID = r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
_UPN = r"^[^\s@]+@[^\s@]+\.[^\s@.]+$"


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError("no address range such as 203.0.113.0/24") from None


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("no address such as 203.0.113.7") from None


Guid = Annotated[str, StringConstraints(pattern=_GUID, to_lower=True)]
Host = Annotated[str, StringConstraints(pattern=_HOST, max_length=253, to_lower=True)]
Upn = Annotated[str, StringConstraints(pattern=_UPN, max_length=320)]
Address = Annotated[str, AfterValidator(_address)]
Network = Annotated[str, AfterValidator(_network)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
