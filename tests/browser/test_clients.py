"""Clients that nobody here wrote sign people in on the lab's pages, in Chromium."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from queue import Queue

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import DeviceCodeCredential, InteractiveBrowserCredential

from tests.browser import steps
from tests.browser.conftest import AUTHORITY, Interactive

NODE = Path(__file__).with_name("msal_node_interactive.mjs")
ADA = "ada@contoso.example"
NO_CONSENT = {"tenants.0.grants": []}


def over(lab, names):
    return {
        "client_id": names.resco,
        "tenant_id": names.tenant,
        "proxies": {"https": lab.proxy},
        "connection_verify": str(lab.ca_file),
        "use_env_settings": False,
        "retry_total": 0,
    }


def test_azure_identity_signs_in_in_the_browser(lab, open_page, names, system_browser):
    running = lab()
    credential = InteractiveBrowserCredential(login_hint=ADA, timeout=30, **over(running, names))
    with credential:
        waiting = Interactive(
            lambda: credential.authenticate(scopes=[f"https://{names.org}/user_impersonation"]),
            system_browser,
        )
        page = open_page(running)
        page.goto(waiting.url)
        steps.password(page)
        steps.stay(page)
        assert waiting.ended().username == ADA


def test_azure_identity_is_told_that_consent_was_declined(lab, open_page, names, system_browser):
    running = lab(NO_CONSENT)
    with InteractiveBrowserCredential(login_hint=ADA, timeout=30, **over(running, names)) as credential:
        waiting = Interactive(
            lambda: credential.get_token(f"https://{names.org}/user_impersonation"), system_browser
        )
        page = open_page(running)
        page.goto(waiting.url)
        steps.password(page)
        steps.stay(page)
        steps.press(page, "Cancel")
        refused = waiting.ended()
        assert isinstance(refused, ClientAuthenticationError)
        assert "AADSTS65004" in str(refused)


def test_azure_identity_signs_in_by_device_code(lab, open_page, names):
    running, shown = lab(), Queue()
    prompt = {"prompt_callback": lambda address, code, until: shown.put((address, code))}
    with DeviceCodeCredential(**prompt, **over(running, names)) as credential:
        waiting = Interactive(lambda: credential.get_token(f"https://{names.org}/user_impersonation"), shown)
        page = open_page(running)
        address, code = waiting.url
        page.goto(address)
        page.get_by_label("Code").fill(code)
        steps.press(page, "Next")
        steps.name(page)
        steps.password(page)
        steps.stay(page)
        steps.press(page, "Continue")
        assert waiting.ended().token


@pytest.fixture
def node_sign_in(msal_node, names):
    """Return msal-node's interactive sign-in, begun; what it prints is read line by line."""
    shutil.copy(NODE, msal_node)
    begun = []

    def begin(lab):
        asked = {
            "proxy": lab.proxy,
            "authority": AUTHORITY,
            "clientId": names.resco,
            "scope": f"https://{names.org}/user_impersonation",
            "loginHint": ADA,
        }
        environment = {**os.environ, "NODE_EXTRA_CA_CERTS": str(lab.ca_file)}
        command = ["node", NODE.name, json.dumps(asked)]
        begun.append(
            subprocess.Popen(command, cwd=msal_node, env=environment, stdout=subprocess.PIPE, text=True)
        )
        return begun[-1]

    yield begin
    for one in begun:
        one.kill()
        one.wait(10)
        one.stdout.close()


def test_msal_node_signs_in_in_the_browser(lab, open_page, node_sign_in, names):
    running = lab(NO_CONSENT)
    client, page = node_sign_in(running), open_page(running)
    page.goto(json.loads(client.stdout.readline())["url"])
    steps.password(page)
    steps.stay(page)
    steps.press(page, "Accept")
    result = json.loads(client.stdout.readline())
    assert result == {"username": ADA, "tenant": names.tenant, "token": True}
