"""`auditor audit --resume RUN`, and the options about refused accounts and the breaker."""

import itertools

import pytest

from auditor.journal import Journal
from auditor.journal.lock import Held
from auditor.run.sessions import SignIns
from tests.cli.conftest import ROWS, read_json

AGREED = ("--yes", "--no-input", "--output", "report.json")


def run_files(folder):
    return sorted(folder.glob("*.audit-run"))


@pytest.fixture
def interrupted(auditor, inventory, through, monkeypatch, tmp_path):
    """A run that Ctrl-C ended before its second account, and how the command ended."""
    sessions = itertools.count()
    whole = SignIns.session

    def session(self, plan):
        if next(sessions):
            raise KeyboardInterrupt
        return whole(self, plan)

    with monkeypatch.context() as patched:
        patched.setattr(SignIns, "session", session)
        done = auditor("audit", inventory, *through, *AGREED, "--concurrency", 1)
    (run,) = run_files(tmp_path)
    return run, done


def passwords_in(path):
    return {case["account"]: slot(case) for case in read_json(path)["cases"]}


def slot(case):
    (found,) = [item for item in case["evidence"] if item["question"] == "password"]
    return found.get("not_observed") or found["answer"]["codes"] or "token"


def test_an_interrupted_run_goes_on_and_sends_nothing_twice(auditor, lab, through, interrupted, tmp_path):
    run, done = interrupted
    assert done.code == 4
    assert passwords_in(tmp_path / "report.json")["mfa@contoso.example"] == "interrupted"
    again = auditor("audit", "--resume", run, *through)
    assert again.code == 0, again.err
    assert lab.submissions == {"sync@contoso.example": 1, "mfa@contoso.example": 1}
    assert run_files(tmp_path) == [run]
    assert passwords_in(tmp_path / "report.json") == {
        "sync@contoso.example": "token",
        "mfa@contoso.example": [50076],
        "person@contoso.example": "not asked",
    }


def test_a_run_is_named_by_its_id_and_its_report_may_go_elsewhere(auditor, through, interrupted, tmp_path):
    run, _ = interrupted
    journal = Journal.open(run)
    name = journal.header.run.id
    journal.close()
    done = auditor("audit", "--resume", name, *through, "--output", "other.json")
    assert done.code == 0, done.err
    assert (tmp_path / "other.json").exists()


def test_a_run_that_is_through_is_written_anew_without_a_question_to_anybody(
    auditor, lab, through, interrupted
):
    run, _ = interrupted
    auditor("audit", "--resume", run, *through)
    before = len(lab.requests)
    assert auditor("audit", "--resume", run, *through).code == 0
    assert len(lab.requests) == before


@pytest.mark.parametrize(
    "option",
    [
        ("--people-passwords",),
        ("--no-passwords",),
        ("--check-table", "contact"),
        ("--shard", "1/2"),
        ("--skip-invalid",),
        ("--sheet", "Other"),
        ("--retry", "mfa@contoso.example"),
        ("--retry-refused",),
    ],
)
def test_what_shaped_a_run_cannot_be_changed_half_way(auditor, through, lab, interrupted, option):
    run, _ = interrupted
    done = auditor("audit", "--resume", run, *through, *option)
    assert done.code == 2
    assert f"{option[0]}" in done.err
    assert "cannot be given with --resume" in done.err
    assert "mfa@contoso.example" not in lab.submissions


def test_a_changed_inventory_is_not_gone_on_with(auditor, through, lab, interrupted, inventory):
    run, _ = interrupted
    before = run.read_bytes()
    inventory.write_text(ROWS.replace("mfa@", "new@"), encoding="utf-8")
    done = auditor("audit", "--resume", run, *through)
    assert done.code == 2
    assert "1 case is gone, 1 is new" in done.err
    assert run.read_bytes() == before
    assert set(lab.submissions) == {"sync@contoso.example"}


def test_an_inventory_that_was_moved_is_named(auditor, through, interrupted, inventory, tmp_path):
    run, _ = interrupted
    inventory.rename(tmp_path / "moved.csv")
    assert auditor("audit", "--resume", run, *through).code == 2
    assert auditor("audit", "moved.csv", "--resume", run, *through).code == 0


def test_a_run_that_somebody_writes_is_left_alone(auditor, through, interrupted):
    run, _ = interrupted
    held = Held(run)
    try:
        done = auditor("audit", "--resume", run, *through)
    finally:
        held.release()
    assert done.code == 1
    assert "is being written by another process" in done.err


def test_a_simulated_run_is_not_gone_on_with(auditor, tmp_path):
    auditor("demo", "--world", "breaker", "--output", tmp_path / "demo")
    (run,) = run_files(tmp_path / "demo")
    done = auditor("audit", "--resume", run)
    assert done.code == 2
    assert "cannot be gone on with" in done.err


