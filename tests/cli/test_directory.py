"""`--directory` of audit and plan: from options and auditor.toml to what the report says."""

import zipfile

import pytest

from auditor.directory.graph import Limit
from auditor.journal import Journal
from auditor.model import Question
from auditor.run.directories import QUESTIONS, Directories
from tests.cli.conftest import read_json
from tests.directory.graph_lab import APP_SECRET, AUDITOR, changed

ROWS = """account;environment;app;expected
sync@contoso.example;contoso.crm4.dynamics.com;resco-mobile-crm;ropc
mfa@contoso.example;contoso.crm4.dynamics.com;resco-mobile-crm;
"""
WITHOUT_PASSWORDS = ("--no-passwords", "--no-input", "-o", "report.json")


@pytest.fixture
def world():
    return changed()


@pytest.fixture(autouse=True)
def _no_pace(monkeypatch):
    """Nobody waits for a simulated cloud."""
    monkeypatch.setattr("auditor.directory.graph.PER_SECOND", dict.fromkeys(Limit, 10_000.0))
    monkeypatch.setenv("DIRECTORY_SECRET", APP_SECRET)


@pytest.fixture
def inventory(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture
def registered(tmp_path):
    """A configuration with the app that may read directories."""

    def made(sign_in="app", more=""):
        text = (
            f'[directory]\nclient_id = "{AUDITOR}"\nsign_in = "{sign_in}"\nsecret = "env:DIRECTORY_SECRET"\n'
        )
        (tmp_path / "auditor.toml").write_text(text + more, encoding="utf-8")

    return made


@pytest.fixture
def export(auditor, inventory, through, registered, tmp_path):
    """The archive of an audit that read the directory online and kept it."""
    registered()
    done = auditor(
        "audit",
        inventory,
        *WITHOUT_PASSWORDS,
        "--directory",
        "online",
        "--keep-directory",
        "kept.zip",
        *through,
    )
    assert done.code == 0, done.err
    for path in [*tmp_path.glob("*.audit-run"), tmp_path / "report.json"]:
        path.unlink()
    (tmp_path / "auditor.toml").unlink()
    return tmp_path / "kept.zip"


def evidence(path, account="sync@contoso.example"):
    (case,) = [case for case in read_json(path)["cases"] if case["account"] == account]
    return {item["question"]: item for item in case["evidence"] if item["question"] in QUESTIONS}


def test_without_any_password_the_directory_answers_for_every_row(
    auditor, inventory, through, registered, lab, tmp_path
):
    registered()
    done = auditor("audit", inventory, *WITHOUT_PASSWORDS, "--directory", "online", *through)
    assert done.code == 0, done.err
    assert "the directory of contoso.example" in done.err
    assert evidence(tmp_path / "report.json").keys() == QUESTIONS
    assert lab.submissions == {}
    (run,) = tmp_path.glob("*.audit-run")
    assert APP_SECRET.encode() not in run.read_bytes()


def test_what_was_kept_is_read_again_without_anybody_s_sign_in(
    auditor, inventory, through, export, lab, tmp_path
):
    asked = len(lab.requests)
    done = auditor("audit", inventory, *WITHOUT_PASSWORDS, "--directory", export, *through)
    assert done.code == 0, done.err
    assert evidence(tmp_path / "report.json")["directory user"]["source"] == "kept.zip"
    assert not [one for one in lab.requests[asked:] if one.host.startswith("graph")]


def test_a_run_says_that_the_directory_was_part_of_it(auditor, inventory, through, export, tmp_path):
    auditor("audit", inventory, *WITHOUT_PASSWORDS, "--directory", export, *through)
    (run,) = tmp_path.glob("*.audit-run")
    journal = Journal.open(run)
    header = journal.header
    journal.close()
    assert header.run.mode == "discovery and directory"
    assert header.settings["directories"] == "kept.zip"


def test_the_place_in_the_configuration_is_where_sign_ins_are_taken_to_come_from(
    auditor, inventory, through, world, tmp_path
):
    (tmp_path / "auditor.toml").write_text(
        '[run]\nvantage = "desk"\naddress = "192.0.2.7"\n', encoding="utf-8"
    )
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "users.json").write_text(
        '{"value": [{"id": "1", "userPrincipalName": "sync@contoso.example"}]}'
    )
    (folder / "policies.json").write_text(
        '{"value": [{"id": "p", "displayName": "Elsewhere", "state": "enabled", "conditions": {"users":'
        ' {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}, "locations":'
        ' {"includeLocations": ["All"], "excludeLocations": ["office"]}}, "grantControls":'
        ' {"operator": "OR", "builtInControls": ["block"]}}]}'
    )
    (folder / "locations.json").write_text(
        '{"value": [{"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "office", "isTrusted": false,'
        '  "displayName": "Office", "ipRanges": [{"cidrAddress": "198.51.100.0/24"}]}]}'
    )
    done = auditor("audit", inventory, *WITHOUT_PASSWORDS, "--directory", folder, *through)
    assert done.code == 0, done.err
    details = evidence(tmp_path / "report.json")["directory access"]["details"]
    assert (details["ropc"], details["location_used"]) == ("blocked", "desk (192.0.2.7)")


