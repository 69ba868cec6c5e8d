"""The door: what goes out, once and where to; what comes back, or why nothing did."""

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from auditor.errors import NetworkError, UsageError
from auditor.model import Failure, Leg
from auditor.network import Door, DoorSettings, host_of, retry_after
from auditor.network.failures import TunnelRefused, failure_of
from tests.network.conftest import Drip, reply

SECRET = b"grant_type=password&password=planted"
LOCALHOST = frozenset({"localhost"})


def _post(door, server, agreed=LOCALHOST):
    return door.post_secret(server.url("/token"), Leg.TOKEN, {}, SECRET, agreed)


def test_a_reply_comes_back_with_status_headers_and_body(open_door, scripted):
    server = scripted(reply(404, b'{"a": 1}', X_MS_Request_Id="r-1"))
    got = open_door().get(server.url(), Leg.REALM)
    assert (got.status, got.headers["x-ms-request-id"], got.text) == (404, "r-1", '{"a": 1}')


def test_a_password_is_not_sent_to_a_host_that_was_not_agreed_to(open_door, scripted):
    server = scripted(reply())
    with pytest.raises(NetworkError) as caught:
        _post(open_door(), server, frozenset({"login.microsoftonline.com"}))
    assert caught.value.failure is Failure.REFUSED_BY_DOOR
    assert not caught.value.sent
    assert server.received == []


@pytest.mark.parametrize(
    "address",
    [
        r"https://localhost:{port}\@agreed.example/x",
        r"https://localhost:{port}\.agreed.example/x",
        "https://agreed.example@localhost:{port}/x",
        "https://localhost:{port}#@agreed.example/x",
        "https://localhost:{port}\t@agreed.example/x",
        "https://agreed.example:443:{port}/x",
    ],
)
def test_an_address_that_parsers_read_differently_gets_no_password(open_door, scripted, address):
    server = scripted(reply())
    with pytest.raises(NetworkError) as caught:
        open_door().post_secret(
            address.format(port=server.port), Leg.WSTRUST, {}, SECRET, frozenset({"agreed.example"})
        )
    assert not caught.value.sent
    assert server.received == []


@given(st.text(), st.sampled_from(["", "https://", "https://agreed.example"]))
def test_a_host_is_the_one_that_is_connected_to_or_none(text, start):
    host = host_of(start + text)
    assert host == "" or host == (parse_url(start + text).host or "").lower()


def test_plain_http_is_not_spoken(open_door, scripted):
    server = scripted(reply())
    with pytest.raises(NetworkError) as caught:
        open_door().post_secret(server.url().replace("https", "http"), Leg.WSTRUST, {}, SECRET, LOCALHOST)
    assert caught.value.failure is Failure.REFUSED_BY_DOOR
    assert server.received == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_never_carries_the_password_on(open_door, scripted, status):
    thief = scripted(reply())
    server = scripted(reply(status, Location=thief.url("/evil")))
    with pytest.raises(NetworkError) as caught:
        _post(open_door(), server)
    assert (caught.value.failure, caught.value.sent) == (Failure.REDIRECT, True)
    assert thief.received == []
    assert len(server.received) == 1


def test_a_redirect_is_not_followed_without_a_password_either(open_door, scripted):
    other = scripted(reply())
    server = scripted(reply(302, Location=other.url()))
    with pytest.raises(NetworkError):
        open_door().get(server.url(), Leg.OPENID)
    assert other.received == []


@pytest.mark.parametrize("step", [None, reply(503), reply(429, Retry_After="1")])
def test_a_request_with_a_password_is_never_repeated(open_door, scripted, step):
    server = scripted(step, reply())
    door = open_door()
    if step is None:
        with pytest.raises(NetworkError) as caught:
            _post(door, server)
        assert caught.value.sent
        assert caught.value.failure is Failure.RESET
    else:
        assert _post(door, server).status in {503, 429}
    assert len(server.received) == 1


def test_a_refused_connection_has_sent_nothing(open_door, scripted):
    server = scripted(reply())
    door = open_door()
    with pytest.raises(NetworkError) as caught:
        door.post_secret("https://127.0.0.1:9/token", Leg.TOKEN, {}, SECRET, frozenset({"127.0.0.1"}))
    assert (caught.value.failure, caught.value.sent) == (Failure.CONNECT, False)
    assert server.received == []


def test_an_untrusted_certificate_has_sent_nothing(open_door, scripted):
    server = scripted(reply())
    with pytest.raises(NetworkError) as caught:
        _post(open_door(ca_bundle=None), server)
    assert (caught.value.failure, caught.value.sent) == (Failure.TLS, False)
    assert server.received == []


def test_a_certificate_bundle_in_the_environment_does_not_override_ours(
    open_door, scripted, monkeypatch, tmp_path
):
    empty = tmp_path / "other.pem"
    empty.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(empty))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(empty))
    assert open_door().get(scripted(reply()).url(), Leg.REALM).status == 200


