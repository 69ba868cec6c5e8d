"""What the audit says is what the state implies, by an oracle that knows neither lab nor rules."""

import re
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from tests.conftest import CHECKOUT
from tests.oracle import expected_of
from tests.oracle_situation import host_of
from tests.run.conftest import SHIPPED, run_world

WORLDS = Path(__file__).parent / "worlds"
AXES = ("mfa", "consent", "ropc", "path")
ORACLE = sorted((CHECKOUT / "tests").glob("oracle*.py"))


def data_of(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


BASE, CHANGES, STRANGERS = (data_of(WORLDS / f"{name}.yaml") for name in ("base", "changes", "strangers"))
CASES = [row["account"].split("@")[0] for row in BASE["inventory"]]


def values(result):
    return {axis: result.verdicts[axis].value for axis in AXES}


def leading(result):
    return result.findings[0].rule if result.findings else ""


def row_name(row):
    return " ".join((row["account"], host_of(row["environment"]), row["app"]))


def assert_as_implied(audited, world, row):
    said = expected_of(world, row)
    result = audited.result(row["account"], host_of(row["environment"]), row["app"].lower())
    assert values(result) == {axis: getattr(said, axis) for axis in AXES}
    assert leading(result) == said.finding
    assert said.word.lower() in str(result.verdicts["ropc"]).lower()
    if said.consent == "granted":
        assert result.verdicts["consent"].why == "kind unknown"


@pytest.mark.parametrize("row", data_of(SHIPPED)["inventory"], ids=row_name)
def test_verdicts_and_leading_finding_of_the_shipped_world_are_what_its_state_implies(
    shipped, shipped_world, row
):
    assert_as_implied(shipped, shipped_world, row)


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    """The world that somebody else wrote, audited once."""
    audited = run_world(STRANGERS, tmp_path_factory.mktemp("strangers"))
    yield audited
    audited.journal.close()


@pytest.mark.parametrize("row", STRANGERS["inventory"], ids=row_name)
def test_a_world_by_somebody_else_is_audited_as_its_state_implies(strangers, row):
    assert_as_implied(strangers, STRANGERS, row)


def test_every_unknown_and_every_refusal_gives_its_reason(shipped, strangers):
    for result in (*shipped.results, *strangers.results):
        for axis in AXES:
            verdict = result.verdicts[axis]
            assert verdict.why or verdict.value not in {"unknown", "not eligible", "could not tell"}


def changed(edits):
    """Return the base world with these edits; changes.yaml says how their paths are written."""
    world = deepcopy(BASE)
    for path, value in edits.items():
        *parts, last = path.split(".")
        holder = world
        for part in parts:
            holder = item_of(holder, part) if isinstance(holder, list) else holder.setdefault(part, {})
        if last.endswith("+"):
            holder.setdefault(last[:-1], []).append(deepcopy(value))
        else:
            holder[last] = deepcopy(value)
    return world


def item_of(items, part):
    """Return the item whose name begins like this, or that stands at this index."""
    keys = ("upn", "account", "name", "host", "app")
    names = [str(next((one[key] for key in keys if key in one), "")) for one in items]
    found = [one for one, name in zip(items, names, strict=True) if name.startswith(part)]
    return found[0] if found else items[int(part)]


def flips_of(change):
    """Return per case which axes flip to what."""
    flips = change.get("flips", {})
    named = {who: CHANGES["verdicts"][to] if isinstance(to, str) else to for who, to in flips.items()}
    return {who: named.get(who, {}) for who in CASES}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The verdicts of the base world, by case."""
    audited = run_world(BASE, tmp_path_factory.mktemp("base"))
    yield dict(zip(CASES, map(values, audited.results), strict=True))
    audited.journal.close()


EVERY = pytest.mark.parametrize(
    "change", [*CHANGES["single"], *CHANGES["double"]], ids=lambda one: one["change"]
)


@EVERY
def test_a_change_of_state_flips_only_the_verdicts_it_should(base, audit_world, change):
    world = changed(change["set"])
    results = dict(zip(CASES, audit_world(world).results, strict=True))
    flips = flips_of(change)
    assert {who: values(one) for who, one in results.items()} == {
        who: base[who] | flips[who] for who in CASES
    }
    rows = dict(zip(CASES, world["inventory"], strict=True))
    assert {who: leading(one) for who, one in results.items()} == {
        who: expected_of(world, row).finding for who, row in rows.items()
    }


@EVERY
def test_the_oracle_flips_what_the_list_of_changes_says(change):
    before = implied(BASE)
    after = implied(changed(change["set"]))
    assert after == {who: before[who] | flips for who, flips in flips_of(change).items()}


def implied(world):
    """Return the oracle's verdicts by case."""
    said = [expected_of(world, row) for row in world["inventory"]]
    return dict(zip(CASES, ({axis: getattr(one, axis) for axis in AXES} for one in said), strict=True))


def test_the_base_world_is_audited_as_its_state_implies(base):
    assert base == implied(BASE)


def test_enough_single_changes_are_tried_and_some_flip_nothing():
    single = CHANGES["single"]
    assert len({one["change"] for one in single}) == len(single) >= 36
    assert sum(not any(flips_of(one).values()) for one in single) >= 10


@pytest.mark.parametrize("module", ORACLE, ids=lambda path: path.name)
def test_the_oracle_imports_nothing_of_the_product(module):
    assert not re.search(r"^\s*(from|import)\s+auditor\b", module.read_text(encoding="utf-8"), re.MULTILINE)