def test_without_inventory_and_run_there_is_nothing_to_audit(auditor):
    done = auditor("audit")
    assert done.code == 2
    assert "--resume RUN" in done.err


STALE = """account,environment,app,credential
a@contoso.example,contoso.crm4.dynamics.com,resco-external-project,env:CLI_TEST_1
b@contoso.example,contoso.crm4.dynamics.com,resco-external-project,env:CLI_TEST_1
c@contoso.example,contoso.crm4.dynamics.com,resco-external-project,env:CLI_TEST_1
"""


@pytest.fixture
def world(world):
    """Also three accounts whose password is another one than the inventory has."""
    world["users"] += [
        {"upn": f"{name}@contoso.example", "password": f"Tin-whistle-{name}"} for name in ("a", "b", "c")
    ]
    return world


@pytest.fixture
def stale(tmp_path):
    path = tmp_path / "stale.csv"
    path.write_text(STALE, encoding="utf-8")
    return path


def test_a_breaker_of_two_stops_at_the_second_refusal_and_stays_so_until_a_limit_is_named(
    auditor, lab, through, stale, tmp_path
):
    done = auditor("audit", stale, *through, *AGREED, "--breaker", 2, "--concurrency", 1)
    assert done.code == 4
    assert "2 refusals in a row" in done.err
    (run,) = run_files(tmp_path)
    assert auditor("audit", "--resume", run, *through).code == 4
    assert sum(lab.submissions.values()) == 2
    assert auditor("audit", "--resume", run, *through, "--breaker", 2).code == 0
    assert lab.submissions == {f"{name}@contoso.example": 1 for name in ("a", "b", "c")}


def test_the_breaker_is_off_only_for_who_accepts_locked_accounts(auditor, lab, through, stale):
    done = auditor("audit", stale, *through, *AGREED, "--breaker", "off")
    assert done.code == 2
    assert "--yes-lock-accounts" in done.err
    assert lab.requests == []
    assert auditor("audit", stale, *through, *AGREED, "--breaker", "off", "--yes-lock-accounts").code == 0


@pytest.mark.parametrize("limit", ["0", "-1", "many", "2.5"])
def test_a_breaker_that_is_no_number_is_a_usage_error(auditor, stale, limit):
    done = auditor("audit", stale, *AGREED, f"--breaker={limit}")
    assert done.code == 2
    assert "--breaker takes a number of refusals, or off" in done.err


def test_a_refused_account_is_held_until_it_is_named_and_the_note_says_who_counts_twice(
    auditor, lab, through, stale
):
    def audit(*options):
        return auditor("audit", stale, *through, *AGREED, "--breaker", 9, *options)

    audit()
    audit()
    assert lab.submissions == {f"{name}@contoso.example": 1 for name in ("a", "b", "c")}
    done = audit("--retry", "A@contoso.example", "--retry", "nobody@contoso.example")
    assert "pass-through authentication and AD FS" in done.err.replace("\n", " ")
    assert "nobody@contoso.example" in done.err
    assert lab.submissions["a@contoso.example"] == 2
    assert lab.submissions["b@contoso.example"] == 1
    audit("--retry-refused")
    assert lab.submissions == {f"{name}@contoso.example": n for name, n in (("a", 3), ("b", 2), ("c", 2))}


def test_the_ledger_is_where_it_was_said_to_be(auditor, lab, through, stale, tmp_path):
    auditor("audit", stale, *through, *AGREED, "--ledger", tmp_path / "mine.ledger")
    assert (tmp_path / "mine.ledger").exists()
    auditor("audit", stale, *through, *AGREED, "--ledger", tmp_path / "other.ledger")
    assert set(lab.submissions.values()) == {2}


def test_a_run_without_passwords_needs_no_ledger(auditor, through, stale, tmp_path):
    blocked = tmp_path / "blocked.ledger"
    blocked.write_text("no ledger", encoding="utf-8")
    assert auditor("audit", stale, *through, *AGREED, "--ledger", blocked).code == 2
    assert auditor("audit", stale, *through, *AGREED, "--ledger", blocked, "--no-passwords").code == 0


def test_a_plan_names_the_accounts_that_are_held_back_and_asks_nobody(auditor, lab, through, stale):
    assert "not sent again" not in auditor("plan", stale).out
    auditor("audit", stale, *through, *AGREED, "--breaker", 9)
    before = len(lab.requests)
    told = auditor("plan", stale).out
    assert "refused by an earlier run (--retry UPN, once it is corrected): 3" in told
    assert "  a@contoso.example: wrong_password on " in told
    assert len(lab.requests) == before


def test_a_shard_misses_no_account_to_retry_that_belongs_to_another(auditor, through, stale):
    named = [option for name in ("a", "b", "c") for option in ("--retry", f"{name}@contoso.example")]
    for shard in ("1/2", "2/2"):
        done = auditor("audit", stale, *through, *AGREED, *named, "--shard", shard)
        assert "to be tried again" not in done.err
