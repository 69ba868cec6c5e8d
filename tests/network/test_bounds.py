"""Everything ends: what is packed, endless, silent, dripping, or no HTTP at all."""

import contextlib
import gzip
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import NetworkError
from auditor.model import Failure, Leg
from auditor.network.bodies import Body
from auditor.network.failures import Odd
from auditor.network.incoming import wait_at_most
from tests.network.conftest import Drip, reply

LOCALHOST = frozenset({"localhost"})
MOST = 100_000
PLAIN = b'{"a": "' + b"x" * 90_000 + b'"}'
ZEROS = b"\0" * 100_000_000


def bare(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def chunked(data, size=1_000):
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(f"{len(part):x};note=1\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"


def raw(headers, body, status="200 OK"):
    return f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + body


@pytest.fixture
def asked(open_door, scripted):
    """Post a password to a server that answers with a step."""

    def ask(step, **settings):
        server = scripted(step)
        door = open_door(**{"max_body": MOST, **settings})
        return door.post_secret(server.url("/token"), Leg.TOKEN, {}, b"password=planted", LOCALHOST)

    return ask


@pytest.fixture
def failed(asked):
    """The same, where it fails: what the failure was, and that the password counts as sent."""

    def ask(step, **settings):
        with pytest.raises(NetworkError) as caught:
            asked(step, **settings)
        assert caught.value.sent
        return caught.value.failure

    return ask


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (f"Content-Length: {len(PLAIN)}\r\n", PLAIN),
        ("Transfer-Encoding: chunked\r\n", chunked(PLAIN)),
        ("Connection: close\r\n", PLAIN),
        ("Content-Encoding: gzip\r\nConnection: close\r\n", gzip.compress(PLAIN)),
        ("Content-Encoding: deflate\r\nConnection: close\r\n", zlib.compress(PLAIN)),
        ("Content-Encoding: deflate\r\nConnection: close\r\n", bare(PLAIN)),
        ("Content-Encoding: GZIP\r\nTransfer-Encoding: chunked\r\n", chunked(gzip.compress(PLAIN), 7)),
    ],
    ids=["length", "chunks", "to the end", "gzip", "zlib", "deflate", "gzip in chunks"],
)
def test_a_body_is_read_however_it_is_sent(asked, headers, body):
    assert asked(raw(headers, body)).body == PLAIN


def test_a_reply_behind_notices_is_the_reply(asked):
    assert asked(b"HTTP/1.1 100 Continue\r\n\r\n" + reply(404, b"[]")).status == 404


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (f"Content-Length: {len(ZEROS)}\r\n", ZEROS),
        ("Connection: close\r\n", ZEROS),
        ("Transfer-Encoding: chunked\r\n", chunked(ZEROS[:400_000])),
        ("Content-Encoding: gzip\r\nConnection: close\r\n", gzip.compress(ZEROS)),
        ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", chunked(gzip.compress(ZEROS))),
        ("Content-Encoding: deflate\r\nConnection: close\r\n", zlib.compress(ZEROS)),
    ],
    ids=["100 MB", "without a length", "chunks", "bomb", "bomb in chunks", "deflate bomb"],
)
def test_a_body_that_is_too_large_is_cut_packed_or_not(failed, headers, body):
    assert failed(raw(headers, body)) is Failure.TOO_LARGE


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_a_body_packed_as_nobody_asked_for_is_not_understood(failed, encoding):
    body = gzip.compress(gzip.compress(b"{}"))
    step = raw(f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n", body)
    assert failed(step) is Failure.NOT_UNDERSTOOD


def test_a_packed_body_that_does_not_unpack_is_not_understood(failed):
    assert (
        failed(raw("Content-Encoding: gzip\r\nContent-Length: 5\r\n", b"\xff" * 5)) is Failure.NOT_UNDERSTOOD
    )


@pytest.mark.parametrize(
    "step",
    [
        raw("Content-Length: 10\r\n", b"half"),
        raw("Transfer-Encoding: chunked\r\n", b"5\r\nab"),
        b"",
    ],
    ids=["length", "chunk", "nothing"],
)
def test_a_reply_that_ends_too_early_is_a_broken_connection(failed, step):
    assert failed(step) is Failure.RESET


def test_headers_that_never_come_end_with_the_read_timeout(failed):
    assert failed(lambda line: line.recv(1), read_timeout=0.2) is Failure.TIMEOUT


def test_headers_that_never_come_end_with_the_deadline_where_that_is_sooner(failed):
    def step(line):
        line.settimeout(5)  # and hangs up then
        line.recv(1)

    assert failed(step, read_timeout=30.0, deadline=0.2) is Failure.TIMEOUT


def test_nothing_is_waited_for_past_the_deadline():
    with pytest.raises(TimeoutError):
        wait_at_most(None, 5.0, time.monotonic() - 1)


def test_headers_that_drip_end_at_the_deadline(failed):
    drip = Drip(None, b"x: y\r\n", 500)
    assert failed(drip, deadline=0.3) is Failure.TIMEOUT
    assert drip.sent < drip.pieces, "it was listened to until the end"


def test_a_body_that_never_comes_ends_with_the_read_timeout(failed):
    def step(line):
        line.sendall(raw("Content-Length: 10\r\n", b""))
        line.recv(1)

    assert failed(step, read_timeout=0.2) is Failure.TIMEOUT


@pytest.mark.parametrize(
    "step",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 000 odd\r\n\r\n",
        raw("Transfer-Encoding: chunked\r\n", b"zz\r\n"),
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
    ],
    ids=["ssh", "http/2", "status", "chunk", "half a header", "no header"],
)
def test_what_is_no_http_is_an_answer_of_its_own(failed, step):
    assert failed(step) in {Failure.NOT_UNDERSTOOD, Failure.RESET}


def test_endless_headers_are_cut(failed):
    def step(line):
        line.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            line.sendall(b"x: y\r\n" * 1_000)

    assert failed(step, deadline=20.0) in {Failure.NOT_UNDERSTOOD, Failure.RESET}


@given(st.lists(st.binary(max_size=2_000)), st.sampled_from(["", "gzip", "deflate", "bare"]))
def test_a_body_comes_out_as_it_went_in_or_is_refused_for_its_size(parts, encoding):
    whole = b"".join(parts)
    packed = {"": whole, "gzip": gzip.compress(whole), "deflate": zlib.compress(whole), "bare": bare(whole)}
    body = Body("deflate" if encoding == "bare" else encoding, "h", 4_000)
    fits = max(len(whole), len(packed[encoding])) <= 4_000
    with contextlib.nullcontext() if fits else pytest.raises(NetworkError, match="too large"):
        for start in range(0, len(packed[encoding]), 100):
            body.add(packed[encoding][start : start + 100])
    assert not fits or body.whole() == whole


@given(st.binary(max_size=500))
def test_whatever_claims_to_be_packed_comes_out_bounded_or_is_refused(data):
    body = Body("gzip", "h", 1_000)
    try:
        body.add(data)
    except (Odd, NetworkError):
        return
    assert len(body.whole()) <= 1_000
