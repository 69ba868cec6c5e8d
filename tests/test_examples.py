"""The worked examples for CI systems: what they say is what these systems read, and their commands run."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest
import yaml

from auditor.journal.joined import header_of
from auditor.lab.server import Lab
from auditor.lab.world import world_from
from tests.cli.conftest import SECRETS, WORLD
from tests.conftest import CHECKOUT

EXAMPLES = CHECKOUT / "examples"
ROWS = """account;environment;app;credential;expected
sync@contoso.example;contoso.crm4.dynamics.com;resco-external-project;env:ERP_SYNC_PASSWORD;ropc
mfa@contoso.example;contoso.crm4.dynamics.com;resco-external-project;env:TRACKING_PASSWORD;
person@contoso.example;contoso.crm4.dynamics.com;resco-mobile-crm;;interactive
"""
_EXPRESSION = re.compile(r"\$\{\{ (.*?) }}")
_MACRO = re.compile(r"\$\((.*?)\)")


@dataclass(frozen=True)
class Job:
    """A job of an example: the copies it makes, what each shell step runs, and with which environment."""

    copies: int
    scripts: list[str]
    environments: list[dict[str, str]]


def loaded(name):
    return yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def github():
    return loaded("github-actions.yml")


@pytest.fixture(scope="module")
def azure():
    return loaded("azure-pipelines.yml")


def azure_jobs(pipeline):
    return {job["job"]: job for stage in pipeline["stages"] for job in stage["jobs"]}


def github_job(workflow, name, position):
    """A GitHub job as its runner would see it: expressions replaced by what they stand for."""
    job = workflow["jobs"][name]
    shards = job.get("strategy", {}).get("matrix", {}).get("shard", [None])
    known = {"matrix.shard": str(position), "strategy.job-total": str(len(shards))} | {
        f"secrets.{secret}": value for secret, value in VALUES.items()
    }
    steps = [step for step in job["steps"] if "run" in step and "pip install" not in step["run"]]
    filled = [
        {
            key: _EXPRESSION.sub(lambda found: known[found[1]], value)
            for key, value in step.get("env", {}).items()
        }
        for step in steps
    ]
    return Job(len(shards), [step["run"] for step in steps], [workflow["env"] | env for env in filled])


def azure_job(pipeline, name, position):
    """An Azure job as its agent would see it: variables in capitals, macros replaced."""
    job = azure_jobs(pipeline)[name]
    copies = job.get("strategy", {}).get("parallel", 1)
    system = {
        "SYSTEM_JOBATTEMPT": "1",
        "SYSTEM_JOBPOSITIONINPHASE": str(position),
        "SYSTEM_TOTALJOBSINPHASE": str(copies),
        "PIPELINE_WORKSPACE": "workspace",
    }
    plain = {one["name"]: one["value"] for one in pipeline["variables"] if "name" in one}
    secrets = {secret.replace("_", "-"): value for secret, value in VALUES.items()}
    steps = [step for step in job["steps"] if "bash" in step and "pip install" not in step["bash"]]
    filled = [
        {
            key: _MACRO.sub(lambda found: secrets[found[1]], value)
            for key, value in step.get("env", {}).items()
        }
        for step in steps
    ]
    return Job(copies, [step["bash"] for step in steps], [system | plain | env for env in filled])


VALUES = {"ERP_SYNC_PASSWORD": SECRETS[0], "TRACKING_PASSWORD": SECRETS[1]}
JOBS = {"github-actions.yml": github_job, "azure-pipelines.yml": azure_job}


def machine(folder, lab):
    """Make a folder as a fresh machine has it: the repository, and the way to the lab."""
    folder.mkdir(parents=True)
    (folder / "accounts.csv").write_text(ROWS, encoding="utf-8")
    (folder / "auditor.toml").write_text(
        f'[network]\nproxy = "{lab.proxy}"\nca_bundle = "{lab.ca_file.as_posix()}"\n', encoding="utf-8"
    )
    command = folder / "bin" / "auditor"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m auditor "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


def executed(job, folder):
    """Run a job's shell steps in a folder, as the CI system's bash does: last exit code and output."""
    for script, environment in zip(job.scripts, job.environments, strict=True):
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=folder,
            env={
                "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(CHECKOUT),
                "HOME": str(folder),
                "XDG_STATE_HOME": str(folder / "state"),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            break
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(JOBS))
def test_the_commands_of_an_example_audit_each_account_once_and_merge_to_one_report(name, tmp_path):
    example, job_of = loaded(name), JOBS[name]
    kept = tmp_path / "kept"
    with Lab(world_from(yaml.safe_load(WORLD))) as lab:
        for position in range(1, job_of(example, "audit", 1).copies + 1):
            folder = machine(tmp_path / f"machine-{position}", lab)
            code, said = executed(job_of(example, "audit", position), folder)
            assert code == 0, said
            (run,) = folder.glob("runs/*.audit-run")
            assert sorted(path.suffix for path in run.parent.iterdir()) == [".audit-run", ".xlsx"], "one file"
            (kept / f"run-{position}").mkdir(parents=True)
            run.rename(kept / f"run-{position}" / run.name)
        last = machine(tmp_path / "last", lab)
        handed_over(kept, last, name)
        code, said = executed(job_of(example, "merge", 1), last)
    assert code == 4, said
    assert "contract unanswered for 1 case" in said
    assert "missing" not in said
    assert lab.submissions == {"sync@contoso.example": 1, "mfa@contoso.example": 1}
    (run,) = last.glob("report-*.audit-run")
    assert (last / "report.xlsx").stat().st_size > 0
    assert header_of(run).settings["shards of accounts.csv"] == "1/4 2/4 3/4 4/4"


def handed_over(kept, folder, name):
    """Put the run files where the example's download step puts them."""
    for part in kept.iterdir():
        flat = name == "github-actions.yml"  # merge-multiple: all in one folder
        place = folder / "runs" if flat else folder / "workspace" / part.name
        place.mkdir(parents=True, exist_ok=True)
        for run in part.iterdir():
            run.rename(place / run.name)


