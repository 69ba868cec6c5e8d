"""Changes come back from disk as they were, in order."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from auditor.model import CaseKey, Changed, ChangeKind, Severity, Status, Tracked
from auditor.writers.tables.changes import weight
from auditor.writers.tables.kept_changes import KeptChange, KeptChanges

WORD = st.text(max_size=3)
TRACKED = st.builds(
    Tracked, st.sampled_from(Status), WORD, st.none() | WORD | st.dates(date(1990, 1, 1)), WORD
)
CHANGE = st.builds(
    Changed,
    st.sampled_from(ChangeKind),
    st.builds(CaseKey, WORD, WORD, WORD),
    WORD,
    WORD,
    WORD,
    st.sampled_from(["", *map(str, Severity)]),
    st.sampled_from(["", *map(str, Severity)]),
    st.none() | TRACKED,
    WORD,
    st.none() | st.integers(0, 10),
    WORD,
)


@given(st.lists(st.builds(KeptChange, CHANGE, st.none() | st.integers(0, 10)), max_size=6))
def test_what_was_kept_comes_back_as_it_was_the_most_telling_first(kept):
    with KeptChanges() as changes:
        for one in kept:
            changes.keep(one, weight(one.change))
        assert len(changes) == len(kept)
        assert list(changes) == sorted(kept, key=lambda one: weight(one.change))


def test_the_kinds_are_told_in_their_order_and_the_gravest_first():
    def change(kind, before, now):
        return Changed(kind, CaseKey("a", "b", "c"), "", "", "", before, now)

    told = [
        change(ChangeKind.CLAIMED, "low", "low"),
        change(ChangeKind.REGRESSED, "low", "blocker"),
        change(ChangeKind.REGRESSED, "blocker", "high"),
        change(ChangeKind.NEW, "", "medium"),
        change(ChangeKind.FIXED, "blocker", ""),
        change(ChangeKind.FIXED, "info", ""),
        change(ChangeKind.UNTOLD, "blocker", ""),
    ]
    weights = [weight(one) for one in told]
    assert weights == sorted(set(weights))
