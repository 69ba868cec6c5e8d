"""What-If's words in an archive, against our own evaluation (issue 5): differences are said, never hidden."""

import json
import zipfile
from datetime import UTC, datetime

import pytest

from auditor.directory.answers import Directory
from auditor.directory.exports import read_export
from auditor.model import AppProfile, Case, CaseKey, Kind, Origin, SignsInFrom, Sureness
from tests.directory.graph_lab import RESCO, Desk

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOST = "contoso.crm4.dynamics.com"
APP = AppProfile("mobile", "Mobile", RESCO, Sureness.SOURCED, {}, SignsInFrom.DEVICE)


@pytest.fixture
def archive(tmp_path):
    """Return an archive of the lab's directory with What-If asked; `change` may alter its manifest."""

    def make(change=None):
        path = tmp_path / "directory.zip"
        with path.open("wb") as stream:
            Desk().collect(stream, accounts=None, spot_checks=2)
        if change is None:
            return path
        other = tmp_path / "changed.zip"
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "manifest.json":
                    manifest = json.loads(data)
                    change(manifest["what_if"])
                    data = json.dumps(manifest).encode()
                new.writestr(name, data)
        return other

    return make


def directory(path):
    return Directory(read_export(path), "contoso", NOW)


def access(found, account):
    case = Case(
        CaseKey(account, "mobile", HOST), account, HOST, APP, Kind.INTEGRATION, Origin("a.csv", "", 2)
    )
    return found.access(case).details


def turned(checks):
    """Make What-If say the opposite of each policy."""
    for check in checks:
        for policy in check["policies"]:
            policy["policyApplies"] = not policy["policyApplies"]


def test_the_lab_s_what_if_and_our_evaluation_agree(archive):
    found = directory(archive())
    assert found.contradicted == ()
    assert access(found, "sync@contoso.example")["what_if_asked"] is True
    assert access(found, "sync@contoso.example")["what_if"] == ()


def test_a_difference_is_said_of_the_policy_and_of_the_account(archive):
    found = directory(archive(turned))
    said = access(found, "sync@contoso.example")["what_if"]
    assert len(said) == 1
    assert said[0].endswith("What-If says that it applies, the evaluation the opposite")
    assert said[0] in found.contradicted
    assert len(found.contradicted) == 2


def test_an_account_that_was_not_asked_about_says_so(archive):
    found = directory(archive(lambda checks: checks.clear()))
    assert access(found, "sync@contoso.example")["what_if_asked"] is False
    assert found.contradicted == ()


def test_a_kind_of_client_that_is_not_known_here_is_not_compared(archive):
    def later(checks):
        turned(checks)
        for check in checks:
            check["clientAppType"] = "a later kind"

    assert directory(archive(later)).contradicted == ()


def test_a_refusal_in_place_of_an_answer_takes_nothing_from_the_others(archive):
    def refused(checks):
        turned(checks)
        checks.insert(0, {"refused": "HTTP 503"})

    assert len(directory(archive(refused)).contradicted) == 2
