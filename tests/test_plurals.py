"""One is told in the singular."""

import pytest

from auditor.plurals import counted


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (counted(1, "case"), "1 case"),
        (counted(0, "case"), "0 cases"),
        (counted(2_000, "case"), "2,000 cases"),
        (counted(1, "person", "people"), "1 person"),
        (counted(3, "person", "people"), "3 people"),
    ],
)
def test_a_number_stands_with_what_it_counts(told, said):
    assert told == said
