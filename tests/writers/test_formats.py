import pytest

from auditor.errors import UsageError
from auditor.writers import FORMATS, SUFFIXES, known_format, writer_for


@pytest.mark.parametrize("name", FORMATS)
def test_every_listed_format_has_a_writer_that_is_found_by_its_name_in_any_case(terms, name):
    assert writer_for(name.upper(), terms()).suffix == SUFFIXES[name]


def test_no_two_formats_share_a_suffix():
    assert len(set(SUFFIXES.values())) == len(FORMATS)


def test_an_unknown_format_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="pdf") as raised:
        known_format("pdf")
    assert raised.value.advice == f"the formats are: {', '.join(FORMATS)}"
