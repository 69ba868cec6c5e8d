"""`auditor doctor`: what cannot be audited from here is said beforehand, and nothing is submitted."""

import json
import os
import sys

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import SECRETS, read_json
from tests.conftest import CHECKOUT

HEAD = "account;environment;app;credential;expected\n"
ROW = "{};contoso.crm4.dynamics.com;resco-external-project;{};{}\n"
SYNC = "sync@contoso.example"


@pytest.fixture
def doctor(auditor, tmp_path, through, lab):
    """Run the doctor over rows; return its exit code and its checks by what they say."""

    def run(*rows, options=("--yes",), route=through, inventory="accounts.csv"):
        if rows:
            (tmp_path / inventory).write_text(
                HEAD + "".join(ROW.format(*row) for row in rows), encoding="utf-8"
            )
        done = auditor(
            *("doctor", inventory, *route, "--format", "json", "--ledger", "a.ledger", "--no-input", *options)
        )
        assert not lab.submissions
        data = json.loads(done.out)
        assert data["sound"] is (done.code == 0)
        return done.code, {check["says"]: check for check in data["checks"]}

    return run


def cannot(checks):
    return {says for says, check in checks.items() if check["state"] == "cannot"}


def about(checks, words):
    (found,) = [check for says, check in checks.items() if words in says]
    return found


def test_a_sound_inventory_is_fine_and_nothing_was_submitted_or_made(doctor, tmp_path, lab):
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"))
    assert (code, cannot(checks)) == (0, set())
    assert {seen.method for seen in lab.requests} == {"GET"}
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.csv"]
    for words in (
        "sign-in host login.microsoftonline.com answers",
        "environment contoso.crm4.dynamics.com answers",
        "tenant contoso.example is known",
        "the clock agrees",
        "rules load",
        "passwords that can be had and sent: 1",
    ):
        assert about(checks, words)["state"] == "fine"


def test_its_json_fits_the_published_schema_and_is_the_same_each_time(auditor, inventory, through):
    schema = read_json(CHECKOUT / "reports" / "schema" / "doctor.v1.schema.json")
    shown = [auditor("doctor", inventory, *through, "--format", "json", "--no-input").out for _ in range(2)]
    assert shown[0] == shown[1]
    data = json.loads(shown[0])
    assert not list(Draft202012Validator(schema).iter_errors(data))
    assert data["passwords"] == {"accounts": 2, "can_be_sent": 0}  # nobody agreed


