import inspect
import json
import subprocess
from dataclasses import fields

import pytest
from junitparser import Error, Failure, JUnitXml

from auditor.cli.audit import audit, report
from auditor.cli.merge import merge
from auditor.cli.report_options import target
from auditor.cli.reporting import Asked, folder_in
from tests.cli.conftest import SECRETS

ALL = "xlsx,json,junit,sarif"
NAMES = {"report.xlsx", "report.json", "report.xml", "report.sarif"}


def red(path):
    """Return the tests that are red, by name, and of which kind."""
    (suite,) = JUnitXml.fromfile(str(path))
    return {case.name: type(case.result[0]) for case in suite
            if case.result and isinstance(case.result[0], Failure | Error)}  # fmt: skip


@pytest.fixture
def audited(auditor, through, inventory, tmp_path):
    """Audit the small world into a folder, in all formats, by these options; returns how it ended."""

    def run(*options):
        return auditor("audit", inventory, "--yes", "-o", "out/", "--format", ALL, *options, *through)

    return run


@pytest.mark.parametrize("command", [audit, report, merge])
def test_each_command_that_reports_has_all_options_of_a_report(command):
    assert {one.name for one in fields(Asked)} <= set(inspect.signature(command).parameters)


def test_the_options_of_a_report_are_taken_from_those_of_the_command():
    given = {one.name: one.name for one in fields(Asked)}
    asked = Asked.among(given | {"runs": 1, "screen": 2})
    assert {one.name: getattr(asked, one.name) for one in fields(Asked)} == given


@pytest.mark.parametrize(
    ("asked", "made"), [("out/", "out"), ("out", "out"), ("made/out", None), ("out/mine.json", None)]
)
def test_several_formats_go_into_a_folder_that_is_made(auditor, through, inventory, tmp_path, asked, made):
    if made is None:
        (tmp_path / asked).parent.mkdir()
    done = auditor("audit", inventory, "--yes", "-o", asked, "--format", "json,junit", *through)
    assert done.code == 0, done.err
    folder, stem = (tmp_path / "out", "mine") if asked.endswith("json") else (tmp_path / asked, "report")
    assert {f"{stem}.json", f"{stem}.xml"} <= {path.name for path in folder.iterdir()}


def test_a_name_that_ends_like_a_folder_is_one_for_a_single_format_too(auditor, through, inventory, tmp_path):
    assert auditor("audit", inventory, "--yes", "-o", "out/", "--format", "junit", *through).code == 0
    assert (tmp_path / "out" / "report.xml").is_file()


def test_a_folder_in_a_folder_that_is_not_there_is_no_typing_error_to_hide(auditor, through, inventory):
    done = auditor("audit", inventory, "--yes", "-o", "no/such/", "--format", ALL, *through)
    assert done.code == 1
    assert "no/such cannot be made" in done.err


@pytest.mark.parametrize(
    ("name", "form"), [("a.xml", "testsuites"), ("a.sarif", "$schema"), ("A.SARIF", "$schema")]
)
def test_the_suffix_of_the_output_says_the_format(auditor, through, inventory, tmp_path, name, form):
    assert auditor("audit", inventory, "--yes", "-o", name, *through).code == 0
    (written,) = [path for path in tmp_path.iterdir() if path.stem.lower() == "a"]
    assert form in written.read_text(encoding="utf-8")[:80]


