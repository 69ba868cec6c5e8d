"""A clock that is far off is said, once."""

from types import SimpleNamespace

import pytest

from auditor.run.clocks import clocks_off
from tests.run.test_networks import LOGIN, Estate


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (7_260.0, "2 h 1 min behind"),
        (-600.0, "10 min ahead of"),
        (-90_000_000.0, "1041 d 16 h ahead of"),
    ],
)
def test_it_is_said_by_how_much_and_in_which_direction(ahead, said):
    (told,) = clocks_off(SimpleNamespace(clocks_off={"login.example": ahead}))
    assert told.startswith(f"this machine's clock is {said} that of login.example:")


def test_hosts_that_agree_with_one_another_are_one_sentence():
    hosts = {"b.example": 7_200.0, "a.example": 7_201.0, "c.example": -7_200.0}
    told = clocks_off(SimpleNamespace(clocks_off=hosts))
    assert [line.split(" that of ")[1].split(":")[0] for line in told] == ["a.example", "c.example"]


def test_a_run_keeps_what_it_noticed_of_clocks(audit_world):
    estate = Estate()
    estate.account("job@contoso.example")
    estate.fault("clock", host=LOGIN, hours=-2)
    audited = audit_world(estate.world())
    assert f"2 h ahead of that of {LOGIN}" in audited.journal.header.settings["clock"]


def test_a_run_with_good_clocks_says_nothing_of_them(audit_world):
    estate = Estate()
    estate.account("job@contoso.example")
    assert "clock" not in audit_world(estate.world()).journal.header.settings