def test_passwords_are_resolved_and_never_shown(auditor, inventory, through):
    for form in ("json", "text"):
        done = auditor("doctor", inventory, *through, "--format", form, "--yes")
        assert done.code == 0
        for kept in (*SECRETS, "CLI_TEST_1"):
            assert kept not in done.out + done.err


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        ("env:NOT_SET_ANYWHERE", "environment variable that the credential names is not set"),
        ("file:absent.txt", "cannot be read"),
        ("file:blank.txt", "begins or ends with a blank"),
        ("file:empty.txt", "it is empty"),
        ("prompt", "there is no terminal here"),
    ],
)
def test_a_credential_that_does_not_resolve_or_fit_is_named_by_its_account(
    doctor, tmp_path, monkeypatch, credential, words
):
    monkeypatch.delenv("NOT_SET_ANYWHERE", raising=False)
    (tmp_path / "blank.txt").write_text(" planted ", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"), ("job@contoso.example", credential, ""))
    assert code == 4
    found = about(checks, words)
    assert (found["state"], found["accounts"]) == ("cannot", ["job@contoso.example"])
    assert found["advice"]
    assert credential.partition(":")[2] not in found["says"] or credential == "prompt"


def test_an_account_that_has_to_prove_its_password_and_has_none_cannot_be_audited(doctor):
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"), ("lone@contoso.example", "", "ropc"))
    assert (code, about(checks, "no credential in the inventory")["accounts"]) == (
        4,
        ["lone@contoso.example"],
    )


def pem(days):
    from auditor.lab.world.app_credentials import Certificate  # noqa: PLC0415 - makes a key

    return Certificate(name="sync", days=days).pem


@pytest.mark.parametrize(
    ("days", "code", "state", "words"),
    [
        (90, 0, "fine", "application's credential can be had"),
        (9, 0, "note", "the application's certificate expires on"),
        (-2, 4, "cannot", "the application's certificate expired on"),
    ],
)
def test_an_applications_certificate_is_looked_at_and_not_used(doctor, tmp_path, days, code, state, words):
    (tmp_path / "app.pem").write_text(pem(days), encoding="utf-8")
    own = "auditor.toml"
    client = '[apps.sync]\nclient_id = "5c9be1a4-2222-4d0f-9b7e-6a1f2c3d4e01"\ngrants = ["application"]\n'
    (tmp_path / own).write_text(client, encoding="utf-8")
    rows = HEAD + "app@contoso.example;contoso.crm4.dynamics.com;sync;file:app.pem;application\n"
    (tmp_path / "accounts.csv").write_text(rows, encoding="utf-8")
    ended, checks = doctor()
    assert (ended, about(checks, words)["state"]) == (code, state)


def test_an_application_whose_credential_is_not_there_cannot_be_audited(doctor, tmp_path):
    client = '[apps.sync]\nclient_id = "5c9be1a4-2222-4d0f-9b7e-6a1f2c3d4e01"\ngrants = ["application"]\n'
    (tmp_path / "auditor.toml").write_text(client, encoding="utf-8")
    lines = [
        f"{name}@contoso.example;contoso.crm4.dynamics.com;sync;{kept};application\n"
        for name, kept in (("a", "federated:absent"), ("b", ""))
    ]
    (tmp_path / "accounts.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    code, checks = doctor()
    assert code == 4
    assert about(checks, "federated: the file")["accounts"] == ["a@contoso.example"]
    assert about(checks, "its application is to sign in")["accounts"] == ["b@contoso.example"]


def test_without_passwords_no_credential_is_looked_at(doctor):
    code, checks = doctor((SYNC, "env:NOT_SET_ANYWHERE", "ropc"), options=("--no-passwords",))
    assert (code, cannot(checks)) == (0, set())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "no-dns", "host": "contoso.crm4.*"}, "environment contoso.crm4.dynamics.com: "),
        (
            {"kind": "wrong-certificate", "host": "login.*"},
            "sign-in host login.microsoftonline.com: certificate of",
        ),
        ({"kind": "expired-certificate", "host": "contoso.crm4.*"}, "certificate not valid at this time"),
        ({"kind": "proxy-login", "host": "login.*"}, "proxy asks for credentials"),
        ({"kind": "captive-portal", "host": "contoso.crm4.*"}, "a web page in the service's place"),
    ],
)
def test_a_host_that_does_not_answer_is_named_with_what_to_look_at(world, lab, doctor, fault, words):
    from auditor.lab.world import world_from  # noqa: PLC0415 - the lab is served already

    lab.state.become(world_from({**world, "faults": [fault]}))
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"))
    assert code == 4
    found = next(check for says, check in checks.items() if words in says)
    assert found["state"] == "cannot"
    assert found["accounts"] == [SYNC]
    assert found["advice"]


def test_an_environment_that_is_none_and_a_domain_that_is_nobodys_are_said(doctor, tmp_path):
    (tmp_path / "accounts.csv").write_text(
        HEAD + "sync@nowhere.example;gone.crm4.dynamics.com;resco-external-project;env:CLI_TEST_1;\n",
        encoding="utf-8",
    )
    code, checks = doctor()
    assert code == 4
    assert about(checks, "no tenant has the domain nowhere.example")["accounts"] == ["sync@nowhere.example"]
    assert about(checks, "environment gone.crm4.dynamics.com")["state"] == "cannot"


