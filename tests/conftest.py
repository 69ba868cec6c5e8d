"""What all tests share: no network but loopback, and the customer's shared data where it is there."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

# No test fails because a machine is slow; and the gate draws the same examples each time, so that what it
# says of a commit stays true. Random examples belong to the developer's runs.
settings.register_profile("here", deadline=None)
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate" if os.environ.get("CI") else "here")

CHECKOUT = Path(__file__).resolve().parent.parent
_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch):
    """Fail any test that reaches for another host."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
            pytest.fail(f"a test reached for {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path_factory):
    """Give each test a folder for state of its own: none reads or writes the developer's ledger."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(autouse=True)
def _no_pipeline(monkeypatch):
    """Hide from each test that a build service runs it: none writes into the summary of that run."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH", "TF_BUILD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def msal_node(tmp_path_factory):
    """Return a folder with @azure/msal-node in it; scripts that use it are copied there."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("node")
    command = [npm, "install", "--no-audit", "--no-fund", "--silent", "@azure/msal-node@7"]
    subprocess.run(command, cwd=folder, check=True, timeout=300)
    return folder


@pytest.fixture(scope="session")
def shared():
    """The folder of facts and fixtures beside the checkout; a test that needs it says when it is absent."""
    folder = CHECKOUT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared is not beside this checkout")
    return folder
