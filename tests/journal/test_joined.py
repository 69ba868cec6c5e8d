"""Run files joined: no case lost or doubled, the later word wins, the sources stay as they are."""

import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import JournalError, NotARunFile, UsageError
from auditor.journal import Header, Journal
from auditor.journal.joined import header_of, join
from auditor.model import (
    Answer,
    AppProfile,
    Case,
    CaseKey,
    Failure,
    Flow,
    InvalidRow,
    Kind,
    Leg,
    NotObserved,
    Observed,
    Origin,
    Question,
    RunInfo,
    SignsInFrom,
    Sureness,
    Vantage,
    Why,
)
from auditor.model import evidence as about

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
HOST, LOGIN = "contoso.crm4.dynamics.com", "login.microsoftonline.com"
APP = AppProfile("an-app", "An app", "client-1", Sureness.SOURCED, {}, SignsInFrom.DEVICE)
RUN = RunInfo("merged", "0.1.0", "accounts.csv", NOW, NOW, "passwords", Vantage(), simulated=False)


def case(account, row=2, file="accounts.csv", app=APP):
    key = CaseKey(account, app.name, HOST)
    return Case(key, account, HOST, app, Kind.INTEGRATION, Origin(file, "", row))


def saw(subject, question=Question.PASSWORD, minute=0, host=LOGIN, **answer):
    at = NOW + timedelta(minutes=minute)
    return Observed(subject, question, at, host, Vantage(), Answer(Flow.ROPC, Leg.TOKEN, **answer))


def asked(one, minute=0, **answer):
    """Evidence of a password that was sent for a case."""
    return saw(about.case(one.key), minute=minute, sent=True, **answer)


def unasked(one, why):
    return NotObserved(about.case(one.key), Question.PASSWORD, NOW, why)


@pytest.fixture
def run_file(tmp_path):
    """Write a run file: cases, evidence, accounts whose passwords were intended to be sent."""
    made = []

    def write(*cases, evidence=(), intents=(), invalid=(), alike=None):
        path = tmp_path / f"run-{len(made)}.audit-run"
        made.append(path)
        header = Header(replace(RUN, id=f"run-{len(made)}"))
        journal = Journal.create(path, header, cases, invalid)
        for one in intents:
            journal.intend(one.account_id, str(one.key), NOW)
        for item in evidence:
            journal.note(item)
        if alike is not None:
            journal.compared(alike)
        journal.close()
        return path

    return write


@pytest.fixture
def joined(tmp_path):
    """Join run files and return the new one, open."""
    opened = []

    def run(*paths, inventories=("accounts.csv",)):
        target = tmp_path / f"joined-{len(opened)}.audit-run"
        told = join(paths, inventories, target, Header(RUN, {"rate": "5"}))
        opened.append(Journal.open(target))
        return opened[-1], told

    yield run
    for journal in opened:
        journal.close()


def test_cases_of_all_runs_stand_in_inventory_order_and_each_has_its_evidence(run_file, joined):
    one, two, three = case("c@x.example", 2), case("a@x.example", 3), case("b@x.example", 11)
    odd = run_file(one, three, evidence=[asked(three, 2), asked(one, 1)], intents=[one, three])
    even = run_file(two, evidence=[asked(two)], intents=[two])
    journal, told = joined(even, odd)
    assert list(journal.cases()) == [one, two, three]
    assert [journal.about(about.case(item.key)) for item in (one, two, three)] == [
        (asked(one, 1),),
        (asked(two),),
        (asked(three, 2),),
    ]
    assert journal.header.run.submissions == 3
    assert journal.header == Header(replace(RUN, submissions=3), {"rate": "5"})
    assert (told.again, told.apps) == (0, ())


def test_several_inventories_stand_in_the_order_given(run_file, joined):
    one, two = case("a@x.example", 9, file="b.csv"), case("b@x.example", 2, file="a.csv")
    three = case("c@x.example", 3, file="b.csv")
    journal, _ = joined(run_file(two), run_file(three), run_file(one), inventories=("b.csv", "a.csv"))
    assert list(journal.cases()) == [three, one, two]


def test_of_a_case_in_two_runs_the_later_one_counts_and_both_submissions_were_spent(run_file, joined):
    old, new = case("a@x.example", 2), case("a@x.example", 7)
    first = run_file(old, evidence=[asked(old, 1, codes=(50126,))], intents=[old])
    second = run_file(new, evidence=[asked(new, 2, codes=(50076,))], intents=[new])
    journal, told = joined(first, second)
    assert list(journal.cases()) == [new]
    assert journal.about(about.case(new.key)) == (asked(new, 2, codes=(50076,)),)
    assert journal.header.run.submissions == 2
    assert told.again == 1


def test_a_submission_that_never_left_is_not_counted_from_a_run_that_lost(run_file, joined):
    one = case("a@x.example")
    stayed = saw(about.case(one.key), failure=Failure.CONNECT)
    journal, _ = joined(
        run_file(one, evidence=[stayed], intents=[one]), run_file(one, evidence=[asked(one)], intents=[one])
    )
    assert journal.header.run.submissions == 1