def test_an_address_that_answers_as_no_environment_does_is_said(world, lab, doctor):
    from auditor.lab.world import world_from  # noqa: PLC0415 - as above

    world["environments"][0]["state"] = "not-found"
    lab.state.become(world_from(world))
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"))
    assert (code, about(checks, "but not as a Dataverse environment does")["accounts"]) == (4, [SYNC])


def test_nobody_who_could_agree_is_said_and_what_was_not_agreed_to_is_named(doctor):
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"), options=())
    assert (code, about(checks, "nobody agreed to a tenant")["accounts"]) == (4, [SYNC])
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"), options=("--tenant", "fabrikam.example"))
    assert (code, about(checks, "nobody agreed to tenant contoso.example")["accounts"]) == (4, [SYNC])
    assert doctor((SYNC, "env:CLI_TEST_1", "ropc"), options=("--tenant", "contoso.example"))[0] == 0


def test_whom_the_ledger_holds_is_named_until_the_password_is_another_one(
    auditor, doctor, inventory, through, lab, monkeypatch
):
    monkeypatch.setattr("auditor.secrets.trace._new_salt", lambda: bytes(16))
    monkeypatch.setenv("CLI_TEST_1", "Not-the-password-1")
    ledger = ("--ledger", "a.ledger")
    assert auditor("audit", inventory, *through, "--yes", "--no-input", *ledger).code == 0
    lab.submissions.clear()
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"))
    held = about(checks, "not sent again")
    assert (code, held["state"]) == (0, "note")
    assert held["accounts"][0].startswith(f"{SYNC}: wrong_password on ")
    monkeypatch.setenv("CLI_TEST_1", SECRETS[0])
    assert not any("not sent again" in says for says in doctor((SYNC, "env:CLI_TEST_1", "ropc"))[1])


def test_a_ledger_that_is_none_and_a_folder_that_is_not_there_are_said(doctor, tmp_path):
    (tmp_path / "a.ledger").write_text("nothing of ours", encoding="utf-8")
    code, checks = doctor(
        (SYNC, "env:CLI_TEST_1", "ropc"), options=("--yes", "--output", "absent/report.xlsx")
    )
    assert code == 4
    assert about(checks, "is no attempt ledger")["state"] == "cannot"
    assert about(checks, "there is no folder")["state"] == "cannot"


