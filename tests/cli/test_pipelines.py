import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.cli.console import Lines, Screen
from auditor.cli.harmless import harmless
from auditor.cli.pipelines import azure_command, github_command
from auditor.exit_codes import Demands
from auditor.model import Contract, Expected, Severity
from auditor.writers.annotations import Annotation, annotations_of
from auditor.writers.interface import Terms
from tests.judged_cases import ACCEPTED, finding, result


@pytest.fixture
def github(monkeypatch, tmp_path):
    """Run on GitHub; returns the file of the job's summary."""
    summary = tmp_path / "step_summary"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    return summary


def commands(out):
    """Return the workflow commands as GitHub finds them in an output."""
    return [line for line in out.splitlines() if line.lstrip().startswith("::")]


def test_on_github_failures_are_annotated_at_their_rows(auditor, through, inventory, github):
    done = auditor("audit", inventory, "--yes", "--fail-on", "blocker", *through)
    (error,) = [line for line in commands(done.out) if line.startswith("::error ")]
    assert error.startswith(
        "::error file=accounts.csv,line=3,title=MFA blocks the password grant::mfa@contoso"
    )
    assert " Fix: " in error


def test_on_github_the_summary_is_added_to_the_jobs(auditor, through, inventory, github):
    github.write_text("# An earlier command\n", encoding="utf-8")
    assert auditor("audit", inventory, "--yes", "--contract", *through).code == 4
    text = github.read_text(encoding="utf-8")
    assert text.startswith("# An earlier command\n# WS-Trust to OAuth audit\n")
    assert "| Contracts | unanswered 1 · met 1 |" in text


def test_what_earlier_commands_of_the_step_left_counts_for_githubs_limit(auditor, through, inventory, github):
    github.write_text("x" * 1_020_000, encoding="utf-8")
    assert auditor("audit", inventory, "--yes", *through).code == 0
    assert github.stat().st_size < 1_024 * 1_024
    assert "more row" in github.read_text(encoding="utf-8")[1_020_000:]


def test_quiet_leaves_standard_output_to_the_result_and_still_writes_the_summary(
    auditor, through, inventory, github
):
    done = auditor("audit", inventory, "--yes", "--quiet", *through)
    assert done.out.strip().endswith("report.xlsx")
    assert len(done.out.splitlines()) == 1
    assert github.read_text(encoding="utf-8").startswith("# WS-Trust")


def test_a_summary_that_cannot_be_written_is_said_and_fails_nothing(
    auditor, through, inventory, github, monkeypatch
):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(github / "no" / "such"))
    done = auditor("audit", inventory, "--yes", *through)
    assert done.code == 0
    assert "note: the job summary cannot be written" in done.err


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ('{"repository": {"private": false}}', False),
        ('{"repository": {"private": true}}', True),
        ('{"repository": null}', True),
        ("[]", True),
        ("\x00", True),
    ],
)
def test_in_a_public_repository_nobody_is_told_anything(
    auditor, through, inventory, github, monkeypatch, event, told
):
    path = github.with_name("event.json")
    path.write_text(event, encoding="utf-8")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(path))
    done = auditor("audit", inventory, "--yes", "--fail-on", "blocker", *through)
    assert bool(commands(done.out)) is told
    assert github.exists() is told
    assert ("this repository is public" in done.err) is not told


def test_elsewhere_nobody_is_told_anything(auditor, through, inventory, tmp_path):
    done = auditor("audit", inventory, "--yes", *through)
    assert commands(done.out + done.err) == []
    assert "##vso" not in done.out + done.err
    assert not list(tmp_path.glob("*.md"))


def test_azure_pipelines_is_given_the_summary_by_its_whole_path(
    auditor, through, inventory, tmp_path, monkeypatch
):
    monkeypatch.setenv("TF_BUILD", "True")
    done = auditor("audit", inventory, "--yes", "-o", "out/", *through)
    assert f"##vso[task.uploadsummary]{tmp_path}/out/report.md" in done.out.splitlines()
    assert (tmp_path / "out" / "report.md").read_text(encoding="utf-8").startswith("# WS-Trust")
    assert auditor("audit", inventory, "--yes", "-o", "again/", "--quiet", *through).out.count("\n") == 1
    assert not (tmp_path / "again" / "report.md").exists()


