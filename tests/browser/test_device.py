"""Codes of devices: msal asks for one and polls, a person enters it in Chromium."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import msal
import pytest

from tests.browser import steps
from tests.browser.conftest import AUTHORITY

BLOCKING = {"name": "No device codes", "flows": ["device-code"], "controls": ["block"]}


class Device:
    """A device with msal: `given` is what it shows, `ask()` what one poll comes to."""

    def __init__(self, app, scope):
        self.app = app
        self.given = app.initiate_device_flow([scope])

    def ask(self):
        return self.app.acquire_token_by_device_flow(self.given, exit_condition=lambda flow: True)


@pytest.fixture
def device(make_session, names):
    def make(lab):
        app = msal.PublicClientApplication(names.resco, authority=AUTHORITY, http_client=make_session(lab))
        return Device(app, f"https://{names.org}/user_impersonation")

    return make


def entered(page, device):
    page.goto(device.given["verification_uri"])
    page.get_by_label("Code").fill(device.given["user_code"])
    steps.press(page, "Next")
    steps.name(page)
    steps.password(page)


def test_accepted(lab, open_page, device):
    running = lab({"users.0.per_user_mfa": "enforced", "users.0.mfa_method": "entra"})
    one, page = device(running), open_page(running)
    entered(page, one)
    steps.code(page)
    steps.stay(page)
    steps.heading(page, "Are you trying to sign in to")
    steps.press(page, "Continue")
    steps.heading(page, "You are signed in")
    token = one.ask()["access_token"].split(".")[1]
    assert json.loads(urlsafe_b64decode(token + "=="))["amr"] == ["pwd", "mfa"]


def test_declined(lab, open_page, device):
    running = lab()
    one, page = device(running), open_page(running)
    entered(page, one)
    steps.stay(page)
    steps.press(page, "Cancel")
    steps.heading(page, "You cancelled the sign-in")
    assert one.ask()["error"] == "authorization_declined"


def test_expired(lab, open_page, device):
    now = [datetime.now(UTC)]
    running = lab(clock=lambda: now[0])
    one, page = device(running), open_page(running)
    now[0] += timedelta(minutes=15)
    page.goto(one.given["verification_uri"])
    page.get_by_label("Code").fill(one.given["user_code"])
    steps.press(page, "Next")
    page.get_by_text("That code did not work").wait_for()
    assert one.ask()["error"] == "expired_token"


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"tenants.0.policies": [BLOCKING]}, 53003),
        ({"tenants.0.security_defaults": True, "tenants.0.device_code": "blocked"}, 530035),
    ],
)
def test_blocked(lab, open_page, device, changes, number):
    running = lab({**changes, "users.0.mfa_method": "entra"})
    one, page = device(running), open_page(running)
    entered(page, one)
    page.get_by_text(f"AADSTS{number}:").wait_for()
    assert one.ask()["error_codes"] == [number]
