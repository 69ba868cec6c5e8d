"""Connections: whom they lead to, when one is used again, and that a password never meets a dead one."""

import socket
import ssl
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import NetworkError
from auditor.model import Failure, Leg
from auditor.network import dialling, host_of
from auditor.network.dialling import addresses_of, by_turns, connected, dial
from auditor.network.incoming import Incoming
from auditor.network.lines import IdleLines, Line
from tests.network.conftest import reply

LOCALHOST = frozenset({"localhost"})
LOOPBACK = (socket.AF_INET, ("127.0.0.1", 9))


def post(door, server, agreed=LOCALHOST):
    return door.post_secret(server.url("/token"), Leg.TOKEN, {}, b"password=planted", agreed)


def test_a_connection_serves_one_request_after_another(open_door, scripted):
    server = scripted(reply(keep=True), keep=True)
    door = open_door()
    assert [post(door, server).status for _ in range(5)] == [200] * 5
    assert (len(server.received), server.connections) == (5, 1)


def test_a_password_is_not_sent_on_a_connection_that_the_other_side_has_closed(open_door, scripted):
    read, closed = threading.Event(), threading.Event()

    def answer_and_hang_up(line):
        line.sendall(reply(keep=True))
        read.wait(5)
        line.shutdown(socket.SHUT_RDWR)
        closed.set()

    server = scripted(answer_and_hang_up, reply())
    door = open_door()
    door.get(server.url(), Leg.REALM)
    read.set()
    assert closed.wait(5)
    assert post(door, server).status == 200
    assert server.connections == 2


def test_a_password_is_not_sent_on_a_connection_that_was_reset_meanwhile(open_door, scripted):
    read, gone = threading.Event(), threading.Event()

    def answer_and_reset(line):
        line.sendall(reply(keep=True))
        read.wait(5)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()
        gone.set()

    server = scripted(answer_and_reset, reply())
    door = open_door()
    door.get(server.url(), Leg.REALM)
    read.set()
    assert gone.wait(5)
    assert post(door, server).status == 200
    assert [b"planted" in request for request in server.received] == [False, True]


@pytest.mark.parametrize("transport", ["lean"], indirect=True)
def test_what_arrived_unasked_is_nobodys_answer(open_door, scripted):
    stray = reply(200, b'{"access_token": "of somebody else"}', keep=True)
    server = scripted(reply(keep=True) + stray, reply(400, b"{}"), keep=True)
    door = open_door()
    door.get(server.url(), Leg.REALM)
    assert post(door, server).status == 400
    assert server.connections == 2


@pytest.mark.parametrize("transport", ["lean"], indirect=True)
def test_a_body_with_two_ends_is_refused_and_its_connection_given_up(open_door, scripted):
    two = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    server = scripted(two, reply(), keep=True)
    door = open_door()
    with pytest.raises(NetworkError) as caught:
        post(door, server)
    assert (caught.value.failure, caught.value.sent) == (Failure.NOT_UNDERSTOOD, True)
    assert post(door, server).status == 200
    assert server.connections == 2


def test_a_connection_to_one_host_does_not_serve_another_at_the_same_port(open_door, scripted):
    server = scripted(reply(keep=True), keep=True, names=("localhost", "127.0.0.1"))
    door = open_door()
    for host in ("localhost", "127.0.0.1"):
        door.get(f"https://{host}:{server.port}/", Leg.REALM)
    assert server.connections == 2
    hosts = [request.split(b"Host: ")[1].split(b":")[0] for request in server.received]
    assert hosts == [b"localhost", b"127.0.0.1"]


