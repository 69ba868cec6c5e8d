"""Several runs as one: what they are together, what is missing, and what does not belong together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.journal import Header
from auditor.model import RunInfo, Vantage
from auditor.run.shards import Shard, not_compared, noted
from auditor.run.united import Part, united

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
NEW = RunInfo("new", "9.9", "", NOW, None, "", Vantage(), simulated=False)


def part(run_id, shard=None, *, cut_from="v1", settings=None, **run):
    info = replace(NEW, id=run_id, tool_version="0.1.0", source="accounts.csv", ended=NOW, mode="passwords")
    said = noted(replace(shard, cut_from=cut_from)) if shard else {}
    return Part(
        Path(f"{run_id}.audit-run"), Header(replace(info, **run), {"rate": "5", **said, **(settings or {})})
    )


def shards(*numbers, count=3, **fields):
    return [part(f"s{number}", Shard(number, count), **fields) for number in numbers]


def test_the_shards_of_an_audit_are_one_run_that_lacks_nothing():
    together = united(shards(3, 1, 2), NEW)
    assert together.header.run == replace(NEW, source="accounts.csv", ended=NOW, mode="passwords")
    assert together.remarks == ()
    assert together.inventories == ("accounts.csv",)
    assert together.header.settings == {
        "rate": "5",
        "shards of accounts.csv": "1/3 2/3 3/3",
        "versions of accounts.csv": "v1",
        "merged runs": "s3, s1, s2",
        "passwords compared": "within each run only",
    }


@given(st.sets(st.integers(1, 8), min_size=1))
def test_every_shard_that_is_not_there_is_named(numbers):
    together = united(shards(*numbers, count=8), NEW)
    lacking = [f"shard {number}/8 of accounts.csv" for number in range(1, 9) if number not in numbers]
    assert list(together.header.run.missing) == lacking
    assert list(together.remarks) == [f"missing: {line}" for line in lacking]


def test_a_run_of_the_whole_inventory_lacks_nothing_whatever_shards_are_there():
    assert united([part("whole"), *shards(2)], NEW).header.run.missing == ()


def test_of_several_ways_to_cut_the_one_that_lacks_least_counts():
    both = [*shards(1, 2, 3), part("other", Shard(1, 2))]
    assert united(both, NEW).header.run.missing == ()
    assert united(both[1:], NEW).header.run.missing in {
        ("shard 1/3 of accounts.csv",),
        ("shard 2/2 of accounts.csv",),
    }


def test_each_inventory_lacks_its_own_shards():
    other = part("b1", Shard(1, 2), source="b.csv")
    together = united([other, *shards(1, 2, 3)], NEW)
    assert together.header.run.missing == ("shard 2/2 of b.csv",)
    assert together.inventories == ("b.csv", "accounts.csv")
    assert together.header.run.source == "b.csv, accounts.csv"


def test_shards_of_different_versions_of_an_inventory_are_not_the_whole_estate():
    mixed = [*shards(1, 2), part("s3", Shard(3, 3), cut_from="v2")]
    (said,) = united(mixed, NEW).header.run.missing
    assert "cut from different versions of accounts.csv" in said


def test_a_shard_that_is_there_twice_is_told():
    twice = [*shards(1, 2, 3), part("again", Shard(2, 3))]
    assert united(twice, NEW).remarks == ("shard 2/3 of accounts.csv is there 2 times",)


def test_what_was_merged_can_be_completed_later():
    first = united(shards(1, 3), NEW)
    assert first.header.run.missing == ("shard 2/3 of accounts.csv",)
    merged = Part(Path("m"), Header(replace(first.header.run, id="m"), first.header.settings))
    whole = united([merged, *shards(2)], replace(NEW, id="newer"))
    assert whole.header.run.missing == ()
    assert whole.header.settings["shards of accounts.csv"] == "1/3 2/3 3/3"
    other = united([merged, part("s2", Shard(2, 3), cut_from="v2")], NEW)
    assert len(other.header.run.missing) == 1


def test_runs_stand_in_the_order_in_which_they_began():
    late, early = part("late", started=NOW + timedelta(hours=1)), part("early", started=NOW)
    together = united([late, early], NEW)
    assert [one.header.run.id for one in together.parts] == ["early", "late"]
    assert together.header.run.started == NOW


@pytest.mark.parametrize(("ended", "interrupted"), [(None, False), (NOW, True)])
def test_one_run_that_did_not_reach_its_end_makes_the_whole_incomplete(ended, interrupted):
    run = united([part("a"), part("b", ended=ended, interrupted=interrupted)], NEW).header.run
    assert (run.ended, run.interrupted) == (ended, interrupted)


def test_scopes_stops_and_places_are_those_of_all_runs():
    one = part(
        "s1",
        Shard(1, 2),
        scope_tenants=("a.example (id-1)",),
        stopped=("5 refusals",),
        vantage=Vantage("office"),
    )
    two = part(
        "b",
        scope_tenants=("0.example, a.example (id-1)", "b.example (id-2)"),
        scope_hosts=("sts.b.example",),
        stopped=("2 locks",),
    )
    run = united([one, two], NEW).header.run
    assert run.scope_tenants == ("0.example, a.example (id-1)", "b.example (id-2)")
    assert run.scope_hosts == ("sts.b.example",)
    assert run.stopped == ("shard 1/2: 5 refusals", "run b: 2 locks")
    assert run.vantage == Vantage("office")
    moved = united([one, part("c", vantage=Vantage("vendor", "192.0.2.7"))], NEW).header.run
    assert moved.vantage == Vantage("office, vendor", "192.0.2.7")


def test_settings_that_differ_are_both_told():
    settings = united([part("a"), part("b", settings={"rate": "1", "x": "y"})], NEW).header.settings
    assert settings["rate"] == "5 | 1"
    assert settings["x"] == "not said | y"


def test_passwords_are_called_compared_only_where_one_run_saw_them_all():
    alone, shard = part("a"), part("s", Shard(1, 2))
    assert not_compared(united([alone], NEW).header.settings) == ""
    assert not_compared(united([shard], NEW).header.settings) != ""
    assert not_compared(united([alone, part("b")], NEW).header.settings) != ""


def test_the_same_run_twice_and_simulated_among_real_runs_are_refused():
    with pytest.raises(UsageError, match="the same run"):
        united([part("a"), part("a")], NEW)
    with pytest.raises(UsageError, match="one is simulated"):
        united([part("a"), part("b", simulated=True)], NEW)
    assert united([part("a", simulated=True)], NEW).header.run.simulated
