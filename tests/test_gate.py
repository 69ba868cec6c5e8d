"""The gate: one submission an account, a breaker that concurrency cannot overshoot, an intent before each."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.gate import Breaker, BreakerLimits, Gate
from auditor.gate.breaker import BLOCKED_ADDRESS
from auditor.model import CaseKey, Confidence, Mark, Reading, Refusal, Why

RIGHT = Reading("token_issued", "", Mark.RIGHT, Confidence.CERTAIN)
WRONG = Reading("wrong_password", "", Mark.WRONG, Confidence.CERTAIN, refusal=True)
NEUTRAL = Reading("service_unavailable", "", Mark.UNKNOWN, Confidence.CERTAIN)
PROBABLY = Reading("account_disabled", "", Mark.PROBABLY_RIGHT, Confidence.CERTAIN)


def key(account, app="app"):
    return CaseKey(account, app, "org.crm4.dynamics.com")


def gate(limits=None, intents=None, pause=None):
    return Gate(
        Breaker(limits or BreakerLimits()),
        intend=(intents if intents is not None else []).append,
        wait=lambda *keys: None,
        pause=pause,
    )


def submit(one, case, reading, tenant="contoso", *, sent=True, host="", retry_after=None):
    with one.submission(case, tenant, host) as turn:
        if turn.refused is None and reading is not None:
            turn.outcome(reading, sent=sent, retry_after=retry_after)
        return turn.refused


def test_the_intent_is_written_before_the_turn_is_granted():
    intents = []
    with gate(intents=intents).submission(key("a"), "contoso") as turn:
        assert turn.refused is None
        assert intents == [key("a")]


def test_a_failed_intent_grants_nothing():
    def full(_):
        raise OSError("disk full")

    broken = Gate(Breaker(BreakerLimits()), intend=full, wait=lambda *keys: None)
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


def test_what_stopped_it_is_told_in_the_singular_where_there_is_one():
    blocked = replace(WRONG, outcome=BLOCKED_ADDRESS)
    for limits, reading, said in (
        (BreakerLimits(in_a_row=1), WRONG, "1 refusal in tenant contoso"),
        (BreakerLimits(bad=1), WRONG, "1 refusal among the first 10 in tenant contoso"),
        (
            BreakerLimits(lockouts=1, blocked_addresses=2),
            blocked,
            "1 answer of locked accounts or a blocked address in tenant contoso",
        ),
        (
            BreakerLimits(blocked_addresses=1),
            blocked,
            "1 answer that our own address is blocked, in all tenants",
        ),
    ):
        one = gate(limits)
        submit(one, key("a"), reading)
        assert one.stops == (said,)


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


def test_an_answer_that_says_nothing_of_the_password_counts_as_a_refusal():
    one = gate(BreakerLimits(in_a_row=2))
    submit(one, key("a"), WRONG)
    submit(one, key("b"), NEUTRAL)
    assert submit(one, key("c"), RIGHT).why is Why.BREAKER


def test_what_never_left_neither_counts_nor_clears_nor_spends_the_attempt():
    one = gate(BreakerLimits(in_a_row=2))
    submit(one, key("a"), WRONG)
    submit(one, key("b", "x"), NEUTRAL, sent=False)
    assert submit(one, key("b", "y"), RIGHT) is None
    submit(one, key("c"), WRONG)
    submit(one, key("d"), NEUTRAL, sent=False)
    submit(one, key("e"), WRONG)
    assert submit(one, key("f"), RIGHT).why is Why.BREAKER


def test_the_gate_itself_holds_one_submission_an_account():
    one = gate()
    with one.submission(key("a", "x"), "contoso") as first:
        assert first.refused is None
        assert submit(one, key("a", "y"), RIGHT).why is Why.PASSWORD_NOT_PROVEN
        first.outcome(RIGHT, sent=True)
    assert submit(one, key("a", "y"), RIGHT) is None


def test_an_interruption_while_waiting_for_the_pace_sends_nothing():
    intents = []
    one = Gate(Breaker(BreakerLimits()), intend=intents.append, wait=lambda *keys: one.interrupt())
    with one.submission(key("a"), "contoso") as turn:
        assert turn.refused.why is Why.INTERRUPTED
    assert intents == []


def test_pacing_does_not_sleep_past_an_interruption():
    ending = threading.Event()
    one = Gate(Breaker(BreakerLimits()), intend=lambda key: None, wait=lambda *keys: None, interrupted=ending)
    one.interrupt()
    assert ending.wait(3600)


def test_a_breaker_that_is_off_stops_nothing():
    one = gate(BreakerLimits(on=False))
    for number in range(50):
        assert submit(one, key(f"a{number}"), WRONG) is None
    assert one.stops == ()


def test_an_interrupted_gate_grants_no_turn():
    one = gate()
    one.interrupt()
    assert submit(one, key("a"), RIGHT).why is Why.INTERRUPTED


def test_nobody_enters_while_those_inside_could_use_up_the_limit():
    intents = []
    one = gate(BreakerLimits(in_a_row=3, bad=9), intents)
    refusals, leave = [], threading.Event()

    def hold(number):
        with one.submission(key(f"a{number}"), "contoso") as turn:
            if turn.refused is None:
                leave.wait(10)
                turn.outcome(WRONG, sent=True)
            refusals.append(turn.refused)

    threads = [threading.Thread(target=hold, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    while len(one._changed._waiters) + len(intents) < 8:
        pass
    assert len(intents) == 3
    leave.set()
    for thread in threads:
        thread.join(10)
    assert len(intents) == 3
    assert [refusal.why for refusal in refusals if refusal] == [Why.BREAKER] * 5


@given(limit=st.integers(1, 6), threads=st.integers(1, 24), accounts=st.integers(1, 60))
def test_no_mix_of_threads_and_limits_sends_more_than_the_limit(limit, threads, accounts):
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
        turn.outcome(RIGHT, sent=True)
    assert refusals[0].why is Why.INTERRUPTED


LOCKED = Reading("account_locked", "", Mark.UNKNOWN, Confidence.CERTAIN, refusal=True)
BLOCKED = Reading("source_address_blocked", "", Mark.UNKNOWN, Confidence.CERTAIN, refusal=True)
THROTTLED = Reading("throttled", "", Mark.UNKNOWN, Confidence.CERTAIN)


def test_the_second_lockout_answer_stops_its_tenant_though_passwords_between_were_right():
    one = gate()
    submit(one, key("a"), LOCKED)
    for number in range(5):
        submit(one, key(f"ok{number}"), RIGHT)
    submit(one, key("b"), LOCKED)
    assert submit(one, key("c"), RIGHT).why is Why.BREAKER
    assert submit(one, key("d"), RIGHT, tenant="fabrikam") is None
    assert one.stops == ("2 answers of locked accounts or a blocked address in tenant contoso",)


def test_after_a_lockout_answer_nobody_goes_in_beside_another():
    one = gate()
    submit(one, key("a"), LOCKED)
    entered = []

    def behind():
        entered.append(submit(one, key("c"), RIGHT))

    with one.submission(key("b"), "contoso") as turn:
        other = threading.Thread(target=behind)
        other.start()
        other.join(0.05)
        assert other.is_alive()
        turn.outcome(LOCKED, sent=True)
    other.join(10)
    assert entered[0].why is Why.BREAKER


def test_a_blocked_address_in_two_tenants_stops_all_tenants():
    one = gate()
    submit(one, key("a"), BLOCKED, tenant="contoso")
    submit(one, key("b"), BLOCKED, tenant="fabrikam")
    assert submit(one, key("c"), RIGHT, tenant="woodgrove").why is Why.BREAKER
    assert one.stops == ("2 answers that our own address is blocked, in all tenants",)


def test_locked_accounts_in_two_tenants_stop_neither():
    one = gate()
    submit(one, key("a"), LOCKED, tenant="contoso")
    submit(one, key("b"), LOCKED, tenant="fabrikam")
    assert submit(one, key("c"), RIGHT, tenant="contoso") is None
    assert submit(one, key("d"), RIGHT, tenant="fabrikam") is None


def test_a_tenant_may_have_tighter_limits_than_the_others():
    limits = BreakerLimits()
    breaker = Breaker(limits, lambda tenant: limits.at_most(3) if tenant == "agency" else limits)
    one = Gate(breaker, intend=lambda key: None, wait=lambda *keys: None)
    for number in range(3):
        submit(one, key(f"a{number}"), WRONG, tenant="agency")
        submit(one, key(f"b{number}"), WRONG, tenant="contoso")
    assert submit(one, key("a"), RIGHT, tenant="agency").why is Why.BREAKER
    assert submit(one, key("b"), RIGHT, tenant="contoso") is None


def test_an_account_that_somebody_else_tried_meanwhile_is_refused_and_spends_nothing():
    held = Refusal(Why.BREAKER, "by another run")
    one = Gate(Breaker(BreakerLimits()), intend=lambda key: held, wait=lambda *keys: None)
    with one.submission(key("a"), "contoso") as turn:
        assert turn.refused == held
    assert one.stops == ()


@pytest.mark.parametrize(
    ("reading", "asked", "paused"),
    [(THROTTLED, None, 60.0), (THROTTLED, 2.5, 2.5), (NEUTRAL, 7.0, 7.0), (THROTTLED, 7200.0, 900.0)],
)
def test_a_throttled_password_rests_its_tenant_and_federation_host(reading, asked, paused):
    rests = []
    one = gate(pause=lambda name, seconds: rests.append((name, seconds)))
    submit(one, key("a"), reading, host="adfs.contoso.com", retry_after=asked)
    assert rests == [("contoso", paused), ("adfs.contoso.com", paused)]


@pytest.mark.parametrize("reading", [RIGHT, WRONG, NEUTRAL])
def test_other_answers_rest_nobody(reading):
    rests = []
    submit(gate(pause=lambda *rest: rests.append(rest)), key("a"), reading)
    assert rests == []


def test_a_resumed_run_knows_how_many_refusals_there_were_before():
    one = gate()
    for number in range(4):
        one.restore(key(f"a{number}"), "contoso", WRONG, sent=True)
    assert submit(one, key("b"), WRONG) is None
    assert submit(one, key("c"), RIGHT).why is Why.BREAKER


def test_a_resumed_run_may_begin_its_counting_anew_but_never_an_account():
    one = gate()
    for number in range(5):
        one.restore(key(f"a{number}"), "contoso", WRONG, sent=True, counting=False)
    assert submit(one, key("b"), RIGHT) is None
    assert submit(one, key("a1", "other"), RIGHT).why is Why.PASSWORD_NOT_PROVEN


def test_a_resumed_run_goes_on_with_accounts_whose_password_is_proven():
    one = gate()
    one.restore(key("a", "x"), "contoso", RIGHT, sent=True)
    assert submit(one, key("a", "y"), RIGHT) is None


def test_a_turn_says_whether_the_password_was_proven_before():
    one = gate()
    with one.submission(key("a", "x"), "contoso") as first:
        assert not first.proven
        first.outcome(RIGHT, sent=True)
    with one.submission(key("a", "y"), "contoso") as second:
        assert second.proven
        second.outcome(NEUTRAL, sent=False)
    assert submit(one, key("a", "y"), RIGHT) is None


def test_a_password_stays_proven_though_a_submission_after_it_never_left():
    one = gate()
    submit(one, key("a", "x"), RIGHT)
    submit(one, key("a", "y"), NEUTRAL, sent=False)
    with one.submission(key("a", "z"), "contoso") as third:
        assert third.proven
        third.outcome(RIGHT, sent=True)


def test_a_turn_that_somebody_else_forbids_counts_for_nothing_and_leaves_the_accounts_other_cases():
    answers = [Refusal(Why.HELD_BACK, "by another run"), None, None]
    one = Gate(Breaker(BreakerLimits(in_a_row=1)), intend=lambda key: answers.pop(0), wait=lambda *keys: None)
    assert submit(one, key("a", "x"), RIGHT).why is Why.HELD_BACK
    assert submit(one, key("a", "y"), RIGHT) is None
    assert submit(one, key("b"), RIGHT) is None


def test_an_intent_that_could_not_be_written_is_no_refusal_and_spends_nothing():
    troubles = [OSError("disk full")]

    def intend(_):
        if troubles:
            raise troubles.pop()

    one = Gate(Breaker(BreakerLimits(in_a_row=1)), intend=intend, wait=lambda *keys: None)
    with pytest.raises(OSError, match="disk full"):
        submit(one, key("a", "x"), RIGHT)
    assert submit(one, key("a", "y"), RIGHT) is None


def waiting(one, behind):
    """Begin a thread and return when it waits for its turn, or has ended without waiting."""
    behind.start()
    while not one._changed._waiters and behind.is_alive():
        pass


def test_an_interrupt_wakes_who_waits_though_nobody_leaves():
    one = gate(BreakerLimits(in_a_row=1))
    refusals = []
    behind = threading.Thread(target=lambda: refusals.append(submit(one, key("b"), RIGHT)))
    with one.submission(key("a"), "contoso") as turn:
        waiting(one, behind)
        one.interrupt()
        behind.join(10)
        assert [refusal.why for refusal in refusals] == [Why.INTERRUPTED]
        turn.outcome(RIGHT, sent=True)


def test_those_under_way_count_among_the_first_ten_as_well():
    intents = []
    one = gate(BreakerLimits(in_a_row=9, bad=2), intents)
    submit(one, key("a"), WRONG)
    submit(one, key("ok"), RIGHT)
    refusals = []
    behind = threading.Thread(target=lambda: refusals.append(submit(one, key("c"), RIGHT)))
    with one.submission(key("b"), "contoso") as turn:
        waiting(one, behind)
        turn.outcome(WRONG, sent=True)
    behind.join(10)
    assert refusals[0].why is Why.BREAKER
    assert intents == [key("a"), key("ok"), key("b")]


def test_a_tenant_rests_before_anybody_else_gets_a_turn():
    intents, seen = [], []
    behind = threading.Thread(target=lambda: submit(one, key("b"), RIGHT))

    def pause(_, __):
        behind.join(0.05)
        seen.append(list(intents))

    one = gate(BreakerLimits(in_a_row=2, lockouts=2), intents, pause)
    submit(one, key("before"), WRONG)
    with one.submission(key("a"), "contoso") as turn:
        waiting(one, behind)
        turn.outcome(Reading("throttled", "", Mark.RIGHT, Confidence.CERTAIN), sent=True)
    behind.join(10)
    assert seen == [[key("before"), key("a")]]
    assert intents[-1] == key("b")


def test_after_one_answer_that_our_address_is_blocked_no_tenant_gets_a_turn_beside_another():
    one = gate()
    submit(one, key("a"), BLOCKED, tenant="contoso")
    refusals = []
    behind = threading.Thread(
        target=lambda: refusals.append(submit(one, key("c"), RIGHT, tenant="woodgrove"))
    )
    with one.submission(key("b"), "fabrikam") as turn:
        waiting(one, behind)
        turn.outcome(BLOCKED, sent=True)
    behind.join(10)
    assert refusals[0].why is Why.BREAKER


def test_a_password_that_is_probably_right_ends_a_row_of_refusals():
    one = gate(BreakerLimits(in_a_row=2))
    for account, reading in (("a", WRONG), ("b", PROBABLY), ("c", WRONG)):
        submit(one, key(account), reading)
    assert submit(one, key("d"), RIGHT) is None
