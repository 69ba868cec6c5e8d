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
