"""`auditor links`: which page to open, told from a run's evidence, and opened without signing in."""

import csv
import io
import json
import os
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

from auditor.cli.links import is_inventory
from auditor.lab.server import Lab
from auditor.lab.world import world_from
from auditor.resources import shipped_text

NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
ROWS = """account;environment;app;credential;expected
sync@contoso.example;contoso.crm4.dynamics.com;resco-external-project;env:CLI_TEST_1;ropc
person@contoso.example;contoso.crm4.dynamics.com;resco-mobile-crm;;interactive
"""


@pytest.fixture
def world(world):
    """An organisation in which nobody has consented yet; the app knows its redirect URI."""
    world["tenants"][0]["grants"] = []
    world["tenants"][0]["apps"] = [{"app": "resco-mobile-crm", "redirect_uris": [NATIVE]}]
    return world


@pytest.fixture
def accounts(tmp_path):
    (tmp_path / "accounts.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path / "accounts.csv"


@pytest.fixture
def run(auditor, through, accounts, tmp_path):
    """The run of an audit, as a file."""
    assert auditor("audit", accounts, *through, "--yes", "--no-input", "-q", "--ledger", "a.ledger").code == 0
    (found,) = tmp_path.glob("*.audit-run")
    return found


def data_of(done):
    data = json.loads(done.out)
    Draft202012Validator(json.loads(shipped_text("reports", "schema/links.v1.schema.json"))).validate(data)
    return data


def test_a_runs_evidence_says_which_link_is_the_first(auditor, run):
    data = data_of(auditor("links", run, "--format", "json"))
    sync, person = data["cases"]
    assert (sync["step"], sync["situation"]) == ("open the first link", "individual-consent-is-enough")
    assert [link["kind"] for link in sync["links"]] == ["individual", "organisation", "registration"]
    assert person["situation"] == "not-known"
    query = parse_qs(urlsplit(sync["links"][0]["url"]).query)
    assert query["scope"] == ["https://contoso.crm4.dynamics.com/user_impersonation"]
    assert query["login_hint"] == ["sync@contoso.example"]
    assert data["run"]
    assert sync["tenant"] == "11111111-2222-3333-4444-555555555555"


def test_a_run_is_found_by_its_id_as_well(auditor, run):
    found = json.loads(auditor("runs", "--format", "json", "--ledger", "a.ledger").out)["runs"][0]["id"]
    assert data_of(auditor("links", found, "--format", "json"))["run"] == found


def test_an_inventory_alone_tells_nothing_and_is_asked_of_nobody(auditor, accounts, lab):
    done = auditor("links", accounts, "--format", "json")
    data = data_of(done)
    assert (done.code, data["run"]) == (0, None)
    assert {case["step"] for case in data["cases"]} == {"not known; try the first link"}
    assert {case["tenant"] for case in data["cases"]} == {"contoso.example"}
    assert not lab.requests
    assert "Nothing was asked of anybody" in auditor("links", accounts).out


def test_people_read_it_in_80_columns_each_kind_of_link_told_once(auditor, run):
    out = auditor("links", run).out
    assert [line for line in out.splitlines() if len(line) > 80 and "https://" not in line] == []
    for words in (
        "Resco external project in contoso.crm4.dynamics.com",
        "open the first link: Individual consent is enough (1)",
        "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb (unverified)",
        f"redirect URI  {NATIVE} (unverified)",
        "who may open it  ",
        "may replace      Earlier consent of an administrator",
        "verify before you accept again",
        "A System Administrator of",
    ):
        assert words in out, words
    assert out.count("What the links do") == 1


def test_a_table_has_a_line_a_link_and_no_formula(auditor, tmp_path):
    rows = ROWS.replace("person@contoso.example", "=1+1@contoso.example")
    (tmp_path / "odd.csv").write_text(rows, encoding="utf-8")
    lines = list(csv.DictReader(io.StringIO(auditor("links", "odd.csv", "--format", "csv").out)))
    assert [line["order"] for line in lines] == ["1", "2", "3"] * 2
    assert {line["account"] for line in lines} == {"sync@contoso.example", "'=1+1@contoso.example"}
    assert all(line["url"].startswith("https://login.microsoftonline.com/contoso.example/") for line in lines)


def test_opening_links_names_nobody_and_signs_nobody_in(auditor, run, lab, through):
    before = len(lab.requests)
    done = auditor("links", run, "--check", "--format", "json", *through)
    states = {link["check"]["state"] for case in data_of(done)["cases"] for link in case["links"]}
    assert (done.code, states) == (0, {"not told"})
    asked = lab.requests[before:]
    assert {seen.method for seen in asked} == {"GET"}
    assert {seen.host for seen in asked} == {"login.microsoftonline.com"}
    assert len(asked) == 3, "one for each kind: what differs by account alone is opened once"
    assert not any("contoso.example" in seen.path for seen in asked)


@pytest.mark.parametrize(
    ("apps", "code"),
    [
        ([{"app": "resco-mobile-crm", "redirect_uris": ["https://other.example/back"]}], "AADSTS50011"),
        ([], "AADSTS700016"),
    ],
)
def test_a_link_that_leads_nowhere_is_seen(auditor, accounts, world, apps, code):
    world["tenants"][0]["apps"] = apps
    with Lab(world_from(world)) as lab:
        done = auditor(
            *("links", accounts, "--check", "--format", "json"),
            *("--proxy", lab.proxy, "--ca-bundle", lab.ca_file),
        )
    check = data_of(done)["cases"][0]["links"][0]["check"]
    assert done.code == 4
    assert (check["state"], check["code"]) == ("refused", code)


def test_what_cannot_be_reached_is_no_pass(auditor, accounts):
    done = auditor("links", accounts, "--check", "--format", "json", "--proxy", "http://127.0.0.1:9")
    states = {link["check"]["state"] for case in data_of(done)["cases"] for link in case["links"]}
    assert (done.code, states) == (4, {"could not look"})


def test_what_is_neither_inventory_nor_run_says_where_to_look(auditor):
    done = auditor("links", "nowhere")
    assert done.code == 2
    assert "there is no run nowhere" in done.err


def test_an_unknown_form_is_refused(auditor, accounts):
    done = auditor("links", accounts, "--format", "xml")
    assert (done.code, "--format takes text, json or csv" in done.err) == (2, True)


def test_an_inventory_that_skips_everything_has_no_links(auditor, tmp_path):
    (tmp_path / "none.csv").write_text(
        "account;environment;app;skip\nsync@contoso.example;contoso.crm4.dynamics.com;resco-mobile-crm;gone\n",
        encoding="utf-8",
    )
    done = auditor("links", "none.csv")
    assert (done.code, "there is no case to print links for" in done.err) == (3, True)


@pytest.mark.skipif(
    os.name == "nt" or not sys.platform.startswith("linux"), reason="a folder opens as a file there"
)
def test_a_folder_is_no_inventory(tmp_path):
    assert not is_inventory(str(tmp_path))
