"""Proxies: which one, with which credentials, what each of its answers means, and that nothing leaks."""

import base64
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import NetworkError, UsageError
from auditor.model import Failure, Leg
from auditor.network.proxies import Proxies, parse_proxy
from tests.network.conftest import Drip, reply

LOCALHOST = frozenset({"localhost"})
USER, PASSWORD = "dom\\svc", "pl@nt:ed/é"
QUOTED = "dom%5Csvc:pl%40nt%3Aed%2F%C3%A9@"
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@pytest.fixture
def through(open_door, scripted, scripted_proxy):
    """Post a password through a proxy that answers with a step; return the error, the server, the proxy."""

    def send(step, credentials="", **settings):
        server, proxy = scripted(reply()), scripted_proxy(step)
        with pytest.raises(NetworkError) as caught:
            open_door(proxy=proxy.url(credentials), **settings).post_secret(
                server.url("/token"), Leg.TOKEN, {}, b"password=planted", LOCALHOST
            )
        return caught.value, server, proxy

    return send


def test_a_tunnel_carries_the_request_and_the_proxy_sees_no_more_than_the_host(
    open_door, scripted, scripted_proxy
):
    server, proxy = scripted(reply(200, b'{"a": 1}')), scripted_proxy()
    door = open_door(proxy=proxy.url())
    got = door.post_secret(server.url("/token?q=planted"), Leg.TOKEN, {}, b"password=planted", LOCALHOST)
    assert got.text == '{"a": 1}'
    assert len(server.received) == len(proxy.heads) == 1
    assert proxy.heads[0].startswith(f"CONNECT localhost:{server.port} HTTP/1.1\r\n".encode())
    assert b"planted" not in proxy.heads[0]


@pytest.mark.parametrize("given_as", ["setting", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_credentials_reach_the_proxy_and_nobody_else(
    open_door, scripted, scripted_proxy, monkeypatch, given_as
):
    server, proxy = scripted(reply()), scripted_proxy()
    address = proxy.url(QUOTED)
    if given_as != "setting":
        monkeypatch.setenv(given_as, address)
    door = open_door(proxy=address if given_as == "setting" else "")
    assert door.get(server.url(), Leg.REALM).status == 200
    assert f"Proxy-Authorization: Basic {BASIC}".encode() in proxy.heads[0]
    assert b"roxy-" not in server.received[0]


def test_a_proxy_without_credentials_gets_none(open_door, scripted, scripted_proxy):
    proxy = scripted_proxy()
    open_door(proxy=proxy.url()).get(scripted(reply()).url(), Leg.REALM)
    assert b"Authorization" not in proxy.heads[0]


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_hosts_that_the_environment_exempts_are_reached_without_the_proxy(
    open_door, scripted, scripted_proxy, monkeypatch, name
):
    proxy = scripted_proxy()
    monkeypatch.setenv("HTTPS_PROXY", proxy.url())
    monkeypatch.setenv(name, "localhost")
    assert open_door().get(scripted(reply()).url(), Leg.REALM).status == 200
    assert proxy.heads == []


ANSWERS = [
    ("407 Proxy Authentication Required", Failure.PROXY_LOGIN),
    ("403 Forbidden", Failure.PROXY),
    ("302 Found\r\nLocation: https://portal.example/", Failure.PROXY),
    ("511 Network Authentication Required", Failure.PORTAL),
    ("502 Bad Gateway", Failure.CONNECT),
    ("503 Service Unavailable", Failure.CONNECT),
    ("504 Gateway Timeout", Failure.CONNECT),
    ("502 DNS lookup failed", Failure.DNS),
    ("503 cannot resolve host", Failure.DNS),
]


@pytest.mark.parametrize(("status", "failure"), ANSWERS, ids=[status[:3] for status, _ in ANSWERS])
def test_each_refusal_of_a_proxy_has_its_own_meaning_and_nothing_was_sent(through, status, failure):
    page = b"<html>planted-reason</html>"
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(page)}\r\n\r\n"
    error, server, proxy = through(head.encode() + page)
    assert (error.failure, error.sent) == (failure, False)
    assert "proxy" in error.detail
    assert server.received == []
    assert len(proxy.heads) == 1


def test_a_proxy_that_wants_another_way_to_log_in_is_told_apart(through):
    offers = "Proxy-Authenticate: NTLM\r\nproxy-authenticate: Negotiate\r\n"
    error, _, _ = through(f"HTTP/1.1 407 No\r\n{offers}Content-Length: 0\r\n\r\n".encode())
    assert error.failure is Failure.PROXY_LOGIN
    assert error.detail == "the proxy answered HTTP 407; it takes NTLM, Negotiate, the auditor speaks Basic"


@pytest.mark.parametrize(
    ("step", "failure"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Failure.NOT_UNDERSTOOD),
        (b"HTTP/1.1 200 OK\r\n\r\nand more", Failure.NOT_UNDERSTOOD),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 40_000, Failure.NOT_UNDERSTOOD),
        (b"HTTP/1.1 200 ", Failure.RESET),
        (b"", Failure.RESET),
    ],
    ids=["no http", "too much", "endless", "half", "nothing"],
)
def test_a_proxy_that_speaks_oddly_gets_no_password(through, step, failure):
    error, server, _ = through(step)
    assert (error.failure, error.sent) == (failure, False)
    assert server.received == []


