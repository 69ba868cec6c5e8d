"""Going on with a run: what was sent stays sent, whatever happened to files and rows in the meantime."""

import contextlib
import itertools
import shutil
import sqlite3

import pytest

from auditor.journal import Journal
from auditor.journal.ledger import Ledger
from auditor.run.app_users import AppSignIns
from auditor.run.sessions import SignIns
from tests.cli.conftest import read_json

ENV = "contoso.crm4.dynamics.com"
SYNC, MFA, STALE = "sync@contoso.example", "mfa@contoso.example", ("a@contoso.example", "b@contoso.example")
OPTIONS = ("--yes", "--no-input", "--concurrency", 1, "--ledger", "attempts.ledger")


def rows(*given):
    lines = [
        f"{account},{ENV},{app},{where and 'env:CLI_TEST_' + str(where)}" for account, app, where in given
    ]
    return "\n".join(["account,environment,app,credential", *lines])


PROJECT, SYNC_APP = "resco-external-project", "resco-crm-sync"


@pytest.fixture
def world(world):
    """Also two accounts whose password is another one than the inventory has."""
    world["users"] += [{"upn": upn, "password": f"Tin-whistle-{n}"} for n, upn in enumerate(STALE)]
    return world


@pytest.fixture
def broken_off(auditor, through, monkeypatch, tmp_path):
    """Audit rows until Ctrl-C comes after so many sessions; returns the inventory and the run file."""

    def run(given, sessions, *options, name="report"):
        inventory = tmp_path / f"{name}.csv"
        inventory.write_text(rows(*given), encoding="utf-8")
        counted, whole = itertools.count(), SignIns.session

        def session(self, plan):
            if next(counted) >= sessions:
                raise KeyboardInterrupt
            return whole(self, plan)

        with monkeypatch.context() as patched:
            patched.setattr(SignIns, "session", session)
            auditor("audit", inventory, *through, *OPTIONS, "--output", f"{name}.json", *options)
        (found,) = tmp_path.glob(f"{name}-*.audit-run")
        return inventory, found

    return run


def said(path):
    """What a report says of each case's password: codes, why not, or token."""
    return {
        (case["account"], case["app"]["name"]): one.get("not_observed") or one["answer"]["codes"] or "token"
        for case in read_json(path)["cases"]
        for one in case["evidence"]
        if one["question"] == "password"
    }


def test_answers_of_earlier_runs_count_for_nothing_when_a_run_goes_on(
    auditor, lab, through, broken_off, tmp_path
):
    refused = [(account, PROJECT, 1) for account in STALE]
    broken_off(refused, 9, name="first")
    _, run = broken_off([*refused, (SYNC, PROJECT, 1), (MFA, PROJECT, 2)], 1, "--breaker", 2)
    done = auditor("audit", "--resume", run, *through)
    assert "stopped by the breaker" not in done.err
    assert said(tmp_path / "report.json")[(MFA, PROJECT)] == [50076]
    assert set(lab.submissions.values()) == {1}


def test_a_case_of_an_earlier_answer_says_it_once_after_going_on(auditor, through, broken_off, tmp_path):
    broken_off([(STALE[0], PROJECT, 1)], 9, name="first")
    _, run = broken_off([(STALE[0], PROJECT, 1), (SYNC, PROJECT, 1)], 0)
    auditor("audit", "--resume", run, *through)
    (case,) = [one for one in read_json(tmp_path / "report.json")["cases"] if one["account"] == STALE[0]]
    assert [one["question"] for one in case["evidence"]].count("password") == 1
    assert "answer-is-from-an-earlier-run" in {one["rule"] for one in case["findings"]}


@pytest.mark.parametrize("ledger", ["kept", "gone"])
def test_a_credential_that_was_taken_out_undoes_nothing_that_was_sent(
    auditor, lab, through, broken_off, tmp_path, ledger
):
    given = [(STALE[0], PROJECT, 1), (STALE[0], SYNC_APP, 1), (STALE[1], PROJECT, 1), (SYNC, PROJECT, 1)]
    inventory, run = broken_off(given, 1, "--breaker", 2)
    ((_, first),) = [key for key, seen in said(tmp_path / "report.json").items() if seen == [50126]]
    changed = [(account, app, "" if (account, app) == (STALE[0], first) else n) for account, app, n in given]
    inventory.write_text(rows(*changed), encoding="utf-8")
    if ledger == "gone":
        (tmp_path / "attempts.ledger").unlink()
    done = auditor("audit", "--resume", run, *through)
    assert lab.submissions == {STALE[0]: 1, STALE[1]: 1}
    assert "2 refusals in a row" in done.err
    assert said(tmp_path / "report.json")[(STALE[0], first)] == [50126]


