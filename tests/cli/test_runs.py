"""`auditor runs`: what is there and how it stands; and RUN, which is a path or an id."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auditor.cli.runs import find_run
from auditor.errors import LedgerError, NotARunFile
from auditor.journal import Header, Journal
from auditor.journal.ledger import Ledger
from auditor.journal.lock import Held
from auditor.model import (
    AppProfile,
    Case,
    CaseKey,
    Kind,
    Origin,
    RunInfo,
    SignsInFrom,
    Sureness,
    Vantage,
)

START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
RUN = RunInfo(
    "20261122T083000Z-a1b2",
    "0.1.0",
    "accounts.xlsx",
    START,
    START + timedelta(hours=1),
    "discovery and passwords",
    Vantage("office"),
    False,
)
APP = AppProfile(
    "app", "App", "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb", Sureness.UNKNOWN, {}, SignsInFrom.DEVICE
)


def case(account, environment):
    key = CaseKey(account, "app", environment)
    return Case(key, account, environment, APP, kind=Kind.INTEGRATION, origin=Origin("accounts.xlsx", "", 2))


CASES = (
    case("a@contoso.example", "contoso.crm4.dynamics.com"),
    case("a@contoso.example", "fabrikam.crm4.dynamics.com"),
    case("b@contoso.example", "contoso.crm4.dynamics.com"),
)


def write(path, run=RUN, settings=None, sent=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(Journal.create(path, Header(run, settings or {}), CASES, ())) as journal:
        for one in CASES[:sent]:
            journal.intend(one.account, str(one.key), START)
    return path


def another(number, **changes):
    """Return a run that began so many days later."""
    started = START + timedelta(days=number)
    return replace(RUN, id=f"{started:%Y%m%dT%H%M%SZ}-c{number:03}", started=started, **changes)


@pytest.fixture
def ledger(tmp_path):
    with contextlib.closing(Ledger.open(tmp_path / "state" / "a.ledger")) as ledger:
        yield ledger


def test_a_run_is_told_with_all_that_says_which_it_was(auditor, tmp_path):
    write(tmp_path / "report-x.audit-run", settings={"shard": "3/8"}, sent=2)
    done = auditor("runs")
    assert done.code == 0
    assert done.out.splitlines() == [
        "20261122T083000Z-a1b2  ended",
        "  started 2026-11-22 08:30 UTC, accounts from accounts.xlsx",
        "  2 accounts, 3 cases, 2 passwords sent",
        "  seen from office, shard 3/8",
        "  report-x.audit-run",
    ]


STATES = {
    "ended": RUN,
    "interrupted": replace(RUN, interrupted=True),
    "stopped by the breaker": replace(RUN, stopped=("5 refusals in a row in tenant contoso.example",)),
}


@pytest.mark.parametrize(("state", "run"), [*STATES.items(), ("interrupted", replace(RUN, ended=None))])
def test_the_header_says_how_a_run_ended(auditor, tmp_path, state, run):
    write(tmp_path / "a.audit-run", run)
    done = auditor("runs")
    assert done.out.splitlines()[0] == f"{RUN.id}  {state}"
    assert ("--resume RUN" in done.err) is (state == "interrupted")


def test_what_stopped_a_run_is_told(auditor, tmp_path):
    write(tmp_path / "a.audit-run", STATES["stopped by the breaker"])
    assert "  5 refusals in a row in tenant contoso.example" in auditor("runs").out.splitlines()


def test_a_run_that_a_living_process_writes_is_told_so_and_left_alone(auditor, tmp_path):
    path = write(tmp_path / "a.audit-run", replace(RUN, ended=None))
    held = Held(path)
    assert auditor("runs").out.splitlines()[0] == f"{RUN.id}  being written now"
    with pytest.raises(Exception, match="being written by another process"):
        Held(path)
    held.release()


def test_what_cannot_be_read_is_told_with_the_reason_and_left_alone(auditor, tmp_path):
    path = tmp_path / "a.audit-run"
    path.write_text("no database")
    assert auditor("runs").out.splitlines() == [
        "a.audit-run  cannot be read",
        "  a.audit-run is no run file",
        "  a.audit-run",
    ]
    assert path.read_text() == "no database"


def test_a_header_that_cannot_be_understood_hides_no_other_run(auditor, tmp_path):
    path = write(tmp_path / "a.audit-run")
    with contextlib.closing(Journal.resume(path)) as journal:
        journal._writing.durable("UPDATE header SET value = '{}' WHERE key = 'run'")
    write(tmp_path / "b.audit-run", another(1))
    out = auditor("runs").out
    assert "  the run file a.audit-run holds a row that cannot be understood" in out.splitlines()
    assert another(1).id in out


def test_the_newest_run_comes_first(auditor, tmp_path):
    for number in (2, 1, 3):
        write(tmp_path / f"{4 - number}.audit-run", another(number))
    titles = [line for line in auditor("runs").out.splitlines() if line and not line.startswith(" ")]
    assert titles == [f"{another(number).id}  ended" for number in (3, 2, 1)]


def test_runs_that_the_ledger_knows_are_listed_too_each_file_once(auditor, tmp_path, ledger):
    here = write(tmp_path / "here.audit-run")
    elsewhere = write(tmp_path / "reports" / "elsewhere.audit-run", another(1))
    for path, run in ((here, RUN), (elsewhere, another(1)), (tmp_path / "gone.audit-run", another(2))):
        ledger.register(run.id, path, run.started, run.source)
    lines = auditor("runs", "--ledger", ledger.path).out.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == [
        f"{another(2).id}  gone",
        f"{another(1).id}  ended",
        f"{RUN.id}  ended",
    ]
    assert "  reports/elsewhere.audit-run" in lines
    assert "  started 2026-11-24 08:30 UTC, accounts from accounts.xlsx" in lines


def test_a_known_file_that_nobody_can_look_at_is_not_said_to_be_gone(auditor, tmp_path, ledger):
    ledger.register(RUN.id, tmp_path / ("x" * 300), START, "a.csv")
    lines = auditor("runs", "--ledger", ledger.path).out.splitlines()
    assert (lines[0], lines[2]) == (f"{RUN.id}  cannot be read", "  file name too long")


def test_a_folder_can_be_named(auditor, tmp_path):
    write(tmp_path / "reports" / "a.audit-run")
    assert auditor("runs").out == ""
    assert RUN.id in auditor("runs", "reports").out


def test_without_any_run_it_says_so(auditor):
    done = auditor("runs")
    assert (done.code, done.out) == (0, "")
    assert "no run files here" in done.err


def test_looking_makes_no_ledger_and_no_other_file(auditor, tmp_path):
    path = write(tmp_path / "a.audit-run")
    done = auditor("runs", "--ledger", tmp_path / "none.ledger")
    assert "note: there is no ledger" in done.err
    assert list(tmp_path.iterdir()) == [path]


def test_a_ledger_that_cannot_be_used_hides_no_run_of_the_folder(auditor, tmp_path):
    write(tmp_path / "a.audit-run")
    broken = tmp_path / "broken.ledger"
    broken.write_text("x")
    done = auditor("runs", "--ledger", broken)
    assert done.code == 0
    assert RUN.id in done.out
    assert "is no attempt ledger" in done.err


def test_every_line_but_a_path_fits_eighty_columns(auditor, tmp_path):
    stops = tuple(f"{number} refusals among the first 10 in tenant {'contoso' * 9}" for number in (5, 6))
    write(tmp_path / "a.audit-run", replace(RUN, stopped=stops, vantage=Vantage("the vendor's server " * 6)))
    lines = auditor("runs").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) > 8


def test_a_simulated_run_is_told_to_be_one(auditor, tmp_path):
    write(tmp_path / "a.audit-run", replace(RUN, simulated=True, vantage=Vantage("simulated")))
    assert "  simulated" in auditor("runs").out.splitlines()


def test_a_run_file_cannot_command_the_terminal(auditor, tmp_path):
    write(tmp_path / "a.audit-run", replace(RUN, source="\x1b[2Jaccounts.csv\x07"))
    out = auditor("runs").out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_json_has_a_name_and_null_for_what_is_not_known(auditor, tmp_path, ledger):
    path = write(tmp_path / "a.audit-run", settings={"shard": "3/8"}, sent=1)
    ledger.register("20261121T083000Z-old1", tmp_path / "gone.audit-run", START - timedelta(days=1), "b.csv")
    assert json.loads(auditor("runs", "--format", "json", "--ledger", ledger.path).out) == {
        "schema": "auditor.runs/v1",
        "runs": [
            {
                "id": RUN.id,
                "state": "ended",
                "why": None,
                "started": "2026-11-22T08:30:00+00:00",
                "source": "accounts.xlsx",
                "accounts": 2,
                "cases": 3,
                "submissions": 1,
                "stopped": [],
                "vantage": "office",
                "shard": "3/8",
                "simulated": False,
                "path": str(path),
            },
            {
                "id": "20261121T083000Z-old1",
                "state": "gone",
                "why": None,
                "started": "2026-11-21T08:30:00+00:00",
                "source": "b.csv",
                **dict.fromkeys(("accounts", "cases", "submissions", "stopped", "vantage", "shard")),
                "simulated": None,
                "path": str(tmp_path / "gone.audit-run"),
            },
        ],
    }


@pytest.mark.parametrize("given", [("--format", "xml"), ("nowhere",)])
def test_what_it_cannot_follow_is_a_usage_error(auditor, given):
    assert auditor("runs", *given).code == 2


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """A current folder with two runs of one day."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "first.audit-run")
    write(tmp_path / "second.audit-run", replace(RUN, id="20261122T093000Z-a1b2"))


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("first.audit-run", "first.audit-run"),
        ("20261122T083000Z-a1b2", "first.audit-run"),
        ("20261122T09", "second.audit-run"),
    ],
)
def test_a_run_is_found_by_its_path_its_id_or_the_beginning_of_it(text, found):
    assert find_run(text).name == found


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20261122T", "may be any of"),
        ("20251122T", "there is no run 20251122T"),
        ("a1b2", "there is no run a1b2"),
        ("", "there is no run file"),
        ("x" * 300, "there is no run xxx"),
        ("absent/first.audit-run", "there is no run file absent/first.audit-run"),
    ],
)
def test_what_names_no_run_or_several_is_refused_with_advice(text, said):
    with pytest.raises(NotARunFile, match=said) as raised:
        find_run(text)
    assert "auditor runs" in raised.value.advice


