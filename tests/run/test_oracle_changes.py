"""One change in a world moves what its directory says as it moves what its sign-ins meet.

Tried are all changes of changes.yaml that move what the directory implies: without any password, and beside
passwords where they move what the sign-ins meet, too.
"""

import pytest

from tests.oracle import expected_of
from tests.oracle_directory import beside_passwords, without_passwords
from tests.run.modes import online, readable
from tests.run.test_oracle import AXES, BASE, CASES, CHANGES, changed, values

EVERY = [*CHANGES["single"], *CHANGES["double"]]


def implied(oracle, world):
    said = [oracle(world, row) for row in world["inventory"]]
    return dict(zip(CASES, ({axis: getattr(one, axis) for axis in AXES} for one in said), strict=True))


def moved_by(oracle):
    """The changes that move what an oracle says."""
    before = implied(oracle, BASE)
    return [change for change in EVERY if implied(oracle, changed(change["set"])) != before]


DIRECTORY = moved_by(without_passwords)
BOTH = [change for change in moved_by(expected_of) if change in DIRECTORY]


def name_of(change):
    return change["change"]


def audited(audit_world, world, *, passwords):
    results = audit_world(readable(world), directory=online(), passwords=passwords).results
    return dict(zip(CASES, map(values, results), strict=True))


@pytest.mark.parametrize("change", DIRECTORY, ids=name_of)
def test_a_change_moves_what_the_directory_says(audit_world, change):
    world = changed(change["set"])
    assert audited(audit_world, world, passwords=False) == implied(without_passwords, world)


@pytest.mark.parametrize("change", BOTH, ids=name_of)
def test_a_change_moves_what_both_say(audit_world, change):
    world = changed(change["set"])
    assert audited(audit_world, world, passwords=True) == implied(beside_passwords, world)


def test_enough_changes_move_the_directory_and_the_sign_ins_alike():
    assert len(DIRECTORY) >= 60
    assert len(BOTH) >= 40
