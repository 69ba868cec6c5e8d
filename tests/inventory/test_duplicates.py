"""Rows that speak of the same case or the same account."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.inventory.drafts import Draft
from auditor.inventory.duplicates import shareable
from auditor.model import Origin
from auditor.secrets import parse_reference, plaintext

HEAD = "Account;Environment;Kind;Credential;Expected;Tenant;Owner;Notes;Skip;Password\n"


@pytest.fixture
def rows(text, read):
    def reading(*lines, **options):
        return read(text(HEAD + "\n".join(lines) + "\n"), **options)

    return reading


def wrong(inventory):
    return {row.origin.row: [problem.wrong for problem in row.problems] for row in inventory.invalid}


def test_identical_rows_are_one_case_with_a_remark(rows):
    line = "a@b.com;a.crm4.dynamics.com;;env:X;ropc;b.com;Team;note;"
    inventory = rows(line, "c@d.com;a.crm4.dynamics.com", line, line)
    assert [case.origin.row for case in inventory.cases] == [2, 3]
    assert inventory.merged == 2
    assert inventory.cases[0].remarks == (
        "row 4 is identical and was merged",
        "row 5 is identical and was merged",
    )
    assert "merged with an earlier row of the same case: rows 4, 5" in inventory.remarks


def test_the_key_has_no_capitals_and_no_spelling_of_the_address(rows):
    inventory = rows("A@B.com;https://a.crm4.dynamics.com/main.aspx", "a@b.COM;a.api.crm4.dynamics.com")
    (case,) = inventory.cases
    assert case.key == ("a@b.com", "resco-mobile-crm", "a.crm4.dynamics.com")
    assert case.account == "A@B.com"


def test_other_environments_and_apps_are_other_cases(rows):
    assert len(rows("a@b.com;a.crm4.dynamics.com", "a@b.com;b.crm4.dynamics.com").cases) == 2


def test_blank_cells_of_the_first_row_are_filled_from_the_others(rows):
    (case,) = rows("a@b.com;a.crm4.dynamics.com", "a@b.com;a.crm4.dynamics.com;;;;b.com;Team;note;left").cases
    assert (case.tenant, case.owner, case.notes, case.skip) == ("b.com", "Team", "note", "left")
    assert case.remarks == ("row 3 is the same case and was merged",)


def test_what_differs_otherwise_stays_as_in_the_first_row_and_is_said(rows):
    (case,) = rows("a@b.com;a.crm4.dynamics.com;;;;;One;x", "a@b.com;a.crm4.dynamics.com;;;;;Two;x").cases
    assert case.owner == "One"
    assert case.remarks == ("row 3 is the same case and was merged; its owner differed and was left out",)


def test_a_reason_to_skip_wins_wherever_it_stands(rows):
    (case,) = rows(
        "a@b.com;a.crm4.dynamics.com;;;;;;;no", "a@b.com;a.crm4.dynamics.com;;;;;;;do not touch"
    ).cases
    assert case.skip == "do not touch"


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ("person;;", "integration;;", "another kind than in row {}, which is the same case"),
        (";;ropc", ";;none", "another expectation than in row {}, which is the same case"),
        (";;ropc", ";;", "another expectation than in row {}, which is the same case"),
        (";;;b.com", ";;;c.com", "another tenant than in row {}, which is the same case"),
        (";env:X;", ";env:Y;", "another credential than in row {} for the same account"),
        (
            "person;env:X;",
            "person;;",
            "of this row and row {}, which is the same case, only one has a credential",
        ),
    ],
)
def test_the_same_case_told_differently_is_an_error_on_both_rows(rows, one, other, sentence):
    inventory = rows(f"a@b.com;a.crm4.dynamics.com;{one}", f"a@b.com;a.crm4.dynamics.com;{other}")
    assert inventory.cases == ()
    assert wrong(inventory) == {2: [sentence.format(3)], 3: [sentence.format(2)]}


def test_a_skipped_row_contradicts_like_any_other(rows):
    inventory = rows("a@b.com;a.crm4.dynamics.com;;env:X;;;;;left", "a@b.com;a.crm4.dynamics.com;;env:Y")
    assert len(inventory.invalid) == 2


def test_two_credentials_for_one_account_are_an_error_on_every_row_that_has_one(rows):
    inventory = rows(
        "a@b.com;a.crm4.dynamics.com;;env:X",
        "a@b.com;b.crm4.dynamics.com;;env:X",
        "a@b.com;c.crm4.dynamics.com;;file:x",
        "a@b.com;d.crm4.dynamics.com",
    )
    sentence = "another credential than in row {} for the same account"
    assert wrong(inventory) == {2: [sentence.format(4)], 3: [sentence.format(4)], 4: [sentence.format(2)]}
    assert [case.origin.row for case in inventory.cases] == [5]


@pytest.mark.parametrize("credential", ["env:X", "prompt", "file:x"])
def test_one_credential_for_all_cases_of_an_account_is_right(rows, credential):
    inventory = rows(
        f"a@b.com;a.crm4.dynamics.com;;{credential}", f"a@b.com;b.crm4.dynamics.com;;{credential}"
    )
    assert len(inventory.cases) == 2


def test_two_passwords_for_one_account_are_an_error_that_shows_neither(rows):
    lines = [
        f"a@b.com;{org}.crm4.dynamics.com;;;;;;;;{pw}" for org, pw in (("a", "first-pw"), ("b", "second-pw"))
    ]
    inventory = rows(*lines, allow_plaintext=True)
    assert len(inventory.invalid) == 2
    assert "first-pw" not in repr(inventory)
    assert rows(lines[0], lines[1].replace("second", "first"), allow_plaintext=True).cases


def test_a_row_that_is_wrong_otherwise_still_contradicts(rows):
    inventory = rows("a@b.com;a.crm4.dynamics.com;;env:X", "a@b.com;nowhere;;env:Y")
    assert len(inventory.invalid) == 2
    assert len(inventory.invalid[1].problems) == 2


def test_a_cell_that_could_not_be_read_contradicts_nothing(rows):
    inventory = rows("a@b.com;a.crm4.dynamics.com;person", "a@b.com;a.crm4.dynamics.com;robot")
    assert [case.origin.row for case in inventory.cases] == [2]
    assert [row.origin.row for row in inventory.invalid] == [3]


def test_accounts_that_share_a_credential_are_marked(rows):
    inventory = rows(
        "a@b.com;a.crm4.dynamics.com;;env:X",
        "c@b.com;a.crm4.dynamics.com;;env:X",
        "d@b.com;a.crm4.dynamics.com;;env:Y",
        "d@b.com;b.crm4.dynamics.com;;env:Y",
        "e@b.com;a.crm4.dynamics.com;;prompt",
        "f@b.com;a.crm4.dynamics.com;;prompt",
        "g@b.com;a.crm4.dynamics.com",
        "h@b.com;a.crm4.dynamics.com",
    )
    assert [case.account[0] for case in inventory.cases if case.shared_credential] == ["a", "c"]


references = st.one_of(
    st.sampled_from(["env:X", "env:Y", "file:X", "keyring:a/b", "prompt"]).map(parse_reference),
    st.sampled_from(["one", "two"]).map(plaintext),
)


@given(references, references)
def test_sharing_means_what_the_references_say_themselves(one, other):
    here, there = (
        shareable(Draft(Origin("f", "", 1), "a@b.com", credential=reference)) for reference in (one, other)
    )
    assert (here is not None and here == there) == one.same_as(other)


lines = st.lists(
    st.tuples(
        st.sampled_from(["a@b.com", "A@b.com", "c@d.com", "broken", ""]),
        st.sampled_from(["a.crm4.dynamics.com", "b.crm4.dynamics.com", "nowhere"]),
        st.sampled_from(["", "person", "integration"]),
        st.sampled_from(["", "env:X", "env:Y", "what"]),
        st.sampled_from(["", "ropc"]),
        st.sampled_from(["", "b.com"]),
        st.sampled_from(["", "Team"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines)
def test_no_row_is_lost(rows, lines):
    inventory = rows(*(";".join(line) for line in lines))
    assert len(inventory.cases) + len(inventory.invalid) + inventory.merged == len(lines)
    assert len({case.key for case in inventory.cases}) == len(inventory.cases)
