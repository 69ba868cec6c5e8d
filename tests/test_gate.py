"""The gate: one submission an account, a breaker that concurrency cannot overshoot, an intent before each."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.gate import BreakerLimits, Gate
from auditor.model import CaseKey, Confidence, Mark, Reading, Why

RIGHT = Reading("token_issued", "", Mark.RIGHT, Confidence.CERTAIN)
WRONG = Reading("wrong_password", "", Mark.WRONG, Confidence.CERTAIN, refusal=True)
NEUTRAL = Reading("service_unavailable", "", Mark.UNKNOWN, Confidence.CERTAIN)
PROBABLY = Reading("account_disabled", "", Mark.PROBABLY_RIGHT, Confidence.CERTAIN)


def key(account, app="app"):
    return CaseKey(account, app, "org.crm4.dynamics.com")


def gate(limits=None, intents=None):
    return Gate(
        limits or BreakerLimits(),
        intend=(intents if intents is not None else []).append,
        wait=lambda tenant: None,
    )


def submit(one, case, reading, tenant="contoso"):
    with one.submission(case, tenant) as turn:
        if turn.refused is None and reading is not None:
            turn.outcome(reading)
        return turn.refused


def test_the_intent_is_written_before_the_turn_is_granted():
    intents = []
    with gate(intents=intents).submission(key("a"), "contoso") as turn:
        assert turn.refused is None
        assert intents == [key("a")]


def test_a_failed_intent_grants_nothing():
    def full(_):
        raise OSError("disk full")

    broken = Gate(BreakerLimits(), intend=full, wait=lambda tenant: None)
    with pytest.raises(OSError, match="disk full"), broken.submission(key("a"), "contoso"):
        pytest.fail("the turn was granted")


def test_a_right_password_may_be_sent_for_the_accounts_other_cases():
    one = gate()
    assert submit(one, key("a", "x"), RIGHT) is None
    assert submit(one, key("a", "y"), RIGHT) is None


@pytest.mark.parametrize("reading", [WRONG, NEUTRAL, PROBABLY, None])
def test_any_other_answer_ends_the_accounts_submissions(reading):
    one = gate()
    submit(one, key("a", "x"), reading)
    refused = submit(one, key("a", "y"), RIGHT)
    assert refused.why is Why.PASSWORD_NOT_PROVEN
    assert str(key("a", "x")) in refused.detail


def test_five_refusals_in_a_row_stop_the_tenant():
    one = gate()
    for number in range(5):
        assert submit(one, key(f"a{number}"), WRONG) is None
    refused = submit(one, key("a5"), RIGHT)
    assert refused.why is Why.BREAKER
    assert one.stops == ("5 refusals in a row in tenant contoso",)


def test_five_refusals_among_the_first_ten_stop_the_tenant_though_not_in_a_row():
    one = gate()
    for number in range(9):
        submit(one, key(f"a{number}"), WRONG if number % 2 == 0 else RIGHT)
    assert submit(one, key("b"), RIGHT).why is Why.BREAKER


def test_refusals_spread_thin_after_the_first_ten_stop_nothing():
    one = gate()
    for number in range(10):
        submit(one, key(f"ok{number}"), RIGHT)
    for number in range(40):
        assert submit(one, key(f"a{number}"), WRONG if number % 2 else RIGHT) is None
    assert one.stops == ()


def test_one_tenants_refusals_do_not_stop_another():
    one = gate()
    for number in range(5):
        submit(one, key(f"a{number}"), WRONG)
    assert submit(one, key("b"), RIGHT, tenant="fabrikam") is None


def test_an_outage_neither_counts_nor_clears():
    one = gate(BreakerLimits(in_a_row=2))
    submit(one, key("a"), WRONG)
    submit(one, key("b"), NEUTRAL)
    submit(one, key("c"), WRONG)
    assert submit(one, key("d"), RIGHT).why is Why.BREAKER


def test_a_breaker_that_is_off_stops_nothing():
    one = gate(BreakerLimits(on=False))
    for number in range(50):
        assert submit(one, key(f"a{number}"), WRONG) is None
    assert one.stops == ()


def test_an_interrupted_gate_grants_no_turn():
    one = gate()
    one.interrupt()
    assert submit(one, key("a"), RIGHT).why is Why.INTERRUPTED


@given(limit=st.integers(1, 6), threads=st.integers(1, 24), accounts=st.integers(1, 60))
def test_concurrency_cannot_overshoot_the_breaker(limit, threads, accounts):
    intents = []
    one = gate(BreakerLimits(in_a_row=limit, bad=limit, of_first=10), intents)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda n: submit(one, key(f"a{n}"), WRONG), range(accounts)))
    assert len(intents) == min(limit, accounts)


def test_a_waiting_turn_is_released_by_an_interrupt():
    one = gate(BreakerLimits(in_a_row=1))
    inside, refusals = threading.Event(), []

    def wait_behind():
        inside.wait()
        refusals.append(submit(one, key("b"), RIGHT))

    behind = threading.Thread(target=wait_behind)
    behind.start()
    with one.submission(key("a"), "contoso") as turn:
        inside.set()
        one.interrupt()
        behind.join(5)
        turn.outcome(RIGHT)
    assert refusals[0].why is Why.INTERRUPTED
