"""`auditor audit` and `auditor report`: from a spreadsheet to a workbook, and the exit codes on the way."""

import json

import pytest
from python_calamine import CalamineWorkbook

from auditor.resources import shipped_text
from tests.cli.conftest import ROWS, SECRETS, read_json


def verdicts(path):
    return {
        case["account"].split("@")[0]: [case["verdicts"][axis]["value"] for axis in ("mfa", "ropc", "path")]
        for case in read_json(path)["cases"]
    }


def test_a_spreadsheet_becomes_a_workbook_and_a_run_file(auditor, lab, through, inventory, tmp_path):
    done = auditor("audit", inventory, "--yes", *through)
    assert done.code == 0, done.err
    assert "report.xlsx" in done.out
    sheets = CalamineWorkbook.from_path(tmp_path / "report.xlsx").sheet_names
    assert {"Summary", "Accounts", "Findings", "Fixes", "Evidence", "Not audited", "Glossary"} <= set(sheets)
    assert len(list(tmp_path.glob("report-*.audit-run"))) == 1
    assert lab.submissions == {"sync@contoso.example": 1, "mfa@contoso.example": 1}


def test_json_says_the_same_and_a_report_from_the_run_file_is_byte_identical(
    auditor, through, inventory, tmp_path
):
    assert auditor("audit", inventory, "--yes", "--format", "json,xlsx", *through).code == 0
    assert verdicts(tmp_path / "report.json") == {
        "sync": ["not required", "eligible", "ready"],
        "mfa": ["required", "not eligible", "fix, then ready"],
        "person": ["unknown", "unknown", "switch to interactive OAuth"],
    }
    (run,) = tmp_path.glob("*.audit-run")
    assert auditor("report", run, "-o", "again.json").code == 0
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "report.json").read_bytes()


def test_the_json_report_fits_its_published_schema(auditor, through, inventory, tmp_path):
    import jsonschema  # noqa: PLC0415 - used here alone

    auditor("audit", inventory, "--yes", "-o", "audit.json", *through)
    schema = json.loads(shipped_text("reports", "schema/audit.v1.schema.json"))
    jsonschema.validate(read_json(tmp_path / "audit.json"), schema)


def test_quiet_prints_where_the_result_is_and_nothing_else(auditor, through, inventory):
    done = auditor("audit", inventory, "--yes", "--quiet", *through)
    assert done.out.strip().endswith("report.xlsx")
    assert len(done.out.strip().splitlines()) == 1
    assert done.err == ""


def test_verbose_logs_legs_and_hosts_and_no_secret_or_name(auditor, through, inventory):
    done = auditor("audit", inventory, "--yes", "--verbose", *through)
    assert "token POST login.microsoftonline.com: 200" in " ".join(done.err.split())
    for hidden in (*SECRETS, "eyJ", "CLI_TEST_1", "sync@contoso.example"):
        assert hidden not in done.err + done.out


def test_without_agreement_no_password_is_sent_and_the_scope_is_named(auditor, lab, through, inventory):
    done = auditor("audit", inventory, "--no-input", *through)
    assert done.code == 2
    assert "contoso.example" in done.err
    assert "--tenant" in done.err
    assert lab.submissions == {}


def test_a_named_tenant_is_agreement_enough(auditor, lab, through, inventory):
    assert auditor("audit", inventory, "--no-input", "--tenant", "Contoso.example", *through).code == 0
    assert sum(lab.submissions.values()) == 2


def test_discovery_alone_sends_no_password(auditor, lab, through, inventory, tmp_path):
    assert auditor("audit", inventory, "--no-input", "--no-passwords", "-o", "r.json", *through).code == 0
    assert lab.submissions == {}
    assert verdicts(tmp_path / "r.json")["sync"][1:] == ["unknown", "could not tell"]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--contract",), 4, "contract unanswered for 1 case"),
        (("--fail-on", "blocker"), 10, "1 finding of severity blocker or worse"),
        ((), 0, ""),
    ],
)
def test_exit_codes_follow_what_was_asked(auditor, through, inventory, options, code, words):
    done = auditor("audit", inventory, "--yes", *options, *through)
    assert (done.code, words in done.err) == (code, True)


def test_a_broken_contract_is_10_and_what_is_unanswered_is_printed_too(auditor, through, inventory):
    inventory.write_text(ROWS.replace("CLI_TEST_2;", "CLI_TEST_2;ropc"), encoding="utf-8")
    done = auditor("audit", inventory, "--yes", "--contract", *through)
    assert done.code == 10
    assert "contract broken for 1 case" in done.err
    assert "contract unanswered for 1 case" in done.err


