"""Shards: each account lands on one machine, on the same one each time, and limits are shared out."""

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import NothingToAudit, UsageError
from auditor.gate import BreakerLimits
from auditor.model import (
    AppProfile,
    Case,
    CaseKey,
    InvalidRow,
    Inventory,
    Kind,
    Origin,
    SignsInFrom,
    Sureness,
)
from auditor.run.interface import Settings
from auditor.run.shards import (
    Shard,
    cut,
    divided,
    fingerprint,
    limits_for,
    not_compared,
    noted,
    parse_shard,
    part_of,
    shard_of,
)

APP = AppProfile("an-app", "An app", "", Sureness.UNKNOWN, {}, SignsInFrom.DEVICE)


def case(account, row=2, environment="contoso.crm4.dynamics.com", **fields):
    key = CaseKey(account.lower(), APP.name, environment)
    return Case(key, account, environment, APP, Kind.INTEGRATION, Origin("accounts.csv", "", row), **fields)


def invalid(account, row):
    return InvalidRow(Origin("accounts.csv", "", row), account, "", "", ())


def estate(accounts, invalid_accounts=()):
    rows = tuple(case(account, row) for row, account in enumerate(accounts, 2))
    bad = tuple(invalid(account, row) for row, account in enumerate(invalid_accounts, len(rows) + 2))
    return Inventory("accounts.csv", rows, bad)


def parts(inventory, count):
    return [part_of(inventory, Shard(number, count)) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("account", "of_2", "of_3", "of_8", "of_1000"),
    [
        ("sync@contoso.example", 2, 2, 2, 626),  # by sha256sum and Math::BigInt, not by us
        ("SYNC@Contoso.Example ", 2, 2, 2, 626),
        ("tracking-07@fabrikam.example", 2, 3, 8, 680),
        ("ünïcode@contoso.example", 1, 1, 7, 839),
        ("", 1, 2, 5, 653),
    ],
)
def test_an_account_has_the_shard_it_always_had(account, of_2, of_3, of_8, of_1000):
    assert [shard_of(account, count) for count in (1, 2, 3, 8, 1000)] == [1, of_2, of_3, of_8, of_1000]


@given(st.lists(st.text(min_size=1), max_size=40), st.lists(st.text(), max_size=10), st.integers(1, 12))
def test_the_shards_together_are_the_inventory_and_no_two_share_an_account(accounts, bad, count):
    whole = estate(accounts, bad)
    cut_up = parts(whole, count)
    assert sorted(str(one.origin) for part in cut_up for one in part.cases) == sorted(
        str(one.origin) for one in whole.cases
    )
    assert sorted(str(row.origin) for part in cut_up for row in part.invalid) == sorted(
        str(row.origin) for row in whole.invalid
    )
    homes = {}
    for number, part in enumerate(cut_up):
        for one in part.cases:
            assert homes.setdefault(one.account_id, number) == number


@given(st.permutations(range(30)), st.integers(1, 9))
def test_the_order_of_the_rows_changes_nothing(order, count):
    accounts = [f"account-{number}@contoso.example" for number in order]
    in_order = parts(estate(sorted(accounts)), count)
    for part, other in zip(parts(estate(accounts), count), in_order, strict=True):
        assert {one.account for one in part.cases} == {one.account for one in other.cases}


@given(
    st.integers(2, 16), st.sampled_from(["a{}@contoso.example", "{:05d}@x.example", "sync.{}.unit@y.example"])
)
def test_the_shards_are_of_about_one_size(count, pattern):
    sizes = Counter(shard_of(pattern.format(number), count) for number in range(4_000))
    assert min(sizes.values()) > 0.7 * 4_000 / count
    assert max(sizes.values()) < 1.3 * 4_000 / count


def test_the_cases_of_an_account_stay_together_and_in_order():
    rows = [
        case("Sync@contoso.example", 2),
        case("b@contoso.example", 3),
        case("sync@contoso.example", 9, "x"),
    ]
    (home,) = [part for part in parts(Inventory("i", tuple(rows)), 8) if rows[0] in part.cases]
    assert [one for one in home.cases if one.account_id == "sync@contoso.example"] == [rows[0], rows[2]]


