"""The run file: what is written is read back, no secret is in it, and its owner alone can read it."""

import sqlite3
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import JournalError
from auditor.journal import Header, Journal, codec
from auditor.model import (
    Answer,
    AppProfile,
    Case,
    CaseKey,
    Expected,
    Failure,
    Flow,
    Grant,
    InvalidRow,
    Kind,
    Leg,
    NotObserved,
    Observed,
    Origin,
    Question,
    RowProblem,
    RunInfo,
    SignsInFrom,
    Sureness,
    Vantage,
    Why,
)
from auditor.model import evidence as about
from auditor.secrets import parse_reference, plaintext

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
HOST = "contoso.crm4.dynamics.com"
APP = AppProfile(
    "resco-external-project",
    "Resco external project",
    "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb",
    Sureness.UNVERIFIED,
    {Grant.ROPC: Sureness.SOURCED},
    SignsInFrom.VENDOR_SERVER,
    sources=("a page",),
)
RUN = RunInfo(
    "run-1", "0.1.0", "accounts.xlsx", NOW, None, "discovery and passwords", Vantage("office"), False
)
PLANTED = "pl@nted-Passw0rd"


def case(account="sync@contoso.example", **changes):
    fields = {"kind": Kind.INTEGRATION, "origin": Origin("accounts.xlsx", "Accounts", 2), **changes}
    return Case(CaseKey(account, APP.name, HOST), account, HOST, APP, **fields)


def saw(subject, question=Question.PASSWORD, **answer):
    return Observed(
        subject, question, NOW, "login", Vantage("office"), Answer(Flow.ROPC, Leg.TOKEN, **answer)
    )


@pytest.fixture
def new(tmp_path):
    made = []

    def create(*cases, invalid=()):
        journal = Journal.create(tmp_path / f"{len(made)}.audit-run", Header(RUN), cases, invalid)
        made.append(journal)
        return journal

    yield create
    for journal in made:
        journal.close()


def reopened(journal):
    journal.close()
    return Journal.open(journal.path)


def test_cases_come_back_in_inventory_order_and_whole(new):
    cases = [
        case("b@contoso.example", expected=Expected.ROPC, owner="Ops", notes="n", tenant="contoso.example"),
        case("a@contoso.example", skip="retired", shared_credential=True, remarks=("merged",)),
    ]
    again = reopened(new(*cases))
    assert list(again.cases()) == cases
    again.close()


def test_a_run_file_says_how_many_accounts_and_cases_it_is_about(new):
    elsewhere = replace(case(), key=CaseKey("sync@contoso.example", APP.name, "fabrikam.crm4.dynamics.com"))
    assert new(case(), elsewhere, case("b@contoso.example")).size == (2, 3)
    assert new().size == (0, 0)


def test_of_a_credential_the_scheme_alone_is_kept(new):
    journal = new(
        case(credential=plaintext(PLANTED)), case("b@x.example", credential=parse_reference("env:NAME_X"))
    )
    journal.close()
    raw = journal.path.read_bytes()
    assert PLANTED.encode() not in raw
    assert b"NAME_X" not in raw
    again = Journal.open(journal.path)
    assert [one.credential.scheme for one in again.cases()] == ["plaintext", "env"]
    again.close()


def test_evidence_comes_back_by_subject_in_the_order_it_was_seen(new):
    journal = new(case())
    mine, other = about.case(case().key), about.tenant("contoso.example")
    first = NotObserved(mine, Question.PASSWORD, NOW, Why.BREAKER, "5 in a row", Vantage("office"))
    second = saw(mine, codes=(50076,), policies=("p",), retry_after=2.5, failure=Failure.RESET, sent=True)
    for item in (first, saw(other, Question.TENANT), second):
        journal.record(item)
    assert journal.about(mine) == (first, second)


def test_intents_are_on_disk_before_anything_else_happens(new):
    journal = new(case())
    journal.intend("sync@contoso.example", str(case().key), NOW)
    with sqlite3.connect(journal.path) as other:
        assert other.execute("SELECT account FROM intents").fetchall() == [("sync@contoso.example",)]
    assert journal.header.run.submissions == 1


def test_a_submission_counts_as_sent_until_an_answer_says_that_nothing_left(new):
    journal = new(case(), case("b@contoso.example"), case("c@contoso.example"))
    for name in ("sync", "b", "c"):
        journal.intend(f"{name}@contoso.example", str(case(f"{name}@contoso.example").key), NOW)
    journal.record(saw(about.case(case().key), sent=True))
    journal.record(saw(about.case(case("b@contoso.example").key), failure=Failure.CONNECT))
    assert journal.header.run.submissions == 2
    assert journal.intended(str(case("c@contoso.example").key)) == NOW
    assert journal.intended("another") is None


def test_a_foreign_database_is_refused_and_left_as_it_was(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="no run file"):
        Journal.open(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_invalid_rows_come_back(new):
    origin = Origin("accounts.csv", "", 7)
    row = InvalidRow(origin, "x", "y", "z", (RowProblem(origin, "account", "no @", "a UPN"),))
    assert list(new(case(), invalid=[row]).invalid()) == [row]


def test_only_the_owner_can_read_a_run_file(new):
    assert stat.S_IMODE(new(case()).path.stat().st_mode) == 0o600


def test_a_closed_run_file_is_one_file(new, tmp_path):
    journal = new(case())
    journal.record(saw(about.case(case().key)))
    journal.close()
    assert [path.name for path in tmp_path.iterdir()] == [journal.path.name]


def test_many_threads_record_at_once_and_nothing_is_lost(new):
    journal = new(case())
    subject = about.case(case().key)
    threads = [
        threading.Thread(target=lambda: [journal.record(saw(subject)) for _ in range(25)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.about(subject)) == 200


def test_an_existing_file_is_not_overwritten(new):
    journal = new(case())
    with pytest.raises(JournalError, match="cannot be written"):
        Journal.create(journal.path, Header(RUN), [], [])


def test_a_file_of_another_version_is_refused_and_left_alone(new):
    journal = new(case())
    journal.close()
    with sqlite3.connect(journal.path) as other:
        other.execute("PRAGMA user_version=99")
    before = journal.path.read_bytes()
    with pytest.raises(JournalError, match="not a run file of this version"):
        Journal.open(journal.path)
    assert journal.path.read_bytes() == before


def test_what_is_no_run_file_is_refused(tmp_path):
    path = tmp_path / "x.audit-run"
    path.write_text("this is a text and no database at all, " * 30)
    with pytest.raises(JournalError):
        Journal.open(path)
    with pytest.raises(JournalError, match="no run file"):
        Journal.open(tmp_path / "absent.audit-run")


answers = st.builds(
    Answer,
    flow=st.sampled_from(Flow),
    leg=st.sampled_from(Leg) | st.none(),
    success=st.booleans(),
    http_status=st.integers(100, 599) | st.none(),
    codes=st.lists(st.integers(0, 10**8)).map(tuple),
    text=st.text(st.characters()),
    failure=st.sampled_from(Failure) | st.none(),
    sent=st.booleans(),
    policies=st.lists(st.text()).map(tuple),
    retry_after=st.floats(0, 1e6) | st.none(),
)


@given(answers, st.dictionaries(st.text(), st.text() | st.booleans() | st.integers() | st.none()))
def test_any_evidence_survives_the_journey(answer, details):
    subject = about.case("k")
    seen = Observed(subject, Question.PASSWORD, NOW, "s", Vantage("a", "b"), answer, details)
    assert codec.evidence_in(subject.kind, subject.key, "password", codec.evidence_out(seen)) == seen