@pytest.mark.parametrize("why", [Why.INTERRUPTED, Why.BREAKER])
def test_a_later_run_that_ended_before_a_case_does_not_take_its_answer_away(run_file, joined, why):
    one = case("a@x.example")
    first = run_file(one, evidence=[asked(one)], intents=[one])
    for second in (run_file(one, evidence=[unasked(one, why)]), run_file(one)):
        journal, _ = joined(first, second)
        assert journal.about(about.case(one.key)) == (asked(one),)


def test_a_later_run_that_sent_a_password_and_never_heard_counts(run_file, joined):
    one = case("a@x.example")
    first = run_file(one, evidence=[asked(one, success=True)], intents=[one])
    journal, _ = joined(first, run_file(one, intents=[one]))
    assert journal.about(about.case(one.key)) == ()
    assert journal.intended(str(one.key)) == NOW
    assert journal.header.run.submissions == 2


def test_a_later_run_that_chose_not_to_ask_counts(run_file, joined):
    one = case("a@x.example")
    later = unasked(one, Why.TENANTS_DISAGREE)
    journal, _ = joined(run_file(one, evidence=[asked(one)], intents=[one]), run_file(one, evidence=[later]))
    assert journal.about(about.case(one.key)) == (later,)


def test_a_tenant_stands_once_for_each_sign_in_host_and_what_was_found_beats_what_failed(run_file, joined):
    tenant = about.tenant("x.example")
    lost = saw(tenant, Question.TENANT, 1, failure=Failure.TIMEOUT)
    first, second = (saw(tenant, Question.TENANT, minute, success=True) for minute in (2, 3))
    elsewhere = saw(tenant, Question.TENANT, 4, host="login.microsoftonline.us")
    journal, _ = joined(
        run_file(case("a@x.example"), evidence=[lost]),
        run_file(case("b@x.example", 3), evidence=[first]),
        run_file(case("c@x.example", 4), evidence=[second, elsewhere]),
    )
    assert journal.about(tenant) == (first, elsewhere)


def test_a_subject_that_nobody_could_look_at_keeps_the_reason_and_loses_it_to_a_look(run_file, joined):
    host = about.environment(HOST)
    no, yes = NotObserved(host, Question.ENVIRONMENT, NOW, Why.NOT_ASKED), saw(host, Question.ENVIRONMENT, 5)
    blind = run_file(case("a@x.example"), evidence=[no])
    assert joined(blind, run_file(case("b@x.example", 3)))[0].about(host) == (no,)
    assert joined(blind, run_file(case("c@x.example", 4), evidence=[yes]))[0].about(host) == (yes,)


def test_an_accounts_realm_comes_from_the_latest_run_that_counts_for_it(run_file, joined):
    one = case("a@x.example")
    account = about.account("a@x.example")
    realms = [saw(account, Question.REALM, minute, success=True) for minute in range(3)]
    runs = [
        run_file(one, evidence=[realm, item])
        for realm, item in zip(
            realms, [asked(one, 1), asked(one, 2), unasked(one, Why.INTERRUPTED)], strict=True
        )
    ]
    assert joined(*runs)[0].about(account) == (realms[1],)


def test_of_an_account_whose_cases_come_from_two_runs_the_later_realm_counts(run_file, joined):
    one, two = case("a@x.example"), case("a@x.example", 3, app=replace(APP, name="other-app"))
    account = about.account("a@x.example")
    first, second = (saw(account, Question.REALM, minute, success=True) for minute in (1, 2))
    journal, _ = joined(
        run_file(one, evidence=[first, asked(one)]), run_file(two, evidence=[second, asked(two)])
    )
    assert journal.about(account) == (second,)


def test_rows_with_errors_stand_once(run_file, joined):
    bad = [InvalidRow(Origin("accounts.csv", "", row), "x", "", "", ()) for row in (10, 9)]
    journal, _ = joined(
        run_file(case("a@x.example"), invalid=[bad[0]]), run_file(case("b@x.example"), invalid=bad)
    )
    assert list(journal.invalid()) == [bad[1], bad[0]]


def test_equal_passwords_are_kept_of_the_runs_that_count_and_unknown_where_nobody_compared(run_file, joined):
    one, two = case("a@x.example"), case("b@x.example", 3)
    old = run_file(one, evidence=[asked(one)], alike=["a@x.example"])
    new = run_file(one, two, evidence=[asked(one, 1), asked(two)], alike=["b@x.example"])
    assert joined(old, new)[0].same_passwords == {"b@x.example"}
    assert joined(old, run_file(two))[0].same_passwords == {"a@x.example"}
    assert joined(run_file(one), run_file(two))[0].same_passwords is None