def test_certificates_of_other_bundles_do_not_join_ours(open_door, scripted):
    door = open_door()
    context = door._transports.one._context
    before = context.get_ca_certs()
    door.get(scripted(reply()).url(), Leg.REALM)
    assert len(before) == 1
    assert context.get_ca_certs() == before


def test_a_passing_trouble_is_asked_again_when_no_password_is_in_it(open_door, scripted):
    server = scripted(None, reply(503), reply(200))
    door = open_door()
    assert door.get(server.url(), Leg.REALM).status == 200
    assert len(server.received) == 3


def test_a_request_with_a_token_is_asked_once(open_door, scripted):
    server = scripted(reply(503), reply(200))
    headers = {"Authorization": "Bearer planted-token"}
    assert open_door().get_once(server.url(), Leg.WHOAMI, headers).status == 503
    assert len(server.received) == 1


def test_nothing_is_asked_again_once_the_run_is_being_ended(open_door, scripted):
    server = scripted(reply(503), reply(200))
    door = open_door()
    door.hurry()
    assert door.get(server.url(), Leg.REALM).status == 503
    assert len(server.received) == 1


def test_retry_after_is_honoured_within_bounds(open_door, scripted):
    server = scripted(reply(429, Retry_After="2.5"), reply(429, Retry_After="86400"), reply(429))
    assert open_door().get(server.url(), Leg.REALM).status == 429
    assert open_door.slept == [2.5, 30.0]


def test_a_reply_without_end_is_cut(open_door, scripted):
    server = scripted(reply(200, b"x" * 3_000_000))
    with pytest.raises(NetworkError) as caught:
        open_door(max_body=1_000_000).get(server.url(), Leg.MEX)
    assert caught.value.failure is Failure.TOO_LARGE


def test_a_silent_server_times_out_and_the_password_counts_as_sent(open_door, scripted):
    server = scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    with pytest.raises(NetworkError) as caught:
        _post(open_door(read_timeout=0.2), server)
    assert caught.value.sent
    assert caught.value.failure in {Failure.TIMEOUT, Failure.RESET}


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"Transfer-Encoding: chunked", b"1\r\nx\r\n"), (b"Content-Length: 60", b"x")],
)
def test_a_reply_that_drips_is_cut_at_the_deadline(open_door, scripted, head, piece):
    drip = Drip(head, piece)
    with pytest.raises(NetworkError) as caught:
        _post(open_door(deadline=0.1), scripted(drip))
    assert (caught.value.failure, caught.value.sent) == (Failure.TIMEOUT, True)
    assert drip.sent < drip.pieces, "it was listened to until the end"


def test_cookies_do_not_travel_from_one_request_to_the_next(open_door, scripted):
    server = scripted(reply(200, Set_Cookie="fpc=1; path=/"), reply())
    door = open_door()
    door.get(server.url(), Leg.REALM)
    door.get(server.url(), Leg.REALM)
    assert b"cookie" not in server.received[1].lower()


def test_calls_are_recorded_without_what_they_carried(open_door, scripted):
    server = scripted(reply(400, X_MS_Request_Id="trace-1", Retry_After="7"))
    door = open_door()
    with door.recording() as calls:
        _post(door, server)
    (call,) = calls
    assert (call.leg, call.method, call.host, call.status) == (Leg.TOKEN, "POST", "localhost", 400)
    assert (call.request_id, call.retry_after, call.secret_sent) == ("trace-1", 7.0, True)
    assert "planted" not in repr(call)


def test_a_ca_bundle_that_is_none_is_said_at_once(tmp_path):
    with pytest.raises(UsageError, match="CA bundle"):
        Door(DoorSettings(ca_bundle=tmp_path / "absent.pem"))


def test_a_proxy_that_cannot_resolve_a_host_says_so():
    def tunnel(status, reason=""):
        return failure_of(TunnelRefused(status, reason))[0]

    behind = requests.exceptions.ProxyError(ConnectionResetError("the line broke behind the proxy"))
    assert failure_of(behind)[0] is Failure.RESET
    assert tunnel(502, "Host name not resolved") is Failure.DNS
    assert tunnel(503, "Service Unavailable") is Failure.CONNECT
    assert tunnel(407, "Proxy Authentication Required") is Failure.PROXY_LOGIN
    assert tunnel(403, "Forbidden") is Failure.PROXY


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3.0), ("2.128", 2.128), ("-1", None), ("soon", None), ("inf", None), ("nan", None)],
)
def test_retry_after_reads_seconds_whole_and_decimal(header, seconds):
    assert retry_after({"retry-after": header}) == seconds


def test_retry_after_may_be_absent():
    assert retry_after({}) is None


def test_who_looks_at_a_page_gets_a_redirect_as_it_came_and_none_is_followed(open_door, scripted):
    other = scripted(reply())
    server = scripted(reply(302, Location=other.url("/next")))
    got = open_door().look(server.url(), Leg.CONSENT)
    assert (got.status, got.headers["location"]) == (302, other.url("/next"))
    assert other.received == []
