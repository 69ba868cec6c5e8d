"""The operator's side of interactive sign-ins: keys, codes and their sheet, where nobody is to be asked."""

import csv
import stat
from datetime import UTC, datetime

import pytest

from auditor.cli.console import Screen
from auditor.cli.usher import Console, check_people_can_sign_in, sheet_of
from auditor.directory.sign_in import Way
from auditor.errors import UsageError
from auditor.model import Invitation, Person, Step

UNTIL = datetime(2026, 11, 22, 12, 15, tzinfo=UTC)
ADA = Person("ada@contoso.example", "Field Sync", "contoso.crm4.dynamics.com", 1, 2)
BEN = ADA._replace(account="=ben@contoso.example", number=2)
PAGE = "https://microsoft.com/devicelogin"
INVITED = [Invitation(ADA, PAGE, "ABCD2345E", UNTIL), Invitation(BEN, PAGE, "WXYZ2345E", UNTIL)]


@pytest.fixture
def usher(tmp_path):
    """An operator at a terminal who types these lines."""

    def made(*lines):
        typed = iter(lines)
        return Console(Screen(quiet=True), tmp_path / "report-codes.csv", lambda: next(typed, ""))

    return made


@pytest.mark.parametrize(
    ("typed", "step"), [("\n", Step.GO), ("s\n", Step.SKIP), (" Q \n", Step.STOP), ("", Step.STOP)]
)
def test_keys_decide_about_who_is_next(usher, capsys, typed, step):
    assert usher(typed).ready(ADA) is step
    said = capsys.readouterr().err
    assert "[1 of 2] ada@contoso.example (Field Sync, contoso.crm4.dynamics.com)" in said
    assert "Enter opens the browser, s skips this sign-in, q stops here" in said


def test_a_key_that_means_nothing_is_asked_for_again(usher):
    assert usher("x\n", "r\n", "\n").ready(ADA) is Step.GO


@pytest.mark.parametrize(("typed", "step"), [("\n", Step.SKIP), ("r\n", Step.RETRY), ("q\n", Step.STOP)])
def test_a_sign_in_that_came_to_nothing_may_be_tried_again(usher, capsys, typed, step):
    assert usher(typed).again(ADA, "nobody signed in in time") is step
    assert "ada@contoso.example: nobody signed in in time" in capsys.readouterr().err


def test_codes_are_shown_and_on_a_sheet_for_as_long_as_they_hold_and_no_longer(usher, capsys, tmp_path):
    sheet = tmp_path / "report-codes.csv"
    with usher().invited(INVITED):
        assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
        rows = list(csv.DictReader(sheet.read_text(encoding="utf-8-sig").splitlines()))
    assert not sheet.exists()
    assert rows[0]["Enter this code"] == "ABCD2345E"
    assert (rows[0]["Open this page"], rows[0]["Until (UTC)"]) == (PAGE, "2026-11-22 12:15:00")
    said = capsys.readouterr().err
    for word in (
        "ABCD2345E",
        "ada@contoso.example",
        PAGE,
        "AADSTS530035",
        "AADSTS53003",
        "phishing",
        "lasting",
    ):
        assert word in said
    assert said.index("AADSTS530035") < said.index("ABCD2345E"), "the warning comes first"


def test_the_sheet_is_gone_also_when_the_waiting_is_broken_off(usher, tmp_path):
    with pytest.raises(KeyboardInterrupt), usher().invited(INVITED):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_no_cell_of_the_sheet_is_a_formula():
    assert "'=ben@contoso.example" in sheet_of(INVITED)


def test_without_terminal_or_browser_nobody_is_asked():
    with pytest.raises(UsageError, match="needs somebody at a terminal"):
        check_people_can_sign_in(Way.BROWSER, present=False, browser=lambda: True)
    with pytest.raises(UsageError, match="needs somebody at a terminal"):
        check_people_can_sign_in(Way.DEVICE_CODE, present=False)
    with pytest.raises(UsageError, match="needs a browser on this machine"):
        check_people_can_sign_in(Way.BROWSER, present=True, browser=lambda: False)
    check_people_can_sign_in(Way.DEVICE_CODE, present=True, browser=lambda: False)
    check_people_can_sign_in(Way.BROWSER, present=True, browser=lambda: True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--interactive", "browser", "--no-input"), "--interactive needs somebody at a terminal"),
        (("--interactive", "device-code", "--no-input"), "--interactive needs somebody at a terminal"),
        (("--interactive", "smoke"), "--interactive takes browser or device-code"),
        (("--only", "ada@contoso.example"), "--only is for --interactive"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_asked(auditor, tmp_path, lab, through, options, said):
    from tests.cli.conftest import ROWS  # noqa: PLC0415 - as data

    (tmp_path / "accounts.csv").write_text(ROWS, encoding="utf-8")
    done = auditor("audit", "accounts.csv", "--yes", *options, *through)
    assert (done.code, said in done.err) == (2, True), done.err
    assert lab.requests == []


def test_a_plan_says_how_many_people_would_be_asked(auditor, tmp_path):
    from tests.cli.conftest import ROWS  # noqa: PLC0415 - as data

    (tmp_path / "accounts.csv").write_text(ROWS, encoding="utf-8")
    done = auditor("plan", "accounts.csv", "--interactive", "browser")
    assert "sign-ins of people on a page: 1, of 1 person" in done.out
    assert "sign-ins of people" not in auditor("plan", "accounts.csv").out


@pytest.fixture
def leading(auditor, tmp_path, lab, through, monkeypatch):
    """Audit at a terminal with a scripted browser and one key for every question; returns both."""
    import webbrowser  # noqa: PLC0415 - the system's browser, in the hands of a script

    from tests.cli.conftest import ROWS  # noqa: PLC0415 - as data
    from tests.run.reception import Browser, hurry  # noqa: PLC0415 - as above

    browser = Browser(lab)
    monkeypatch.setattr(webbrowser, "open", browser.open)
    monkeypatch.setenv("BROWSER", "true")
    hurry(monkeypatch, browser)
    rows = ROWS.replace("person@contoso.example", "mfa@contoso.example")
    (tmp_path / "accounts.csv").write_text(rows, encoding="utf-8")

    def lead(key):
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)  # pytest has another one outside the test
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        monkeypatch.setattr("sys.stdin.readline", lambda: key)
        options = ("--yes", "--no-passwords", "--interactive", "browser", "-o", "report.json")
        return auditor("audit", "accounts.csv", *options, *through), browser

    return lead


def test_an_audit_leads_people_through_from_the_command_line(leading, tmp_path):
    done, browser = leading("\n")
    assert "[1 of 1] mfa@contoso.example" in done.err
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert '"interactive sign-in"' in text
    assert browser.asked == {"mfa@contoso.example": 1}
    assert "eyJ" not in text + done.out + done.err
    assert "nobody signed in" not in done.err


def test_an_audit_that_was_stopped_says_how_many_people_were_not_met(leading):
    done, browser = leading("q\n")
    assert "nobody signed in for 1 of 3 cases: the interactive sign-ins were stopped before" in done.err
    assert not browser.asked
