"""Run the command in this process, and a small world to run it against."""

import json
from dataclasses import dataclass

import pytest
import yaml

from auditor.cli.main import main
from auditor.lab.server import Lab
from auditor.lab.world import world_from

WORLD = """
version: 1
tenants:
  - id: 11111111-2222-3333-4444-555555555555
    name: Contoso
    domains: [{name: contoso.example}]
    apps: [{app: resco-mobile-crm}]
    grants: [{app: resco-mobile-crm, all_users: true}]
users:
  - {upn: sync@contoso.example, password: Planted-secret-1}
  - {upn: mfa@contoso.example, password: Planted-secret-2, per_user_mfa: enforced, mfa_method: entra}
environments:
  - {host: contoso.crm4.dynamics.com, tenant: contoso.example, open_to_tenant: true}
"""
ROWS = """account;environment;app;credential;expected
sync@contoso.example;contoso.crm4.dynamics.com;resco-external-project;env:CLI_TEST_1;ropc
mfa@contoso.example;contoso.crm4.dynamics.com;resco-external-project;env:CLI_TEST_2;
person@contoso.example;contoso.crm4.dynamics.com;resco-mobile-crm;;interactive
"""
SECRETS = ("Planted-secret-1", "Planted-secret-2")


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def auditor(capfd, monkeypatch, tmp_path):
    """Run `auditor ...` in an empty folder and return how it ended."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("CLI_TEST_1", SECRETS[0])
    monkeypatch.setenv("CLI_TEST_2", SECRETS[1])

    def run(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        code = ended.value.code
        return Done(int(code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def world():
    """The small world as plain data."""
    return yaml.safe_load(WORLD)


@pytest.fixture
def lab(world):
    """The small world, served."""
    with Lab(world_from(world)) as served:
        yield served


@pytest.fixture
def through(lab):
    """The options that lead a command to the lab."""
    return ("--proxy", lab.proxy, "--ca-bundle", lab.ca_file)


@pytest.fixture
def inventory(tmp_path):
    """The small world's inventory, with credentials in the environment."""
    path = tmp_path / "accounts.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))
