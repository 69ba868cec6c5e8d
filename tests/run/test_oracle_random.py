"""Small worlds by chance: each mode says what they imply, and none takes back another's word."""

from hypothesis import HealthCheck, given, settings

from auditor.model import Axis
from tests.oracle import expected_of
from tests.oracle_directory import beside_passwords, without_passwords
from tests.run.conftest import run_world
from tests.run.modes import READS, agree, differing, online, readable, says_as_much
from tests.run.small_worlds import WORLDS

AXES = ("mfa", "consent", "ropc", "path")
WAYS = {
    # mode: its oracle, whether passwords are sent, whether the directory is read
    "probes": (expected_of, True, False),
    "directory": (without_passwords, False, True),
    "both": (beside_passwords, True, True),
}
PASSES = {"not required", "eligible", "ready", "granted", "granted for all", "granted for this user"}
FEW = [name for name in READS if name not in {"AuditLog.Read.All", "Policy.Read.All"}]
SLOW = settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def audit(world, folder, *, passwords, directory):
    choice = {"directory": online()} if directory else {}
    audited = run_world(world, folder, passwords=passwords, **choice)
    audited.journal.close()
    return audited


def values(result):
    return {str(axis): verdict.value for axis, verdict in result.verdicts.items()}


@SLOW
@given(WORLDS)
def test_any_world_is_audited_in_each_mode_as_it_implies_and_without_contradiction(tmp_path_factory, world):
    world, folder, found = readable(world), tmp_path_factory.mktemp("world"), {}
    for mode, (oracle, passwords, directory) in WAYS.items():
        found[mode] = audit(world, folder / mode, passwords=passwords, directory=directory)
        for row, result in zip(world["inventory"], found[mode].results, strict=True):
            implied = {axis: getattr(oracle(world, row), axis) for axis in AXES}
            assert values(result) == implied, (mode, row["account"])
    named = {one.case.key for one in found["probes"].results if not asks_for_a_device(one)}
    said = [
        *differing(found["probes"], found["directory"], agree),
        *differing(found["both"], found["probes"], says_as_much),
        *differing(found["both"], found["directory"], says_as_much),
    ]
    assert [one for one in said if one[1] != "mfa" or one[0] in named] == []


def asks_for_a_device(result):
    """Whether a sign-in met the demand of a device: that MFA is demanded too, only the directory shows."""
    return "managed device" in result.verdicts[Axis.MFA].why


@SLOW
@given(WORLDS)
def test_who_may_read_less_passes_nobody_more(tmp_path_factory, world):
    folder = tmp_path_factory.mktemp("world")
    whole = audit(readable(world), folder / "whole", passwords=False, directory=True)
    part = audit(readable(world, FEW), folder / "part", passwords=False, directory=True)
    assert differing(whole, part, lambda _, all_of_it, some: some not in PASSES or some == all_of_it) == []
    assert differing(whole, part, agree) == []
