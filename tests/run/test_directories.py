"""Directories in a run: what they say goes into the run file beside what the probes saw, never against it."""

import zipfile
from copy import deepcopy

import pytest

from auditor.directory.sign_in import Way
from auditor.model import Observed, Question
from auditor.run.directories import QUESTIONS
from auditor.run.interface import DirectoryChoice
from auditor.secrets import Secret
from tests.run.conftest import run_world

AUDITOR = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d99"
APP_SECRET = "Planted-app-secret-1"
READS = [
    "User.Read.All",
    "Policy.Read.All",
    "Directory.Read.All",
    "AuditLog.Read.All",
    "Organization.Read.All",
    "RoleManagement.Read.Directory",
    "GroupMember.Read.All",
    "Application.Read.All",
]


def readable(world, permissions=READS):
    """A world in which an app may read each tenant's directory."""
    data = deepcopy(world)
    for tenant in data["tenants"]:
        app = {"app": AUDITOR, "secret": APP_SECRET, "graph_permissions": list(permissions)}
        tenant["apps"] = [*tenant.get("apps", []), app]
    return data


def online(keep=None, exports=()):
    return DirectoryChoice(tuple(exports), True, keep, AUDITOR, Way.APP, Secret(APP_SECRET))


def slots(result):
    return {item.question: item for item in result.evidence if item.question in QUESTIONS}


@pytest.fixture(scope="module")
def both(shipped_world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("both")
    audited = run_world(readable(shipped_world), folder, directory=online(folder / "directory.zip"))
    yield audited
    audited.journal.close()


@pytest.fixture(scope="module")
def directory_only(shipped_world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("directory")
    audited = run_world(readable(shipped_world), folder, directory=online(), passwords=False)
    yield audited
    audited.journal.close()


@pytest.fixture(scope="module")
def offline(shipped_world, both, tmp_path_factory):
    folder = tmp_path_factory.mktemp("offline")
    exports = [unpacked(path, folder / path.stem) for path in sorted(both.folder.glob("directory*.zip"))]
    choice = DirectoryChoice(tuple(exports))
    audited = run_world(readable(shipped_world), folder / "run", directory=choice, passwords=False)
    yield audited
    audited.journal.close()


def unpacked(archive, folder):
    """An archive as a folder of Graph's JSON alone, as somebody would export it by hand."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder, [name for name in packed.namelist() if name != "manifest.json"])
    return folder


def test_a_run_without_directories_records_nothing_of_them(shipped):
    assert not any(slots(result) for result in shipped.results)


def test_every_case_has_each_slot_observed_or_a_reason(both):
    for result in both.results:
        if not result.case.skip:
            assert slots(result).keys() == QUESTIONS


def test_what_one_account_s_cases_share_is_recorded_once(both):
    seen = [
        e.subject.key for e in both.journal.everything("account") if e.question is Question.DIRECTORY_USER
    ]
    assert len(seen) == len(set(seen))
    assert set(seen) == {result.case.account_id for result in both.results if not result.case.skip}


def test_without_passwords_nothing_is_submitted(directory_only):
    assert directory_only.submissions == {}
    assert any(
        isinstance(item, Observed) for result in directory_only.results for item in slots(result).values()
    )
