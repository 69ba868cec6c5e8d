"""Chromium before the lab's pages, and msal waiting for what comes back from them."""

import os
import shutil
import threading
import webbrowser
from queue import Queue

import msal
import pytest

from auditor.lab.server import Lab
from tests.lab import conftest as of_lab

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
AUTHORITY = "https://login.microsoftonline.com/contoso.example"
WAIT = 20_000
# the small estate is the one of the lab's own tests
make_data, make_world, make_session, names = (
    of_lab.make_data,
    of_lab.make_world,
    of_lab.make_session,
    of_lab.names,
)


@pytest.fixture(scope="session")
def chromium():
    """Return Debian's Chromium, started once."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (.ci/run installs it)")
    with pytest.MonkeyPatch.context() as patch:
        # msal listens on loopback, which is no host of the lab: Chromium has to go there itself
        patch.setitem(os.environ, "PLAYWRIGHT_DISABLE_FORCED_CHROMIUM_PROXIED_LOOPBACK", "1")
        with playwright.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield browser
            browser.close()


@pytest.fixture
def lab(make_world):
    """Return a running lab over the small estate with changes."""
    running = []

    def start(changes=None, **more):
        running.append(Lab(make_world(changes), **more).__enter__())
        return running[-1]

    yield start
    for one in running:
        one.__exit__(None, None, None)


@pytest.fixture
def open_page(chromium):
    """Return a new browser's page that goes through a lab's proxy.

    Only this context takes the lab's certificates without asking; Chromium has no other way to trust an
    authority for one run than a profile's own store.
    """
    contexts = []

    def make(lab, **more):
        context = chromium.new_context(
            proxy={"server": lab.proxy}, ignore_https_errors=True, locale="en-GB", **more
        )
        context.set_default_timeout(WAIT)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def system_browser(monkeypatch):
    """Return a queue of the addresses that a client opens in the system's browser."""
    asked = Queue()

    class Opens:
        def open(self, url, new=0, autoraise=True):
            asked.put(url)
            return True

    monkeypatch.setattr(webbrowser, "open", Opens().open)
    monkeypatch.setattr(webbrowser, "get", lambda using=None: Opens())
    return asked


class Interactive(threading.Thread):
    """A client's interactive sign-in under way: `url` is what it opens, `ended()` what comes of it."""

    def __init__(self, acquire, asked):
        super().__init__(daemon=True)
        self._acquire, self._asked, self.result = acquire, asked, None
        self.start()

    def run(self):
        try:
            self.result = self._acquire()
        except Exception as error:  # noqa: BLE001 - a test looks at what it is
            self.result = error

    @property
    def url(self):
        return self._asked.get(timeout=20)

    def ended(self):
        self.join(30)
        return self.result


@pytest.fixture
def sign_in(make_session, names, system_browser):
    """Return msal's interactive sign-in, begun."""

    def begin(lab, **more):
        app = msal.PublicClientApplication(names.resco, authority=AUTHORITY, http_client=make_session(lab))
        scopes = [f"https://{names.org}/user_impersonation"]
        asked = {"timeout": 30, **more}
        return Interactive(lambda: app.acquire_token_interactive(scopes, **asked), system_browser)

    return begin