def test_one_run_writes_every_format_and_names_each(audited, tmp_path):
    done = audited("--quiet")
    assert {line.rpartition("/")[2] for line in done.out.split()} == NAMES
    assert {path.name for path in (tmp_path / "out").iterdir()} >= NAMES


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        (("-o", "mine.csv"), ["mine.csv", "mine.findings.csv"]),
        (("-o", "MINE.CSV"), ["MINE.csv", "MINE.findings.csv"]),
        (("-o", "of.week.csv"), ["of.week.csv", "of.week.findings.csv"]),
        (("-o", "out/", "--format", "csv"), ["out/report.csv", "out/report.findings.csv"]),
        (("-o", "of.week.jira.csv"), ["of.week.jira.csv"]),
        (("-o", "a.devops.csv", "--format", "csv,jira"), ["a.csv", "a.findings.csv", "a.jira.csv"]),
        (("-o", "a.csv", "--format", "json,csv"), ["a.json", "a.csv", "a.findings.csv"]),
    ],
)
def test_a_format_of_several_files_names_each(auditor, through, inventory, tmp_path, asked, made):
    done = auditor("audit", inventory, "--yes", "--quiet", *asked, *through)
    assert done.code == 0, done.err
    assert done.out.split() == made
    assert all((tmp_path / name).stat().st_size for name in made)


def test_a_file_beside_the_report_that_cannot_be_written_is_said_before_a_password_is_sent(
    auditor, through, inventory, lab, tmp_path
):
    (tmp_path / "a.findings.csv").mkdir()
    done = auditor("audit", inventory, "--yes", "-o", "a.csv", *through)
    assert (done.code, lab.submissions) == (1, {})
    assert "a.findings.csv is a folder" in done.err


def test_no_format_holds_a_password(audited, tmp_path):
    audited()
    for path in (tmp_path / "out").iterdir():
        assert not any(secret.encode() in path.read_bytes() for secret in SECRETS)


def test_what_is_red_agrees_with_the_exit_code(audited, tmp_path):
    assert audited().code == 0
    without = red(tmp_path / "out" / "report.xml")
    assert without["mfa@contoso.example: mfa"] is Failure
    kept = audited("--contract")
    contract = red(tmp_path / "out" / "report.xml")
    assert kept.code == 4, kept.err
    assert set(contract.values()) == {Error}
    assert set(contract) == {"person@contoso.example: contract"}
    assert audited("--fail-on", "blocker").code == 10
    grave = red(tmp_path / "out" / "report.xml")
    assert [name for name, kind in grave.items() if kind is Failure] == ["mfa@contoso.example: mfa"]


def test_what_could_not_be_looked_at_is_skipped_on_request_and_the_exit_code_stays(audited, tmp_path):
    assert audited("--contract", "--unanswered-as", "skipped").code == 4
    assert red(tmp_path / "out" / "report.xml") == {}


@pytest.mark.parametrize(
    "options", [("--unanswered-as", "passed"), ("--format", "junit,pdf"), ("--format", "xml")]
)
def test_what_cannot_be_followed_is_said_before_a_password_is_sent(auditor, through, inventory, lab, options):
    done = auditor("audit", inventory, "--yes", *options, *through)
    assert (done.code, lab.submissions) == (2, {})


def test_a_report_and_a_merge_write_the_same_formats_from_the_run_file(audited, auditor, tmp_path):
    audited()
    (run,) = (tmp_path / "out").glob("*.audit-run")
    assert auditor("report", run, "-o", "again/", "--format", ALL).code == 0
    for name in NAMES - {"report.xlsx"}:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    assert auditor("merge", run, "-o", "merged/", "--format", ALL).code == 0
    assert {path.name for path in (tmp_path / "merged").iterdir()} >= NAMES


