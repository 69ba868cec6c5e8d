"""Which column is which."""

import re
from pathlib import Path

import pytest

from auditor.errors import InventoryError
from auditor.inventory.aliases import ALIASES, FIELDS
from auditor.inventory.columns import squash

DOCUMENT = Path(__file__).parents[2] / "docs" / "inventory.md"
VALUES = {
    "account": "anna@contoso.com",
    "environment": "contoso.crm4.dynamics.com",
    "kind": "person",
    "app": "dataverse-sample",
    "tenant": "contoso.com",
    "credential": "env:PW",
    "password": "",
    "expected": "ropc",
    "owner": "Team",
    "notes": "a note",
    "skip": "left",
}


def csv_of(columns):
    return ";".join(columns) + "\n" + ";".join(columns.values()) + "\n"


@pytest.mark.parametrize(
    ("field", "alias"), [(field, alias) for field, aliases in ALIASES.items() for alias in aliases]
)
def test_every_documented_header_is_recognised(text, read, field, alias):
    columns = {name: VALUES[name] for name in ("account", "environment") if name != field}
    inventory = read(text(csv_of({alias: VALUES[field], **columns})))
    assert inventory.cases
    assert not [remark for remark in inventory.remarks if "ignored" in remark]


def test_no_header_means_two_fields():
    squashed = [squash(alias) for aliases in ALIASES.values() for alias in set(map(squash, aliases))]
    assert len(squashed) == len(set(squashed))


def test_the_documentation_holds_exactly_these_headers():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {field: tuple(part.strip() for part in cell.split(" · ")) for field, cell in rows}
    assert {field: documented.get(field) for field in FIELDS} == dict(ALIASES)


@pytest.mark.parametrize(
    "header",
    [
        "ACCOUNT",
        " account ",
        "Ac\u00adcount",
        "Account *",
        "Account (UPN)",
        "Account [UPN]",
        '"Account"',
        "User\nName",
    ],
)
def test_case_blanks_punctuation_and_brackets_do_not_count(text, read, header):
    quoted = '"' + header.replace('"', '""') + '"'
    assert read(text(f"{quoted};Environment\nanna@contoso.com;a.crm4.dynamics.com\n")).cases


def test_map_says_what_a_column_means(text, read):
    path = text(csv_of({"Wer": "anna@contoso.com", "Wo": "a.crm4.dynamics.com"}))
    (case,) = read(path, mapping={"wer": "account", "WO": "environment"}).cases
    assert case.account == "anna@contoso.com"


def test_map_wins_over_the_table(text, read):
    path = text(csv_of({"UPN": "guest", "E-mail": "anna@contoso.com", "URL": "a.crm4.dynamics.com"}))
    (case,) = read(path, mapping={"E-mail": "account"}).cases
    assert case.account == "anna@contoso.com"


def test_map_to_nothing_ignores_a_column(text, read):
    path = text(csv_of({"UPN": "anna@contoso.com", "E-mail": "x", "URL": "a.crm4.dynamics.com"}))
    inventory = read(path, mapping={"E-mail": ""})
    assert inventory.cases[0].account == "anna@contoso.com"
    assert 'columns that mean nothing here were ignored: "E-mail"' in inventory.remarks


def test_two_columns_for_one_field_are_an_error_that_names_both(text, read):
    path = text(csv_of({"UPN": "anna@contoso.com", "E-mail": "x", "URL": "a.crm4.dynamics.com"}))
    with pytest.raises(InventoryError, match='columns "UPN", "E-mail" all mean account') as caught:
        read(path)
    assert '--map "UPN=account"' in caught.value.advice


def test_a_required_column_that_is_missing_is_named_with_the_columns_there_are(text, read):
    path = text(csv_of({"UPN": "anna@contoso.com", "Owner": "Team", "Where": "a.crm4.dynamics.com"}))
    with pytest.raises(
        InventoryError, match='no column for environment; the columns are "UPN", "Owner", "Where"'
    ):
        read(path)


def test_a_field_that_does_not_exist_is_an_error_that_names_those_that_do(text, read):
    with pytest.raises(InventoryError, match='no field "colour"') as caught:
        read(text(csv_of({"UPN": "a@b.com", "URL": "x"})), mapping={"UPN": "colour"})
    assert "account, environment" in caught.value.advice


def test_a_mapped_column_that_does_not_exist_is_an_error(text, read):
    with pytest.raises(InventoryError, match='has no column "Nutzer"'):
        read(text(csv_of({"UPN": "a@b.com", "URL": "x"})), mapping={"Nutzer": "owner"})


def test_a_file_without_a_header_says_so_and_shows_none_of_its_cells(text, read):
    with pytest.raises(InventoryError, match="no header found") as caught:
        read(text("anna@contoso.com;contoso.crm4.dynamics.com;hunter2\n" * 3))
    assert "hunter2" not in str(caught.value) + caught.value.advice


def test_a_data_row_that_happens_to_hold_a_header_word_is_not_shown(text, read):
    with pytest.raises(InventoryError) as caught:
        read(text("anna@contoso.com;contoso.crm4.dynamics.com;user;hunter2\n"))
    assert "hunter2" not in str(caught.value) + caught.value.advice


def test_columns_that_mean_nothing_are_ignored_by_name(text, read):
    inventory = read(text(csv_of({"UPN": "a@b.com", "URL": "a.crm4.dynamics.com", "Cost centre": "4711"})))
    assert inventory.remarks[-1] == 'columns that mean nothing here were ignored: "Cost centre"'


def test_a_header_is_looked_for_in_the_first_twenty_filled_rows_only(text, read):
    head = csv_of({"UPN": "a@b.com", "URL": "a.crm4.dynamics.com"})
    assert read(text("title\n" * 19 + head)).cases
    with pytest.raises(InventoryError, match="no header found in the first 20"):
        read(text("title\n" * 20 + head))
