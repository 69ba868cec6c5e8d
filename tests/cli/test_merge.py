"""`auditor merge`: shards audited apart make the report that one run would have made."""

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml

from auditor.cli.console import Screen
from auditor.cli.demo import write_rows
from auditor.cli.setting import simulated
from auditor.lab.inventory import inventory_rows
from auditor.lab.server import Lab
from auditor.lab.world import world_from
from auditor.model import RunInfo
from auditor.run.collect import collect
from auditor.run.interface import Silent, Unattended
from auditor.run.shards import Shard, cut, shard_of
from tests.cli.conftest import ROWS, read_json
from tests.conftest import CHECKOUT

SHIPPED = CHECKOUT / "auditor" / "lab" / "worlds" / "shipped.yaml"
_CHANCE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"  # ids of one request
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?"
)


def collected(folder, inventory, lab, shards):
    """Audit an inventory in parts (None: the whole), one after another; return the run files."""
    made = []
    for shard in shards:
        prepared = simulated(inventory, lab.proxy, lab.ca_file, Screen(quiet=True))
        rows, settings = prepared.inventory, prepared.settings
        if shard is not None:
            rows, settings = cut(rows, settings, shard)
            settings = replace(settings, breaker=prepared.settings.breaker)
        mode, now = "discovery and passwords", datetime.now(UTC)
        run = RunInfo(
            f"run-of-{shard.number if shard else 'all'}",
            "0.1.0",
            rows.source,
            now,
            None,
            mode,
            settings.vantage,
            simulated=True,
        )
        path = folder / f"{len(made)}-{shard is None}.audit-run"
        collect(rows, run, path, settings, prepared.tools(Unattended(), Silent())).close()
        made.append(path)
    return made


@pytest.fixture(scope="module")
def audits(tmp_path_factory):
    """The shipped world audited twice, whole and in three shards: run files and submissions of each."""
    folder = tmp_path_factory.mktemp("shipped")
    data = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    inventory = folder / "accounts.xlsx"
    found = []
    world = world_from(data)  # once: its applications' keys are made anew in each world
    rows = inventory_rows(world)
    for shards in ([None], [Shard(number, 3) for number in (2, 3, 1)]):
        passwords = write_rows(inventory, rows)
        os.environ.update(passwords)
        try:
            with Lab(world) as lab:
                paths = collected(folder, inventory, lab, shards)
                found.append((paths, dict(lab.submissions)))
        finally:
            for name in passwords:
                del os.environ[name]
    return found


def stable(text):
    """A report without what chance decides: times, and the ids of requests."""
    return json.loads(_CHANCE.sub("*", text))


def unknowable(report):
    """Take out of a report what only one run over all accounts can know: whose password is nobody else's.

    And whose sign-in was the first of its tenant or federation server, which was looked up on the way.
    """
    known = {}
    for case in report["cases"]:
        known[tuple(case["key"].values())] = case["facts"].pop("shared_password")
        for item in case["evidence"]:
            calls = item.get("details", {}).get("calls", [])
            calls[:] = [call for call in calls if not call.startswith(("openid ", "mex "))]
    return known


def test_three_shards_merged_are_what_one_run_says(auditor, audits, tmp_path):
    ((whole,), submissions), (shards, in_shards) = audits
    assert auditor("report", whole, "-o", tmp_path / "whole.json").code == 0
    done = auditor("merge", *shards, "-o", tmp_path / "merged.json")
    assert done.code == 0, done.err
    assert in_shards == submissions
    one, several = (stable((tmp_path / name).read_text("utf-8")) for name in ("whole.json", "merged.json"))
    passwords, apart = unknowable(one), unknowable(several)
    for key, fact in passwords.items():
        in_parts = {"unknown": "passwords were compared within each run only"}
        expected = in_parts if fact.get("value") == "no" else fact
        assert apart[key] in (expected, in_parts), key
    for name in ("id", "started", "ended"):
        one["run"].pop(name), several["run"].pop(name)
    assert several == one


def test_the_merged_run_file_makes_the_same_report_again(auditor, audits, tmp_path):
    _, (shards, _) = audits
    assert auditor("merge", *shards, "-o", tmp_path / "m.xlsx", "--format", "xlsx,json").code == 0
    (run,) = tmp_path.glob("m-*.audit-run")
    assert auditor("report", run, "-o", tmp_path / "again.json").code == 0
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "m.json").read_bytes()
    assert (tmp_path / "m.xlsx").stat().st_size > 0


