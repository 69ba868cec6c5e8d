"""Directories in an audit: the verdicts are those that the state implies, by an oracle of its own."""

import pytest
import yaml

from auditor.model import Axis, Question
from tests.oracle_directory import beside_passwords, without_passwords
from tests.oracle_situation import host_of
from tests.run.conftest import SHIPPED, run_world
from tests.run.test_directories import online, readable
from tests.run.test_oracle import STRANGERS, row_name

AXES = ("mfa", "consent", "ropc", "path")
WORLDS = {"shipped": yaml.safe_load(SHIPPED.read_text(encoding="utf-8")), "strangers": STRANGERS}
MODES = {"without": (False, without_passwords), "beside": (True, beside_passwords)}


@pytest.fixture(scope="module", params=WORLDS)
def world(request):
    return readable(WORLDS[request.param])


@pytest.fixture(scope="module", params=MODES)
def audited(request, world, tmp_path_factory):
    passwords, oracle = MODES[request.param]
    found = run_world(world, tmp_path_factory.mktemp(request.param), directory=online(), passwords=passwords)
    yield found, oracle
    found.journal.close()


def test_verdicts_are_what_state_and_directory_imply(audited, world):
    found, oracle = audited
    wrong = []
    for row in world["inventory"]:
        result = found.result(row["account"], host_of(row["environment"]), row["app"].lower())
        said = {axis: result.verdicts[axis].value for axis in AXES}
        if said != oracle(world, row)._asdict():
            wrong.append((row_name(row), said, oracle(world, row)._asdict()))
    assert wrong == []


def test_every_unknown_and_every_refusal_gives_its_reason(audited):
    found, _ = audited
    for result in found.results:
        for axis in Axis:
            verdict = result.verdicts[axis]
            assert verdict.why or verdict.value not in {"unknown", "not eligible", "could not tell"}


def test_directories_were_read(audited):
    found, _ = audited
    asked = {item.question for result in found.results for item in result.evidence}
    assert {Question.DIRECTORY_USER, Question.DIRECTORY_ACCESS, Question.DIRECTORY_CONSENT} <= asked
