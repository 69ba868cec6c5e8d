"""Options and questions that decide where a password goes, as they are typed at the command line."""

import getpass

import keyring
import pytest
from keyring.backend import KeyringBackend

from auditor.cli.console import Screen, Terminal
from auditor.errors import SecretError
from tests.cli.conftest import SECRETS, read_json

STS = "sts.works.example"
PLANT = "plant@works.example"


@pytest.fixture
def world(world):
    """The small world with a person who has a password and an account behind a federation server."""
    world["tenants"][0]["domains"].append({"name": "works.example", "federation": {"host": STS}})
    world["users"].append({"upn": PLANT, "password": SECRETS[0]})
    return world


@pytest.fixture
def rows(inventory):
    """Write the inventory's rows."""

    def write(*lines):
        header = "account;kind;environment;app;credential;expected"
        inventory.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return inventory

    return write


def row(account, kind="integration", credential="env:CLI_TEST_1", expected="", app="resco-external-project"):
    return f"{account};{kind};contoso.crm4.dynamics.com;{app};{credential};{expected}"


PERSON = row("sync@contoso.example", "person")
FEDERATED = row(PLANT)


@pytest.mark.parametrize(
    ("options", "sent"), [((), {}), (("--people-passwords",), {"sync@contoso.example": 1})]
)
def test_a_persons_password_is_sent_where_the_command_line_asks_for_it(
    auditor, lab, through, rows, options, sent
):
    done = auditor("audit", rows(PERSON), "--yes", *options, *through)
    assert done.code == 0, done.err
    assert lab.submissions == sent


def test_people_passwords_and_no_passwords_exclude_each_other(auditor, lab, through, rows):
    done = auditor("audit", rows(PERSON), "--yes", "--people-passwords", "--no-passwords", *through)
    assert done.code == 2
    assert lab.requests == []


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        (("--tenant", "works.example"), {}),
        (("--tenant", "works.example", "--federation-host", "sts.other.example"), {}),
        (("--federation-host", STS), {}),
        (("--tenant", "works.example", "--federation-host", STS.upper()), {PLANT: 1}),
    ],
)
def test_a_federation_host_and_its_tenant_have_to_be_named_both(auditor, lab, through, rows, options, sent):
    auditor("audit", rows(FEDERATED), "--no-input", *options, *through)
    assert lab.submissions == sent


def test_a_federation_host_that_matches_nothing_is_named(auditor, lab, through, rows):
    done = auditor("audit", rows(FEDERATED), "--no-input", "--federation-host", "sts.wroks.example", *through)
    assert "agreed to sts.wroks.example, but no account" in done.err
    assert lab.submissions == {}


class Keyring(KeyringBackend):
    """A keyring of two entries: a right password and an odd one."""

    priority = -1

    def get_password(self, service, username):
        return {("dynamics", "sync"): SECRETS[0], ("dynamics", "blank"): f" {SECRETS[0]}"}.get(
            (service, username)
        )

    def set_password(self, service, username, password):
        raise AssertionError("nothing is written")


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    yield
    keyring.set_keyring(before)


@pytest.mark.parametrize(("entry", "times"), [("sync", 1), ("absent", 0), ("blank", 0)])
def test_a_password_from_the_keyring_is_sent_as_it_stands_or_not_at_all(
    auditor, lab, through, rows, ring, entry, times
):
    inventory = rows(row("sync@contoso.example", credential=f"keyring:dynamics/{entry}"))
    assert auditor("audit", inventory, "--yes", *through).code == 0
    assert sum(lab.submissions.values()) == times


def test_a_password_from_the_keyring_stands_in_nothing_that_is_written(
    auditor, through, rows, ring, tmp_path
):
    inventory = rows(row("sync@contoso.example", credential="keyring:dynamics/sync"))
    done = auditor("audit", inventory, "--yes", "-o", "r.json", *through)
    (case,) = read_json(tmp_path / "r.json")["cases"]
    assert case["verdicts"]["ropc"]["value"] == "eligible"
    assert SECRETS[0] not in done.out + done.err
    for path in tmp_path.iterdir():
        assert SECRETS[0].encode() not in path.read_bytes()


@pytest.fixture
def terminal(monkeypatch):
    """A terminal with somebody at it, whose typing `getpass` hands over."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    return Terminal(Screen(quiet=True), no_input=False)


def typed(value):
    def ask(prompt, stream=None):
        if isinstance(value, BaseException):
            raise value
        return value

    return ask


def test_a_password_is_asked_for_by_account_and_unseen(terminal, monkeypatch):
    prompts = []
    monkeypatch.setattr(getpass, "getpass", lambda prompt, stream: prompts.append(prompt) or "typed")
    assert terminal.password("sync@contoso.example") == "typed"
    assert "sync@contoso.example" in prompts[0]


def test_the_end_of_input_instead_of_a_password_is_a_secret_that_was_not_given(terminal, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", typed(EOFError()))
    with pytest.raises(SecretError):
        terminal.password("sync@contoso.example")


def test_ctrl_c_instead_of_a_password_ends_the_run(terminal, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", typed(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        terminal.password("sync@contoso.example")


def test_with_no_input_nobody_is_asked_for_a_password(terminal, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", typed(AssertionError("somebody was asked")))
    with pytest.raises(SecretError, match="nobody"):
        Terminal(Screen(quiet=True), no_input=True).password("sync@contoso.example")
