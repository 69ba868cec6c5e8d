"""The reading from end to end."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import InventoryError, NothingToAudit

ENDINGS = ("xlsx", "xls", "csv", "tsv", "json", "jsonl")


def test_a_file_that_is_not_there_says_so_without_its_folder(tmp_path, read):
    with pytest.raises(InventoryError, match=r"there is no file nothing\.xlsx") as caught:
        read(tmp_path / "nothing.xlsx")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_folder_is_no_inventory(tmp_path, read, ending):
    (tmp_path / f"a.{ending}").mkdir()
    with pytest.raises(InventoryError, match=r"is a folder|cannot be opened"):
        read(tmp_path / f"a.{ending}")


@pytest.mark.parametrize("name", ["accounts.ods", "accounts.pdf", "accounts"])
def test_an_unknown_type_says_which_are_known(text, read, name):
    with pytest.raises(InventoryError, match="not known") as caught:
        read(text("x", name))
    assert ".xlsx" in caught.value.advice


def test_capitals_in_the_ending_do_not_matter(text, read):
    assert read(text("UPN;URL\na@b.com;a.crm4.dynamics.com\n", "ACCOUNTS.CSV")).cases


def test_all_rows_wrong_is_not_the_same_as_nothing_to_audit(text, read):
    inventory = read(text("UPN;URL\nx;y\n"))
    assert (inventory.cases, len(inventory.invalid)) == ((), 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(ending=st.sampled_from(ENDINGS), content=st.binary(max_size=400))
def test_no_file_of_random_bytes_raises_anything_else(text, read, ending, content):
    with suppress(InventoryError, NothingToAudit):
        read(text(content, f"a.{ending}"))


tables = st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    rows=tables, separator=st.sampled_from(",;\t|"), codec=st.sampled_from(["utf-8", "utf-16", "utf-16-le"])
)
def test_no_text_of_random_cells_raises_anything_else(text, read, rows, separator, codec):
    head = separator.join(["UPN", "URL", "Credential", "Notes", "Kind"])
    content = "\n".join([head, *(separator.join(row) for row in rows)])
    with suppress(InventoryError, NothingToAudit):
        read(text(content.encode(codec, errors="replace")))