def test_an_older_copy_of_a_run_file_does_not_send_again_what_the_ledger_knows_was_begun(
    auditor, lab, through, broken_off, tmp_path
):
    _, run = broken_off([(SYNC, PROJECT, 1), (MFA, PROJECT, 2)], 1)
    shutil.copy(run, tmp_path / "older")
    with contextlib.closing(Journal.open(run)) as journal:
        begun = [case for case in journal.cases() if case.account == MFA]
        name = journal.header.run.id
    with sqlite3.connect(tmp_path / "attempts.ledger") as db:  # as a killed run leaves it
        db.execute(
            'INSERT INTO attempts (account, "case", run, at, vantage, scheme, version)'
            " VALUES (?, ?, ?, '2026-01-02T03:04:05+00:00', '[\"\",\"\"]', 'env', '')",
            (MFA, str(begun[0].key), name),
        )
    db.close()
    shutil.copy(tmp_path / "older", run)
    auditor("audit", "--resume", run, *through)
    assert lab.submissions == {SYNC: 1}
    report = read_json(tmp_path / "report.json")
    (case,) = [one for one in report["cases"] if one["account"] == MFA]
    (password,) = [one for one in case["evidence"] if one["question"] == "password"]
    assert password["at"].startswith("2026-01-02T03:04:05")
    assert password["answer"]["failure"] == "connection broken"
    with contextlib.closing(Ledger.open(tmp_path / "attempts.ledger")) as ledger:
        assert [one.outcome for one in ledger.refusals(MFA)] == ["outcome_unknown"]
        assert ledger.unended(name) == ()


DAMAGE = {
    "header": "UPDATE header SET value = substr(value, 1, 20) WHERE key = 'run'",
    "no header": "DELETE FROM header WHERE key = 'run'",
    "row": "UPDATE cases SET data = substr(data, 1, 30)",
    "word": "UPDATE evidence SET data = replace(data, 'ropc', 'rXpc') WHERE kind = 'case'",
    "answer": "UPDATE evidence SET data = substr(data, 1, 30) WHERE question = 'password'",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("command", [("audit", "--resume"), ("report", "--output", "new.json")])
def test_a_run_file_with_a_row_that_nobody_understands_is_an_error_with_advice_and_stays(
    auditor, lab, through, broken_off, damage, command
):
    _, run = broken_off([(SYNC, PROJECT, 1), (MFA, PROJECT, 2)], 1)
    with sqlite3.connect(run) as db:
        db.execute(DAMAGE[damage])
    db.close()
    done = auditor(*command, run, *(through if command[0] == "audit" else ()))
    assert done.code == 1
    assert f"error: the run file {run.name} " in done.err
    assert "advice: keep it" in done.err
    assert run.exists()
    assert set(lab.submissions) == {SYNC}


APP = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"
SECRET = "Copper-lantern-31"


@pytest.fixture
def application(world, monkeypatch):
    """An application that may sign in to one of two environments; its secret is in CLI_TEST_APP."""
    world["tenants"][0]["apps"].append({"app": APP, "secret": SECRET})
    (first,) = world["environments"]
    first["application_users"] = [{"app": APP}]
    world["environments"].append({**first, "host": "contoso-two.crm4.dynamics.com"})
    monkeypatch.setenv("CLI_TEST_APP", SECRET)


def app_rows(*hosts):
    header = "account;environment;app;credential;expected\n"
    return header + "".join(
        f"job@contoso.example;{host};{APP};env:CLI_TEST_APP;application\n" for host in hosts
    )


@pytest.mark.parametrize("right", [True, False])
def test_an_application_that_has_signed_in_is_not_asked_again_when_a_run_goes_on(
    application, auditor, lab, through, monkeypatch, tmp_path, right
):
    inventory = tmp_path / "apps.csv"
    inventory.write_text(
        app_rows("contoso.crm4.dynamics.com", "contoso-two.crm4.dynamics.com"), encoding="utf-8"
    )
    monkeypatch.setenv("CLI_TEST_APP", SECRET if right else "Wrong-lantern-1")
    counted, whole = itertools.count(), AppSignIns._session

    def session(self, plan, refused):
        if next(counted):
            raise KeyboardInterrupt
        return whole(self, plan, refused)

    with monkeypatch.context() as patched:
        patched.setattr(AppSignIns, "_session", session)
        done = auditor("audit", inventory, *through, *OPTIONS, "--output", "apps.json")
    assert done.code == 4
    (run,) = tmp_path.glob("apps-*.audit-run")
    again = auditor("audit", "--resume", run, *through, "--contract")
    assert again.code == (0 if right else 10), again.err
    tokens = [seen for seen in lab.requests if seen.path.endswith("/token")]
    assert len(tokens) == (2 if right else 1)  # what was refused before the break is not sent for the second
    cases = read_json(tmp_path / "apps.json")["cases"]
    assert [case["contract"]["state"] for case in cases] == (
        ["met", "met"] if right else ["broken", "unanswered"]
    )
