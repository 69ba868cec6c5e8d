"""Groups in groups and roles through groups: who is in, who is not, and of whom it cannot be said."""

from hypothesis import given
from hypothesis import strategies as st

from auditor.directory.membership import Memberships
from auditor.directory.snapshot import Known, Lack, Members, Missing, Role, Snapshot
from auditor.model import Truth

NAMES = [f"g{n}" for n in range(6)]
PEOPLE = [f"u{n}" for n in range(4)]
LISTS = st.fixed_dictionaries(
    {
        name: st.builds(
            Members,
            st.frozensets(st.sampled_from(PEOPLE), max_size=2),
            st.frozensets(st.sampled_from(NAMES), max_size=2),
            st.booleans(),
        )
        for name in NAMES
    }
)


def of(lists, **more):
    return Memberships.of(Snapshot(members=Known(lists), **more))


def walked(lists, start):
    """Return all users below a group, the slow and plain way."""
    seen, level = {start}, {start}
    while level:
        level = {inner for group in level for inner in lists[group].groups} - seen
        seen |= level
    return seen, {user for group in seen for user in lists[group].users}


@given(LISTS, st.sampled_from(NAMES), st.sampled_from(PEOPLE))
def test_a_group_reaches_whom_a_walk_through_its_groups_finds(lists, group, user):
    seen, users = walked(lists, group)
    whole = all(lists[name].whole for name in seen)
    expected = Truth.HOLDS if user in users else Truth.FAILS if whole else Truth.UNANSWERED
    assert of(lists).group(group).holds(user) is expected


def test_a_list_of_all_levels_needs_no_lists_of_the_groups_in_it():
    members = Members(frozenset({"u1"}), frozenset({"unread"}), whole=True, all_levels=True)
    assert of({"g": members}).group("g").holds("u2") is Truth.FAILS


def test_a_list_of_one_level_needs_the_lists_of_the_groups_in_it():
    members = Members(frozenset({"u1"}), frozenset({"unread"}))
    assert of({"g": members}).group("g").holds("u2") is Truth.UNANSWERED


def test_a_list_of_all_levels_that_was_cut_off_proves_nothing_of_others():
    members = Members(frozenset({"u1"}), frozenset(), whole=False, all_levels=True)
    assert of({"g": members}).group("g").holds("u2") is Truth.UNANSWERED


def test_a_chain_of_ten_thousand_groups_is_walked_without_recursion():
    lists = {f"g{n}": Members(groups=frozenset({f"g{n + 1}"})) for n in range(10_000)}
    lists["g10000"] = Members(frozenset({"u1"}))
    assert of(lists).group("g0").holds("u1") is Truth.HOLDS


def test_a_user_in_two_thousand_groups_is_in_each_of_them():
    lists = {f"g{n}": Members(frozenset({"u1"})) for n in range(2_000)}
    found = of(lists)
    assert all(found.group(name).holds("u1") is Truth.HOLDS for name in lists)


def test_roles_that_were_not_read_are_held_by_nobody_knows_whom():
    found = Memberships.of(Snapshot(roles=Missing(Lack.NO_CONSENT)))
    assert found.role("r").holds("u1") is Truth.UNANSWERED


def test_of_a_list_of_roles_with_gaps_nothing_follows_for_roles_that_are_not_in_it():
    roles = {"r": Role("r", "Reader", Members(frozenset({"u1"})))}
    found = Memberships.of(Snapshot(roles=Known(roles, gaps=("a page is missing",))))
    assert found.role("r").holds("u1") is Truth.HOLDS
    assert found.role("other").holds("u1") is Truth.UNANSWERED
