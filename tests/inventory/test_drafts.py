"""One row: every problem at once, and nothing of a credential in any of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.inventory import format_problems
from auditor.model import Kind

HEAD = "Account;Environment;Kind;Tenant;Credential;Password;Expected\n"
SECRET = "correct-horse-battery"


@pytest.fixture
def row(text, read):
    def reading(line, **options):
        return read(text(HEAD + line + "\n"), **options)

    return reading


def credential(inventory):
    (case,) = inventory.cases
    return case.credential


@pytest.mark.parametrize(
    ("cell", "scheme"),
    [
        ("env:NAME", "env"),
        (" ENV:NAME ", "env"),
        ("file:secrets/anna.txt", "file"),
        ("prompt", "prompt"),
        ("keyring:service/user", "keyring"),
        ("\u201cenv:NAME\u201d", "env"),
    ],
)
def test_a_reference_of_a_known_scheme_is_taken(row, cell, scheme):
    assert credential(row(f"a@b.com;a.crm4.dynamics.com;;;{cell};;")).scheme == scheme


def test_anything_else_in_credential_is_a_problem_that_gives_its_length_alone(row):
    inventory = row(f"a@b.com;a.crm4.dynamics.com;;;{SECRET};;")
    (problem,) = inventory.invalid[0].problems
    assert (problem.column, problem.wrong) == ("Credential", "not a known reference, 21 characters")
    assert "env:NAME, file:PATH, prompt, keyring:SERVICE/USER or keyvault:VAULT/SECRET" in problem.right
    assert SECRET not in repr(inventory)


def test_a_password_needs_its_switch_and_the_problem_says_what_to_do_instead(row):
    inventory = row(f"a@b.com;a.crm4.dynamics.com;;;;{SECRET};")
    (problem,) = inventory.invalid[0].problems
    assert (problem.column, problem.wrong) == ("Password", "a password stands in this column")
    assert "--allow-plaintext-passwords" in problem.right
    assert SECRET not in repr(inventory)


def test_with_the_switch_a_password_is_a_secret_from_the_moment_it_is_read(row):
    inventory = row(f"a@b.com;a.crm4.dynamics.com;;;;{SECRET};", allow_plaintext=True)
    reference = credential(inventory)
    assert (reference.scheme, reference.value.reveal()) == ("plaintext", SECRET)
    assert SECRET not in repr(inventory)


@pytest.mark.parametrize(
    "password", [" outer blanks ", "in\u00a0visible\u200b", "\u201cquoted\u201d", "007", "ü" * 20]
)
def test_a_password_is_kept_to_the_letter(row, password):
    inventory = row(f"a@b.com;a.crm4.dynamics.com;;;;{password};", allow_plaintext=True)
    assert credential(inventory).value.reveal() == password


def test_a_password_column_without_contents_is_no_credential(row):
    assert credential(row("a@b.com;a.crm4.dynamics.com;;;;  ;")) is None


def test_a_credential_and_a_password_in_one_row_are_a_problem(row):
    inventory = row(f"a@b.com;a.crm4.dynamics.com;;;env:X;{SECRET};", allow_plaintext=True)
    assert "stand in the same row" in inventory.invalid[0].problems[0].wrong
    assert SECRET not in repr(inventory)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("a@b.com;a.crm4.dynamics.com;;;;;", Kind.PERSON),
        ("a@b.com;a.crm4.dynamics.com;;;env:X;;", Kind.INTEGRATION),
        ("a@b.com;a.crm4.dynamics.com;person;;env:X;;", Kind.PERSON),
        ("a@b.com;a.crm4.dynamics.com;service account;;;;", Kind.INTEGRATION),
    ],
)
def test_who_has_a_credential_is_an_integration_unless_the_row_says_otherwise(row, line, kind):
    assert row(line).cases[0].kind is kind


def test_every_problem_of_a_row_is_reported_at_once_with_place_wrong_and_right(row):
    inventory = row("anna;nowhere;robot;Contoso Ltd;what;;works", default_app="")
    lines = format_problems(inventory.invalid)
    assert len(lines) == 7
    assert all(line.startswith("accounts.csv, row 2, column ") for line in lines)
    assert {line.split(", column ")[1].split(":")[0] for line in lines} == {
        "Account", "Environment", "Kind", "app", "Tenant", "Credential", "Expected",
    }  # fmt: skip


def test_an_invalid_row_can_be_found_again_by_what_it_held(row):
    (bad,) = row("anna;a.crm4.dynamics.com;;;;;").invalid
    assert (bad.account, bad.environment, bad.app) == ("anna", "a.crm4.dynamics.com", "resco-mobile-crm")


def test_a_long_or_many_line_cell_is_shown_in_short_on_one_line(row):
    (bad,) = row(f'"{"x" * 500}\nzweite";a.crm4.dynamics.com;;;;;').invalid
    assert len(bad.problems[0].wrong) < 150
    assert "\n" not in bad.problems[0].wrong


planted = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='";'), min_size=6, max_size=30
).map(lambda text: f"\u2042{text}\u2042")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    secret=planted, column=st.sampled_from(["credential", "password"]), allow=st.booleans(), bad=st.booleans()
)
def test_no_value_of_a_credential_column_is_ever_shown(row, secret, column, allow, bad):
    account = "nobody" if bad else "a@b.com"
    cells = f"{secret};" if column == "credential" else f";{secret}"
    line = f"{account};a.crm4.dynamics.com;;;{cells};"
    inventory = row(f"{line}\n{line}\n{line.replace('a@b', 'c@d')}", allow_plaintext=allow)
    assert secret not in repr(inventory)
    assert secret not in "\n".join([*format_problems(inventory.invalid), *inventory.remarks])
