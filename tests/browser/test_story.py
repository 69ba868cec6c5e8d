"""The whole story: consent is missing, its link is accepted in Chromium, and the next audit is green."""

import json

import openpyxl
import pytest
import yaml

from auditor.lab.server import Lab
from auditor.lab.world import world_from
from tests.browser import steps
from tests.cli import conftest as of_commands

auditor = of_commands.auditor
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
EXTERNAL, PASSWORD = "sync@contoso.example", of_commands.SECRETS[0]
ROWS = """account;environment;app;credential;expected
sync@contoso.example;contoso.crm4.dynamics.com;resco-external-project;env:CLI_TEST_1;ropc
"""


@pytest.fixture
def running():
    """Return the lab of an organisation in which nobody has consented yet."""
    data = yaml.safe_load(of_commands.WORLD)
    data["tenants"][0] |= {"grants": [], "apps": [{"app": "resco-mobile-crm", "redirect_uris": [NATIVE]}]}
    with Lab(world_from(data)) as lab:
        yield lab


class Audited:
    """What an audit of the one account came to: how it ended, its run file, its case and its findings."""

    def __init__(self, done, run, report):
        self.code, self.out, self.run, self.report = done.code, done.out + done.err, run, report
        data = json.loads(report.read_text(encoding="utf-8"))
        (case,) = data["cases"]
        self.verdicts = {axis: told["value"] for axis, told in case["verdicts"].items()}
        self.findings = {finding["rule"] for finding in case["findings"]}


@pytest.fixture
def audit(auditor, running, tmp_path):
    """Audit the one account against the lab."""
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(ROWS, encoding="utf-8")

    def run(name, *more):
        before = set(tmp_path.glob("*.audit-run"))
        over = ("--proxy", running.proxy, "--ca-bundle", running.ca_file, "--ledger", "a.ledger")
        told = (
            "--yes",
            "--no-input",
            "--contract",
            "--format",
            "json,xlsx,markdown",
            "--output",
            f"{name}.json",
        )
        done = auditor("audit", accounts, *over, *told, *more)
        (made,) = set(tmp_path.glob("*.audit-run")) - before
        return Audited(done, made, tmp_path / f"{name}.json")

    return run


def first_link(workbook):
    """Return the address behind the first link of the sheet Consent."""
    sheet = openpyxl.load_workbook(workbook)["Consent"]
    return next(
        cell.hyperlink.target for row in sheet for cell in row if cell.hyperlink and cell.hyperlink.target
    )


def test_consent_is_missing_the_link_is_opened_and_the_next_audit_is_green(
    audit, auditor, running, open_page
):
    first = audit("first")
    assert (first.code, first.verdicts["consent"]) == (10, "missing")

    (case,) = json.loads(auditor("links", first.run, "--format", "json").out)["cases"]
    assert case["situation"] == "individual-consent-is-enough"
    link = first_link(first.report.with_suffix(".xlsx"))
    assert link == case["links"][0]["url"]
    page = open_page(running)
    page.goto(link)
    steps.password(page, PASSWORD)
    steps.stay(page)
    page.get_by_text("Dataverse / Dynamics 365: user_impersonation").wait_for()
    steps.press(page, "Accept")
    steps.heading(page, "You can close this window")

    again = audit("again", "--fail-on-new", "--baseline", first.run)
    assert (again.code, again.verdicts["consent"], again.verdicts["ropc"]) == (0, "granted", "eligible")
    gone = first.findings - again.findings
    assert gone == {"consent-is-missing", "contract-is-broken"}
    assert "0 findings new or graver, 2 findings gone" in again.out
    told = again.report.with_suffix(".md").read_text(encoding="utf-8")
    assert "Consent to the app is missing" in told.partition("## Changed since")[2]
    (after,) = json.loads(auditor("links", again.run, "--format", "json").out)["cases"]
    assert after["situation"] != case["situation"]
    assert running.submissions == {EXTERNAL: 3}  # an audit each, and the person on the page