@pytest.mark.usefixtures("inside")
def test_a_run_that_the_ledger_knows_is_found_wherever_it_is(tmp_path, ledger):
    path = write(tmp_path / "reports" / "a.audit-run", another(1))
    ledger.register(another(1).id, path, START, "a.csv")
    ledger.register(another(2).id, tmp_path / "gone.audit-run", START, "a.csv")
    assert find_run(another(1).id, ledger.path) == path
    with pytest.raises(NotARunFile, match=f"the file of run {another(2).id} is gone"):
        find_run(another(2).id, ledger.path)


@pytest.mark.usefixtures("inside")
def test_an_id_that_begins_another_is_itself(tmp_path):
    write(tmp_path / "third.audit-run", replace(RUN, id="20261122T083000Z-a1b2c"))
    assert find_run(RUN.id).name == "first.audit-run"


@pytest.mark.usefixtures("inside")
def test_an_id_in_the_ledger_that_begins_another_is_itself(tmp_path, ledger):
    for name in ("x", "xy"):
        path = write(tmp_path / "reports" / f"{name}.audit-run", replace(RUN, id=name))
        ledger.register(name, path, START, "a.csv")
    assert find_run("x", ledger.path).name == "x.audit-run"


@pytest.mark.usefixtures("inside")
def test_a_copy_of_a_run_file_makes_its_id_name_two(tmp_path):
    (tmp_path / "copy.audit-run").write_bytes((tmp_path / "first.audit-run").read_bytes())
    with pytest.raises(NotARunFile, match=r"copy\.audit-run"):
        find_run(RUN.id)


@pytest.mark.usefixtures("inside")
def test_a_broken_ledger_is_asked_only_where_the_folder_does_not_say(tmp_path):
    broken = tmp_path / "broken.ledger"
    broken.write_text("x")
    assert find_run(RUN.id, broken).name == "first.audit-run"
    with pytest.raises(LedgerError):
        find_run("20261122T09", broken)
