"""The console: bars on a terminal, lines elsewhere, questions where somebody sits."""

import io
import sys

import pytest

from auditor.cli.console import Bars, Lines, Screen, Terminal
from auditor.errors import SecretError


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Somebody at a terminal who types what the test says; returns what was shown."""

    def sit(typed=""):
        shown = Tty()
        monkeypatch.setattr(sys, "stdin", Tty(typed))
        monkeypatch.setattr(sys, "stderr", shown)
        monkeypatch.setenv("TERM", "xterm")
        return shown

    return sit


@pytest.mark.parametrize(("typed", "agreed"), [("y\n", True), ("Yes\n", True), ("n\n", False), ("", False)])
def test_the_scope_is_shown_and_agreed_to_by_yes_alone(terminal, typed, agreed):
    shown = terminal(typed)
    screen = Screen(quiet=False)
    answer = Terminal(screen, no_input=False).agree(["contoso.example (id)"], ["sts.contoso.example"])
    assert answer is agreed
    assert "tenant contoso.example (id)" in shown.getvalue()
    assert "federation host sts.contoso.example" in shown.getvalue()


def test_nobody_is_asked_with_no_input(terminal):
    terminal("y\n")
    asked = Terminal(Screen(quiet=False), no_input=True)
    assert not asked.agree(["contoso.example"], [])
    with pytest.raises(SecretError):
        asked.password("sync@contoso.example")


def test_nobody_is_asked_without_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert not Terminal(Screen(quiet=False), no_input=False).agree(["contoso.example"], [])


def test_a_password_is_asked_for_by_account_and_not_echoed(terminal, monkeypatch):
    import getpass  # noqa: PLC0415 - patched here alone

    shown = terminal()
    asked = []
    monkeypatch.setattr(getpass, "getpass", lambda prompt, stream: asked.append(prompt) or "planted")
    assert Terminal(Screen(quiet=False), no_input=False).password("sync@contoso.example") == "planted"
    assert asked == ["Password of sync@contoso.example: "]
    assert "planted" not in shown.getvalue()


def test_bars_count_by_verdict_and_stand_still_while_something_is_asked(terminal):
    shown = terminal("y\n")
    screen = Screen(quiet=False)
    with screen.progress() as bars:
        assert isinstance(bars, Bars)
        bars.stage("Sign-in", 3)
        bars.step("a", "eligible")
        Terminal(screen, no_input=False).agree(["contoso.example"], [])
        bars.step("b", "eligible")
        bars.step("c", "refused")
    assert "eligible 2" in shown.getvalue()
    assert "refused 1" in shown.getvalue()


def test_without_a_terminal_a_stage_is_a_line_and_there_is_no_progress(monkeypatch):
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    screen = Screen(quiet=False)
    with screen.progress() as lines:
        assert isinstance(lines, Lines)
        lines.stage("Sign-in", 1000)
        for number in range(1000):
            lines.step(f"account{number}@contoso.example", "eligible")
    said = shown.getvalue().splitlines()
    assert said == ["Sign-in: 1000"]
    assert "@" not in shown.getvalue()


def test_what_looks_like_markup_in_outside_text_is_printed_as_it_is(monkeypatch):
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    Screen(quiet=True).result("[bold]report[/bold].xlsx")
    assert shown.getvalue() == "[bold]report[/bold].xlsx\n"
