"""The README says what is so: its commands, its exit codes, its files."""

import re

import pytest

from auditor import exit_codes
from tests.conftest import CHECKOUT

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def blocks():
    return [block.strip() for block in re.findall(r"```(?:bash|text)?\n(.*?)```", README, re.DOTALL)]


def test_the_gate_calls_the_readmes_test_command():
    (command,) = [block for block in blocks() if block.endswith("-m tests")]
    assert command in (CHECKOUT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_demo_is_one_command():
    (command,) = [block for block in blocks() if block.endswith("auditor demo")]
    assert len(command.splitlines()) == 1


def test_the_exit_codes_are_those_of_the_code():
    rows = dict(re.findall(r"^\| (\d+) +\| (.*?) +\|$", exit_codes.__doc__, re.MULTILINE))
    listed = dict(re.findall(r"^\| (\d+) \| (.*?) \|$", README, re.MULTILINE))
    assert listed == rows
    assert set(rows) == {"0", "1", "2", "3", "4", "10"}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_lead_somewhere(target):
    assert target.startswith("https://") or (CHECKOUT / target).exists(), target


def test_every_tracked_page_keeps_machine_paths_out():
    for path in [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")]:
        assert not re.search(r"(?<![\w.])/(root|work|home)/", path.read_text(encoding="utf-8")), path.name
