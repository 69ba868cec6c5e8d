"""Directories in a run: what they say goes into the run file beside what the probes saw, never against it."""

import json
import zipfile

import pytest

from auditor.directory.sign_in import Way
from auditor.errors import ExportError
from auditor.exit_codes import Watched, verdict_of
from auditor.model import Observed, Question, Why
from auditor.run.directories import OF_CASES, QUESTIONS, planned_lines
from auditor.run.interface import DirectoryChoice, ScopeAnswer
from tests.run.conftest import run_world
from tests.run.modes import APP_SECRET, AUDITOR, READS, agree, differing, online, readable


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


def test_an_export_says_what_the_directory_says_online(directory_only, offline):
    assert differing(directory_only, offline, agree) == []
    for one, other in zip(directory_only.results, offline.results, strict=True):
        for question, found in slots(one).items():
            if isinstance(found, Observed):
                told = slots(other)[question]
                assert without_reasons(told) == without_reasons(found)


def without_reasons(item):
    """What is said, without why the rest is not: an export by hand knows neither reasons nor What-If."""
    by_archive = {"unread", "what_if", "what_if_asked"}
    return {k: v for k, v in item.details.items() if k not in by_archive and not k.endswith("_why")}


SMALL = {
    "version": 1,
    "tenants": [
        {
            "id": "11111111-2222-3333-4444-555555555555",
            "name": "Contoso",
            "domains": [{"name": "contoso.example"}],
            "apps": [{"app": "resco-mobile-crm"}],
            "grants": [{"app": "resco-mobile-crm", "all_users": True}],
        },
        {
            "id": "22222222-2222-3333-4444-555555555555",
            "name": "Fabrikam",
            "domains": [{"name": "fabrikam.example"}],
            "apps": [{"app": "resco-mobile-crm"}],
            "grants": [{"app": "resco-mobile-crm", "all_users": True}],
        },
    ],
    "users": [
        {"upn": "sync@contoso.example", "password": "Planted-secret-1"},
        {"upn": "sync@fabrikam.example", "password": "Planted-secret-2"},
    ],
    "environments": [
        {"host": "contoso.crm4.dynamics.com", "tenant": "contoso.example", "open_to_tenant": True},
        {"host": "fabrikam.crm4.dynamics.com", "tenant": "fabrikam.example", "open_to_tenant": True},
    ],
    "inventory": [
        {
            "account": f"sync@{name}.example",
            "environment": f"{name}.crm4.dynamics.com",
            "app": "resco-crm-sync",
        }
        for name in ("contoso", "fabrikam")
    ],
}


@pytest.fixture
def small():
    return readable(SMALL)


@pytest.fixture
def export(audit_world, small, tmp_path):
    """Contoso's directory, exported."""
    contoso = {**small, "tenants": small["tenants"][:1], "users": small["users"][:1]}
    contoso |= {"environments": small["environments"][:1], "inventory": small["inventory"][:1]}
    audit_world(contoso, directory=online(tmp_path / "contoso.zip"), passwords=False)
    return unpacked(tmp_path / "contoso.zip", tmp_path / "contoso")


def test_an_account_whose_directory_was_not_named_says_so(audit_world, small, export):
    audited = audit_world(small, directory=DirectoryChoice((export,)))
    assert all(isinstance(item, Observed) for item in slots(audited.result("sync@contoso.example")).values())
    unread = slots(audited.result("sync@fabrikam.example")).values()
    assert {(item.why, item.detail) for item in unread} == {
        (Why.DIRECTORY_NOT_READ, "none that was named is that of fabrikam.example")
    }


def test_an_export_that_does_not_say_whose_it_is_is_told_what_it_lacks(audit_world, small, tmp_path):
    folder = tmp_path / "nameless"
    folder.mkdir()
    context = "https://graph.microsoft.com/v1.0/$metadata#oauth2PermissionGrants"
    (folder / "grants.json").write_text(json.dumps({"@odata.context": context, "value": []}))
    audited = audit_world(small, directory=DirectoryChoice((folder,)))
    details = {item.detail for item in slots(audited.result("sync@contoso.example")).values()}
    assert details == {
        (
            "none that was named is that of contoso.example; nameless does not say whose it is:"
            " export organization or users as well"
        )
    }


def test_online_is_for_the_tenants_that_no_export_is_of(audit_world, small, export):
    audited = audit_world(small, directory=online(exports=[export]))
    sources = {
        result.case.account: {item.source for item in slots(result).values()} for result in audited.results
    }
    assert sources == {
        "sync@contoso.example": {"contoso"},
        "sync@fabrikam.example": {"22222222-2222-3333-4444-555555555555"},
    }
    asked = {request.path for request in audited.requests if request.host == "graph.microsoft.com"}
    assert asked


def test_each_tenant_is_signed_in_to_once(audit_world, small):
    small["inventory"] += [dict(row, app="resco-external-project") for row in small["inventory"]]
    audited = audit_world(small, directory=online(), passwords=False)
    forms = [
        one for one in audited.requests if one.method == "POST" and one.path.endswith("/oauth2/v2.0/token")
    ]
    assert len({one.path for one in forms}) == 2
    assert len(audited.results) == 4


