"""A person of the inventory is checked in real Chromium: `--interactive browser`, from page to report."""

import threading

import pytest

from auditor.model import Axis, Contract, Known, Question
from tests.browser import steps
from tests.run.reception import Operator, received
from tests.run.test_interactive import a_world, name


@pytest.fixture
def checked(tmp_path, monkeypatch, open_page, system_browser):
    """Check the one person of a world, who does on the page what `walk` does; return the result."""
    asked = system_browser

    def check(world, walk):
        with received(world, tmp_path, monkeypatch) as place:
            monkeypatch.setattr("webbrowser.open", lambda url, *_, **__: asked.put(url) or True)
            found = {}
            run = threading.Thread(target=lambda: found.update(place.ask(Operator())), daemon=True)
            run.start()
            page = open_page(place.lab)
            page.goto(asked.get(timeout=30))
            walk(page)
            run.join(60)
            return found[name(1)]

    return check


def test_a_person_with_mfa_goes_in_through_the_browser_check(checked):
    def walk(page):
        steps.password(page, "Right-horse-1")
        steps.code(page)
        steps.stay(page)
        steps.press(page, "Accept")
        page.get_by_text("complete").first.wait_for()

    result = checked(a_world(user={"per_user_mfa": "enforced", "mfa_method": "entra"}), walk)
    (seen,) = [item for item in result.evidence if item.question is Question.INTERACTIVE]
    assert "mfa" in seen.details["methods"]
    assert result.contract is Contract.MET
    assert result.verdicts[Axis.PATH].value == "ready"


def test_who_declines_on_the_page_has_not_consented(checked):
    def walk(page):
        steps.password(page, "Right-horse-1")
        steps.stay(page)
        steps.press(page, "Cancel")
        page.get_by_text("fail").first.wait_for()

    result = checked(a_world(), walk)
    assert result.facts["interactive_sign_in"] == Known("consent_declined", source="interactive sign-in")
    assert result.contract is Contract.BROKEN
