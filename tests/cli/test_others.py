"""plan, init, demo, lab: before, beside and without a real tenant."""

import os
import signal
import subprocess
import sys
import time

import pytest
import yaml
from python_calamine import CalamineWorkbook

from auditor.clouds import load_clouds
from auditor.inventory import ReadOptions, read_inventory
from auditor.lab.world import world_from
from auditor.rulebook.load import load_apps
from tests.cli.conftest import ROWS, WORLD, read_json

COMMANDS = [
    "",
    *("audit", "report", "plan", "init", "demo", "explain"),
    *("rules", "rules list", "rules show", "rules check", "rules docs"),
    *("lab", "lab check", "lab serve", "lab schema"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_eighty_columns_and_explains_every_option(auditor, command):
    done = auditor(*command.split(), "--help")
    assert done.code == 0
    assert max(len(line.rstrip()) for line in done.out.splitlines()) <= 80


def test_the_version_is_said(auditor):
    assert auditor("--version").out.startswith("auditor ")


def test_a_plan_touches_no_secret_and_no_network(auditor, inventory, monkeypatch):
    for name in ("CLI_TEST_1", "CLI_TEST_2"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    done = auditor("plan", inventory)
    assert done.code == 0
    assert "password submissions: at most 2" in done.out
    assert "person@contoso.example" in done.out
    assert "contoso.crm4.dynamics.com" in done.out
    assert "known after discovery" in done.out


def test_a_plan_with_discovery_says_what_was_found(auditor, lab, through, inventory):
    done = auditor("plan", inventory, "--discover", *through)
    assert "after discovery" in done.out
    assert "contoso.example (11111111-2222-3333-4444-555555555555): 2" in done.out
    assert lab.submissions == {}


def test_a_plan_with_discovery_says_whose_password_an_unknown_app_makes_needless(
    auditor, lab, world, through, inventory
):
    lab.state.become(world_from({**world, "tenants": [{**world["tenants"][0], "apps": []}]}))
    done = auditor("plan", inventory, "--discover", *through)
    assert "after discovery:\npassword submissions: at most 0" in done.out
    assert "no password sent, refused before any password was sent: app unknown in the tenant: 2" in done.out
    assert lab.submissions == {}


def test_a_plan_with_discovery_says_what_could_not_be_looked_at(auditor, inventory):
    done = auditor("plan", inventory, "--discover", "--proxy", "http://127.0.0.1:9")
    assert "password submissions: at most 0" in done.out
    assert "the environment could not be confirmed" in done.out
    assert "not found" not in done.out


def test_a_plan_names_the_rows_it_leaves_out(auditor, inventory):
    inventory.write_text(ROWS + "nobody;nowhere;;;\n", encoding="utf-8")
    done = auditor("plan", inventory, "--skip-invalid")
    assert "row 5, column account" in done.out


def test_init_writes_a_template_that_the_auditor_reads_and_a_configuration_it_loads(auditor, tmp_path):
    from auditor.config import load_config  # noqa: PLC0415 - used here alone

    assert auditor("init", "estate").code == 0
    load_config(tmp_path / "estate" / "auditor.toml")
    read = read_inventory(tmp_path / "estate" / "accounts.xlsx", ReadOptions(), load_apps(), load_clouds())
    assert len(read.cases) == 2
    assert read.invalid == ()


def test_init_replaces_nothing_unasked(auditor, tmp_path):
    auditor("init")
    (tmp_path / "auditor.toml").write_text("# mine\n")
    refused = auditor("init")
    assert refused.code != 0
    assert "--force" in refused.err
    assert (tmp_path / "auditor.toml").read_text() == "# mine\n"
    assert auditor("init", "--force").code == 0


def test_the_demo_leaves_two_workbooks_marked_as_simulated(auditor, tmp_path):
    done = auditor("demo")
    assert done.code == 0, done.err
    folder = tmp_path / "demo"
    cells = CalamineWorkbook.from_path(folder / "report.xlsx").get_sheet_by_name("Summary").to_python()
    assert any("simulated" in str(cell).lower() for row in cells for cell in row)
    assert (folder / "accounts.xlsx").is_file()
    assert not any(name.startswith("LAB_PASSWORD") for name in os.environ)


def test_the_breaker_scenario_ends_incomplete_and_says_so_first(auditor, tmp_path):
    done = auditor("demo", "--world", "breaker")
    assert done.code == 4
    assert "stopped by the breaker" in done.err
    rows = (
        CalamineWorkbook.from_path(tmp_path / "demo" / "report.xlsx").get_sheet_by_name("Summary").to_python()
    )
    top = " ".join(str(cell) for row in rows[:8] for cell in row).lower()
    assert "refusals" in top


def test_a_world_is_checked_and_its_problems_are_named(auditor, tmp_path):
    good = tmp_path / "world.yaml"
    good.write_text(WORLD)
    assert auditor("lab", "check", good).code == 0
    bad = tmp_path / "bad.yaml"
    bad.write_text(WORLD.replace("per_user_mfa", "per_user_mfaa"))
    done = auditor("lab", "check", bad)
    assert done.code == 2
    assert "per_user_mfaa: unknown key" in done.err


def test_the_schema_of_worlds_is_printed(auditor, tmp_path):
    done = auditor("lab", "schema")
    (tmp_path / "schema.json").write_text(done.out)
    assert read_json(tmp_path / "schema.json")["properties"]["version"]


def _command(*arguments):
    return [sys.executable, "-m", "auditor", *map(str, arguments)]


def _lines(process, until):
    found = []
    for line in process.stdout:
        found.append(line.strip())
        if until in line:
            return found
    pytest.fail("\n".join(found))
    return found


def test_a_served_world_is_audited_from_another_process_with_its_ready_made_inventory(tmp_path):
    world = yaml.safe_load(WORLD)
    world["inventory"] = [
        {
            "account": "sync@contoso.example",
            "environment": "contoso.crm4.dynamics.com",
            "app": "resco-crm-sync",
        }
    ]
    (tmp_path / "world.yaml").write_text(yaml.safe_dump(world))
    served = subprocess.Popen(
        _command("lab", "serve", "--world", tmp_path / "world.yaml"), stdout=subprocess.PIPE, text=True
    )
    try:
        said = dict(
            line.split(":", 1)
            for line in _lines(served, "Ctrl-C")
            if line.split(":")[0] in {"proxy", "CA file", "inventory"}
        )
        run = subprocess.run(
            _command(
                "audit", said["inventory"].strip(), "--proxy", said["proxy"].strip(),
                "--ca-bundle", said["CA file"].strip(), "--yes", "-o", tmp_path / "r.json",
            ),
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
    finally:
        served.send_signal(signal.SIGTERM)
        assert served.wait(10) == 0
        served.stdout.close()
    assert read_json(tmp_path / "r.json")["cases"][0]["verdicts"]["ropc"]["value"] == "eligible"
    assert not os.path.exists(said["inventory"].strip())  # noqa: PTH110 - a text from another process


@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="this shell lets its jobs ignore Ctrl-C"
)
def test_ctrl_c_ends_cleanly_and_says_what_was_not_done(tmp_path, world):
    world["faults"] = [{"kind": "latency", "leg": "token", "milliseconds": 1500}]
    from auditor.lab.server import Lab  # noqa: PLC0415 - used here alone
    from auditor.lab.world import world_from  # noqa: PLC0415 - used here alone

    (tmp_path / "accounts.csv").write_text(ROWS)
    environment = dict(os.environ, CLI_TEST_1="Planted-secret-1", CLI_TEST_2="Planted-secret-2")
    with Lab(world_from(world)) as lab:
        process = subprocess.Popen(
            _command(
                "audit", "accounts.csv", "--yes", "--concurrency", 1, "-o", "r.json",
                "--proxy", lab.proxy, "--ca-bundle", lab.ca_file,
            ),
            cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while not lab.submissions and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 4, said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert lab.submissions == {"sync@contoso.example": 1}
    reasons = [
        item["not_observed"]
        for case in read_json(tmp_path / "r.json")["cases"]
        for item in case["evidence"]
        if item["question"] == "password" and "not_observed" in item
    ]
    assert "interrupted" in reasons
