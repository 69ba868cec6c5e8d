"""A pipeline over weeks, in the lab: red for the right account, when it should be, and green again (6)."""

from copy import deepcopy

import pytest
import yaml
from junitparser import Error, Failure, JUnitXml

from auditor.lab.server import Lab
from auditor.lab.world import world_from

HOST = "contoso.crm4.dynamics.com"
WORLD = """
version: 1
tenants:
  - id: 11111111-2222-3333-4444-555555555555
    name: Contoso
    domains: [{name: contoso.example}]
    apps: [{app: resco-mobile-crm}]
    grants: [{app: resco-mobile-crm, all_users: true}]
users:
  - {upn: sync@contoso.example, password: Planted-secret-1, mfa_method: entra}
  - {upn: tracking@contoso.example, password: Planted-secret-2, mfa_method: entra}
  - {upn: orders@contoso.example, password: Planted-secret-3, mfa_method: entra}
environments:
  - host: contoso.crm4.dynamics.com
    tenant: contoso.example
    members:
      - {user: sync@contoso.example, roles: [Mobile user]}
      - {user: tracking@contoso.example, roles: [Mobile user]}
      - {user: orders@contoso.example, roles: [Mobile user]}
"""
ROWS = """account;environment;app;credential;expected
sync@contoso.example;contoso.crm4.dynamics.com;resco-external-project;env:PIPE_SYNC;ropc
tracking@contoso.example;contoso.crm4.dynamics.com;resco-location-tracking;env:PIPE_TRACKING;ropc
orders@contoso.example;contoso.crm4.dynamics.com;resco-external-project;env:PIPE_ORDERS;ropc
"""
NAMES = ("sync", "tracking", "orders")


class Week:
    """One run of the pipeline: how it ended, and its tests by account and question."""

    def __init__(self, done, report):
        self.code, self.err = done.code, done.err
        cases = [case for suite in JUnitXml.fromfile(str(report)) for case in suite]
        self.red = {case.name: case.result[0] for case in cases if _is(case, Failure)}
        self.unclear = {case.name: case.result[0] for case in cases if _is(case, Error)}


def _is(case, kind):
    return any(isinstance(result, kind) for result in case.result)


class Pipeline:
    """The world, the secrets of the pipeline, and its one command line; the ledger stays over the weeks."""

    def __init__(self, auditor, monkeypatch, folder):
        self._auditor, self._env, self._folder = auditor, monkeypatch, folder
        self.world = yaml.safe_load(WORLD)
        self.submissions = []
        (folder / "accounts.csv").write_text(ROWS, encoding="utf-8")
        for number, name in enumerate(NAMES, start=1):
            self.store(name, f"Planted-secret-{number}")

    def store(self, name, password):
        """Put a password into the pipeline's secrets."""
        self._env.setenv(f"PIPE_{name.upper()}", password)

    def user(self, name):
        return next(user for user in self.world["users"] if user["upn"].startswith(name))

    def member(self, name):
        (environment,) = self.world["environments"]
        return next(member for member in environment["members"] if member["user"].startswith(name))

    def run(self, *options, demand=("--contract",)):
        out = self._folder / "out.xml"
        out.unlink(missing_ok=True)
        with Lab(world_from(deepcopy(self.world))) as lab:
            done = self._auditor(
                "audit", "accounts.csv", "--no-input", "--tenant", "contoso.example", "--rate", "off",
                "--ledger", self._folder / "ledger.db", "-o", out, "--format", "junit", *demand, *options,
                "--proxy", lab.proxy, "--ca-bundle", lab.ca_file,
            )  # fmt: skip
            self.submissions.append(dict(lab.submissions))
        return Week(done, out)


@pytest.fixture
def pipeline(auditor, monkeypatch, tmp_path):
    return Pipeline(auditor, monkeypatch, tmp_path)


def test_a_pipeline_is_green_while_nothing_changes(pipeline):
    for _ in range(2):
        week = pipeline.run()
        assert (week.code, week.red, week.unclear) == (0, {}, {})


def test_a_rotated_password_turns_its_account_red_and_the_new_one_in_the_secrets_green(pipeline):
    pipeline.user("tracking")["password"] = "Planted-secret-new"
    red = pipeline.run()
    assert red.code == 10
    assert list(red.red) == ["tracking@contoso.example: contract"]
    failure = red.red["tracking@contoso.example: contract"]
    assert "wrong password; fix: Put the right password into the vault" in failure.message
    assert "Fix: Put the right password into the vault" in failure.text
    # nobody did anything: the account is not asked again, and stays red
    assert list(pipeline.run().red) == ["tracking@contoso.example: contract"]
    assert sum("tracking" in str(case) for case in pipeline.submissions[-1]) == 0
    pipeline.store("tracking", "Planted-secret-new")
    green = pipeline.run()
    assert (green.code, green.red, green.unclear) == (0, {}, {})


