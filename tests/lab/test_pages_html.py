"""HTML of the pages: whatever text goes in comes out as text; and whose a redirect address is."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from auditor.lab.pages.answers import is_registered
from auditor.lab.pages.html import hidden, joined, tag
from auditor.lab.world import App

# HTML has no way to write these: line ends are normalised, and nothing reads a NUL or half a character
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\x00"))
LOCAL = App(app="resco-mobile-crm", redirect_uris=("http://localhost", "https://web.contoso.example/back"))


class Read(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@given(TEXTS, TEXTS)
def test_texts_and_values_come_out_as_they_went_in(text, value):
    read = Read(tag("p", text, tag("b", text), title=value))
    assert read.elements == [("p", {"title": value}), ("b", {})]
    assert read.text == text * 2


@given(st.dictionaries(st.sampled_from(["ctx", "code", "state"]), TEXTS))
def test_hidden_fields_hold_what_was_put_in_and_nothing_else(fields):
    read = Read(joined(hidden(**fields)))
    assert {given["name"]: given["value"] for _, given in read.elements} == fields


@given(
    st.sampled_from(["http", "https", "HTTP", "javascript"]),
    st.text("localhst127.0@:/\\%#?", max_size=24),
    st.sampled_from(["", ":80", ":5000", ":99999", ":x"]),
    st.sampled_from(["", "/", "/back", "//", "?a=b", "#a", "\n"]),
)
def test_what_is_let_pass_as_a_loopback_address_is_one(scheme, host, port, path):
    address = f"{scheme}://{host}{port}{path}"
    if is_registered(LOCAL, address):
        parts = urlsplit(address)
        assert (parts.scheme, parts.hostname, parts.username) == ("http", "localhost", None)
        assert parts.path in {"", "/"}
        assert not parts.query
        assert not parts.fragment


@given(st.integers(1, 65535))
def test_every_port_of_a_loopback_address_is_let_pass(port):
    assert is_registered(LOCAL, f"http://localhost:{port}/")
    assert is_registered(LOCAL, f"http://localhost:{port}")
    assert not is_registered(LOCAL, f"http://127.0.0.1:{port}/")