def test_an_azure_job_that_is_repeated_sends_nothing(azure, tmp_path):
    job = azure_job(azure, "audit", 1)
    again = replace(job, environments=[env | {"SYSTEM_JOBATTEMPT": "2"} for env in job.environments])
    with Lab(world_from(yaml.safe_load(WORLD))) as lab:
        code, said = executed(again, machine(tmp_path / "machine", lab))
        assert (code, "start a new run" in said) == (1, True)
        assert lab.requests == []


def test_a_github_job_that_is_repeated_does_not_audit(github):
    assert github["jobs"]["audit"]["if"] == "github.run_attempt == 1"


GITHUB_JOB = {"if", "runs-on", "environment", "timeout-minutes", "strategy", "steps", "needs"}
GITHUB_STEP = {"name", "uses", "with", "run", "env", "if"}
AZURE_JOB = {"job", "timeoutInMinutes", "pool", "strategy", "steps", "dependsOn", "condition"}
AZURE_KINDS = {"checkout", "task", "bash", "publish", "download"}
AZURE_STEP = AZURE_KINDS | {
    "persistCredentials",
    "inputs",
    "displayName",
    "env",
    "condition",
    "artifact",
    "patterns",
}


def test_the_workflow_holds_only_keys_that_github_knows(github):
    assert set(github) == {
        "name",
        True,
        "permissions",
        "concurrency",
        "env",
        "jobs",
    }  # YAML 1.1 reads `on` as true
    assert github[True] == {"workflow_dispatch": {}}
    for job in github["jobs"].values():
        assert set(job) <= GITHUB_JOB
        assert all(set(step) <= GITHUB_STEP and ("run" in step) != ("uses" in step) for step in job["steps"])
        assert all(
            re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/x@v1")) for step in job["steps"]
        )


def test_the_pipeline_holds_only_keys_that_azure_knows(azure):
    assert set(azure) == {"trigger", "pr", "variables", "lockBehavior", "stages"}
    for job in azure_jobs(azure).values():
        assert set(job) <= AZURE_JOB
        assert all(set(step) <= AZURE_STEP and len(AZURE_KINDS & set(step)) == 1 for step in job["steps"])


def test_no_example_starts_by_itself_or_may_write(github, azure):
    assert azure["trigger"] == azure["pr"] == "none"
    assert github["permissions"] == {"contents": "read"}
    assert github["concurrency"]["cancel-in-progress"] is False
    assert azure["lockBehavior"] == "sequential"


def test_a_shard_that_fails_stops_no_other_and_its_run_file_is_kept(github, azure):
    audit, merge = github["jobs"]["audit"], github["jobs"]["merge"]
    assert audit["strategy"]["fail-fast"] is False
    assert audit["strategy"]["matrix"]["shard"] == [1, 2, 3, 4]
    kept = audit["steps"][-1]
    assert (kept["if"], kept["with"]["path"]) == ("always()", "runs/*.audit-run")
    assert kept["with"]["if-no-files-found"] == "error"
    assert (merge["needs"], merge["if"]) == ("audit", "${{ !cancelled() }}")
    jobs = azure_jobs(azure)
    assert jobs["audit"]["steps"][-1]["condition"].startswith("and(always(), ")
    assert (jobs["merge"]["dependsOn"], jobs["merge"]["condition"]) == ("audit", "succeededOrFailed()")


def test_what_is_kept_on_github_does_not_stay_for_long(github):
    kept = [
        s for job in github["jobs"].values() for s in job["steps"] if "upload-artifact" in s.get("uses", "")
    ]
    assert [step["with"]["retention-days"] for step in kept] == [1, 7]


def test_secrets_go_by_reference_to_the_step_that_audits_and_to_no_other(github, azure):
    for job in github["jobs"].values():
        for step in job["steps"]:
            named = {name for name, value in step.get("env", {}).items() if "secrets." in value}
            assert named == (set(VALUES) if step.get("name") == "Audit" else set())
            assert "secrets." not in step.get("run", "")
    for job in azure_jobs(azure).values():
        for step in job["steps"]:
            assert step.get("env", {}) == (
                {name: f"$({name.replace('_', '-')})" for name in VALUES}
                if step.get("displayName") == "Audit"
                else {}
            )
    for name in JOBS:
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        assert not any(value in text for value in VALUES.values())
        assert "set -x" not in text


def test_the_page_names_what_the_examples_hold():
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for name in re.findall(r"\]\(([^)#]+)\)", page):
        assert (EXAMPLES / name).is_file(), name
    for word in ("INVENTORY", "TENANT", "AUDITOR", "ERP_SYNC_PASSWORD", "oauth-audit"):
        assert word in page
        assert all(word in (EXAMPLES / name).read_text(encoding="utf-8") for name in JOBS)
