"""The ledger: what was refused is held, what was proven is forgotten, and of two who would send, one does."""

import contextlib
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from auditor.errors import HeldElsewhere
from auditor.journal.attempts import UNKNOWN, CredentialVersion, Settled
from auditor.journal.ledger import Ledger
from auditor.journal.lock import Held
from auditor.model import Answer, Failure, Flow, Leg, Observed, Question, Vantage
from auditor.model import evidence as about

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
SYNC = "sync@contoso.example"
CASE, OTHER = f"{SYNC} | app | contoso.crm4.dynamics.com", f"{SYNC} | app | fabrikam.crm4.dynamics.com"
OFFICE = Vantage("office")
ENV = CredentialVersion("env")
REFUSALS = [Settled.REFUSED_ACCOUNT, Settled.REFUSED_CASE]


def wrong(case=CASE, at=LATER, code=50126):
    answer = Answer(Flow.ROPC, Leg.TOKEN, codes=(code,), sent=True, correlation_id="c-1")
    return Observed(about.case(case), Question.PASSWORD, at, "login.microsoftonline.com", OFFICE, answer)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "attempts.ledger"


@pytest.fixture
def ledger(path):
    with contextlib.closing(Ledger.open(path)) as ledger:
        yield ledger


def intend(ledger, case=CASE, run="run-1", credential=ENV, released=(), at=NOW):
    ledger.intend(SYNC, case, run, credential, at, OFFICE, released)


def attempt(ledger, kind, case=CASE, run="run-1", at=LATER, **intended):
    intend(ledger, case, run, **intended)
    ledger.settle(SYNC, case, run, wrong(case, at), "wrong_password", kind)


def released(ledger):
    return [one.id for one in ledger.refusals(SYNC)]


def held_cases(ledger):
    return [one.case for one in ledger.refusals(SYNC)]


def test_nothing_speaks_against_an_account_that_nobody_tried(ledger):
    assert ledger.refusals(SYNC) == ()


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_comes_back_whole_with_its_answer_and_the_credentials_version(ledger, kind):
    version = CredentialVersion("file", "00000001763800000000")
    attempt(ledger, kind, credential=version)
    (one,) = ledger.refusals(SYNC)
    assert (one.account, one.case, one.run) == (SYNC, CASE, "run-1")
    assert (one.evidence, one.outcome, one.credential, one.ended) == (
        wrong(),
        "wrong_password",
        version,
        True,
    )
    assert one.whole_account is (kind is Settled.REFUSED_ACCOUNT)


def test_accounts_are_the_same_whatever_their_case(ledger):
    ledger.settle(SYNC.upper(), CASE, "run-1", wrong(), "wrong_password", Settled.REFUSED_ACCOUNT)
    assert len(ledger.refusals(SYNC.title())) == 1
    with pytest.raises(HeldElsewhere):
        intend(ledger, run="run-2")
    ledger.intend("B@contoso.example", "b", "run-1", ENV, NOW, OFFICE)
    with pytest.raises(HeldElsewhere):
        ledger.intend("b@contoso.example", "b", "run-2", ENV, NOW, OFFICE)


def test_an_intent_whose_run_never_said_how_it_ended_reads_as_outcome_unknown(ledger):
    intend(ledger)
    (one,) = ledger.refusals(SYNC)
    assert (one.outcome, one.ended, one.whole_account) == (UNKNOWN, False, True)
    assert (one.evidence.at, one.evidence.vantage, one.evidence.subject) == (NOW, OFFICE, about.case(CASE))
    answer = one.evidence.answer
    assert (answer.failure, answer.sent) == (Failure.RESET, True)
    assert "run-1" in answer.text


def test_a_refused_account_is_not_tried_again_in_any_of_its_cases(ledger):
    attempt(ledger, Settled.REFUSED_ACCOUNT)
    for case in (CASE, OTHER):
        with pytest.raises(HeldElsewhere, match="run run-1 already sent a password of sync"):
            intend(ledger, case, "run-2")
    assert len(ledger.refusals(SYNC)) == 1


def test_a_refused_case_holds_that_case_alone(ledger):
    attempt(ledger, Settled.REFUSED_CASE)
    intend(ledger, OTHER, "run-2")
    with pytest.raises(HeldElsewhere):
        intend(ledger, CASE, "run-2")


