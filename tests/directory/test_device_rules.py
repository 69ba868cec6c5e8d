"""Rules of device filters, for a device that is not registered: every property of it is null."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.directory.device_rules import meets_unregistered
from auditor.model import Truth

YES, NO, OPEN = Truth.HOLDS, Truth.FAILS, Truth.UNANSWERED


@pytest.mark.parametrize(
    ("rule", "truth"),
    [
        ('device.extensionAttribute1 -eq "SAW"', NO),
        ('device.extensionAttribute1 -ne "SAW"', YES),
        ('device.model -startsWith "Surface"', NO),
        ('device.model -notStartsWith "Surface"', YES),
        ('device.physicalIds -contains "[ZTDId]:1"', NO),
        ('device.systemLabels -notContains "M365Managed"', YES),
        ('device.deviceId -in ["a", "b"]', NO),
        ('device.deviceId -notIn ["a"]', YES),
        ("device.isCompliant -eq True", NO),
        ('device.a -ne "x" -and device.b -ne "y"', YES),
        ('device.a -ne "x" -and device.b -eq "y"', NO),
        ('device.a -eq "x" -or device.b -ne "y"', YES),
        ('device.a -eq "x" -or device.b -eq "y" -and device.c -ne "z"', NO),
        ('(device.a -eq "x" -or device.b -ne "y") -and device.c -ne "z"', YES),
        ('-not (device.a -eq "x")', YES),
        ('not device.a -ne "x"', NO),
        ('device.a -eq "with \\"quotes"', OPEN),
        ('device.a -eq "-or device.b"', NO),
        ("device.a -eq null", OPEN),
        ('device.a -like "x"', OPEN),
        ('user.a -eq "x"', OPEN),
        ('device.a -eq "x" -or', OPEN),
        ('(device.a -eq "x"', OPEN),
        ('device.a -eq "x") ', OPEN),
        ("device.a -eq", OPEN),
        ("", OPEN),
        ("device.a -ne 1" + " -and device.a -ne 1" * 500, OPEN),
    ],
)
def test_a_rule_is_met_as_documented(rule, truth):
    assert meets_unregistered(rule) is truth


@given(st.text(alphabet='device.-eqnotandr "()[]xT', max_size=60))
def test_no_rule_is_an_accident(rule):
    assert meets_unregistered(rule) in Truth


def test_a_rule_of_nothing_but_brackets_is_no_recursion():
    assert meets_unregistered("(" * 3_000) is OPEN