def test_a_tenant_that_is_not_among_those_named_as_ours_is_not_signed_in_to(audit_world, small):
    scope = ScopeAnswer(frozenset({"contoso.example"}))
    audited = audit_world(small, directory=online(), passwords=False, scope=scope)
    unread = slots(audited.result("sync@fabrikam.example")).values()
    assert {(item.why, item.detail) for item in unread} == {(Why.NOT_AGREED, "tenant fabrikam.example")}
    assert isinstance(slots(audited.result("sync@contoso.example"))[Question.DIRECTORY_USER], Observed)


def test_an_administrator_who_is_refused_ends_nothing(audit_world, small):
    small["tenants"][1]["apps"][-1]["secret"] = "Planted-other-secret"
    audited = audit_world(small, directory=online())
    unread = slots(audited.result("sync@fabrikam.example"))[Question.DIRECTORY_ACCESS]
    assert unread.why is Why.DIRECTORY_NOT_READ
    assert "AADSTS7000215" in unread.detail
    assert audited.submissions == {"sync@contoso.example": 1, "sync@fabrikam.example": 1}


def test_of_an_account_in_one_tenant_and_an_environment_in_another_only_the_account_is_told(
    audit_world, small
):
    small["inventory"] = [dict(small["inventory"][0], environment="fabrikam.crm4.dynamics.com")]
    audited = audit_world(small, directory=online(), passwords=False)
    (result,) = audited.results
    assert {item.why for q, item in slots(result).items() if q in OF_CASES} == {Why.TENANTS_DISAGREE}
    assert not [one for one in audited.requests if one.host.startswith("graph")]


def test_an_account_is_told_by_the_directory_that_knows_it_whichever_case_comes_first(audit_world, small):
    host = "harrow.crm.microsoftdynamics.us"
    harrow = {"id": "33333333-2222-3333-4444-555555555555", "name": "Harrow", "cloud": "gcc-high"}
    small["tenants"].append(harrow | {"domains": [{"name": "harrow.example"}]})
    small["environments"].append({"host": host, "tenant": "harrow.example"})
    small["faults"] = [{"kind": "no-dns", "host": "login.microsoftonline.us"}]
    small["inventory"] = [dict(small["inventory"][0], environment=host), small["inventory"][0]]
    audited = audit_world(small, directory=online(), passwords=False)
    abroad, at_home = map(slots, audited.results)
    assert abroad[Question.DIRECTORY_USER] == at_home[Question.DIRECTORY_USER]
    assert at_home[Question.DIRECTORY_USER].details["found"] is True
    assert {abroad[question].why for question in OF_CASES} == {Why.TENANT_UNKNOWN}
    assert all(isinstance(at_home[question], Observed) for question in OF_CASES)


def test_what_may_not_be_read_reaches_the_evidence(audit_world, small):
    few = readable(SMALL, [name for name in READS if name != "AuditLog.Read.All"])
    audited = audit_world(few, directory=online(), passwords=False)
    details = slots(audited.result("sync@contoso.example"))[Question.DIRECTORY_USER].details
    assert details["mfa_registered"] == "unknown"
    assert any("AuditLog.Read.All" in line for line in details["unread"])


def test_no_secret_of_the_sign_in_stays_in_run_file_or_archive(audit_world, small, tmp_path):
    audited = audit_world(small, directory=online(tmp_path / "kept.zip"))
    audited.journal.close()
    kept = sorted(tmp_path.glob("kept*.zip"))
    assert [path.name for path in kept] == ["kept-22222222-2222-3333-4444-555555555555.zip", "kept.zip"]
    texts = [audited.journal.path.read_bytes()]
    for path in kept:
        assert path.stat().st_mode & 0o077 == 0
        with zipfile.ZipFile(path) as packed:
            texts += [packed.read(name) for name in packed.namelist()]
    assert not any(secret in text for text in texts for secret in (APP_SECRET.encode(), b"eyJ", b"Planted"))


def test_a_wrong_export_ends_the_run_before_it_began(audit_world, small, tmp_path):
    (tmp_path / "photos").mkdir()
    with pytest.raises(ExportError):
        audit_world(small, directory=DirectoryChoice((tmp_path / "photos",)))
    assert not list(tmp_path.rglob("*.audit-run"))


def test_where_nothing_could_be_reached_an_export_does_not_hide_it(audit_world, small, export):
    nowhere = {"proxy": "http://127.0.0.1:9"}
    audited = audit_world(small, directory=DirectoryChoice((export,)), passwords=False, door=nowhere)
    assert isinstance(slots(audited.result("sync@contoso.example"))[Question.DIRECTORY_ACCESS], Observed)
    code, reasons = verdict_of(Watched(audited.audit))
    assert (code, reasons[0]) == (4, "nothing could be reached: see the network, --proxy and --ca-bundle")


@pytest.mark.parametrize(
    ("way", "words"),
    [(Way.APP, f"the app {AUDITOR} signs in to read:"), (Way.BROWSER, "an administrator signs in")],
)
def test_a_plan_says_who_would_sign_in(way, words):
    (first, *_) = planned_lines(DirectoryChoice(online=True, client_id=AUDITOR, way=way))
    assert words in first