def test_a_resumed_run_reads_no_directory_again(
    auditor, inventory, through, registered, lab, monkeypatch, tmp_path
):
    registered()

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("auditor.run.collect._applications", interrupted)
        first = auditor("audit", inventory, *WITHOUT_PASSWORDS, "--directory", "online", *through)
    assert first.code == 4
    asked = len(lab.requests)
    (run,) = tmp_path.glob("*.audit-run")
    again = auditor("audit", "--resume", run, *through)
    assert again.code == 0, again.err
    assert not [one for one in lab.requests[asked:] if one.host.startswith("graph")]
    assert evidence(tmp_path / "report.json").keys() == QUESTIONS


def test_what_an_interrupted_run_did_not_get_to_is_said_and_asked_when_it_goes_on(
    auditor, inventory, through, registered, monkeypatch, tmp_path
):
    registered()
    whole = Directories._note

    def once(self, case, found, journal):
        if self._cases and list(found)[-1].question is Question.DIRECTORY_CONSENT and not stopped:
            stopped.append(case)
            raise KeyboardInterrupt
        whole(self, case, found, journal)

    stopped = []
    with monkeypatch.context() as patched:
        patched.setattr(
            Directories, "_note", lambda self, case, found, journal: once(self, case, tuple(found), journal)
        )
        first = auditor("audit", inventory, *WITHOUT_PASSWORDS, "--directory", "online", *through)
    assert first.code == 4
    cut = evidence(tmp_path / "report.json", "mfa@contoso.example")
    assert {item["not_observed"] for item in cut.values()} == {"interrupted"}
    (run,) = tmp_path.glob("*.audit-run")
    again = auditor("audit", "--resume", run, *through)
    assert again.code == 0, again.err
    told = evidence(tmp_path / "report.json", "mfa@contoso.example")
    assert told.keys() == QUESTIONS
    assert not any("not_observed" in item for item in told.values())


def test_a_directory_cannot_be_added_to_a_run_half_way(auditor, inventory, through, export, tmp_path):
    auditor("audit", inventory, *WITHOUT_PASSWORDS, "--directory", export, *through)
    (run,) = tmp_path.glob("*.audit-run")
    done = auditor("audit", "--resume", run, "--directory", "online", *through)
    assert done.code == 2
    assert "--directory cannot be given with --resume" in done.err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--directory", "gone"), 2, "--directory gone: there is no such folder or archive"),
        (("--directory", "online"), 2, "no app registration is named with which a directory may be read"),
        (("--keep-directory", "k.zip"), 2, "--keep-directory is for --directory online"),
    ],
)
def test_what_cannot_be_read_is_said_before_anything_is_asked(
    auditor, inventory, through, lab, options, code, said
):
    done = auditor("audit", inventory, *WITHOUT_PASSWORDS, *options, *through)
    assert (done.code, said in done.err) == (code, True), done.err
    assert lab.requests == []


def test_with_nobody_there_a_person_s_sign_in_is_refused_beforehand(
    auditor, inventory, through, registered, lab
):
    registered("device-code")
    done = auditor("audit", inventory, *WITHOUT_PASSWORDS, "--directory", "online", *through)
    assert done.code == 2
    assert "nobody is here to sign in as an administrator" in done.err
    assert lab.requests == []


def test_a_plan_says_what_would_be_read_online_and_asks_nobody(auditor, inventory, through, registered, lab):
    registered()
    done = auditor("plan", inventory, "--no-passwords", "--directory", "online", *through)
    assert done.code == 0, done.err
    assert "conditional access policies (Policy.Read.All)" in done.out
    assert lab.requests == []


def test_a_plan_says_what_an_export_does_not_tell(auditor, inventory, through, export, tmp_path):
    folder = tmp_path / "export"
    with zipfile.ZipFile(export) as packed:
        packed.extractall(
            folder, [n for n in packed.namelist() if not n.startswith(("manifest", "permission"))]
        )
    done = auditor("plan", inventory, "--directory", folder, *through)
    assert done.code == 0, done.err
    assert "directory export, as it was on " in done.out
    assert "  permission grants: not exported" in done.out