def test_sarif_points_to_the_inventory_as_its_repository_knows_it(
    auditor, through, inventory, tmp_path, monkeypatch
):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "audits" / "2026").mkdir(parents=True)
    moved = inventory.rename(tmp_path / "audits" / "2026" / inventory.name)
    monkeypatch.chdir(tmp_path / "audits")
    assert auditor("audit", moved, "--yes", "-o", "a.sarif", *through).code == 0
    run = json.loads((tmp_path / "audits" / "a.sarif").read_text(encoding="utf-8"))["runs"][0]
    places = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]}
    assert places == {f"audits/2026/{inventory.name}"}
    lines = {one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in run["results"]}
    assert lines <= {2, 3, 4}
    assert all(rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"])


def test_a_folder_is_told_from_its_repository_else_from_here_else_not_at_all(tmp_path, monkeypatch):
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert (folder_in(tmp_path / "a" / "b"), folder_in(tmp_path), folder_in(None)) == ("a/b", "", "")
    (tmp_path / "a" / ".git").mkdir()
    assert (folder_in(tmp_path / "a" / "b"), folder_in(tmp_path / "a")) == ("b", "")
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert folder_in(tmp_path.parent / "elsewhere") == ""


def test_a_slash_at_the_end_means_a_folder():
    assert (str(target("out/")), str(target("out"))) == ("out/report", "out")


WAIVERS = """\
waivers:
  - case: {account: "MFA@contoso.example", app: resco-external-project}
    finding: mfa-blocks-password-grant
    reason: The vendor ships application users in spring
    who: Dana of the identity desk
    until: UNTIL
  - case: {account: "gone@contoso.example"}
    finding: no-security-role
    reason: Nobody remembers
    who: Dana of the identity desk
    until: 2999-01-01
"""
NO_CASE = (
    "waivers.yaml:7: no-security-role of gone@contoso.example: no case fits it; correct it, or take it out"
)


@pytest.fixture
def waivers(tmp_path):
    """Write a list of waivers of which the first holds until then."""

    def write(until="2999-01-01"):
        (tmp_path / "waivers.yaml").write_text(WAIVERS.replace("UNTIL", until), encoding="utf-8")
        return "--waivers", "waivers.yaml"

    return write


def test_a_waived_finding_fails_nothing_and_is_marked_in_every_report(audited, waivers, tmp_path):
    assert audited("--fail-on", "blocker").code == 10
    done = audited("--fail-on", "blocker", *waivers())
    assert done.code == 0, done.err
    assert "1 finding is waived" in done.err
    assert f"waiver {NO_CASE}" in " ".join(done.err.split())
    out = tmp_path / "out"
    assert Failure not in red(out / "report.xml").values()
    document = json.loads((out / "report.json").read_text(encoding="utf-8"))
    marked = [found for case in document["cases"] for found in case["findings"] if found["waived"]]
    assert [found["rule"] for found in marked] == ["mfa-blocks-password-grant"]
    assert document["summary"]["waivers"]["unused"] == [NO_CASE]
    results = json.loads((out / "report.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert [one["ruleId"] for one in results if one["suppressions"]] == ["mfa-blocks-password-grant"]


def test_a_waiver_that_ran_out_holds_nothing_back_and_is_listed(audited, waivers, tmp_path):
    done = audited("--fail-on", "blocker", *waivers("2026-01-01"))
    assert done.code == 10
    assert "ran out on 2026-01-01, 1 finding counts again" in " ".join(done.err.split())


def test_an_old_run_is_reported_with_other_waivers_by_its_own_day(audited, auditor, waivers, tmp_path):
    audited()
    (run,) = (tmp_path / "out").glob("*.audit-run")
    day = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["run"]["started"][:10]
    report = ("report", run, "-o", "again.json", "--fail-on", "blocker")
    assert auditor(*report).code == 10
    assert auditor(*report, *waivers(day)).code == 0
    assert auditor("merge", run, "-o", "merged.json", "--fail-on", "blocker", *waivers(day)).code == 0


def test_waivers_that_say_something_unknown_are_said_before_a_password_is_sent(
    auditor, through, inventory, lab, tmp_path
):
    text = WAIVERS.replace("no-security-role", "no-role").replace("UNTIL", "2999-01-01")
    (tmp_path / "waivers.yaml").write_text(text, encoding="utf-8")
    done = auditor("audit", inventory, "--yes", "--waivers", "waivers.yaml", *through)
    assert (done.code, lab.submissions) == (2, {})
    assert "waivers.yaml:8: there is no finding no-role" in done.err
