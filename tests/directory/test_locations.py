"""Addresses and countries against named locations."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.directory.locations import Location, Place
from auditor.model import Truth

NETWORKS = st.builds(
    lambda address, bits: str(ip_network((address, bits), strict=False)),
    st.ip_addresses(v=4).map(str),
    st.integers(8, 32),
)


@given(st.lists(NETWORKS, min_size=1, max_size=4), st.ip_addresses(v=4))
def test_an_address_is_in_a_location_if_it_is_in_any_of_its_ranges(ranges, address):
    held = Location("l", "L", tuple(ranges)).holds(Place(str(address)))
    assert held is (Truth.HOLDS if any(address in ip_network(text) for text in ranges) else Truth.FAILS)


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_text_for_a_range_or_an_address_is_an_accident(text, address):
    assert Location("l", "L", (text or "x",)).holds(Place(address)) in Truth


def test_a_range_that_cannot_be_read_leaves_it_open_unless_another_holds_the_address():
    location = Location("l", "L", ("203.0.113.0/24", "not a range"))
    assert location.holds(Place("203.0.113.9")) is Truth.HOLDS
    assert location.holds(Place("198.51.100.9")) is Truth.UNANSWERED


def test_a_range_with_host_bits_is_the_network_it_is_in():
    assert Location("l", "L", ("203.0.113.77/24",)).holds(Place("203.0.113.1")) is Truth.HOLDS


@pytest.mark.parametrize("place", [Place(), Place("", "de"), Place("somewhere")])
def test_without_an_address_a_location_of_ranges_is_open(place):
    assert Location("l", "L", ("203.0.113.0/24",)).holds(place) is Truth.UNANSWERED


def test_countries_are_compared_without_regard_to_case():
    location = Location("l", "L", countries=frozenset({"de"}))
    assert location.holds(Place("", "DE")) is Truth.HOLDS
    assert location.holds(Place("", "us")) is Truth.FAILS
    assert location.holds(Place("203.0.113.9")) is Truth.UNANSWERED
