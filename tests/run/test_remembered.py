"""What earlier runs were told: nothing that was refused is sent again until somebody says so (issue 4)."""

import hashlib
import os
import sqlite3
from contextlib import closing

import pytest
import yaml

from auditor.gate import BreakerLimits
from auditor.journal.attempts import Settled
from auditor.model import Axis, Confidence, Known, Mark, NotObserved, Observed, Question, Reading, Why
from auditor.run.interface import Retry
from auditor.run.remembered import settled
from auditor.secrets import trace
from tests.run.test_guards import ENV, FED, FED_ENV, JOB, a_world, row, slot

OTHER = "other@contoso.example"


@pytest.fixture
def again(audit_world, tmp_path):
    """Audit a world with one ledger for all calls."""
    return lambda data, **settings: audit_world(data, ledger=tmp_path / "attempts.ledger", **settings)


def finding_ids(result):
    return {finding.rule for finding in result.findings}


def test_a_wrong_password_is_not_sent_by_a_later_run_and_the_earlier_answer_counts_dated(again):
    world = a_world(row(believes="wrong"), row(OTHER, app="resco-crm-sync"))
    first = again(world)
    assert first.submissions == {JOB: 1, OTHER: 1}
    second = again(world)
    assert second.submissions == {OTHER: 1}
    before, after = slot(first.result(JOB)), slot(second.result(JOB))
    assert (after.at, after.answer) == (before.at, before.answer)
    assert second.result(JOB).verdicts == first.result(JOB).verdicts
    assert finding_ids(second.result(JOB)) == finding_ids(first.result(JOB)) | {
        "answer-is-from-an-earlier-run"
    }
    (told,) = [f for f in second.result(JOB).findings if f.rule == "answer-is-from-an-earlier-run"]
    assert f"{before.at:%Y-%m-%d %H:%M:%S}" in told.what
    assert "--retry" in told.fixes[0].command


@pytest.mark.parametrize("retry", [Retry(frozenset({JOB})), Retry(everything=True)])
def test_a_named_account_is_tried_once_more_and_then_held_again(again, retry):
    world = a_world(row(believes="wrong"))
    assert again(world).submissions == {JOB: 1}
    assert again(world, retry=retry).submissions == {JOB: 1}
    assert again(world).submissions == {}


def test_naming_another_account_releases_nothing(again):
    world = a_world(row(believes="wrong"))
    again(world)
    assert again(world, retry=Retry(frozenset({OTHER}))).submissions == {}


def test_a_password_that_is_right_after_a_retry_is_sent_by_later_runs(again):
    again(a_world(row(believes="wrong")))
    right = a_world(row())
    assert again(right, retry=Retry(frozenset({JOB}))).submissions == {JOB: 1}
    assert again(right).submissions == {JOB: 1}


WRONG_ONE, WRONG_TWO = "Neither-this-one-1", "Nor-that-one-2"


@pytest.fixture
def one_salt(monkeypatch):
    """Traces under one salt: with another each time, one changed password of 256 would not be noticed."""
    made = []
    monkeypatch.setattr(trace, "_new_salt", lambda: made.append(1) or bytes(16))
    return made


def test_a_password_that_was_changed_is_sent_by_the_next_run_without_a_word_from_anybody(again, one_salt):
    wrong, right = a_world(row(believes="wrong")), a_world(row())
    assert again(wrong).submissions == {JOB: 1}
    assert again(wrong).submissions == {}
    green = again(right)
    assert green.submissions == {JOB: 1}
    assert green.result(JOB).facts["sign_in"].value == "token_issued"
    assert len(one_salt) == 1  # of a password that was not refused there is none, not even for a while
    assert again(right).submissions == {JOB: 1}


def test_another_wrong_password_is_sent_once_and_then_held(again, one_salt):
    first, second = a_world(row(password=WRONG_ONE)), a_world(row(password=WRONG_TWO))
    assert [again(world).submissions for world in (first, second, second, first)] == [
        {JOB: 1},
        {JOB: 1},
        {},
        {JOB: 1},  # the ledger knows the last refused one alone
    ]


