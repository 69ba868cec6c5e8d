"""Workers: a failure or Ctrl-C ends what is under way, and whoever returns may say what was done."""

import os
import signal
import threading

import pytest

from auditor.run.workers import each


def test_every_item_is_worked_on():
    done = []
    each(done.append, range(50), 4)
    assert sorted(done) == list(range(50))


def test_an_error_stops_what_has_not_begun_and_is_raised():
    done, stopped = [], []

    def work(item):
        if item == 0:
            raise ValueError("first")
        done.append(item)

    with pytest.raises(ValueError, match="first"):
        each(work, range(500), 1, lambda: stopped.append(True))
    assert stopped == [True]
    assert len(done) < 500


def test_a_second_ctrl_c_does_not_return_while_something_is_under_way():
    begun, release, ended = threading.Event(), threading.Event(), threading.Event()
    noticed = threading.Event()

    def work(item):
        begun.set()
        release.wait(30)
        ended.set()

    def press():
        begun.wait(30)
        while not noticed.wait(0.2):  # Python drops an interrupt that arrives while it tidies up
            os.kill(os.getpid(), signal.SIGINT)

    def stop():
        noticed.set()
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        threading.Timer(0.6, release.set).start()

    presser = threading.Thread(target=press)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        each(work, range(3), 1, stop)
    presser.join()
    assert ended.is_set()


def test_items_are_taken_as_they_are_needed_and_not_all_at_once():
    taken, done = [], []

    def items():
        for number in range(1000):
            taken.append(number)
            yield number

    def work(item):
        done.append(item)
        assert len(taken) - len(done) < 4

    each(work, items(), 4)
    assert len(done) == 1000


def test_an_error_in_the_supply_is_raised():
    def items():
        yield 1
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        each(lambda item: None, items(), 3)
