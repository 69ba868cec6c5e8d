"""Everything that is known of how the audit came about."""

import time
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from auditor.model import ChangeKind, Contract, Vantage, Why
from auditor.writers.tables.run import COLUMNS, RunLine, lines
from auditor.writers.texts import load_texts


class Comparison:
    """An earlier run to compare with."""

    name = "run-1"
    ready_before = (3, 12)
    counts = dict.fromkeys(ChangeKind, 2)


class FollowUp:
    """An earlier workbook."""

    source = "report.xlsx"
    own_columns = ("Ticket", "=1+1")
    remarks = ("its macros were not read",)

    def left(self):
        return [object()] * 4


def said(audit, terms=None):
    """Return the values under each name."""
    found = {}
    for line in lines(audit, terms, load_texts().run):
        found.setdefault(line.what, []).append(line.value)
    return found


def test_scope_mode_vantage_times_and_versions_are_told(audit):
    told = said(audit)
    assert told["Run id"] == [audit.run.id]
    assert told["Tenant agreed to"] == list(audit.run.scope_tenants)
    assert told["Federation server agreed to"] == ["sts.fabrikam.example"]
    assert told["Passwords sent"] == [8]
    assert told["Seen from"] == ["consultant's office"]
    assert told["Address that the cloud saw"] == ["203.0.113.7"]
    assert told["Version of the auditor that asked"] == ["0.1.0"]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot be told where it is")
def test_times_are_iso_in_utc_and_as_the_clocks_here_have_them(audit, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    assert said(audit)["Started (UTC)"] == ["2026-11-22T08:15:30Z (local time 2026-11-22T13:45:30+05:30)"]


def test_a_run_that_was_begun_in_another_zone_is_told_in_utc_too(audit, make):
    there = audit.run.started.astimezone(timezone(timedelta(hours=-3, minutes=-30)))
    elsewhere = said(replace(audit, run=make.run(started=there)))
    assert elsewhere["Started (UTC)"] == said(audit)["Started (UTC)"]


def test_what_limits_the_run_stands_out(audit, make):
    run = make.run(interrupted=True, missing=("shard 2/3 of a.csv",), ended=None, vantage=Vantage())
    graves = [line.value for line in lines(replace(audit, run=run), None, load_texts().run) if line.grave]
    assert graves == ["yes", "yes", *run.stopped, "shard 2/3 of a.csv"]
    told = said(replace(audit, run=run))
    assert told["Ended (UTC)"] == ["did not end"]
    assert told["Seen from"] == ["not stated"]
    assert COLUMNS["value"](RunLine("", "", "x", grave=True)).tone == "gap:not looked at"


def test_reasons_come_the_most_frequent_first_and_expectations_only_where_there_are_any(audit, quiet_audit):
    summary = replace(audit.summary, unasked={"in person": 1, Why.BREAKER: 7}, contracts={Contract.MET: 2})
    told = said(replace(audit, summary=summary))
    assert list(told).index("Cases, because: stopped by the breaker") < list(told).index(
        "Cases, because: in person"
    )
    assert told["Expectations met"] == [2]
    assert "Expectations broken" not in told
    assert "Expectations met" not in said(quiet_audit)


def test_waivers_demands_and_earlier_work_are_told_where_there_are_any(audit, terms):
    summary = replace(audit.summary, waived=1, expired=("x ran out",), unused=("y fits nothing",))
    asked = terms(asked=("No finding is high or graver",), comparison=Comparison(), follow_up=FollowUp())
    told = said(replace(audit, summary=summary), asked)
    assert told["Accepted for a while"] == ["1 finding is waived"]
    assert (told["Ran out"], told["Without a finding"]) == (["x ran out"], ["y fits nothing"])
    assert told["Demand"] == ["No finding is high or graver"]
    assert told["Compared with run"] == ["run-1"]
    assert told["Cases that were ready for OAuth then"] == ["3 of 12"]
    assert told["Findings marked Done, still failing"] == [2]
    assert told["Workbook whose words were carried over"] == ["report.xlsx"]
    assert told["Column of your own"] == ["Ticket", "=1+1"]
    assert told["Rows on the sheet of what was carried over"] == [4]
    assert told["To know"] == ["its macros were not read"]


def test_without_any_of_them_nothing_is_said_of_them(audit, terms):
    told = said(audit, terms())
    assert not {"Demand", "Compared with run", "Workbook whose words were carried over", "Ran out"} & set(
        told
    )


def test_every_kind_of_change_and_every_state_of_an_expectation_has_words():
    words = load_texts().run.what
    assert {kind.name.lower() for kind in ChangeKind} <= set(words)
    assert {state.name.lower() for state in Contract} <= set(words)
