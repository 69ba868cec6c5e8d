"""A password on the command line is impossible."""

import click
import pytest
import typer

from auditor.cli.main import build

PLANTED = "pl@nted-Passw0rd"


def commands(group):
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from commands(command)
        else:
            yield command


# Options whose names speak of secrets: flags, and places where one is kept.
KNOWN = {
    "--people-passwords": bool,
    "--no-passwords": bool,
    "--allow-plaintext-passwords": bool,
    "--secret": "REFERENCE",
    "--client-secret": "REFERENCE",
    "--certificate": "REFERENCE",
}


def test_no_option_of_any_command_takes_a_password():
    found = {}
    for command in commands(typer.main.get_command(build())):
        for one in command.params:
            for option in one.opts:
                if any(
                    word in option.lower() for word in ("pass", "pwd", "secret", "credential", "token", "key")
                ):
                    found[option] = bool if getattr(one, "is_flag", False) else one.metavar
    assert found.items() <= KNOWN.items(), found
    assert found


@pytest.mark.parametrize(
    "given",
    [
        ("--password", PLANTED),
        (f"--password={PLANTED}",),
        ("--pass", PLANTED),
        ("--PWD", PLANTED),
        ("-pw", PLANTED),
        (f"--passphrase={PLANTED}",),
    ],
)
@pytest.mark.parametrize("command", ["audit", "plan", "doctor"])
def test_whoever_tries_is_told_where_it_belongs_and_it_is_not_repeated(auditor, inventory, command, given):
    done = auditor(command, inventory, *given)
    assert done.code == 2
    assert "no option takes a password" in done.err
    assert "keyvault:VAULT/SECRET" in done.err
    assert PLANTED not in done.out + done.err


def test_what_follows_two_dashes_is_text(auditor):
    assert "no option takes a password" not in auditor("explain", "--", "--password").err


@pytest.mark.parametrize("command", [("audit", "accounts.csv"), ("plan", "accounts.csv")])
def test_a_proxys_password_is_not_taken_either(auditor, inventory, command):
    done = auditor(*command, "--proxy", f"http://me:{PLANTED}@proxy.example:8080")
    assert done.code == 2
    assert "takes no name and password" in done.err
    assert "HTTPS_PROXY" in done.err
    assert PLANTED not in done.out + done.err