def test_an_attempt_whose_end_is_unknown_holds_the_account(ledger):
    intend(ledger)
    with pytest.raises(HeldElsewhere, match=UNKNOWN):
        intend(ledger, OTHER, "run-2")


def test_an_account_is_held_from_the_run_itself_as_well(ledger):
    attempt(ledger, Settled.REFUSED_ACCOUNT)
    with pytest.raises(HeldElsewhere):
        intend(ledger)


@pytest.mark.parametrize("kind", [Settled.PROVEN, Settled.NOT_REFUSED])
def test_a_good_answer_forgets_what_held_the_account_and_this_case(ledger, kind):
    attempt(ledger, Settled.REFUSED_ACCOUNT)
    attempt(ledger, Settled.REFUSED_CASE, OTHER, released=released(ledger))
    attempt(ledger, kind, CASE, "run-2", released=released(ledger))
    assert held_cases(ledger) == [OTHER]
    attempt(ledger, kind, OTHER, "run-2", released=released(ledger))
    assert held_cases(ledger) == []


@pytest.mark.parametrize("kind", [Settled.PROVEN, Settled.NOT_REFUSED])
def test_a_good_answer_to_one_case_forgets_that_another_held_the_account(ledger, kind):
    attempt(ledger, Settled.REFUSED_ACCOUNT)
    attempt(ledger, kind, OTHER, "run-2", released=released(ledger))
    assert held_cases(ledger) == []


def test_a_second_refusal_takes_the_place_of_the_first(ledger):
    attempt(ledger, Settled.REFUSED_ACCOUNT)
    (first,) = ledger.refusals(SYNC)
    attempt(ledger, Settled.REFUSED_ACCOUNT, run="run-2", released=[first.id], at=LATER + timedelta(days=1))
    (second,) = ledger.refusals(SYNC)
    assert second.run == "run-2"
    assert second.id != first.id


def test_where_nothing_left_the_intent_is_forgotten_and_what_was_known_stays(ledger):
    attempt(ledger, Settled.REFUSED_ACCOUNT)
    before = ledger.refusals(SYNC)
    attempt(ledger, Settled.NOTHING_LEFT, run="run-2", released=released(ledger))
    assert ledger.refusals(SYNC) == before


def test_a_release_covers_what_was_seen_and_nothing_that_came_since(ledger):
    attempt(ledger, Settled.REFUSED_ACCOUNT)
    seen = released(ledger)
    attempt(ledger, Settled.REFUSED_ACCOUNT, run="run-2", released=seen)
    with pytest.raises(HeldElsewhere, match="run-2"):
        intend(ledger, run="run-3", released=seen)


def test_refusals_come_newest_first(ledger):
    attempt(ledger, Settled.REFUSED_ACCOUNT)
    attempt(ledger, Settled.REFUSED_ACCOUNT, OTHER, released=released(ledger), at=NOW + timedelta(days=1))
    assert held_cases(ledger) == [OTHER, CASE]


@pytest.mark.parametrize("kind", [Settled.PROVEN, Settled.REFUSED_ACCOUNT])
def test_a_run_that_is_resumed_late_forgets_nothing_that_others_saw_after_it(ledger, kind):
    attempt(ledger, Settled.REFUSED_ACCOUNT, run="run-2", at=LATER + timedelta(days=1))
    ledger.settle(SYNC, CASE, "run-1", wrong(), "wrong_password", kind)
    assert "run-2" in [one.run for one in ledger.refusals(SYNC)]


def test_a_resumed_run_says_how_its_own_intent_ended(ledger, path):
    intend(ledger, credential=CredentialVersion("file", "1"))
    with contextlib.closing(Ledger.open(path)) as resumed:
        resumed.settle(
            SYNC, CASE, "run-1", wrong(at=NOW - timedelta(days=1)), UNKNOWN, Settled.REFUSED_ACCOUNT
        )
        (one,) = resumed.refusals(SYNC)
        assert (one.ended, one.credential) == (True, CredentialVersion("file", "1"))
        resumed.settle(SYNC, CASE, "run-1", wrong(), "token_issued", Settled.PROVEN)
        assert resumed.refusals(SYNC) == ()