def test_a_missing_shard_is_named_and_makes_the_report_incomplete_now_and_later(auditor, audits, tmp_path):
    _, (shards, _) = audits
    done = auditor("merge", *shards[:2], "-o", tmp_path / "m.json")
    assert done.code == 4
    assert "missing: shard 1/3 of accounts.xlsx" in done.err
    assert read_json(tmp_path / "m.json")["run"]["missing"] == ["shard 1/3 of accounts.xlsx"]
    (run,) = tmp_path.glob("m-*.audit-run")
    assert auditor("report", run, "-o", tmp_path / "again.json").code == 4
    done = auditor("merge", run, shards[2], "-o", tmp_path / "all.json")
    assert done.code == 0, done.err
    assert read_json(tmp_path / "all.json")["run"]["missing"] == []


def test_a_run_given_twice_is_refused_and_nothing_is_written(auditor, audits, tmp_path):
    _, (shards, _) = audits
    done = auditor("merge", shards[0], shards[0], "-o", tmp_path / "m.json")
    assert done.code == 2
    assert "the same run" in done.err
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_run_file_is_refused_and_nothing_is_written(auditor, audits, tmp_path):
    _, (shards, _) = audits
    other = tmp_path / "other.audit-run"
    other.write_text("a text")
    done = auditor("merge", shards[0], other, "-o", tmp_path / "m.json")
    assert done.code == 2
    assert "other.audit-run" in done.err
    assert list(tmp_path.iterdir()) == [other]


def test_without_a_target_the_report_stands_beside_the_first_run(auditor, lab, through, inventory, tmp_path):
    (tmp_path / "a").mkdir()
    for shard in ("1/2", "2/2"):
        assert auditor("audit", inventory, "--yes", "--shard", shard, "-o", "a", *through).code == 0
    done = auditor("merge", *sorted((tmp_path / "a").glob("*.audit-run")), "--quiet")
    assert done.code == 0, done.err
    assert done.out.strip() == str(tmp_path / "a" / "merged.xlsx")
    assert lab.submissions == {"sync@contoso.example": 1, "mfa@contoso.example": 1}


def test_an_empty_shard_is_a_run_without_cases_and_no_failure(auditor, lab, through, inventory, tmp_path):
    full = {shard_of(row.split(";")[0], 8) for row in ROWS.splitlines()[1:]}
    empty = next(number for number in range(1, 9) if number not in full)
    done = auditor("audit", inventory, "--yes", "--shard", f"{empty}/8", "-o", "r.json", *through)
    assert done.code == 0, done.err
    assert f"shard {empty}/8: 0 accounts" in done.err
    assert read_json(tmp_path / "r.json")["cases"] == []
    assert auditor("report", *tmp_path.glob("r-*.audit-run"), "-o", "r.xlsx").code == 0
    assert lab.requests == []


def test_a_contract_is_judged_over_all_shards(auditor, through, inventory, tmp_path):
    inventory.write_text(ROWS.replace("CLI_TEST_2;", "CLI_TEST_2;ropc"), encoding="utf-8")
    for shard in ("1/2", "2/2"):
        assert auditor("audit", inventory, "--yes", "--shard", shard, *through).code == 0
    done = auditor("merge", *tmp_path.glob("*.audit-run"), "--contract", "-o", "m.json")
    assert done.code == 10
    assert "contract broken for 1 case" in done.err


def test_runs_can_be_named_by_their_ids(auditor, audits, tmp_path, monkeypatch):
    _, (shards, _) = audits
    monkeypatch.chdir(shards[0].parent)
    done = auditor("merge", "run-of-2", "run-of-3", "run-of-1", "-o", tmp_path / "m.json")
    assert done.code == 0, done.err
    assert len(read_json(tmp_path / "m.json")["cases"]) > 0


@pytest.mark.parametrize("shard", ["0/3", "4/3", "x"])
def test_what_is_no_shard_is_said_before_anything_is_asked(auditor, lab, through, inventory, shard):
    done = auditor("audit", inventory, "--yes", "--shard", shard, *through)
    assert done.code == 2
    assert "--shard 3/8" in done.err
    assert lab.requests == []
