"""An integration that has moved, in a pipeline: what breaks it is named, and its repair is green at once."""

from xml.etree import ElementTree as ET

import pytest

from auditor.lab.world import world_from
from tests.cli.conftest import read_json

APP = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"
SECRET = "Copper-lantern-31"
ROW = f"job@contoso.example;contoso.crm4.dynamics.com;{APP};env:CLI_TEST_APP;application\n"
OPTIONS = ("--yes", "--no-input", "--contract", "--ledger", "attempts.ledger", "-o", "report.json")


@pytest.fixture
def world(world):
    """The small world with an application and its user."""
    world["tenants"][0]["apps"].append({"app": APP, "secret": SECRET})
    world["environments"][0]["application_users"] = [{"app": APP}]
    return world


@pytest.fixture
def audit(auditor, lab, through, tmp_path, monkeypatch):
    """Audit the one row; returns the exit code and the gravest finding."""
    monkeypatch.setenv("CLI_TEST_APP", SECRET)
    (tmp_path / "apps.csv").write_text(
        f"account;environment;app;credential;expected\n{ROW}", encoding="utf-8"
    )

    def audit():
        done = auditor("audit", "apps.csv", *through, *OPTIONS)
        ((case,),) = [read_json(tmp_path / "report.json")["cases"]]
        return done.code, case["findings"][0]["rule"]

    return audit


GREEN = (0, "application-signs-in-with-a-secret")


def broken(world, change):
    app, user = world["tenants"][0]["apps"][-1], world["environments"][0]["application_users"][0]
    {"app": app, "user": user}[change[0]].update(change[1])
    return world


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (("app", {"secret": "Another-lantern-2"}), "application-secret-is-refused"),
        (("app", {"secret_days": -1}), "application-secret-has-expired"),
        (("app", {"state": "disabled"}), "app-is-disabled-in-tenant"),
        (("user", {"roles": []}), "application-user-has-no-role"),
        (("user", {"state": "disabled"}), "application-user-is-disabled"),
        (("user", {"app": "resco-mobile-crm"}), "application-user-is-missing"),
    ],
)
def test_what_broke_is_named_and_putting_it_right_is_green_without_another_word(
    audit, lab, world, change, finding
):
    whole = world_from(world)
    assert audit() == GREEN
    lab.state.become(world_from(broken(world, change)))
    assert audit() == (10, finding)
    assert audit() == (10, finding)  # nothing is held back: the answer is one of today
    lab.state.become(whole)
    assert audit() == GREEN


def test_an_unreachable_service_is_incomplete_and_not_broken(audit, lab, world):
    assert audit() == GREEN
    world["faults"] = [{"kind": "unavailable", "leg": "token"}]
    lab.state.become(world_from(world))
    assert audit() == (4, "service-is-unavailable")


def test_a_missing_role_is_red_at_dataverse_and_green_nowhere_near(
    audit, lab, world, auditor, through, tmp_path
):
    lab.state.become(world_from(broken(world, ("user", {"roles": []}))))
    audit()
    done = auditor(
        "audit", "apps.csv", *through, *OPTIONS[:-1], "out/", "--format", "junit", "--fail-on", "high"
    )
    assert done.code == 10
    tests = {
        one.get("name").partition(": ")[2]: one
        for one in ET.parse(tmp_path / "out" / "report.xml").iter("testcase")
    }
    red = {name for name, one in tests.items() if one.find("failure") is not None}
    assert red == {"contract", "dataverse"}