def test_a_changed_password_releases_all_cases_of_the_account(again, one_salt):
    rows = [{"app": "resco-external-project"}, {"app": "resco-crm-sync"}]
    assert again(a_world(*(row(password=WRONG_ONE, **one) for one in rows))).submissions == {JOB: 1}
    assert again(a_world(*(row(**one) for one in rows))).submissions == {JOB: 2}


def test_behind_a_federation_server_a_changed_password_is_sent_once_too(again, one_salt):
    assert again(a_world(row(FED, FED_ENV, believes="wrong"))).submissions == {FED: 1}
    assert again(a_world(row(FED, FED_ENV))).submissions == {FED: 1}


def test_an_attempt_from_before_there_were_traces_is_held_as_it_was(again, tmp_path, one_salt):
    again(a_world(row(password=WRONG_ONE)))
    with closing(sqlite3.connect(tmp_path / "attempts.ledger")) as ledger:
        ledger.execute("UPDATE attempts SET scheme = '', version = ''")
        ledger.commit()
    assert again(a_world(row())).submissions == {}
    assert again(a_world(row()), retry=Retry(frozenset({JOB}))).submissions == {JOB: 1}


def test_of_passwords_that_were_not_refused_there_is_no_trace_and_of_others_one_byte(again, tmp_path):
    world = a_world(row(password=WRONG_ONE), row(OTHER, app="resco-crm-sync"))
    again(world)
    with closing(sqlite3.connect(tmp_path / "attempts.ledger")) as ledger:
        rows = list(ledger.execute("SELECT account, scheme, version FROM attempts"))
    assert [(account, scheme) for account, scheme, _ in rows] == [(JOB, "env")]
    name, salt, byte = rows[0][2].split(":")
    assert (name, len(bytes.fromhex(salt)), len(bytes.fromhex(byte))) == ("scrypt", 16, 1)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("attempts.ledger*"))
    whole = hashlib.scrypt(WRONG_ONE.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32)
    assert whole[:1].hex() == byte
    for password in (WRONG_ONE, world["users"][1]["password"]):
        assert password.encode() not in kept
        for digest in (whole, *(hashlib.new(name, password.encode()).digest() for name in ("sha256", "md5"))):
            assert digest[:4] not in kept
            assert digest[:4].hex().encode() not in kept


def fault(**parts):
    return {"leg": "token", "account": JOB, **parts}


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"faults": [fault(kind="reset")]}, "outcome_unknown"),
        ({"faults": [fault(kind="throttled")]}, "throttled"),
    ],
)
def test_whatever_does_not_speak_for_the_password_holds_the_account(again, change, outcome):
    first = again(a_world(row(), **change))
    assert first.result(JOB).facts["sign_in"].value == outcome
    assert again(a_world(row())).submissions == {}


def test_a_refusal_by_a_federation_server_is_not_repeated(again):
    world = a_world(row(FED, FED_ENV, believes="wrong"))
    assert again(world).submissions == {FED: 1}
    assert again(world).submissions == {}


def test_an_answer_that_proves_the_password_holds_nothing(again):
    world = a_world(row(OTHER, app="resco-crm-sync"))
    world["users"][1] |= {"per_user_mfa": "enforced", "mfa_method": "entra"}
    assert again(world).result(OTHER).facts["password"] == Known(Mark.RIGHT, Confidence.CERTAIN, "password")
    assert again(world).submissions == {OTHER: 1}


def test_another_case_of_a_held_account_is_not_asked_and_says_which_answer_holds_it(again):
    again(a_world(row(believes="wrong")))
    second = again(a_world(row(app="resco-crm-sync", believes="wrong")))
    assert second.submissions == {}
    unasked = slot(second.results[0])
    assert isinstance(unasked, NotObserved)
    assert unasked.why is Why.HELD_BACK
    assert "wrong_password" in unasked.detail
    assert "resco-external-project" in unasked.detail
    assert "held-back-by-an-earlier-run" in finding_ids(second.results[0])
    assert second.results[0].verdicts[Axis.ROPC].value == "unknown"


