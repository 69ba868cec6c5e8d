"""Audit a world: the real pipeline against the lab, as `auditor demo` runs it, in this process."""

import os
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
import yaml

from auditor.cli.collecting import new_run
from auditor.cli.console import Screen
from auditor.cli.demo import write_rows
from auditor.cli.setting import simulated
from auditor.exit_codes import Demands
from auditor.journal import Journal
from auditor.journal.ledger import Ledger
from auditor.lab.inventory import inventory_rows
from auditor.lab.server import Lab
from auditor.lab.world import world_from
from auditor.model import Audit, CaseResult
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.pages import rule_help
from auditor.run.collect import collect
from auditor.run.interface import Silent, Unattended
from auditor.run.judged import judge
from auditor.writers.interface import Terms
from tests.conftest import CHECKOUT

SHIPPED = CHECKOUT / "auditor" / "lab" / "worlds" / "shipped.yaml"


@dataclass
class Audited:
    """What came of auditing a world: the audit, its results in inventory order, what the lab counted."""

    audit: Audit
    results: list[CaseResult]
    submissions: dict[str, int]
    requests: list
    folder: Path
    journal: Journal

    def result(self, account, environment=None, app=None):
        """The one result of an account (and environment, and app, where it has several)."""
        found = [
            one
            for one in self.results
            if one.case.account_id == account.lower()
            and environment in (None, one.case.environment)
            and app in (None, one.case.app.name)
        ]
        assert len(found) == 1, f"{len(found)} results of {account}"
        return found[0]


def run_world(data, folder, *, breaker=False, door=None, ledger=None, progress=None, **settings):
    """Audit a world given as plain data; `settings` replace fields of run.Settings, `door` of its door's.

    With a `ledger` (a file) refused attempts are remembered there, from one call to the next.
    """
    world = world_from(data)
    folder.mkdir(parents=True, exist_ok=True)
    passwords = write_rows(folder / "accounts.xlsx", inventory_rows(world))
    os.environ.update(passwords)
    try:
        with Lab(world) as lab:
            screen = Screen(quiet=True)
            prepared = simulated(folder / "accounts.xlsx", lab.proxy, lab.ca_file, screen, breaker=breaker)
            settings["door"] = replace(prepared.settings.door, **(door or {}))
            prepared = replace(prepared, settings=replace(prepared.settings, **settings))
            run, path = new_run(prepared.inventory, prepared.settings, folder / "report.xlsx")
            with closing(Ledger.open(ledger)) if ledger else nullcontext() as book:
                tools = prepared.tools(Unattended(), progress or Silent(), book)
                journal = collect(prepared.inventory, run, path, prepared.settings, tools)
            counted, requests = dict(lab.submissions), list(lab.requests)
    finally:
        for name in passwords:
            os.environ.pop(name, None)
    audit = judge(journal, prepared.rulebook)
    return Audited(audit, list(audit.results()), counted, requests, folder, journal)


@pytest.fixture
def audit_world(tmp_path):
    """Audit worlds given as plain data; each call returns Audited."""
    opened = []

    def run(data, **settings):
        audited = run_world(data, tmp_path / str(len(opened)), **settings)
        opened.append(audited)
        return audited

    yield run
    for audited in opened:
        audited.journal.close()


@pytest.fixture(scope="session")
def shipped_world():
    """The shipped world as plain data."""
    return yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def shipped(shipped_world, tmp_path_factory):
    """The shipped world, audited once."""
    audited = run_world(shipped_world, tmp_path_factory.mktemp("shipped"))
    yield audited
    audited.journal.close()


@pytest.fixture(scope="session")
def terms():
    """The terms of a report that nothing is asked of, under the shipped rules."""
    return Terms(Demands(), partial(rule_help, load_rulebook()))
