"""JSON inventories."""

import json

import pytest

from auditor.errors import InventoryError, NothingToAudit

ANNA = {"account": "anna@contoso.com", "environment": "contoso.crm4.dynamics.com"}
BEN = {"UPN": "ben@contoso.com", "Org URL": "https://contoso.crm4.dynamics.com/"}


@pytest.mark.parametrize(
    "wrap", [lambda x: x, lambda x: {"accounts": x}, lambda x: {"rows": x, "made": "today"}]
)
def test_an_array_is_read_alone_or_wrapped_and_rows_count_from_one(text, read, wrap):
    inventory = read(text(json.dumps(wrap([ANNA, {**ANNA, "account": "cho@contoso.com"}])), "accounts.json"))
    assert [(case.account, case.origin.row) for case in inventory.cases] == [
        ("anna@contoso.com", 1),
        ("cho@contoso.com", 2),
    ]


def test_lines_of_objects_are_read_and_rows_are_lines(text, read):
    inventory = read(text("\n" + json.dumps(BEN) + "\n\n" + json.dumps({**BEN, "UPN": "a@b.com"}), "a.jsonl"))
    assert [case.origin.row for case in inventory.cases] == [2, 4]


def test_a_line_that_is_no_object_is_a_bad_row_and_the_others_are_read(text, read):
    secret = "hunter2-hunter2"
    inventory = read(text(f'{json.dumps(ANNA)}\n{{"password": "{secret}\n[1]\n', "a.jsonl"))
    assert len(inventory.cases) == 1
    assert [row.origin.row for row in inventory.invalid] == [2, 3]
    assert secret not in repr(inventory)


def test_an_element_that_is_no_object_is_a_bad_row(text, read):
    inventory = read(text(json.dumps([ANNA, "anna", None, 7]), "a.json"))
    assert [row.origin.row for row in inventory.invalid] == [2, 3, 4]


def test_numbers_keep_the_form_they_were_written_in(text, read):
    cells = '"owner": 1e3, "notes": 12345678901234567890, "skip": 0'
    content = f'[{{"account": "a@b.com", "environment": "a.crm.dynamics.com", {cells}}}]'
    (case,) = read(text(content, "a.json")).cases
    assert (case.owner, case.notes, case.skip) == ("1e3", "12345678901234567890", "")


def test_true_and_null_mean_what_they_say(text, read):
    (case,) = read(text(json.dumps([{**ANNA, "skip": True, "owner": None}]), "a.json")).cases
    assert (case.skip, case.owner) == ("marked skip", "")


def test_a_list_where_a_text_belongs_is_a_problem_of_that_cell(text, read):
    (row,) = read(text(json.dumps([{**ANNA, "owner": ["a", "b"]}]), "a.json")).invalid
    assert [(p.column, p.wrong) for p in row.problems] == [("owner", "a list or an object stands here")]


def test_nested_values_under_unknown_keys_are_ignored_with_the_key(text, read):
    inventory = read(text(json.dumps([{**ANNA, "roles": ["a"]}]), "a.json"))
    assert len(inventory.cases) == 1
    assert 'columns that mean nothing here were ignored: "roles"' in inventory.remarks


def test_an_object_without_contents_is_blank(text, read):
    assert len(read(text(json.dumps([ANNA, {}, {"account": ""}]), "a.json")).cases) == 1


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("{", "line 1: not valid JSON"),
        ('{"a": 1}', "no list of accounts"),
        ("7", "no list of accounts"),
        ('[{"account": "a", "account": "b"}]', "gives a key twice"),
        ("[" * 100_000, "not valid JSON"),
        ("[" + "9" * 10_000, "not valid JSON"),
    ],
    ids=["cut", "no list", "number", "key twice", "too deep", "long number"],
)
def test_what_is_no_inventory_says_so(text, read, content, wrong):
    with pytest.raises(InventoryError, match=wrong):
        read(text(content, "a.json"))


@pytest.mark.parametrize(("name", "content"), [("a.json", "[]"), ("a.jsonl", "\n"), ("a.json", "[{}]")])
def test_no_elements_leave_nothing_to_audit(text, read, name, content):
    with pytest.raises(NothingToAudit):
        read(text(content, name))


def test_a_file_with_a_mark_or_in_utf16_is_read(text, read):
    content = json.dumps([ANNA])
    assert read(text(content.encode("utf-8-sig"), "a.json")).cases
    assert read(text(content.encode("utf-16"), "b.json")).cases
    assert read(text((json.dumps(ANNA) + "\n").encode("utf-8-sig"), "c.jsonl")).cases
