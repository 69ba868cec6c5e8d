"""The ledger's file: its owner's alone, no secret in it; what is wrong with it is said, and it is kept."""

import contextlib
import os
import sqlite3
import stat
import threading
from datetime import UTC, datetime

import pytest

from auditor.errors import LedgerError, NotALedger
from auditor.journal import codec, ledger_file
from auditor.journal.attempts import CredentialVersion, Settled
from auditor.journal.ledger import Ledger
from auditor.model import Answer, Flow, Leg, NotObserved, Observed, Question, Vantage, Why
from auditor.model import evidence as about

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SYNC = "sync@contoso.example"
LEAF = 0x0A  # the first byte of a page of an index: https://sqlite.org/fileformat.html


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "deeper" / "attempts.ledger"


def opened(path):
    return contextlib.closing(Ledger.open(path))


def refuse(ledger, account=SYNC, text=""):
    answer = Answer(Flow.ROPC, Leg.TOKEN, codes=(50126,), sent=True, text=text)
    seen = Observed(about.case(account), Question.PASSWORD, NOW, "login", Vantage(), answer)
    ledger.settle(account, account, "run-1", seen, "wrong_password", Settled.REFUSED_ACCOUNT)
    ledger.flush()


def change(path, *statements):
    with contextlib.closing(sqlite3.connect(path)) as other:
        for statement in statements:
            other.execute(statement)
        other.commit()


def test_without_a_path_the_ledger_is_in_the_users_state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with contextlib.closing(Ledger.open()) as ledger:
        assert ledger.path == ledger_file.default_path()
        assert "wstrust-oauth-auditor" in ledger.path.parts
        assert tmp_path in ledger.path.parents


def test_its_owner_alone_can_read_it_and_all_files_beside_it(path):
    with opened(path) as ledger:
        refuse(ledger)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert path.name in modes
        assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_closed_ledger_is_one_file(path):
    with opened(path) as ledger:
        refuse(ledger)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_what_is_written_is_on_disk_before_it_is_reported(path):
    with opened(path) as ledger:
        assert ledger._db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert ledger._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_looking_for_a_ledger_that_is_not_there_makes_none(path):
    assert Ledger.existing(path) is None
    assert not path.parent.exists()
    Ledger.open(path).close()
    again = Ledger.existing(path)
    assert again is not None
    again.close()