def test_a_summary_for_azure_pipelines_that_cannot_be_written_fails_nothing_either(
    auditor, through, inventory, tmp_path, monkeypatch
):
    monkeypatch.setenv("TF_BUILD", "True")
    (tmp_path / "report.md").mkdir()
    done = auditor("audit", inventory, "--yes", *through)
    assert done.code == 0
    assert "note: the summary cannot be written: " in done.err
    assert "##vso" not in done.out


def test_azure_pipelines_is_given_the_report_in_markdown_where_there_is_one(
    auditor, through, inventory, tmp_path, monkeypatch
):
    monkeypatch.setenv("TF_BUILD", "True")
    done = auditor("audit", inventory, "--yes", "-o", "mine/", "--format", "json,markdown", *through)
    assert f"##vso[task.uploadsummary]{tmp_path}/mine/report.md" in done.out.splitlines()


def test_a_report_of_an_old_run_tells_too(auditor, through, inventory, tmp_path, github):
    auditor("audit", inventory, "--yes", "-o", "a.json", *through)
    github.unlink()
    (run,) = tmp_path.glob("*.audit-run")
    done = auditor("report", run, "-o", "b.json", "--fail-on", "blocker")
    assert any(line.startswith("::error file=accounts.csv,line=3") for line in commands(done.out))
    assert github.exists()


