"""The weekly examples: linted, of least privilege, and their commands run against the lab."""

import json
import subprocess
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from auditor.lab.server import Lab
from auditor.lab.world import world_from
from tests.cli.conftest import SECRETS, WORLD
from tests.conftest import CHECKOUT
from tests.test_examples import (
    EXAMPLES,
    VALUES,
    Job,
    azure_job,
    azure_jobs,
    executed,
    github_job,
    loaded,
    machine,
)

GITHUB, AZURE = "github-contract.yml", "azure-contract.yml"
JOBS = {GITHUB: github_job, AZURE: azure_job}
SERVICES = {
    GITHUB: {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary.md"},
    AZURE: {"TF_BUILD": "True"},
}
MASKS = {GITHUB: "::add-mask::", AZURE: "##vso[task.setsecret]"}
HEAD = "account;environment;app;credential;expected\n"
ROW = "sync@contoso.example;contoso.crm4.dynamics.com;resco-external-project;env:ERP_SYNC_PASSWORD;ropc\n"


@pytest.fixture(params=sorted(JOBS))
def name(request):
    return request.param


@pytest.fixture
def week(name, tmp_path):
    """Run an example's steps on a fresh machine over a world; return how it ended."""
    ran = []

    def run(steps=slice(None), rows=ROW, **changes):
        job = JOBS[name](loaded(name), "contract", 1)
        environments = [env | SERVICES[name] for env in job.environments]
        job = replace(job, scripts=job.scripts[steps], environments=environments[steps])
        ran.append(tmp_path / f"machine-{len(ran)}")
        with Lab(world_from(yaml.safe_load(WORLD) | changes)) as lab:
            folder = machine(ran[-1], lab)
            (folder / "accounts.csv").write_text(HEAD + rows, encoding="utf-8")
            code, said = executed(job, folder)
        return code, said, folder, dict(lab.submissions)

    return run


def changed(password):
    return [{"upn": "sync@contoso.example", "password": password}]


def test_a_kept_contract_is_green_and_a_broken_one_red_and_both_leave_every_report(week, name):
    code, said, folder, submissions = week()
    assert (code, submissions) == (0, {"sync@contoso.example": 1}), said
    broken = week(users=changed("Another-one-9"))
    assert (broken[0], broken[3]) == (10, {"sync@contoso.example": 1}), broken[1]
    forms = {".xlsx", ".sarif", *([".xml"] if name == AZURE else [])}
    for where in (folder, broken[2]):
        assert forms <= {path.suffix for path in (where / "out").iterdir()}
    located = json.loads((broken[2] / "out" / "report.sarif").read_text(encoding="utf-8"))
    assert located["runs"][0]["results"]


def test_the_service_is_told_each_password_and_no_other_line_holds_one(week, name):
    _, said, _, _ = week()
    lines = said.splitlines()
    assert f"{MASKS[name]}{SECRETS[0]}" in lines
    assert not any(value in line for line in lines for value in SECRETS if not line.startswith(MASKS[name]))


def test_the_summary_is_where_the_service_looks_for_it(week, name):
    _, said, folder, _ = week()
    if name == GITHUB:
        assert (folder / "summary.md").stat().st_size > 0
    else:
        assert "##vso[task.uploadsummary]" in said


def test_what_cannot_be_audited_from_here_is_said_and_the_audit_goes_on(week, name):
    rows = ROW + ROW.replace("sync@", "mfa@").replace("ERP_SYNC_PASSWORD", "NOT_IN_THE_STORE")
    code, said, _, submissions = week(slice(1), rows)
    assert (code, submissions) == (4, {}), said
    assert "mfa@contoso.example" in said
    example = loaded(name)
    job = example["jobs"]["contract"] if name == GITHUB else azure_jobs(example)["contract"]
    (doctor,) = [step for step in job["steps"] if "doctor" in str(step.get("run", step.get("bash", "")))]
    assert doctor.get("continue-on-error", doctor.get("continueOnError")) is True
    code, said, _, submissions = week(slice(1, None), rows)
    assert (code, submissions) == (4, {"sync@contoso.example": 1}), said


def test_both_run_every_week_and_on_demand_and_by_nothing_else():
    github, azure = loaded(GITHUB), loaded(AZURE)
    assert set(github[True]) == {"schedule", "workflow_dispatch"}  # YAML 1.1 reads `on` as true
    assert [one["cron"] for one in github[True]["schedule"]] == [one["cron"] for one in azure["schedules"]]
    assert azure["trigger"] == azure["pr"] == "none"
    assert azure["schedules"][0]["always"] is True
    assert github["concurrency"]["cancel-in-progress"] is False
    assert azure["lockBehavior"] == "sequential"


def test_the_workflow_may_hand_over_a_sarif_file_and_nothing_more():
    github = loaded(GITHUB)
    assert github["permissions"] == {}
    may = github["jobs"]["contract"]["permissions"]
    assert may == {"contents": "read", "security-events": "write", "actions": "read"}
    assert github["jobs"]["contract"]["if"] == "github.run_attempt == 1"


def test_secrets_go_to_the_steps_that_look_and_audit_alone():
    for step in loaded(GITHUB)["jobs"]["contract"]["steps"]:
        named = {key for key, value in step.get("env", {}).items() if "secrets." in value}
        assert named == (set(VALUES) if "auditor " in step.get("run", "") else set())
    for step in azure_jobs(loaded(AZURE))["contract"]["steps"]:
        assert set(step.get("env", {})) == (set(VALUES) if "auditor " in step.get("bash", "") else set())


@pytest.mark.parametrize(("password", "code"), [(SECRETS[0], 0), ("Another-one-9", 10)])
def test_the_composite_action_audits_with_its_inputs_and_its_callers_secrets(tmp_path, password, code):
    steps = loaded("action.yml")["runs"]["steps"]
    inputs = {"inventory": "accounts.csv", "tenant": "contoso.example", "options": "--contract --rate  4"}
    (audit,) = [step for step in steps if "pip install" not in step["run"]]
    own = {name: inputs[value.split()[1].removeprefix("inputs.")] for name, value in audit["env"].items()}
    job = Job(1, [audit["run"]], [VALUES | own | SERVICES[GITHUB]])
    with Lab(world_from(yaml.safe_load(WORLD) | {"users": changed(password)})) as lab:
        folder = machine(tmp_path / "machine", lab)
        (folder / "accounts.csv").write_text(HEAD + ROW, encoding="utf-8")
        ended, said = executed(job, folder)
    assert ended == code, said
    assert {path.suffix for path in (folder / "out").iterdir()} >= {".xlsx", ".sarif"}


def test_the_composite_action_stays_thin_and_names_no_secret():
    action = loaded("action.yml")
    assert len(action["runs"]["steps"]) == 2
    assert "secrets." not in (EXAMPLES / "action.yml").read_text(encoding="utf-8")
    assert not any("${{" in step["run"] for step in action["runs"]["steps"])


@pytest.mark.parametrize("workflow", ["github-actions.yml", GITHUB, "action.yml"])
def test_zizmor_has_nothing_to_say_of_a_workflow(workflow):
    zizmor = [str(Path(sysconfig.get_path("scripts")) / "zizmor")]
    found = subprocess.run(
        [*zizmor, "--offline", "--no-progress", "--config", ".ci/zizmor.yml", f"examples/{workflow}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def texts(data):
    """Numbers and truth values as texts: Azure Pipelines takes either, its published schema texts alone."""
    if isinstance(data, dict):
        return {key: texts(value) for key, value in data.items()}
    if isinstance(data, list):
        return [texts(value) for value in data]
    return str(data).lower() if isinstance(data, bool) else str(data)


@pytest.mark.parametrize(
    ("example", "schema"),
    [
        ("github-actions.yml", "vendor.github-workflows"),
        (GITHUB, "vendor.github-workflows"),
        ("action.yml", "vendor.github-actions"),
        ("azure-pipelines.yml", "vendor.azure-pipelines"),
        (AZURE, "vendor.azure-pipelines"),
    ],
)
def test_each_example_fits_the_schema_that_its_service_publishes(tmp_path, example, schema):
    path = EXAMPLES / example
    if schema == "vendor.azure-pipelines":
        path = tmp_path / example
        path.write_text(yaml.safe_dump(texts(loaded(example))), encoding="utf-8")
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--regex-variant=python",
            "--builtin-schema",
            schema,
            str(path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, (found.stdout + found.stderr)[-2000:]