@pytest.mark.skipif(os.getuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_nobody_may_write_in_is_said(doctor, tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    _, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"), options=("--yes", "--output", "shut/report.xlsx"))
    assert about(checks, "nothing can be written in")["state"] == "cannot"


@pytest.mark.parametrize("clock", [-1, 1])
def test_a_clock_that_is_far_off_is_said(world, lab, doctor, clock):
    from auditor.lab.world import world_from  # noqa: PLC0415 - as above

    lab.state.become(world_from({**world, "faults": [{"kind": "clock", "hours": clock}]}))
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"))
    found = about(checks, "this machine's clock is 1 h")
    assert (code, found["state"]) == (0, "note")  # nothing of this inventory signs times
    assert doctor((SYNC, "env:CLI_TEST_1", "application"))[0] == 4


def test_a_missing_extra_is_said_where_a_credential_needs_it(doctor, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"))
    assert (code, about(checks, "extra keyring")["state"]) == (0, "fine")
    code, checks = doctor((SYNC, "keyring:dynamics/sync", "ropc"))
    assert (code, about(checks, "extra keyring is missing")["state"]) == (4, "cannot")
    assert doctor((SYNC, "keyring:dynamics/sync", "ropc"), options=("--no-passwords",))[0] == 0


@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        ({"accounts.csv": "account;environment\nnobody;nowhere\n"}, ()),
        ({"accounts.csv": HEAD + ROW.format(SYNC, "env:CLI_TEST_1", ""), "auditor.toml": "[nonsense]\n"}, ()),
        ({}, ()),
        ({"accounts.csv": HEAD + ROW.format(SYNC, "env:CLI_TEST_1", "")}, ("--format", "yaml")),
    ],
)
def test_what_cannot_be_read_ends_as_a_usage_error(auditor, tmp_path, files, arguments):
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert auditor("doctor", "accounts.csv", *arguments).code == 2


def test_rows_with_errors_that_are_skipped_cannot_be_audited(doctor, tmp_path):
    rows = HEAD + ROW.format(SYNC, "env:CLI_TEST_1", "ropc") + ROW.format("nobody", "", "")
    (tmp_path / "accounts.csv").write_text(rows, encoding="utf-8")
    code, checks = doctor(options=("--yes", "--skip-invalid"))
    assert (code, about(checks, "rows that cannot be audited: 1")["state"]) == (4, "cannot")


def test_waivers_are_read_and_those_that_have_expired_are_said(doctor, auditor, tmp_path):
    entry = "  - {case: {account: '*'}, finding: mfa-blocks-password-grant, reason: r, who: w, until: %s}\n"
    text = "waivers:\n" + entry % "2099-01-31" + entry.replace("'*'", "a@x.example") % "2020-01-31"
    (tmp_path / "waivers.yaml").write_text(text, encoding="utf-8")
    code, checks = doctor((SYNC, "env:CLI_TEST_1", "ropc"), options=("--yes", "--waivers", "waivers.yaml"))
    assert (code, about(checks, "waivers load: 2")["state"]) == (0, "fine")
    assert about(checks, "waivers that have expired: 1 (mfa-blocks-password-grant)")["state"] == "note"
    (tmp_path / "waivers.yaml").write_text("waivers: 1\n", encoding="utf-8")
    assert auditor("doctor", "accounts.csv", "--waivers", "waivers.yaml").code == 2


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_name_of_a_file_is_a_command_of_a_build_service(auditor, tmp_path, through, form):
    name = "##vso[task.setvariable variable=x]y.csv"
    (tmp_path / name).write_text(HEAD + ROW.format(SYNC, "env:CLI_TEST_1", "ropc"), encoding="utf-8")
    done = auditor("doctor", name, *through, "--yes", "--format", form)
    assert done.code == 0
    assert "##vso" not in done.out + done.err
    if form == "json":
        assert any(name in check["says"] for check in json.loads(done.out)["checks"])


def test_without_an_inventory_the_machine_alone_is_looked_at(auditor, lab):
    done = auditor("doctor", "--ledger", "a.ledger")
    assert done.code == 0
    assert "rules load" in done.out
    assert lab.requests == []


def test_a_directory_that_nobody_could_sign_in_for_is_said(doctor, tmp_path):
    rows = ((SYNC, "env:CLI_TEST_1", "ropc"),)
    client = 'client_id = "5c9be1a4-2222-4d0f-9b7e-6a1f2c3d4e01"\n'
    (tmp_path / "auditor.toml").write_text(f"[directory]\n{client}", encoding="utf-8")
    code, checks = doctor(*rows, options=("--yes", "--directory", "online"))
    assert (code, about(checks, "--directory online: nobody is here")["state"]) == (4, "cannot")
    assert about(checks, "Microsoft Graph graph.microsoft.com answers")["state"] == "fine"
    app = f'[directory]\n{client}sign_in = "app"\nsecret = "env:NOT_SET_ANYWHERE"\n'
    (tmp_path / "auditor.toml").write_text(app, encoding="utf-8")
    code, checks = doctor(*rows, options=("--yes", "--directory", "online"))
    assert (code, about(checks, "the app that would read the directory")["state"]) == (4, "cannot")


def test_for_people_no_line_is_longer_than_a_terminal_but_for_a_path(auditor, tmp_path, through):
    rows = [ROW.format(f"job{number}@contoso.example", "env:NOT_SET_ANYWHERE", "") for number in range(14)]
    (tmp_path / "accounts.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    done = auditor("doctor", "accounts.csv", *through, "--yes")
    lines = done.out.splitlines()
    assert done.code == 4
    assert all(len(line) <= 80 or str(tmp_path.parent.parent) in line for line in lines)
    assert "            and 4 more (--format json names them)" in lines
    assert "passwords can be sent for 0 of 14 accounts that have one" in lines