def test_bad_rows_stop_the_run_and_are_all_named(auditor, lab, through, inventory):
    inventory.write_text(ROWS + "nobody;nowhere;unheard-of;Passw0rd!;maybe\n", encoding="utf-8")
    done = auditor("audit", inventory, "--yes", *through)
    assert done.code == 2
    for column in ("account", "environment", "app", "credential", "expected"):
        assert f"column {column}" in done.err
    assert "row 5" in done.err
    assert "Passw0rd!" not in done.err
    assert lab.requests == []


def test_bad_rows_are_reported_as_not_audited_when_told_so(auditor, through, inventory, tmp_path):
    inventory.write_text(ROWS + "nobody;nowhere;;;\n", encoding="utf-8")
    assert auditor("audit", inventory, "--yes", "--skip-invalid", "-o", "r.json", *through).code == 0
    (row,) = read_json(tmp_path / "r.json")["invalid"]
    assert row["origin"]["row"] == 5


@pytest.mark.parametrize(
    ("text", "code"),
    [("account;environment;app\n", 3), ("just a text", 2), ("a;b\n1;2\n", 2)],
)
def test_an_inventory_with_nothing_or_nothing_readable_in_it(auditor, inventory, text, code):
    inventory.write_text(text, encoding="utf-8")
    done = auditor("audit", inventory, "--yes")
    assert done.code == code
    assert done.err.startswith("error: ")
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("audit", "absent.xlsx"),
        ("audit", "accounts.csv", "--format", "docx", "--yes"),
        ("audit", "accounts.csv", "--rate", "fast"),
        ("audit", "accounts.csv", "--map", "nonsense"),
        ("audit", "accounts.csv", "--check-table", "a b"),
        ("audit", "accounts.csv", "--config", "absent.toml"),
        ("report", "absent.audit-run"),
        ("audit", "accounts.csv", "--yes", "-o", "no/such/folder/report.xlsx"),
    ],
)
def test_usage_errors_are_sentences_with_advice(auditor, inventory, arguments):
    done = auditor(*arguments)
    assert done.code in {1, 2}
    assert "error: " in done.err
    assert "advice: " in done.err
    assert "Traceback" not in done.err


def test_an_output_that_cannot_be_written_is_said_before_a_password_is_sent(
    auditor, lab, through, inventory, tmp_path
):
    (tmp_path / "taken.xlsx").mkdir()
    done = auditor("audit", inventory, "--yes", "-o", "taken.xlsx", *through)
    assert done.code == 1
    assert "taken.xlsx" in done.err
    assert lab.submissions == {}


def test_a_folder_as_output_takes_a_report_of_each_format(auditor, through, inventory, tmp_path):
    (tmp_path / "out").mkdir()
    assert auditor("audit", inventory, "--yes", "-o", "out", "--format", "xlsx,json", *through).code == 0
    assert {"report.xlsx", "report.json"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_tenant_that_matches_nothing_is_named(auditor, lab, through, inventory):
    done = auditor("audit", inventory, "--no-input", "--tenant", "contosso.example", *through)
    assert "agreed to contosso.example, but no account" in done.err
    assert "password not sent for 2 of 3 cases: the tenant or federation host was not agreed to" in done.err
    assert lab.submissions == {}


def test_a_network_that_lets_nothing_through_is_incomplete_not_clean(auditor, inventory):
    done = auditor("audit", inventory, "--yes", "--proxy", "http://127.0.0.1:9")
    assert done.code == 4
    assert "nothing could be reached" in done.err


def test_an_unknown_format_is_said_before_a_password_is_sent(auditor, lab, through, inventory):
    done = auditor("audit", inventory, "--yes", "--format", "docx", *through)
    assert done.code == 2
    assert lab.submissions == {}


def test_a_plaintext_password_needs_its_flag_and_becomes_a_finding(auditor, through, inventory, tmp_path):
    inventory.write_text(
        "account;environment;app;password\n"
        f"sync@contoso.example;contoso.crm4.dynamics.com;resco-external-project;{SECRETS[0]}\n",
        encoding="utf-8",
    )
    refused = auditor("audit", inventory, "--yes", *through)
    assert refused.code == 2
    assert SECRETS[0] not in refused.err
    done = auditor("audit", inventory, "--yes", "--allow-plaintext-passwords", "-o", "r.json", *through)
    assert done.code == 0
    findings = [finding["rule"] for finding in read_json(tmp_path / "r.json")["cases"][0]["findings"]]
    assert any("plaintext" in rule or "inventory" in rule for rule in findings), findings
    for path in tmp_path.iterdir():
        if path.name != "accounts.csv":
            assert SECRETS[0].encode() not in path.read_bytes()


def test_a_credential_that_does_not_resolve_is_that_accounts_trouble_alone(
    auditor, lab, through, inventory, tmp_path, monkeypatch
):
    monkeypatch.delenv("CLI_TEST_2")
    assert auditor("audit", inventory, "--yes", "-o", "r.json", *through).code == 0
    assert lab.submissions == {"sync@contoso.example": 1}
    assert verdicts(tmp_path / "r.json")["mfa"][2] == "could not tell"
