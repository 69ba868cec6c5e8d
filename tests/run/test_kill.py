"""A run that is killed goes on: nothing is sent twice, and only what was under way is lost (issue 4)."""

import random
import signal
import sqlite3
import time
from dataclasses import replace

import pytest

from auditor.cli.demo import write_rows
from auditor.journal import Journal
from auditor.lab.inventory import inventory_rows
from auditor.lab.server import Lab
from auditor.lab.world import world_from
from auditor.model import NotObserved, Question, Why
from auditor.model import evidence as about
from tests.run.estates import mixed_world, started

ACCOUNTS, KILLS, CONCURRENCY = 2_000, 20, 8
AFTER = {Question.WHOAMI, Question.TABLE}


def options(lab):
    return [
        *("--proxy", lab.proxy, "--ca-bundle", lab.ca_file, "--ledger", "attempts.ledger"),
        *("--yes", "--rate", "off", "--breaker", "off", "--yes-lock-accounts", "--no-input"),
        *("--concurrency", CONCURRENCY, "--output", "report.json"),
    ]


def finished(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    """The world, a folder with its inventory, and the passwords."""
    world = world_from(mixed_world(ACCOUNTS))
    folder = tmp_path_factory.mktemp("killed")
    return world, folder, write_rows(folder / "accounts.xlsx", inventory_rows(world))


@pytest.fixture(scope="module")
def undisturbed(estate, tmp_path_factory):
    """The evidence of a run that nobody killed, by case."""
    world, folder, passwords = estate
    other = tmp_path_factory.mktemp("undisturbed")
    with Lab(world) as lab:
        finished(started(other, passwords, "audit", folder / "accounts.xlsx", *options(lab)))
    return seen_in(run_file(other))


def run_file(folder):
    (found,) = folder.glob("*.audit-run")
    return found


def seen_in(path):
    """What a run file says of each case, its discovery included, without what differs from run to run."""
    journal = Journal.open(path)
    try:
        return {
            case.key: [
                lasting(item)
                for subject in (about.account(case.account), about.case(case.key))
                for item in journal.about(subject)
            ]
            for case in journal.cases()
        }
    finally:
        journal.close()


def lasting(item):
    if isinstance(item, NotObserved):
        return replace(item, at=None)
    answer = replace(item.answer, correlation_id="", trace_id="", text="")
    return replace(item, at=None, answer=answer, details=dict(item.details))


def under_way(path):
    """The cases that a killed run left open, as run file and ledger on disk have them."""
    with sqlite3.connect(path) as db:
        db.execute("ATTACH ? AS ledger", (str(path.with_name("attempts.ledger")),))
        lost = db.execute(
            'SELECT "case" FROM intents WHERE "case" NOT IN'
            " (SELECT subject FROM evidence WHERE question = 'password')"
        ).fetchall()
        halfway = db.execute(
            "SELECT subject FROM evidence WHERE kind = 'case' GROUP BY subject HAVING count(*) < 3"
        ).fetchall()
        intended = db.execute(
            'SELECT "case" FROM ledger.attempts WHERE evidence IS NULL'
            ' AND "case" NOT IN (SELECT "case" FROM main.intents)'
        ).fetchall()
    return {case for (case,) in (*lost, *halfway, *intended)}


def kill_after(process, lab, requests):
    """Kill a run without warning once the lab has seen so many requests; returns whether it still lived."""
    while len(lab.requests) < requests and process.poll() is None:
        time.sleep(0.001)
    lived = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return lived


def killed_over_and_over(estate, lab):
    """Kill a run at random moments and go on with it; returns the kills and the cases each left open."""
    _, folder, passwords = estate
    moments = random.Random(4)
    process = started(folder, passwords, "audit", "accounts.xlsx", *options(lab))
    left, kills = [], 0
    for _ in range(KILLS):
        kills += kill_after(process, lab, len(lab.requests) + moments.randint(1, 500))
        left.append(under_way(run_file(folder)))
        process = started(folder, passwords, "audit", "--resume", run_file(folder), *options(lab)[:4])
    finished(process)
    return kills, left


def test_a_run_that_is_killed_twenty_times_ends_in_the_undisturbed_evidence(estate, undisturbed):
    world, folder, _ = estate
    with Lab(world) as lab:
        kills, left = killed_over_and_over(estate, lab)
        submissions = dict(lab.submissions)
    assert kills == KILLS
    assert max(submissions.values()) == 1
    assert max(len(cases) for cases in left) <= CONCURRENCY
    disturbed = seen_in(run_file(folder))
    differing = {key for key in undisturbed if disturbed[key] != undisturbed[key]}
    assert {str(key) for key in differing} <= set().union(*left)
    assert differing, "no kill hit anything: the test shows nothing"
    assert {key.account for key in undisturbed} - set(submissions) <= {key.account for key in differing}
    for key in differing:
        assert is_lost(disturbed[key]) or is_cut_short(disturbed[key], undisturbed[key])


def is_lost(items):
    """Whether the password was sent and its answer was not kept."""
    (password,) = [item for item in items if item.question is Question.PASSWORD]
    after = [item for item in items if item.question in AFTER]
    nothing = all(isinstance(item, NotObserved) and item.why is Why.NO_TOKEN for item in after)
    return (
        password.answer.sent and password.answer.failure is not None and len(after) == len(AFTER) and nothing
    )


def is_cut_short(items, whole):
    """Whether the password was proven, and only what was to be asked with the token is missing."""
    before = [item for item in items if item.question not in AFTER]
    cut = [item for item in items if item.question in AFTER and item not in whole]
    return before == [item for item in whole if item.question not in AFTER] and all(
        isinstance(item, NotObserved) and item.why is Why.INTERRUPTED for item in cut
    )
