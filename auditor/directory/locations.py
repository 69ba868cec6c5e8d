"""Named locations, and whether a sign-in came from one."""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from auditor.model import Truth

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sign-in comes from: public address, two-letter country; "" where it is not known."""

    address: str = ""
    country: str = ""


NOWHERE = Place()


@dataclass(frozen=True)
class Location:
    """A named location: address ranges in CIDR form, or countries; a compliant network has neither.

    `by_address` is False where the country is told by a phone's GPS; `unknown_countries` takes in addresses
    that belong to no country.
    """

    id: str
    name: str
    ranges: tuple[str, ...] = ()
    trusted: bool = False
    countries: frozenset[str] = frozenset()
    by_address: bool = True
    unknown_countries: bool = False

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """Return the ranges that can be read."""
        return tuple(found for text in self.ranges if (found := network(text)))

    def holds(self, place: Place) -> Truth:
        """Return whether a sign-in from there comes from this location."""
        if self.ranges:
            return self._in_ranges(place)
        if not self.countries or not self.by_address or not place.country:
            return Truth.UNANSWERED
        return Truth.HOLDS if place.country.lower() in self.countries else Truth.FAILS

    def _in_ranges(self, place: Place) -> Truth:
        found = address(place.address)
        if found is None:
            return Truth.UNANSWERED
        if any(found in network for network in self.networks):
            return Truth.HOLDS
        return Truth.FAILS if len(self.networks) == len(self.ranges) else Truth.UNANSWERED


def network(text: str) -> Network | None:
    """Return a range, also one with host bits set; None when it is none."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address, an IPv4 one that is written as IPv6 as IPv4; None when it is none."""
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