def test_a_policy_that_is_switched_on_turns_who_it_covers_red_and_off_green(pipeline):
    (tenant,) = pipeline.world["tenants"]
    tenant["groups"] = [{"name": "Covered", "members": ["orders@contoso.example"]}]
    tenant["policies"] = [{"name": "MFA for Covered", "users": {"include": ["Covered"]}, "controls": ["mfa"]}]
    red = pipeline.run()
    assert red.code == 10
    assert list(red.red) == ["orders@contoso.example: contract"]
    failure = red.red["orders@contoso.example: contract"]
    assert "MFA required; fix: " in failure.message
    assert "Because: " in failure.text
    tenant["policies"] = []
    green = pipeline.run()
    assert (green.code, green.red, green.unclear) == (0, {}, {})


def test_a_role_that_is_taken_away_turns_its_account_red_and_given_back_green(pipeline):
    pipeline.member("sync")["roles"] = []
    red = pipeline.run()
    assert red.code == 10
    assert list(red.red) == ["sync@contoso.example: contract"]
    assert "fix: Assign a security role" in red.red["sync@contoso.example: contract"].message
    pipeline.member("sync")["roles"] = ["Mobile user"]
    green = pipeline.run()
    assert (green.code, green.red, green.unclear) == (0, {}, {})


@pytest.mark.parametrize(
    "faults",
    [
        [{"kind": "unavailable", "leg": "token"}],
        [{"kind": "throttled", "leg": "whoami"}],
        [{"kind": "wrong-certificate", "host": HOST}],
    ],
)
@pytest.mark.parametrize("demand", [("--contract",), ("--fail-on", "high")])
def test_a_service_that_does_not_answer_leaves_the_run_incomplete_and_nothing_broken(
    pipeline, faults, demand
):
    pipeline.world["faults"] = faults
    week = pipeline.run(demand=demand)
    assert (week.code, week.red) == (4, {})
    assert week.unclear


def test_what_was_bad_all_along_is_no_news_and_what_got_worse_is(pipeline, tmp_path):
    pipeline.member("sync")["roles"] = []
    pipeline.run("--format", "json", demand=())
    baseline = tmp_path / "before.json"
    (tmp_path / "out.json").rename(baseline)
    new = ("--fail-on-new", "--baseline", baseline)
    assert pipeline.run(demand=new).code == 0
    pipeline.member("orders")["roles"] = []
    week = pipeline.run(demand=new)
    assert week.code == 10
    assert {name.partition(":")[0] for name in week.red} == {"orders@contoso.example"}


def test_a_baseline_alone_compares_and_fails_nothing_and_what_cannot_be_seen_is_not_fixed(
    pipeline, auditor, tmp_path
):
    pipeline.member("sync")["roles"] = []
    pipeline.member("orders")["roles"] = []
    pipeline.run("--format", "json,junit", demand=())
    (first,) = tmp_path.glob("*.audit-run")
    (tmp_path / "out.json").rename(tmp_path / "before.json")
    pipeline.member("orders")["roles"] = ["Mobile user"]
    pipeline.user("sync")["per_user_mfa"] = "enforced"
    done = pipeline.run(demand=("--baseline", "before.json"))
    assert done.code == 0
    said = "1 finding new or graver, 3 findings gone, 1 could not be looked at again"
    assert said in " ".join(done.err.split())
    (second,) = set(tmp_path.glob("*.audit-run")) - {first}
    for baseline in (first, "before.json"):
        again = auditor("report", second, "-o", "again.json", "--baseline", baseline)
        assert again.code == 0
        assert said in " ".join(again.err.split())
    assert auditor("merge", second, "-o", "merged.json", "--baseline", first).code == 0
    failing = auditor("report", second, "-o", "again.json", "--baseline", first, "--fail-on-new")
    assert failing.code == 10


def test_every_exit_code_in_turn(pipeline, auditor, tmp_path):
    assert pipeline.run().code == 0
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    assert auditor("audit", "accounts.csv", "-o", tmp_path / "a-file" / "r.xlsx").code == 1
    assert auditor("audit", "nowhere.csv").code == 2
    (tmp_path / "none.csv").write_text(ROWS.partition("\n")[0] + "\n", encoding="utf-8")
    assert auditor("audit", "none.csv").code == 3
    pipeline.world["faults"] = [{"kind": "unavailable", "leg": "token"}]
    pipeline.store("orders", "Planted-secret-3")
    assert pipeline.run().code == 4
    pipeline.world["faults"] = []
    pipeline.member("sync")["roles"] = []
    assert pipeline.run("--retry-refused").code == 10
