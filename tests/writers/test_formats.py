import pytest

from auditor.errors import UsageError
from auditor.writers import FORMATS, SUFFIXES, files_of, format_of, known_format, writer_for


@pytest.mark.parametrize("name", FORMATS)
def test_every_listed_format_has_a_writer_that_is_found_by_its_name_in_any_case(terms, name):
    assert writer_for(name.upper(), terms()).suffix == SUFFIXES[name]


def test_no_two_formats_share_a_suffix():
    assert len(set(SUFFIXES.values())) == len(FORMATS)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.csv", "csv"),
        ("A.CSV", "csv"),
        ("of.week.xlsx", "xlsx"),
        ("a.csv.json", "json"),
        ("a.jira.csv", "jira"),
        ("a.DevOps.csv", "azure-devops"),
        (".csv", ""),
        ("csv", ""),
        ("a.pdf", ""),
        ("report", ""),
    ],
)
def test_a_name_says_its_format_by_its_end(name, found):
    assert format_of(name) == found


def test_the_files_of_a_format_are_known_beforehand(tmp_path):
    assert files_of("csv", tmp_path / "a.b.csv") == (tmp_path / "a.b.csv", tmp_path / "a.b.findings.csv")
    assert files_of("json", tmp_path / "a.json") == (tmp_path / "a.json",)


def test_an_unknown_format_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="pdf") as raised:
        known_format("pdf")
    assert raised.value.advice == f"the formats are: {', '.join(FORMATS)}"
