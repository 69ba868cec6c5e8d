from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from auditor.lab.tokens import Mint, b64url, from_b64url

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
UNTIL = int((NOW + timedelta(minutes=5)).timestamp())


@given(st.binary())
def test_base64url_comes_back_as_it_was(data):
    assert from_b64url(b64url(data)) == data


@given(st.text())
def test_what_is_no_base64url_is_nothing_or_bytes(text):
    assert isinstance(from_b64url(text), bytes)


@given(st.text())
def test_only_its_own_tokens_are_believed(text):
    assert Mint().claims(text, NOW) == {}


def test_a_token_is_believed_until_it_expires():
    mint = Mint()
    token = mint.token({"exp": UNTIL, "upn": "ada@contoso.example"})
    assert mint.claims(token, NOW)["upn"] == "ada@contoso.example"
    assert mint.claims(token, NOW + timedelta(minutes=6)) == {}
    assert mint.claims(token + "x", NOW) == {}


def test_the_key_does_not_stand_in_a_repr():
    mint = Mint()
    assert repr(mint.key) not in repr(mint)