def test_threads_do_not_share_a_connection_while_they_use_it(open_door, scripted):
    inside = threading.Barrier(4, timeout=10)

    def together(line):
        inside.wait()
        line.sendall(reply(keep=True))

    server = scripted(together, keep=True)
    door, statuses = open_door(), []
    threads = [threading.Thread(target=lambda: statuses.append(post(door, server).status)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses, server.connections) == ([200] * 4, 4)


def test_a_certificate_of_another_host_is_told_apart_and_nothing_is_sent(open_door, scripted):
    server = scripted(reply(), names=("elsewhere.example",))
    with pytest.raises(NetworkError) as caught:
        post(open_door(), server)
    assert (caught.value.failure, caught.value.sent) == (Failure.WRONG_HOST, False)
    assert server.received == []


@pytest.mark.parametrize("days", [-30, 30])
def test_a_certificate_that_is_not_valid_at_this_time_is_told_apart(open_door, scripted, days):
    server = scripted(reply(), days=days)
    with pytest.raises(NetworkError) as caught:
        post(open_door(), server)
    assert (caught.value.failure, caught.value.sent) == (Failure.CLOCK, False)
    assert "clock of this machine" in caught.value.detail
    assert server.received == []


def hang_up(line):
    line.recv(100_000)
    line.shutdown(socket.SHUT_RDWR)


def be_silent(line):
    while line.recv(100_000):
        pass


def speak_plainly(line):
    line.recv(100_000)
    line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("step", "failure"),
    [(hang_up, Failure.RESET), (be_silent, Failure.TIMEOUT), (speak_plainly, Failure.TLS)],
)
def test_what_goes_wrong_in_the_handshake_has_sent_nothing(open_door, plain_server, step, failure):
    url = f"https://localhost:{plain_server(step)}/"
    with pytest.raises(NetworkError) as caught:
        open_door(connect_timeout=0.5).post_secret(url, Leg.TOKEN, {}, b"x", LOCALHOST)
    assert (caught.value.failure, caught.value.sent) == (failure, False)


def test_the_host_header_is_the_host_that_is_connected_to(open_door, scripted):
    server = scripted(reply())
    open_door().get(server.url(), Leg.REALM, {"Host": "evil.example", "hOST": "evil.example"})
    heads = [line for line in server.received[0].split(b"\r\n") if line.lower().startswith(b"host:")]
    assert heads == [f"Host: localhost:{server.port}".encode()]


def test_a_header_that_would_break_the_request_is_not_sent(open_door, scripted):
    server = scripted(reply())
    with pytest.raises(NetworkError) as caught:
        open_door().get_once(server.url(), Leg.WHOAMI, {"Authorization": "Bearer a\r\nX-Evil: b"})
    assert caught.value.failure is Failure.NOT_UNDERSTOOD
    assert server.received == []


def test_an_address_with_other_letters_is_encoded(open_door, scripted):
    server = scripted(reply())
    open_door().get(server.url("/common/userrealm/žofia%40x.example"), Leg.REALM)
    assert server.received[0].startswith(b"GET /common/userrealm/%C5%BEofia%40x.example HTTP/1.1\r\n")


def test_a_literal_ipv6_address_is_connected_to_and_checked(open_door, scripted):
    try:
        server = scripted(reply(), family=socket.AF_INET6, host="::1", names=("::1",))
    except OSError:
        pytest.skip("this machine has no IPv6")
    url = f"https://[::1]:{server.port}/token"
    assert host_of(url) == "::1"
    reply_ = open_door().post_secret(url, Leg.TOKEN, {}, b"password=planted", frozenset({"::1"}))
    assert reply_.status == 200
    assert f"Host: [::1]:{server.port}".encode() in server.received[0]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://[::1]/x", "::1"),
        ("https://[2001:DB8::1]:8443/x", "2001:db8::1"),
        ("https://[fe80::1%25eth0]/x", ""),
        ("https://user@[::1]/x", ""),
        ("https://[::1/x", ""),
        ("https://LOGIN.example:443/x", "login.example"),
        ("https://login.example", "login.example"),
        ("https://login.example?x", "login.example"),
    ],
)
def test_hosts_are_read_one_way(url, host):
    assert host_of(url) == host


