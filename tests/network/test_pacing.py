"""Pacing: starts of one key are spaced, keys do not wait for one another."""

from auditor.network import Pace


class Clock:
    def __init__(self):
        self.now, self.slept = 0.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        return False


def test_starts_of_one_tenant_are_spaced_evenly():
    clock = Clock()
    pace = Pace(5, clock, clock.sleep)
    for _ in range(4):
        pace.wait("contoso")
    assert [round(s, 3) for s in clock.slept] == [0.2, 0.2, 0.2]


def test_tenants_do_not_wait_for_one_another():
    clock = Clock()
    pace = Pace(1, clock, clock.sleep)
    pace.wait("contoso")
    pace.wait("fabrikam")
    assert clock.slept == []


def test_an_idle_tenant_does_not_save_up_a_burst():
    clock = Clock()
    pace = Pace(1, clock, clock.sleep)
    pace.wait("contoso")
    clock.now = 100
    pace.wait("contoso")
    pace.wait("contoso")
    assert clock.slept == [1.0]


def test_no_rate_means_no_pause():
    clock = Clock()
    pace = Pace(None, clock, clock.sleep)
    for _ in range(100):
        pace.wait("contoso")
    assert clock.slept == []


def test_one_start_waits_for_its_tenant_and_its_federation_host():
    clock = Clock()
    pace = Pace(1, clock, clock.sleep)
    pace.wait("contoso", "adfs.example")
    pace.wait("fabrikam", "adfs.example")
    assert clock.slept == [1.0]


def test_a_pause_holds_back_who_comes_and_who_waits():
    clock = Clock()
    pace = Pace(1, clock, clock.sleep)
    pace.wait("contoso")

    def paused_while_waiting(seconds):
        clock.sleep(seconds)
        if len(clock.slept) == 1:
            pace.pause("contoso", 30)
        return False

    pace._sleep = paused_while_waiting
    pace.wait("contoso")
    assert clock.now == 31.0
    pace.wait("contoso")
    assert clock.now == 32.0


def test_a_pause_counts_without_a_rate_and_for_its_tenant_alone():
    clock = Clock()
    pace = Pace(None, clock, clock.sleep)
    pace.pause("contoso", 5)
    pace.wait("fabrikam")
    assert clock.now == 0.0
    pace.wait("contoso")
    assert clock.now == 5.0


def test_a_shorter_pause_does_not_cut_a_longer_one():
    clock = Clock()
    pace = Pace(None, clock, clock.sleep)
    pace.pause("contoso", 60)
    pace.pause("contoso", 5)
    pace.wait("contoso")
    assert clock.now == 60.0


def test_nobody_waits_on_when_the_run_is_ending():
    clock = Clock()
    pace = Pace(1, clock, lambda seconds: True)
    pace.pause("contoso", 600)
    pace.wait("contoso")
    assert clock.now == 0.0
