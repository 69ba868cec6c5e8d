"""Cells whose texts repeat are read once, and nothing that is wrong is forgotten with it."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InventoryError
from auditor.inventory import cells, fields
from auditor.inventory.apps import known_apps
from auditor.inventory.columns import Header
from auditor.inventory.drafts import row_reader
from auditor.inventory.interface import CellError, Record, Table

SECRET = "correct-horse-battery"


def column(parse, position=0):
    return cells.Column(cells.Place("kind", position), parse, lambda text: f"instead of {text}")


def value(of, *texts):
    row = cells.Row(Record(2, texts), [])
    return of.value(row), row.flaws


def refuse(text):
    raise CellError(f"{text} is wrong", "write another")


def test_a_text_that_repeats_is_read_once_and_its_value_is_one_object():
    asked = []
    of = column(lambda text: asked.append(text) or [text])
    assert value(of, " yes ")[0] is value(of, " yes ")[0]
    assert asked == ["yes"]


def test_a_wrong_cell_is_a_flaw_in_every_row_that_has_it():
    of = column(refuse)
    for _ in range(2):
        read, (flaw,) = value(of, " x ")
        assert read == "instead of x"
        assert (flaw.field, flaw.wrong, flaw.right) == ("kind", "x is wrong", "write another")


def test_a_list_in_a_cell_is_a_flaw_although_an_empty_cell_was_read_before():
    of = column(str)
    assert value(of, "") == ("", [])
    read, (flaw,) = value(of, None)
    assert (read, flaw.wrong) == ("", "a list or an object stands here")
    assert len(value(of, None)[1]) == 1


@pytest.mark.parametrize(("position", "texts"), [(-1, ("a", "b")), (2, ("a", "b"))])
def test_a_field_without_a_column_or_beyond_a_short_row_is_empty(position, texts):
    assert value(column(str, position), *texts) == ("", [])


def test_no_more_texts_are_kept_than_an_estate_repeats(monkeypatch):
    monkeypatch.setattr(cells, "_KEPT_AT_MOST", 2)
    of = column(str.upper)
    assert [value(of, text)[0] for text in "abcdc"] == ["A", "B", "C", "D", "C"]
    assert set(of.read_before) == {"a", "b"}


def test_what_may_be_secret_is_in_no_memory_of_the_reader(apps, clouds):
    names = ("account", "environment", "credential", "password", "notes")
    header = Header(1, {name: i for i, name in enumerate(names)}, {}, (), len(names))
    reader = row_reader(
        Table("a.csv", "", iter(())),
        header,
        known_apps(apps, "resco-mobile-crm"),
        fields.Environments(clouds, {}),
        plain=True,
    )
    for place in (2, 3):
        texts = ["a@b.com", "a.crm4.dynamics.com", "", "", "note"]
        texts[place] = SECRET
        reader.draft(Record(2, texts))
    kept = [of.read_before for of in reader.columns if isinstance(of, cells.Column)]
    assert sum(map(len, kept)) > 5
    assert SECRET not in repr(kept)


def test_equal_environments_and_owners_of_an_inventory_are_one_object(read, text):
    lines = [f"a{i}@b.com;https://a.crm4.dynamics.com/{i % 2};The team" for i in range(4)]
    cases = read(text("Account;Environment;Owner\n" + "\n".join(lines))).cases
    assert cases[0].environment is cases[2].environment
    assert cases[0].owner is cases[3].owner
    assert all(case.account is case.key.account for case in cases)


@given(st.from_regex(fields._PLAIN_UPN, fullmatch=True))
def test_an_account_that_needs_no_second_look_would_pass_it(text):
    assert fields._wrong_with_upn(text) == ""
    assert fields.upn(f"<{text}>") == text == fields.upn(text)


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("content", ["Account;Environment\na@b.com;a.crm4.dynamics.com", "no header at all"])
def test_the_search_for_cycles_is_afterwards_as_it_was(read, text, on, content):
    was = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        try:
            read(text(content))
        except InventoryError:
            assert content.startswith("no header")
        assert gc.isenabled() is on
    finally:
        (gc.enable if was else gc.disable)()
