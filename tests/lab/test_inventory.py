import pytest

from auditor.lab.inventory import COLUMNS, inventory_rows
from auditor.lab.world import load_world

ADA = {"account": "ada@contoso.example", "environment": "contoso.crm4.dynamics.com", "app": "resco-crm-sync"}


def only(make_world, **row):
    (found,) = inventory_rows(make_world({"inventory": [{**ADA, **row}]}))
    return found


def test_a_row_has_the_inventorys_columns_and_no_credential(make_world):
    row = only(make_world, kind="integration", expected="ropc", owner="Sales", notes="n", skip="later")
    assert tuple(row.columns) == COLUMNS
    assert row.columns["account"] == "ada@contoso.example"
    assert "credential" not in row.columns
    assert (row.columns["expected"], row.columns["owner"], row.columns["skip"]) == ("ropc", "Sales", "later")


@pytest.mark.parametrize(
    ("row", "password"),
    [
        ({}, "Right-horse-1"),
        ({"kind": "integration"}, "Right-horse-1"),
        ({"kind": "person"}, None),
        ({"kind": "person", "believes": "right"}, "Right-horse-1"),
        ({"believes": "none"}, None),
        ({"password": "literal"}, "literal"),
        ({"password": ""}, ""),
    ],
)
def test_the_operator_has_the_password_the_row_says(make_world, row, password):
    assert only(make_world, **row).password == password


def test_a_stale_password_is_another_one(make_world):
    stale = only(make_world, believes="wrong").password
    assert stale
    assert stale != "Right-horse-1"


def test_an_account_that_does_not_exist_has_some_password(make_world):
    assert only(make_world, account="nobody@contoso.example").password


def test_no_password_stands_in_a_repr(make_world):
    assert "Right-horse" not in repr(only(make_world))


def test_the_shipped_inventory_has_what_real_ones_have():
    rows = inventory_rows(load_world())
    accounts = [row.columns["account"] for row in rows]
    assert len(accounts) > len(set(accounts))
    assert any(row.columns["skip"] for row in rows)
    assert any(row.password is None and row.columns["kind"] == "person" for row in rows)
    assert any("#EXT#" in account for account in accounts)
    assert any(not account.isascii() for account in accounts)
    assert any("://" in row.columns["environment"] for row in rows)