def test_a_profile_that_changed_is_told_and_the_latest_of_the_runs_that_count_is_kept(run_file, joined):
    renamed = replace(APP, title="A better name")
    journal, told = joined(
        run_file(case("a@x.example")), run_file(case("b@x.example", 3, app=renamed), case("c@x.example", 4))
    )
    assert {one.app.title for one in journal.cases()} == {"A better name"}
    assert told.apps == ("an-app",)


def test_two_client_ids_under_one_name_are_refused_and_nothing_is_written(run_file, joined, tmp_path):
    other = replace(APP, client_id="client-2")
    paths = run_file(case("a@x.example")), run_file(case("b@x.example", 3, app=other))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError, match=r"run-0\.audit-run and run-1\.audit-run mean different client ids"):
        joined(*paths)
    assert sorted(tmp_path.iterdir()) == before


def test_a_profile_that_no_case_uses_any_more_is_no_reason_to_refuse(run_file, joined):
    old, new = case("a@x.example"), case("a@x.example", app=replace(APP, client_id="client-2"))
    journal, _ = joined(run_file(old, evidence=[asked(old)]), run_file(new, evidence=[asked(new)]))
    assert [one.app.client_id for one in journal.cases()] == ["client-2"]


def test_the_joined_file_is_its_owners_alone_and_the_sources_stay_as_they_are(run_file, joined, tmp_path):
    one = case("a@x.example")
    path = run_file(one, evidence=[asked(one)], intents=[one])
    before = path.read_bytes()
    journal, _ = joined(path)
    journal.close()
    assert path.read_bytes() == before
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert sorted(tmp_path.iterdir()) == sorted([path, journal.path])


def test_a_joined_file_can_be_joined_again(run_file, joined):
    cases = [case(f"{name}@x.example", row) for row, name in enumerate("abc", 2)]
    paths = [run_file(one, evidence=[asked(one)], intents=[one]) for one in cases]
    first, _ = joined(*paths[1:])
    first.close()
    journal, _ = joined(paths[0], first.path)
    assert list(journal.cases()) == cases
    assert journal.header.run.submissions == 3


def test_a_file_that_is_there_already_is_not_touched(run_file, tmp_path):
    path, target = run_file(case("a@x.example")), tmp_path / "t.audit-run"
    target.write_bytes(b"mine")
    with pytest.raises(JournalError, match="there already"):
        join([path], ["accounts.csv"], target, Header(RUN))
    assert target.read_bytes() == b"mine"


def test_a_damaged_run_file_is_named_and_nothing_is_written(run_file, joined, tmp_path):
    good = run_file(case("a@x.example"))
    bad = run_file(*(case(f"{row}@x.example", row) for row in range(2_000)))
    data = bytearray(bad.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 9_000] = b"\xff" * 9_000
    bad.write_bytes(data)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(JournalError, match=r"the run file run-1\.audit-run is damaged"):
        joined(good, bad)
    assert sorted(tmp_path.iterdir()) == before


def test_a_join_that_fails_half_way_leaves_nothing(run_file, joined, tmp_path):
    paths = [run_file(case("a@x.example")), run_file(case("b@x.example", 3))]
    with sqlite3.connect(paths[1]) as broken:
        broken.execute("DROP TABLE header")
    broken.close()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(JournalError):
        joined(*paths)
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_no_run_file_or_of_another_version_or_being_written_is_refused(run_file, tmp_path):
    other = tmp_path / "text.audit-run"
    other.write_text("a text")
    old = run_file(case("a@x.example"))
    with sqlite3.connect(old) as changed:
        changed.execute("PRAGMA user_version=99")
    changed.close()
    for path in (other, old, tmp_path / "absent.audit-run"):
        with pytest.raises(NotARunFile, match=path.name):
            header_of(path)
    writing = Journal.resume(run_file(case("b@x.example")))
    with pytest.raises(JournalError, match="being written by another process"):
        header_of(writing.path)
    writing.close()
    assert header_of(writing.path).run.id == "run-2"


@given(st.data())
def test_whatever_the_split_the_joined_file_holds_each_case_once_with_the_latest_answer(
    tmp_path_factory, data
):
    accounts = [f"{letter}@x.example" for letter in "abcdef"]
    runs = data.draw(st.lists(st.sets(st.sampled_from(accounts)), min_size=1, max_size=4))
    folder = tmp_path_factory.mktemp("split")
    paths, latest = [], {}
    for number, names in enumerate(runs):
        path = folder / f"{number}.audit-run"
        cases = [case(name, accounts.index(name)) for name in sorted(names)]
        journal = Journal.create(path, Header(replace(RUN, id=str(number))), cases, ())
        for one in cases:
            latest[one.account] = asked(one, number)
            journal.note(latest[one.account])
        journal.close()
        paths.append(path)
    join(paths, ["accounts.csv"], folder / "all.audit-run", Header(RUN))
    journal = Journal.open(folder / "all.audit-run")
    try:
        assert [one.account for one in journal.cases()] == sorted(latest)
        assert {name: journal.about(about.case(case(name).key)) for name in latest} == {
            name: (item,) for name, item in latest.items()
        }
    finally:
        journal.close()