def test_a_held_account_does_not_count_for_the_breaker(again):
    rows = [row(f"job{n}@contoso.example", believes="wrong") for n in range(4)]
    world = a_world(*rows, row(OTHER, app="resco-crm-sync"))
    world["users"] += [{"upn": one["account"], "password": f"Tin-whistle-{n}"} for n, one in enumerate(rows)]
    limits = BreakerLimits(in_a_row=5, bad=5)
    assert again(world, breaker=limits).audit.run.stopped == ()
    second = again(world, breaker=BreakerLimits(in_a_row=1, bad=1))
    assert second.submissions == {OTHER: 1}
    assert second.audit.run.stopped == ()


def test_a_newer_credential_file_is_sent_once_and_an_older_one_is_not(tmp_path, monkeypatch):
    """The whole way through the command, because the file's time is read beside the inventory."""
    from tests.run.estates import audited_files  # noqa: PLC0415 - it starts the command

    world = yaml.safe_load(yaml.safe_dump(a_world(row())))
    secret = tmp_path / "job.secret"
    secret.write_text("Not-the-password-1", encoding="utf-8")
    os.utime(secret, ns=(10**18, 10**18))
    run = audited_files(world, tmp_path, {JOB: "file:job.secret"}, ENV)
    assert run() == {JOB: 1}
    assert run() == {}
    os.utime(secret, ns=(10**18 - 1, 10**18 - 1))
    assert run() == {}
    os.utime(secret, ns=(10**18 + 1, 10**18 + 1))
    assert run() == {JOB: 1}
    assert run() == {}


RIGHT, PROBABLY, WRONG, UNKNOWN = (
    Reading(outcome, "", mark, Confidence.CERTAIN)
    for outcome, mark in (
        ("token_issued", Mark.RIGHT),
        ("account_disabled", Mark.PROBABLY_RIGHT),
        ("wrong_password", Mark.WRONG),
        ("app_not_found", Mark.UNKNOWN),
    )
)
LOCKED = Reading("account_locked", "", Mark.UNKNOWN, Confidence.CERTAIN)


@pytest.mark.parametrize(
    ("reading", "sent", "failed", "proven", "kind"),
    [
        (RIGHT, True, False, False, Settled.PROVEN),
        (PROBABLY, True, False, False, Settled.NOT_REFUSED),
        (WRONG, True, False, False, Settled.REFUSED_ACCOUNT),
        (WRONG, True, False, True, Settled.REFUSED_ACCOUNT),
        (UNKNOWN, True, False, False, Settled.REFUSED_ACCOUNT),
        (UNKNOWN, True, False, True, Settled.REFUSED_CASE),
        (LOCKED, True, False, True, Settled.REFUSED_ACCOUNT),
        (UNKNOWN, True, True, True, Settled.REFUSED_ACCOUNT),
        (UNKNOWN, False, True, False, Settled.NOTHING_LEFT),
    ],
)
def test_what_an_answer_means_for_later_runs(reading, sent, failed, proven, kind):
    assert settled(reading, sent=sent, failed=failed, proven=proven) is kind


def test_the_earlier_answer_is_marked_in_the_evidence(again):
    world = a_world(row(believes="wrong"))
    first = again(world)
    second = again(world)
    held = slot(second.results[0])
    assert isinstance(held, Observed)
    assert held.details["held_back"] == first.audit.run.id
    assert second.audit.run.submissions == 0
    assert second.results[0].facts["answer_from"].value == "an earlier run"
    assert [item.question for item in second.results[0].evidence if isinstance(item, NotObserved)] == [
        Question.WHOAMI,
        Question.TABLE,
    ]
