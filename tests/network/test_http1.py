"""Heads of requests and replies: what is written cannot be broken out of, what is read is read one way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.network.addresses import Site, host_of, site_of
from auditor.network.failures import Odd
from auditor.network.http1 import parse_head, request_head

LINES = st.lists(
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), min_size=1, max_size=20)
    | st.sampled_from(["a: b", "A:b", "set-cookie: 1", "x:", ":x", " folded: y", "no colon", "b ad: c"])
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@given(LINES, st.sampled_from(["\r\n", "\n"]))
def test_headers_are_read_line_by_line_or_not_at_all(lines, end):
    data = end.join(["HTTP/1.1 200 OK", *lines]).encode("latin-1")
    parts = [line.partition(":") for line in lines]
    if not all(colon and _NAME.fullmatch(name) for name, colon, _ in parts):
        with pytest.raises(Odd):
            parse_head(data)
        return
    expected: dict[str, str] = {}
    for name, _, value in parts:
        text = value.strip(" \t").rstrip()
        expected[name.lower()] = f"{expected[name.lower()]}, {text}" if name.lower() in expected else text
    head = parse_head(data)
    assert (head.status, head.again, dict(head.headers)) == (200, True, expected)


@pytest.mark.parametrize("status", ["HTTP/1.0 200 OK", "HTTP/1.0 404"])
def test_an_old_version_ends_its_connection(status):
    assert not parse_head(status.encode()).again


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1", b"HTTP/1.1 20 OK", b"HTTP/1.1 2000", b"HTTP/3 200 OK", b" HTTP/1.1 200 OK"]
)
def test_what_is_no_status_line_is_odd(head):
    with pytest.raises(Odd):
        parse_head(head)


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=20)), st.text(max_size=30))
def test_no_header_and_no_address_breaks_out_of_its_line(headers, path):
    try:
        head = request_head("GET", f"/{path}", "login.example", headers, None)
    except ValueError:
        return
    lines = head.decode("latin-1").split("\r\n")
    kept = [name for name in headers if name.lower() not in {"host", "content-length", "transfer-encoding"}]
    assert lines[-2:] == ["", ""]
    assert lines[1] == "Host: login.example"
    assert len(lines) == 2 + len([name for name in kept if name.lower() != "connection"]) + 2
    assert re.fullmatch(r"GET /\S* HTTP/1\.1", lines[0])


@pytest.mark.parametrize("name", ["a b", "a:b", "", "ž", "a\r\nb"])
@pytest.mark.parametrize("value", ["x"])
def test_a_name_that_is_none_is_refused(name, value):
    with pytest.raises(ValueError, match="break"):
        request_head("GET", "/", "h", {name: value}, None)


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\rb", "a\0b", "\r\n"])
def test_a_value_that_breaks_its_line_is_refused(value):
    with pytest.raises(ValueError, match="break"):
        request_head("GET", "/", "h", {"a": value}, None)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://a.example/x?y=1", Site("a.example", 443, "/x?y=1")),
        ("https://A.example:443/x", Site("a.example", 443, "/x")),
        ("https://a.example", Site("a.example", 443, "/")),
        ("https://a.example?x", Site("a.example", 443, "/?x")),
        ("https://a.example/x#y?z", Site("a.example", 443, "/x")),
        ("https://a.example:8443/", Site("a.example", 8443, "/")),
        ("https://localhost/", Site("localhost", 443, "/")),
    ],
)
def test_an_address_is_a_host_a_port_and_what_is_asked_for(url, site):
    assert site_of(url, host_of(url)) == site
