"""What is on disk when a call returns, seen by somebody else who opens the same file."""

import sqlite3
from datetime import UTC, datetime

import pytest

from auditor.journal import Header, Journal
from auditor.model import Answer, Flow, Leg, NotObserved, Observed, Question, RunInfo, Vantage, Why
from auditor.model import evidence as about

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
RUN = RunInfo(
    "run-1", "0.1.0", "accounts.csv", NOW, None, "discovery and passwords", Vantage("office"), False
)
CASE = "sync@contoso.example | app | contoso.crm4.dynamics.com"


@pytest.fixture
def journal(tmp_path):
    made = Journal.create(tmp_path / "a.audit-run", Header(RUN), (), ())
    yield made
    made.close()


def on_disk(journal, query):
    other = sqlite3.connect(journal.path)
    try:
        return other.execute(query).fetchall()
    finally:
        other.close()


PASSWORD_EVIDENCE = [
    Observed(
        about.case(CASE), Question.PASSWORD, NOW, "login", Vantage(), Answer(Flow.ROPC, Leg.TOKEN, sent=True)
    ),
    NotObserved(about.case(CASE), Question.PASSWORD, NOW, Why.BREAKER),
]


@pytest.mark.parametrize("evidence", PASSWORD_EVIDENCE, ids=["observed", "not observed"])
def test_a_passwords_evidence_is_on_disk_when_it_is_recorded(journal, evidence):
    journal.record(evidence)
    assert on_disk(journal, "SELECT subject, question FROM evidence") == [(CASE, "password")]


def test_what_was_recorded_before_a_password_is_on_disk_with_it(journal):
    journal.record(NotObserved(about.case(CASE), Question.REALM, NOW, Why.NOT_ASKED))
    journal.record(PASSWORD_EVIDENCE[0])
    assert len(on_disk(journal, "SELECT 1 FROM evidence")) == 2


def test_an_intent_is_on_disk_before_the_password_can_leave(journal):
    journal.intend("sync@contoso.example", CASE, NOW)
    assert on_disk(journal, 'SELECT account, "case" FROM intents') == [("sync@contoso.example", CASE)]


def test_a_header_is_on_disk_when_it_is_replaced(journal):
    before = on_disk(journal, "SELECT value FROM header")
    journal.update(Header(RUN, {"rate": "7"}))
    assert on_disk(journal, "SELECT value FROM header") != before