def test_what_is_settled_is_on_disk_with_the_next_intent(ledger, path):
    attempt(ledger, Settled.REFUSED_CASE)
    intend(ledger, OTHER)
    with contextlib.closing(Ledger.open(path)) as other:
        assert sorted(one.ended for one in other.refusals(SYNC)) == [False, True]


def test_many_accounts_are_looked_up_at_once(ledger):
    for number in range(0, 1200, 100):
        name = f"u{number}@contoso.example"
        ledger.settle(name, f"{name} | a | e", "r", wrong(), "wrong_password", Settled.REFUSED_ACCOUNT)
    found = ledger.held(f"U{number}@contoso.example" for number in range(1200))
    assert sorted(found) == sorted(f"u{number}@contoso.example" for number in range(0, 1200, 100))
    assert all(len(one) == 1 for one in found.values())


def test_while_another_living_run_sends_for_an_account_no_release_helps(path, tmp_path):
    living = {tmp_path / "first.audit-run"}
    ledger = Ledger.open(path)
    ledger._alive = living.__contains__
    with contextlib.closing(ledger):
        ledger.register("run-1", tmp_path / "first.audit-run", NOW, "accounts.csv")
        intend(ledger)
        with pytest.raises(HeldElsewhere, match="run run-1 is sending a password of sync"):
            intend(ledger, OTHER, "run-2", released=released(ledger))
        living.clear()
        intend(ledger, OTHER, "run-2", released=released(ledger))


def test_a_run_does_not_stand_in_its_own_way_for_being_alive(path, tmp_path):
    ledger = Ledger.open(path)
    ledger._alive = lambda _: True
    with contextlib.closing(ledger):
        ledger.register("run-1", tmp_path / "first.audit-run", NOW, "accounts.csv")
        intend(ledger)
        intend(ledger, OTHER, released=released(ledger))


def test_a_run_counts_as_living_while_its_file_is_being_written(ledger, tmp_path):
    file = tmp_path / "first.audit-run"
    ledger.register("run-1", file, NOW, "accounts.csv")
    intend(ledger)
    held = Held(file)
    with pytest.raises(HeldElsewhere, match="now"):
        intend(ledger, run="run-2", released=released(ledger))
    held.release()
    intend(ledger, run="run-2", released=released(ledger))


def test_of_two_ledgers_that_would_send_at_once_one_does(path):
    ledgers = [Ledger.open(path) for _ in range(2)]
    accounts = [f"u{number}@contoso.example" for number in range(50)]
    sent = []

    def run(name, ledger):
        for account in accounts:
            with contextlib.suppress(HeldElsewhere):
                ledger.intend(account, f"{account} | a | e", name, ENV, NOW, OFFICE)
                sent.append(account)

    threads = [threading.Thread(target=run, args=(f"run-{n}", one)) for n, one in enumerate(ledgers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in ledgers:
        one.close()
    assert sorted(sent) == sorted(accounts)


def test_runs_are_known_newest_first_and_where_they_were_last(ledger, tmp_path):
    ledger.register("a", tmp_path / "a.audit-run", NOW, "a.csv")
    ledger.register("b", tmp_path / "b.audit-run", LATER, "b.csv")
    ledger.register("a", tmp_path / "moved.audit-run", NOW, "a.csv")
    assert [(one.id, one.path.name, one.started, one.source) for one in ledger.known()] == [
        ("b", "b.audit-run", LATER, "b.csv"),
        ("a", "moved.audit-run", NOW, "a.csv"),
    ]


KILLED = """
import os, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from auditor.journal.attempts import CredentialVersion
from auditor.journal.ledger import Ledger
from auditor.journal.lock import Held
from auditor.model import Vantage
ledger = Ledger.open(Path(sys.argv[1]))
def run(name):
    for number in range(100_000):
        account = f"u{name}-{number}@contoso.example"
        ledger.intend(account, account, "run-1", CredentialVersion("env"), datetime.now(UTC), Vantage())
        os.write(1, f"{account}\\n".encode())
for name in range(4):
    threading.Thread(target=run, args=(name,)).start()
"""


def test_an_intent_that_was_reported_as_written_survives_a_kill(path):
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        reported = [process.stdout.readline() for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        reported += process.stdout.readlines()
    accounts = {line.strip() for line in reported if line.endswith("\n")}
    with contextlib.closing(Ledger.open(path)) as ledger:
        assert set(ledger.held(accounts)) == accounts