def test_what_was_read_of_several_accounts_together_stays():
    whole = Inventory("i", tuple(case(f"a{number}@x.example", shared_credential=True) for number in range(9)))
    assert all(one.shared_credential for part in parts(whole, 4) for one in part.cases)


@pytest.mark.parametrize("text", ["1/1", "3/8", " 8/8 ", "1000/1000"])
def test_a_shard_is_read_as_it_is_typed(text):
    assert str(parse_shard(text)) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "3", "0/8", "9/8", "3/0", "-1/8", "3/8/9", "a/b", "3.0/8", "1/1001", "٣/8", "3 / 8"]
)
def test_what_is_no_shard_is_a_usage_error_with_an_example(text):
    with pytest.raises(UsageError, match="NUMBER/COUNT") as caught:
        parse_shard(text)
    assert "--shard 3/8" in caught.value.advice


@given(st.integers(1, 40), st.floats(0.1, 1000))
def test_all_shards_together_submit_at_the_rate_of_one_run(count, rate):
    settings = limits_for(Settings(rate=rate), Shard(1, count))
    assert settings.rate * count == pytest.approx(rate)


def test_a_run_without_pacing_stays_without():
    assert limits_for(Settings(rate=None), Shard(1, 3)).rate is None


@given(
    st.builds(BreakerLimits, st.integers(1, 50), st.integers(1, 50), st.integers(1, 90)), st.integers(1, 60)
)
def test_all_shards_together_keep_to_the_breakers_limits_unless_each_needs_one(limits, count):
    each = divided(limits, count)
    for name in ("in_a_row", "bad", "lockouts", "blocked_addresses"):
        assert getattr(each, name) >= 1
        assert getattr(each, name) * count <= max(getattr(limits, name), count)
    assert (each.of_first, each.on) == (limits.of_first, limits.on)


def test_the_breakers_limits_of_a_run_and_of_each_cloud_are_divided():
    settings = limits_for(Settings(cloud_refusals={"us_gov": 3, "public": 10}), Shard(1, 2))
    assert settings.cloud_refusals == {"us_gov": 1, "public": 5}
    assert settings.breaker == divided(BreakerLimits(), 2)
    assert settings.breaker.in_a_row == 2


@dataclass(frozen=True)
class Nested:
    inner: BreakerLimits
    name: str = "n"
    none: None = None


def test_limits_within_limits_are_divided():
    assert divided(Nested(BreakerLimits(in_a_row=9)), 3) == Nested(divided(BreakerLimits(in_a_row=9), 3))
    assert divided(Nested(BreakerLimits(in_a_row=9)), 3).inner.in_a_row == 3


def test_an_empty_shard_is_no_fault_and_an_empty_inventory_is():
    whole = estate(["a@contoso.example"])
    other = next(number for number in (1, 2) if number != shard_of("a@contoso.example", 2))
    inventory, _ = cut(whole, Settings(), Shard(other, 2))
    assert inventory.cases == ()
    for nothing in (estate([]), Inventory("i", (case("a@contoso.example", skip="retired"),))):
        with pytest.raises(NothingToAudit):
            cut(nothing, Settings(), Shard(1, 2))


def test_a_run_file_says_which_shard_it_is_and_of_what():
    whole = estate(["a@contoso.example", "b@contoso.example"], ["x"])
    _, settings = cut(whole, Settings(), Shard(2, 2))
    assert noted(settings.shard) == {
        "shard": "2/2",
        "inventory": fingerprint(whole),
        "passwords compared": "within the shard only",
    }
    assert noted(None) == {}
    assert "passwords compared" not in noted(Shard(1, 1))


def test_a_fingerprint_changes_with_the_accounts_and_with_the_rows_that_have_errors():
    one = estate(["a@contoso.example"], ["x"])
    assert fingerprint(one) == fingerprint(estate(["A@contoso.example"], ["y"]))
    assert fingerprint(one) != fingerprint(estate(["b@contoso.example"], ["x"]))
    assert fingerprint(one) != fingerprint(estate(["a@contoso.example"]))
    assert fingerprint(one) == fingerprint(replace(one, remarks=("a note",)))


def test_a_shard_says_why_it_cannot_tell_that_a_password_is_nobody_elses():
    assert not_compared(noted(Shard(2, 3))) == "passwords were compared within the shard only"
    assert not_compared({}) == not_compared(noted(Shard(1, 1))) == ""
