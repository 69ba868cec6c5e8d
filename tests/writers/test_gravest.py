from hypothesis import given
from hypothesis import strategies as st

from auditor.writers.gravest import Gravest


@given(ranks=st.lists(st.integers(0, 4), max_size=60), limit=st.integers(0, 12))
def test_the_gravest_are_kept_as_they_came_and_all_are_counted(ranks, limit):
    kept = Gravest(limit)
    for number, rank in enumerate(ranks):
        kept.add(rank, number)
    assert kept.kept() == sorted(range(len(ranks)), key=lambda number: ranks[number])[:limit]
    assert kept.total == len(ranks)


def test_no_more_is_held_than_can_be_kept():
    kept = Gravest(3)
    for number in range(10_000):
        kept.add(number % 2, number)
    assert sum(len(items) for items in kept._ranks.values()) == 6
