"""`auditor collect`: one administrator's sign-in, one archive, and clear words where it cannot be."""

import json
import stat
import zipfile

import pytest

from auditor.cli import collecting_directory
from auditor.cli.collecting_directory import check_present, has_browser
from auditor.cli.console import Terminal
from auditor.directory.exports import read_export
from auditor.directory.graph import Limit
from auditor.directory.sign_in import Way
from auditor.directory.snapshot import Known, Lack
from auditor.errors import UsageError
from auditor.lab.server import Lab
from auditor.lab.world import world_from
from tests.directory.graph_lab import APP_SECRET, AUDITOR, RESCO, TENANT, changed

ROWS = (
    "account;environment;app;expected\nsync@contoso.example;contoso.crm4.dynamics.com;resco-mobile-crm;ropc\n"
)


@pytest.fixture
def world():
    return changed()


@pytest.fixture(autouse=True)
def _no_pace(monkeypatch):
    """Nobody waits for a simulated cloud."""
    monkeypatch.setattr("auditor.directory.graph.PER_SECOND", dict.fromkeys(Limit, 10_000.0))
    monkeypatch.setenv("COLLECT_SECRET", APP_SECRET)


@pytest.fixture
def app():
    """The options with which the lab's app signs in."""
    options = ("--tenant", "contoso.example", "--client-id", AUDITOR, "--sign-in", "app")
    return (*options, "--client-secret", "env:COLLECT_SECRET")


def test_an_app_reads_a_directory_into_an_archive(auditor, through, app, tmp_path):
    done = auditor("collect", *app, "-o", "directory.zip", *through)
    assert done.code == 0, done.err
    assert done.out.strip() == "archive: directory.zip"
    assert "can be read: organization, domains, users" in done.err
    assert "not in it: per-user MFA: not asked (no accounts were named)" in done.err
    assert stat.S_IMODE((tmp_path / "directory.zip").stat().st_mode) == 0o600
    assert isinstance(read_export(tmp_path / "directory.zip").policies, Known)


def test_an_inventory_names_accounts_and_apps(auditor, through, app, tmp_path):
    (tmp_path / "accounts.csv").write_text(ROWS, encoding="utf-8")
    done = auditor("collect", *app, "-o", "d.zip", "--accounts", "accounts.csv", *through)
    assert done.code == 0, done.err
    with zipfile.ZipFile(tmp_path / "d.zip") as opened:
        manifest = json.loads(opened.read("manifest.json"))
    assert manifest["asked"]["apps"] == sorted(["00000007-0000-0000-c000-000000000000", RESCO])
    (states,) = [entry for entry in manifest["parts"] if entry["part"] == "per-user MFA"]
    assert states["items"] == 1


def test_a_person_signs_in_with_a_device_code(auditor, through, lab, monkeypatch, tmp_path):
    monkeypatch.setattr(Terminal, "present", property(lambda self: True))
    real = collecting_directory.Means
    monkeypatch.setattr(
        collecting_directory, "Means", lambda door, tell: real(door, tell, sleep=lambda seconds: enter(lab))
    )
    options = ("--tenant", TENANT, "--client-id", AUDITOR, "--sign-in", "device-code")
    done = auditor("collect", *options, "-o", "d.zip", "--quiet", *through)
    assert done.code == 0, done.err
    assert done.out.strip() == "d.zip"
    with zipfile.ZipFile(tmp_path / "d.zip") as opened:
        assert json.loads(opened.read("manifest.json"))["by"] == {
            "as": "a person",
            "roles": ["Global Reader"],
        }


def enter(lab):
    for kept in list(lab.state.device_codes.values()):
        lab.state.enter_code(kept.shown, "admin@contoso.example")


def test_what_failed_makes_it_incomplete_and_leaves_the_archive(auditor, app, world, tmp_path, monkeypatch):
    monkeypatch.setattr("auditor.directory.graph._LONGEST_WAIT", 0.0)
    world["faults"] = [{"kind": "throttled", "leg": "graph", "path": "*/namedLocations", "retry_after": "9"}]
    with Lab(world_from(world)) as lab:
        done = auditor("collect", *app, "-o", "d.zip", "--proxy", lab.proxy, "--ca-bundle", lab.ca_file)
    assert done.code == 4
    assert "incomplete" in done.err
    assert read_export(tmp_path / "d.zip").locations.lack is Lack.THROTTLED


def test_a_missing_licence_is_no_failure(auditor, app, world):
    world["tenants"][0]["licence"] = "free"
    with Lab(world_from(world)) as lab:
        done = auditor("collect", *app, "-o", "d.zip", "--proxy", lab.proxy, "--ca-bundle", lab.ca_file)
    assert done.code == 0, done.err
    assert "no Entra ID P1 is among the tenant's licences" in " ".join(done.err.split())


def test_a_refused_sign_in_is_incomplete_and_leaves_nothing(auditor, through, app, monkeypatch, tmp_path):
    monkeypatch.setenv("COLLECT_SECRET", "Another-one-7")
    done = auditor("collect", *app, "-o", "d.zip", *through)
    assert done.code == 4
    assert "AADSTS7000215" in done.err
    assert "Another-one-7" not in done.err + done.out
    assert not (tmp_path / "d.zip").exists()


def test_a_secret_and_a_token_are_in_no_output(auditor, through, app):
    done = auditor("collect", *app, "-o", "d.zip", "--verbose", *through)
    assert APP_SECRET not in done.out + done.err
    assert "eyJ" not in done.out + done.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--client-id", "", "--sign-in", "app"), "no app registration"),
        (("--client-id", AUDITOR, "--sign-in", "telepathy"), "--sign-in takes browser, device-code, app"),
        (("--client-id", AUDITOR), "nobody is here to sign in"),
        (("--client-id", AUDITOR, "--sign-in", "device-code"), "nobody is here to sign in"),
        (("--client-id", AUDITOR, "--cloud", "sky"), "--cloud takes china, commercial"),
        (("--client-id", AUDITOR, "--client-secret", "Planted-secret-9"), "by reference"),
        (("--client-id", AUDITOR, "--client-secret", "env:NOT_THERE"), "environment variable"),
        (("--client-id", AUDITOR, "--sign-in", "app", "--app", "whatever"), "no known app"),
        (("--client-id", AUDITOR, "--sign-in", "app", "-o", "nowhere/d.zip"), "no folder"),
    ],
)
def test_what_cannot_be_is_said_before_anybody_signs_in(auditor, lab, through, options, said):
    done = auditor("collect", "--tenant", "contoso.example", "-o", "d.zip", *options, *through)
    assert done.code in {1, 2}, done.err
    assert said in " ".join(done.err.split())
    assert "Planted-secret-9" not in done.err
    assert lab.requests == []


def test_the_configuration_names_the_registration_and_its_credential(auditor, through, tmp_path):
    (tmp_path / "auditor.toml").write_text(
        f'[directory]\nclient_id = "{AUDITOR}"\nsign_in = "app"\nsecret = "env:COLLECT_SECRET"\n',
        encoding="utf-8",
    )
    done = auditor("collect", "--tenant", "contoso.example", "-o", "d.zip", *through)
    assert done.code == 0, done.err


def test_a_browser_is_needed_only_for_the_browser():
    check_present(Way.APP, present=False)
    check_present(Way.DEVICE_CODE, present=True, browser=lambda: False)
    check_present(Way.BROWSER, present=True, browser=lambda: True)
    with pytest.raises(UsageError, match="no browser here"):
        check_present(Way.BROWSER, present=True, browser=lambda: False)


def test_a_linux_without_a_screen_has_no_browser(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    assert not has_browser()