@pytest.mark.parametrize("wish", ["FORCE_COLOR", "GITHUB_ACTIONS", "TF_BUILD", "TTY_COMPATIBLE"])
@pytest.mark.parametrize("arguments", [(), ("--help",), ("--no-such-option",), ("--nothing.csv",)])
def test_nothing_in_colour_and_no_bars_go_into_a_pipe(through, inventory, tmp_path, wish, arguments):
    secrets = {"CLI_TEST_1": "Planted-secret-1", "CLI_TEST_2": "Planted-secret-2"}
    environment = os.environ | secrets | {wish: "true", "PYTHONPATH": os.pathsep.join(sys.path)}
    whole = ["audit", *(arguments or (inventory, "--yes", "--ledger", tmp_path / "ledger", *through))]
    done = subprocess.run(
        [sys.executable, "-m", "auditor", *map(str, whole)],
        capture_output=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert (done.returncode == 0) is (arguments in {(), ("--help",)})
    for stream in (done.stdout, done.stderr):
        assert b"\x1b" not in stream
        assert b"\r" not in stream
    assert done.stdout or done.stderr


def told(*results, limit=10, expired=(), **demands):
    """Return the annotations of these results under these demands."""
    summary = SimpleNamespace(expired=expired, unused=())
    audit = SimpleNamespace(results=lambda: iter(results), summary=summary, run=None)
    return annotations_of(audit, Terms(Demands(**demands), lambda _: None, folder="audits"), limit)


def test_only_what_fails_the_run_is_an_error_and_the_gravest_come_first():
    grave, broken = finding("x", Severity.BLOCKER), finding("contract-is-broken")
    case = result("a@contoso.example", broken, grave, contract=Contract.BROKEN, expected=Expected.ROPC)
    assert [one.title for one in told(case)] == ["x", "contract is broken"]
    assert [one.title for one in told(case, contract=frozenset(Expected))] == ["contract is broken"]


def test_a_broken_contract_is_annotated_with_its_cause():
    found = (finding("contract-is-broken"), finding("mfa-blocks", Severity.LOW))
    case = result("a@contoso.example", *found, contract=Contract.BROKEN, expected=Expected.ROPC)
    (one,) = told(case, contract=frozenset(Expected))
    assert "Because: mfa blocks." in one.text


def test_waived_findings_and_remarks_are_not_annotated():
    assert told(result("a@contoso.example", finding("x", waived=ACCEPTED), finding("y", Severity.INFO))) == []


def test_what_could_not_be_looked_at_is_a_warning():
    case = result("a@contoso.example", contract=Contract.UNANSWERED, expected=Expected.ROPC)
    (one,) = told(case, contract=frozenset(Expected))
    assert (one.level, one.title) == ("warning", "The contract could not be checked")
    (one,) = told(result("a@contoso.example", path="could not tell"))
    assert one.title == "Nobody could tell where this account should go"
    assert told(result("a@contoso.example", path="could not tell", not_audited="left")) == []


def test_waivers_that_do_not_hold_any_more_are_warnings():
    (one,) = told(expired=("waivers.yaml:3 ran out",))
    assert (one.level, one.text, one.file) == ("warning", "waivers.yaml:3 ran out", "")


def test_beyond_the_limit_a_notice_says_how_many_more_there_are():
    cases = [result(f"a{n}@contoso.example", finding("x")) for n in range(13)]
    annotations = told(*cases)
    assert [one.level for one in annotations] == ["error"] * 10 + ["notice"]
    assert annotations[-1].text == "3 more are in the reports."


def test_an_annotation_names_the_file_as_its_repository_knows_it():
    (one,) = told(result("a@contoso.example", finding("x")))
    assert one.file.startswith("audits/")
    assert one.line >= 1


def test_a_command_is_escaped_as_github_reads_it():
    one = Annotation("error", "50%: a, b", "first\nsecond 100%\r", "a,b:c.csv", 7)
    assert github_command(one) == (
        "::error file=a%2Cb%3Ac.csv,line=7,title=50%25%3A a%2C b::first%0Asecond 100%25%0D"
    )


def test_a_path_is_escaped_as_azure_pipelines_reads_it(tmp_path):
    assert azure_command(tmp_path / "50%") == f"##vso[task.uploadsummary]{tmp_path}/50%AZP25"


@given(
    title=st.text(st.characters(exclude_categories=()), max_size=30),
    text=st.text(st.characters(exclude_categories=()), max_size=30),
)
@example(title="x::stop", text="\n::set-env name=PATH::/evil\r\n##[add-matcher]x\u2028::error::\x85")
def test_no_text_from_outside_begins_a_command_of_its_own(title, text):
    line = github_command(Annotation("error", title, text, f"{text}.csv", 1))
    assert len(line.splitlines()) == 1
    assert line.encode("utf-8")
    assert line.startswith("::error file=")
    properties = line[len("::error ") :].partition("::")[0]
    assert properties.count(",") == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ": :error::x"),
        ("note: a::b", "note: a::b"),
        ("note\n  ::set-output name=a::b", "note\n  : :set-output name=a::b"),
        ("x ##vso[task.setvariable]y", "x # #vso[task.setvariable]y"),
        ("##[add-mask]y", "# #[add-mask]y"),
        ("## heading", "## heading"),
    ],
)
def test_what_is_printed_is_no_command(text, shown):
    assert harmless(text) == shown


def test_nothing_that_the_screen_says_is_a_command(capfd):
    screen = Screen(quiet=False)
    for say in (screen.say, screen.result, Lines(screen).say):
        say("::error::x")
        say("##vso[task.complete]x")
    said = capfd.readouterr()
    assert commands(said.out + said.err) == []
    assert "##vso" not in said.out + said.err
    assert (said.out + said.err).count(": :error::x") == 3


def test_a_cell_of_the_inventory_is_no_command(auditor, tmp_path, github):
    rows = 'account;environment\n"\n::add-mask::x";contoso.crm4.dynamics.com\nx ##vso[task.complete]y;z\n'
    (tmp_path / "bad.csv").write_text(rows, encoding="utf-8")
    done = auditor("plan", "bad.csv")
    assert done.code == 2
    assert commands(done.out + done.err) == []
    assert "##vso" not in done.out + done.err