def test_many_who_make_it_at_once_get_the_same_ledger(path):
    path.parent.mkdir(parents=True)
    ledgers = []
    threads = [threading.Thread(target=lambda: ledgers.append(Ledger.open(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refuse(ledgers[0])
    assert [len(ledger.refusals(SYNC)) for ledger in ledgers] == [1] * 8
    for ledger in ledgers:
        ledger.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_ledger_that_appeared_meanwhile_is_not_replaced(path):
    with opened(path) as ledger:
        refuse(ledger)
    ledger_file.make(path)
    with opened(path) as ledger:
        assert len(ledger.refusals(SYNC)) == 1


def test_a_file_system_without_hard_links_holds_a_ledger_too(path, monkeypatch):
    def refused(*_):
        raise OSError(95, "not supported")

    monkeypatch.setattr(os, "link", refused)
    Ledger.open(path).close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


FOREIGN = {
    "a text": b"account;environment\n" * 100,
    "an empty file": b"",
    "a cut header": b"SQLite format 3\x00",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "a.ledger"
    path.write_bytes(content)
    with pytest.raises(NotALedger, match="is no attempt ledger"):
        Ledger.open(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "a.ledger"
    change(path, "CREATE TABLE t (x)")
    before = path.read_bytes()
    with pytest.raises(NotALedger) as raised:
        Ledger.open(path)
    assert raised.value.exit_code == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [0, 99])
def test_a_ledger_of_another_version_is_refused_and_left_alone(path, version):
    with opened(path) as ledger:
        refuse(ledger)
    change(path, f"PRAGMA user_version={version}")
    before = path.read_bytes()
    with pytest.raises(NotALedger, match=f"another version .format {version}, expected 1"):
        Ledger.open(path)
    assert path.read_bytes() == before


def damage(path, what):
    content = bytearray(path.read_bytes())
    if what == "cut":
        del content[len(content) // 2 :]
    elif what == "overwritten":
        content[4096 : 2 * 4096] = os.urandom(4096)
    else:  # an index that has lost an account: nothing would hold it any more
        pages = range(0, len(content), 4096)
        index = next(at for at in pages if content[at] == LEAF and SYNC.encode() in content[at : at + 4096])
        place = content.index(SYNC.encode(), index)
        content[place : place + 4] = b"xxxx"
    path.write_bytes(content)
    return bytes(content)


@pytest.mark.parametrize("what", ["cut", "overwritten", "another name"])
def test_a_damaged_ledger_is_refused_and_kept(path, what):
    with opened(path) as ledger:
        for number in range(100):
            refuse(ledger, f"u{number}@contoso.example", "t" * 500)
        refuse(ledger)
    left = damage(path, what)
    with pytest.raises(LedgerError, match="damaged") as raised:
        Ledger.open(path)
    assert raised.value.exit_code == 1
    assert str(path) in str(raised.value)
    assert path.read_bytes() == left


def test_a_row_that_cannot_be_understood_is_said(path):
    with opened(path) as ledger:
        refuse(ledger)
    change(path, """UPDATE attempts SET evidence = '{"at": "yesterday"}'""")
    with opened(path) as ledger:
        with pytest.raises(LedgerError, match="a row that cannot be understood"):
            ledger.refusals(SYNC)
        with pytest.raises(LedgerError, match="a row that cannot be understood"):
            ledger.intend(SYNC, "k", "run-2", CredentialVersion("env"), NOW, Vantage())


def test_a_row_without_an_answer_is_said(path):
    with opened(path) as ledger:
        refuse(ledger)
        unseen = NotObserved(about.case(SYNC), Question.PASSWORD, NOW, Why.BREAKER)
        change(path, f"UPDATE attempts SET evidence = '{codec.evidence_out(unseen)}'")
        with pytest.raises(LedgerError, match="a row that cannot be understood"):
            ledger.refusals(SYNC)


def test_a_ledger_that_somebody_else_keeps_locked_is_said(path, monkeypatch):
    monkeypatch.setattr(ledger_file, "_PATIENCE", 0)
    with opened(path) as ledger, contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="another process is using it"):
            ledger.intend(SYNC, "k", "run-1", CredentialVersion("env"), NOW, Vantage())
        other.rollback()
        assert ledger.refusals(SYNC) == ()


def test_when_the_disk_is_full_no_intent_is_believed_and_what_was_there_stays(path):
    with opened(path) as ledger:
        refuse(ledger)
        pages = ledger._db.execute("PRAGMA page_count").fetchone()[0]
        ledger._db.execute(f"PRAGMA max_page_count={pages}")
        told = []
        for number in range(200):
            try:
                ledger.intend(f"u{number}@x.example", "k" * 500, "run-1", CredentialVersion(), NOW, Vantage())
            except LedgerError as error:
                told.append(str(error))
        assert told
        assert all(text.endswith("cannot be used: the disk is full") for text in told)
    with opened(path) as ledger:
        assert len(ledger.held(f"u{number}@x.example" for number in range(200))) == 200 - len(told)
        assert len(ledger.refusals(SYNC)) == 1


def test_a_folder_is_no_ledger(tmp_path):
    with pytest.raises(LedgerError, match="is a directory"):
        Ledger.open(tmp_path)


def test_a_place_where_none_can_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match="cannot be made") as raised:
        Ledger.open(tmp_path / "file" / "a.ledger")
    assert "--ledger FILE" in raised.value.advice


def test_of_a_credential_the_scheme_and_its_version_alone_are_kept(path):
    with opened(path) as ledger:
        ledger.intend(SYNC, "k", "run-1", CredentialVersion("file", "00000001763800000000"), NOW, Vantage())
        columns = [row[1] for row in ledger._db.execute("PRAGMA table_info(attempts)")]
    assert columns == [
        "id", "account", "case", "run", "at", "vantage", "scheme", "version", "outcome", "whole", "evidence",
    ]  # fmt: skip