def test_a_proxy_that_never_answers_is_left_after_the_read_timeout(through):
    error, server, _ = through(lambda line: line.recv(1), read_timeout=0.2)
    assert (error.failure, error.sent) == (Failure.TIMEOUT, False)
    assert server.received == []


def test_a_proxy_whose_answer_drips_is_left_at_the_deadline(through):
    drip = Drip(None, b"x: y\r\n", 500)
    error, _, _ = through(drip, deadline=0.2)
    assert (error.failure, error.sent) == (Failure.TIMEOUT, False)
    assert drip.sent < drip.pieces


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("http://127.0.0.1:9", "no connection to the proxy"),
        ("http://no-such-proxy.invalid:8080", "the proxy's name was not found"),
    ],
)
def test_a_proxy_that_is_not_there_is_not_taken_for_the_services_absence(
    open_door, address, detail, monkeypatch
):
    monkeypatch.setattr("socket.getaddrinfo", _nobody)
    with pytest.raises(NetworkError) as caught:
        open_door(proxy=address, tries=1).get("https://contoso.crm4.dynamics.com/", Leg.CHALLENGE)
    assert (caught.value.failure, caught.value.detail) == (Failure.PROXY, detail)


def _nobody(*_, **__):
    import socket  # noqa: PLC0415 - used here alone

    raise socket.gaierror(socket.EAI_NONAME, "not known")


def test_nothing_that_is_kept_or_printed_holds_the_proxys_credentials(through, caplog, open_door):
    with caplog.at_level(logging.DEBUG):
        error, _, _ = through(b"HTTP/1.1 407 svc plant\r\n\r\n", credentials=QUOTED)
    door = open_door(proxy=f"http://{QUOTED}127.0.0.1:9", tries=1)
    with door.recording() as calls, pytest.raises(NetworkError) as unreached:
        door.get("https://localhost:9/", Leg.REALM)
    shown = f"{error!r} {error} {error.detail} {unreached.value} {calls} {caplog.text} {door._settings!r}"
    shown += repr(parse_proxy(f"http://{QUOTED}proxy.example:80"))
    for part in (BASIC, "svc", "planted", "pl@nt", "pl%40nt", "nt:ed"):
        assert part not in shown


@pytest.mark.parametrize(
    "text",
    [
        "socks5://pl@nted:1080",
        "ftp://planted",
        "http://",
        "http://planted:99999",
        "http://[planted",
        "http://planted:port",
        "://planted",
    ],
)
def test_what_is_no_proxy_is_said_before_anything_is_asked_and_not_shown(text, monkeypatch):
    with pytest.raises(UsageError) as caught:
        Proxies(text)
    assert "plant" not in f"{caught.value} {caught.value.advice}"
    monkeypatch.setenv("HTTPS_PROXY", text)
    with pytest.raises(UsageError):
        Proxies("")


def test_addresses_of_proxies_are_read_as_people_write_them():
    bare = parse_proxy("proxy.example:3128")
    assert (bare.scheme, bare.host, bare.port, bare.authorization) == ("http", "proxy.example", 3128, "")
    assert parse_proxy("HTTP://proxy.example").port == 80
    assert parse_proxy("https://proxy.example/").port == 443
    literal = parse_proxy("http://[2001:db8::1]:3128")
    assert (literal.host, literal.url) == ("2001:db8::1", "http://[2001:db8::1]:3128")
    assert parse_proxy("http://only@proxy.example").authorization == "Basic b25seTo="


@given(st.text())
def test_no_address_of_a_proxy_raises_anything_else(text):
    try:
        found = parse_proxy(text)
    except UsageError:
        return
    assert found.host
    assert "@" not in found.url


def test_a_proxy_that_is_spoken_to_over_tls_takes_the_transport_that_can(tmp_path):
    from auditor.network.transports import Transports  # noqa: PLC0415 - used here alone
    from auditor.network.wire import Limits  # noqa: PLC0415 - used here alone

    limits = Limits(1, 1, 1, 1)
    plain, tls = (Transports(f"{scheme}://proxy.example", None, limits) for scheme in ("http", "https"))
    for leg in (Leg.REALM, Leg.TOKEN, Leg.WSTRUST, Leg.WHOAMI, Leg.TABLE):
        assert plain.of(leg, "h") is plain.lean
        assert tls.of(leg, "h") is tls.requests
    assert plain.of(Leg.OPENID, "h") is plain.requests
