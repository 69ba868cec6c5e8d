"""Links that were opened: what is said of them, and that nothing is a pass."""

import pytest

from auditor.model import Answer, Failure, Flow, Leg, LinkState
from auditor.rulebook.load import load_rulebook
from auditor.run.link_checks import told


@pytest.fixture(scope="module")
def book():
    return load_rulebook()


def answer(*codes, **changes):
    return Answer(Flow.CONSENT, Leg.CONSENT, "login.microsoftonline.com", codes=codes, **changes)


@pytest.mark.parametrize("code", [700016, 50011, 500011, 650057, 7000112, 90002, 900439])
def test_what_says_that_a_link_leads_nowhere_is_refused(book, code):
    found = told(answer(code), book)
    assert (found.state, found.code) == (LinkState.REFUSED, f"AADSTS{code}")
    assert found.says


@pytest.mark.parametrize("code", [50058, 90094, 65001, 999999, 7000165])
def test_what_says_something_else_or_is_not_known_tells_nothing(book, code):
    found = told(answer(code), book)
    assert (found.state, found.code) == (LinkState.NOT_TOLD, f"AADSTS{code}")


def test_a_page_without_a_code_is_not_told(book):
    assert told(answer(http_status=200), book).state is LinkState.NOT_TOLD


@pytest.mark.parametrize("failure", [Failure.DNS, Failure.REDIRECT, Failure.NOT_UNDERSTOOD])
def test_could_not_look_is_said_as_such(book, failure):
    found = told(answer(failure=failure, http_status=503), book)
    assert (found.state, found.code) == (LinkState.NOT_LOOKED, "")
    assert failure.value in found.says


def test_no_state_is_a_pass():
    assert {state.value for state in LinkState} == {"refused", "not told", "could not look"}
