"""The session lent to Microsoft's client: our proxies, our trust, no redirects, no plain http to others."""

import pytest
import requests

from auditor.errors import UsageError
from auditor.network import DoorSettings
from auditor.network.lent import LentSession
from tests.network.conftest import reply


@pytest.fixture
def lent(scripted, tmp_path):
    """Return lent sessions that trust the scripted servers' authority."""
    sessions = []

    def make(**settings):
        sessions.append(LentSession(DoorSettings(ca_bundle=tmp_path / "ca.pem", **settings)))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


def test_a_request_goes_through_the_proxy_with_its_credentials_and_the_server_sees_none(
    lent, scripted, scripted_proxy
):
    server, proxy = scripted(reply(200, b"ok")), scripted_proxy()
    got = lent(proxy=proxy.url("me:planted@")).get(server.url("/secret"))
    assert got.text == "ok"
    assert proxy.heads[0].startswith(b"CONNECT localhost:")
    assert b"Proxy-Authorization: Basic" in proxy.heads[0]
    assert b"roxy-" not in server.received[0]


def test_the_environments_proxy_counts_and_its_exceptions_do(lent, scripted, scripted_proxy, monkeypatch):
    server, proxy = scripted(reply(200, b"ok"), reply(200, b"ok")), scripted_proxy()
    monkeypatch.setenv("HTTPS_PROXY", proxy.url())
    assert lent().get(server.url()).ok
    assert len(proxy.heads) == 1
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert lent().get(server.url()).ok
    assert len(proxy.heads) == 1


def test_a_redirect_is_not_followed_even_if_asked_to(lent, scripted):
    server, other = scripted(reply(302, Location="https://localhost:1/")), scripted(reply())
    server.steps = [reply(302, Location=other.url("/elsewhere"))]
    assert lent().get(server.url(), allow_redirects=True).status_code == 302
    assert other.received == []


def test_a_certificate_that_the_bundle_does_not_know_is_refused(scripted, tmp_path):
    server = scripted(reply())
    with LentSession(DoorSettings()) as session, pytest.raises(requests.exceptions.SSLError):
        session.get(server.url())
    assert server.received == []


def test_no_cookie_is_kept(lent, scripted):
    server = scripted(reply(200, Set_Cookie="a=planted"), reply())
    session = lent()
    session.get(server.url())
    session.get(server.url())
    assert b"planted" not in server.received[1]


def test_names_and_passwords_that_lie_around_for_other_programs_are_not_sent(
    lent, scripted, tmp_path, monkeypatch
):
    (tmp_path / "netrc").write_text("machine localhost login me password planted\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server = scripted(reply())
    assert lent().get(server.url()).ok
    assert b"uthorization" not in server.received[0]


@pytest.mark.parametrize(
    "url", ["http://vault.example/", "http://10.0.0.5/", "http://169.255.0.1/", "ftp://localhost/"]
)
def test_plain_http_to_anybody_else_is_refused_before_it_leaves(lent, url):
    with pytest.raises((requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        lent().get(url)


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://127.0.0.1:40342/", "http://localhost:1/"])
def test_managed_identities_are_asked_for_over_plain_http_on_this_machine(lent, url):
    assert lent().get_adapter(url) is not None


def test_after_closing_it_connects_anew(lent, scripted):
    server, session = scripted(reply(), reply(), keep=True), lent()
    for _ in range(2):
        assert session.get(server.url()).ok
        session.close()
    assert server.connections == 2


def test_a_proxy_that_cannot_be_used_is_said_at_once(lent, scripted):
    scripted(reply())
    with pytest.raises(UsageError, match="proxy"):
        lent(proxy="socks5://proxy.example")