@pytest.fixture
def dead_address():
    """An address of loopback that never answers: its queue is full."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = []
    for _ in range(4):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(listener.getsockname())
        waiting.append(one)
    yield (socket.AF_INET, listener.getsockname())
    for one in (listener, *waiting):
        one.close()


@pytest.fixture
def living_address():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield (socket.AF_INET, listener.getsockname())


def test_a_dead_first_address_does_not_hold_up_the_second(dead_address, living_address):
    with connected([dead_address, living_address], time.monotonic() + 60) as sock:
        assert sock.getpeername() == living_address[1]


def test_an_address_that_refuses_is_followed_by_the_next(living_address):
    with connected([LOOPBACK, living_address], time.monotonic() + 60) as sock:
        assert sock.getpeername() == living_address[1]


def test_addresses_that_all_are_dead_end_in_time(dead_address):
    with pytest.raises(TimeoutError):
        connected([dead_address, dead_address], time.monotonic() + 0.3)
    with pytest.raises(ConnectionRefusedError):
        connected([LOOPBACK, LOOPBACK], time.monotonic() + 5)


def test_families_take_turns_and_the_first_stays_first():
    four, six = [(socket.AF_INET, n) for n in "ab"], [(socket.AF_INET6, n) for n in "xyz"]
    assert "".join(where for _, where in by_turns([*six, *four])) == "xaybz"
    assert "".join(where for _, where in by_turns([*four, *six])) == "axbyz"
    assert by_turns(four) == four


def test_a_name_without_an_answer_ends_in_time(monkeypatch):
    forever = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (forever.wait(10), [])[1])
    with pytest.raises(socket.gaierror, match="no answer in time"):
        dial("slow.example", 443, 0.05)
    forever.set()


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".example", "no-such-host.invalid"])
def test_what_is_no_name_has_no_address(monkeypatch, name):
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: real(host, *a, **k) if ".." in host else _none()
    )
    with pytest.raises(socket.gaierror):
        addresses_of(name, 443, 5)


def _none():
    raise socket.gaierror(socket.EAI_NONAME, "none")


def test_an_answer_for_a_name_that_fails_is_a_failure_of_names(open_door, monkeypatch):
    monkeypatch.setattr(dialling, "addresses_of", lambda *_: _none())
    with pytest.raises(NetworkError) as caught:
        open_door(tries=1).get("https://gone.crm4.dynamics.com/", Leg.CHALLENGE)
    assert caught.value.failure is Failure.DNS


class Phone:
    """A socket as idle connections see it."""

    def __init__(self):
        self.closed = False

    def close(self):
        self.closed = True

    def pending(self):
        return 0


def line_to(site, usable=True):
    line = Line((site, 443), Phone(), Incoming(None, 1, 1))
    Line_usable[id(line)] = usable
    return line


Line_usable = {}


@pytest.fixture
def idle(monkeypatch):
    monkeypatch.setattr(Line, "usable", lambda self: Line_usable[id(self)])
    yield IdleLines()
    Line_usable.clear()


def test_the_last_used_connection_is_taken_first_and_a_dead_one_is_closed(idle):
    first, second, dead = line_to("a"), line_to("a"), line_to("a", usable=False)
    for line in (first, second, dead):
        idle.keep(line)
    assert idle.take(("a", 443)) is second
    assert dead.sock.closed
    assert idle.take(("b", 443)) is None
    assert idle.take(("a", 443)) is first
    assert idle.take(("a", 443)) is None


def test_connections_that_come_back_after_the_end_are_closed(idle):
    before, after = line_to("a"), line_to("a")
    idle.keep(before)
    idle.close()
    idle.keep(after)
    assert before.sock.closed
    assert after.sock.closed


def test_hosts_that_are_done_with_do_not_fill_the_place_of_others(idle):
    old = [line_to(f"old{n}") for n in range(128)]
    for line in old:
        idle.keep(line)
    for line in old:
        line.used -= 60
    new = line_to("new")
    idle.keep(new)
    assert all(line.sock.closed for line in old)
    assert idle.take(("new", 443)) is new


def test_a_connection_that_was_idle_for_long_is_not_used():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = Line(("a", 443), _Plain(ours), Incoming(ours, 1, 1))
        assert line.usable()
        line.used -= 10
        assert not line.usable()


class _Plain:
    """A socket that holds no decrypted bytes."""

    def __init__(self, sock):
        self.sock = sock

    def pending(self):
        return 0

    def fileno(self):
        return self.sock.fileno()


@given(st.binary(max_size=300), st.integers(1, 300))
def test_bytes_come_as_they_were_sent_however_they_are_cut(data, size):
    sent, got = socket.socketpair()
    with sent, got:
        sent.sendall(data)
        sent.shutdown(socket.SHUT_WR)
        incoming = Incoming(got, 5, time.monotonic() + 5)
        found = b""
        while part := incoming.some():
            found += part[:size]
            incoming.held = part[size:] + incoming.held
    assert found == data


def test_the_tls_context_asks_for_http_1_1_and_checks_names(open_door):
    context = open_door()._transports.one._context
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
