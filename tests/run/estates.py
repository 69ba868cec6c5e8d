"""Big estates for the lab, and the command in a process of its own."""

import os
import subprocess
import sys
from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path

import yaml

from auditor.lab.server import Lab
from auditor.lab.world import world_from

BASE = yaml.safe_load((Path(__file__).parent / "worlds" / "base.yaml").read_text(encoding="utf-8"))
ENVIRONMENTS = {"contoso": "contoso.crm4.dynamics.com", "fabrikam": "fabrikam.crm.dynamics.com"}
COMMAND = (sys.executable, "-c", "from auditor.cli.main import main; main()")


def mixed_world(count):
    """A world of accounts in mixed states: a quarter federated, a third refused, some with MFA."""
    world = deepcopy(BASE)
    world["tenants"][0] |= {"groups": [], "grants": [{"app": "resco-mobile-crm", "all_users": True}]}
    world["users"], world["inventory"] = [], []
    for number in range(count):
        tenant = "fabrikam" if number % 4 == 3 else "contoso"
        upn = f"job{number:05d}@{tenant}.example"
        user = {"upn": upn, "password": f"Cobalt-fennel-{number}"}
        if number % 5 == 1:
            user |= {"per_user_mfa": "enforced", "mfa_method": "entra"}
        world["users"].append(user)
        world["inventory"].append(
            {
                "account": upn,
                "environment": ENVIRONMENTS[tenant],
                "app": "resco-external-project",
                "believes": "wrong" if number % 3 == 0 else "right",
            }
        )
    return world


def started(folder, passwords, *arguments):
    """Begin `auditor ...` in a process of its own, in a folder."""
    return subprocess.Popen(
        [*COMMAND, *(str(argument) for argument in arguments)],
        cwd=folder,
        env={**os.environ, **passwords},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def audited_files(world, folder, credentials, environment):
    """Return a function that audits accounts with credentials in files and returns what the lab counted.

    It serves the world itself, or takes a lab that is served.
    """
    lines = [
        f"{account},{environment},resco-external-project,{where}" for account, where in credentials.items()
    ]
    inventory = folder / "accounts.csv"
    inventory.write_text("\n".join(["account,environment,app,credential", *lines]), encoding="utf-8")

    def run(served=None):
        with nullcontext(served) if served else Lab(world_from(world)) as lab:
            process = started(
                folder,
                {},
                *("audit", inventory, "--proxy", lab.proxy, "--ca-bundle", lab.ca_file, "--yes"),
                *("--ledger", "attempts.ledger", "--output", "report.json", "--no-input"),
            )
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, out + err
            return dict(lab.submissions)

    return run
