import pytest
from pydantic import ValidationError

from auditor.errors import RulesError
from auditor.writers.html.design import Design
from auditor.writers.html.page import TablePlan, load_page
from auditor.writers.html.table import RecordTable
from auditor.writers.tables import accounts


def test_columns_that_do_not_fill_a_row_are_an_error():
    with pytest.raises(ValidationError, match="share 59 parts, not 60"):
        TablePlan(columns={"a": 30, "b": 29})


def test_a_column_that_stands_twice_is_an_error():
    with pytest.raises(ValidationError, match="stand twice: a"):
        TablePlan(columns={"a": 60}, below={"a": 20})


def test_a_column_that_the_workbook_does_not_have_is_an_error():
    page = load_page()
    plan = TablePlan(columns={"account": 30, "nonsense": 30})
    changed = page.model_copy(update={"tables": {**page.tables, "accounts": plan}})
    with pytest.raises(RulesError, match=r"tables\.accounts: unknown columns nonsense"):
        Design(page=changed).headers("accounts")


def test_a_column_without_content_is_an_error():
    with pytest.raises(RulesError, match=r"tables\.accounts: unknown column account"):
        RecordTable(Design(), accounts.TABLE, {})


@pytest.mark.parametrize(
    "name", ["accounts", "findings", "fixes", "consent", "not_audited", "evidence", "glossary"]
)
def test_every_table_shows_only_columns_that_the_workbook_has_too(name):
    assert tuple(Design().headers(name)) == Design().plan(name).keys
