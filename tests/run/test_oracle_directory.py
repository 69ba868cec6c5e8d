"""Four modes of an audit: each says what state and directory imply, and no two contradict one another."""

import pytest
import yaml

from auditor.model import Axis, Observed, Question
from tests.oracle import expected_of
from tests.oracle_directory import beside_passwords, without_passwords
from tests.oracle_situation import host_of
from tests.run.conftest import SHIPPED
from tests.run.modes import MODES, agree, audited, differing, readable, says_as_much
from tests.run.test_oracle import STRANGERS, row_name

AXES = ("mfa", "consent", "ropc", "path")
WORLDS = {"shipped": yaml.safe_load(SHIPPED.read_text(encoding="utf-8")), "strangers": STRANGERS}
ORACLES = dict(zip(MODES, (expected_of, without_passwords, beside_passwords, without_passwords), strict=True))
PAIRS = [(one, other) for number, one in enumerate(MODES) for other in MODES[number + 1 :]]


@pytest.fixture(scope="module", params=WORLDS)
def world(request):
    return readable(WORLDS[request.param])


@pytest.fixture(scope="module")
def modes(world, tmp_path_factory):
    found = audited(world, tmp_path_factory.mktemp("modes"))
    yield found
    for one in found:
        one.journal.close()


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_says_of_every_row_what_the_state_implies(modes, world, mode):
    wrong = []
    for row in world["inventory"]:
        result = getattr(modes, mode).result(row["account"], host_of(row["environment"]), row["app"].lower())
        said = {axis: result.verdicts[axis].value for axis in AXES}
        implied = {axis: getattr(ORACLES[mode](world, row), axis) for axis in AXES}
        if said != implied:
            wrong.append((row_name(row), said, implied))
    assert wrong == []


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_no_two_modes_contradict_one_another(modes, first, second):
    assert differing(getattr(modes, first), getattr(modes, second), agree) == []


@pytest.mark.parametrize("part", ["probes", "directory"])
def test_both_together_know_whatever_one_of_them_knows(modes, part):
    assert differing(modes.both, getattr(modes, part), says_as_much) == []


def test_what_was_carried_away_says_row_for_row_what_is_said_online(modes):
    for here, there in zip(modes.directory.results, modes.offline.results, strict=True):
        assert there.case.key == here.case.key
        for axis in Axis:
            one, other = here.verdicts[axis], there.verdicts[axis]
            assert (other.value, other.confidence) == (one.value, one.confidence), here.case.key
            # of a tenant that nobody knows each says in its own words that it was not read
            assert other.why == one.why or not known_user(here), here.case.key
        assert [found.rule for found in there.findings] == [found.rule for found in here.findings]


def known_user(result):
    return any(isinstance(e, Observed) and e.question is Question.DIRECTORY_USER for e in result.evidence)


@pytest.mark.parametrize("mode", MODES)
def test_every_unknown_and_every_refusal_gives_its_reason(modes, mode):
    for result in getattr(modes, mode).results:
        for axis in Axis:
            verdict = result.verdicts[axis]
            assert verdict.why or verdict.value not in {"unknown", "not eligible", "could not tell"}


@pytest.mark.parametrize("mode", MODES[1:])
def test_directories_were_read(modes, mode):
    asked = {
        item.question
        for result in getattr(modes, mode).results
        for item in result.evidence
        if isinstance(item, Observed)
    }
    assert {Question.DIRECTORY_USER, Question.DIRECTORY_ACCESS, Question.DIRECTORY_CONSENT} <= asked
    assert (Question.PASSWORD in asked) == (mode == "both")
