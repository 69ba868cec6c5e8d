import pytest

from auditor.errors import UsageError
from auditor.writers import FORMATS, writer_for


@pytest.mark.parametrize(("name", "suffix"), [("xlsx", ".xlsx"), ("json", ".json"), ("XLSX", ".xlsx")])
def test_a_format_is_found_by_name(name, suffix):
    assert writer_for(name).suffix == suffix


def test_every_listed_format_has_a_writer():
    assert [writer_for(name).suffix for name in FORMATS] == [f".{name}" for name in FORMATS]


def test_an_unknown_format_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="pdf") as raised:
        writer_for("pdf")
    assert raised.value.advice == "the formats are: xlsx, json"
