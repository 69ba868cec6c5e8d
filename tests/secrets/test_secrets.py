"""Secrets: cannot be printed, are referred to, and are taken out of whatever is kept."""

import copy
import logging
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import SecretError
from auditor.secrets import Alike, Resolver, Secret, parse_reference, plaintext, redact

PLANTED = "pl@nted-Passw0rd"


def resolver(base, answer=""):
    return Resolver(base, {"a": Secret(answer)} if answer else {})


def test_a_secret_does_not_print():
    secret = Secret(PLANTED)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", "%s" % secret, repr({"a": [secret]})]  # noqa: UP031 - one more way to print
    assert all(PLANTED not in text for text in shown)


def test_a_secret_is_not_pickled_and_not_copied_to_a_process():
    for way in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            way(Secret(PLANTED))


def test_a_secret_does_not_reach_a_log(caplog):
    logging.getLogger("any").warning("signing in with %s", Secret(PLANTED))
    assert PLANTED not in caplog.text


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("env:SYNC_PASSWORD", "env"),
        (" ENV:SYNC_PASSWORD ", "env"),
        ("file:secrets/sync.txt", "file"),
        ("prompt", "prompt"),
        ("keyring:dynamics/sync@contoso.example", "keyring"),
    ],
)
def test_known_references_are_recognised(text, scheme):
    assert parse_reference(text).scheme == scheme


@pytest.mark.parametrize(
    "text",
    [PLANTED, "env:", "env:1ST", "env:A B", "file:", "keyring:only-service", "prompt:x", "vault:a/b", ""],
)
def test_anything_else_is_refused_without_being_shown(text):
    with pytest.raises(ValueError, match=f"not a known reference, {len(text)} characters") as caught:
        parse_reference(text)
    assert not text or text not in str(caught.value)


@given(
    st.from_regex(r"[A-Z0-9]{8,20}", fullmatch=True),
    st.sampled_from(["", "env:", "file:", "keyring:service/", "keyvault:vault/", "vault:", "prompt:"]),
)
def test_neither_the_refusal_nor_the_reference_ever_shows_the_text(text, scheme):
    try:
        shown = repr(parse_reference(scheme + text))
    except ValueError as error:
        shown = str(error)
    assert text not in shown


def test_env_and_file_references_resolve(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNC_PASSWORD", PLANTED)
    (tmp_path / "sync.txt").write_text(PLANTED + "\n")
    at = resolver(tmp_path)
    assert at.resolve(parse_reference("env:SYNC_PASSWORD"), "a").reveal() == PLANTED
    assert at.resolve(parse_reference("file:sync.txt"), "a").reveal() == PLANTED


def test_only_the_last_line_end_of_a_secret_file_is_dropped(tmp_path):
    (tmp_path / "odd").write_bytes(b" two \n\n")
    assert resolver(tmp_path).resolve(parse_reference("file:odd"), "a").reveal() == " two \n"


def test_a_reference_that_does_not_resolve_names_neither_itself_nor_a_value(tmp_path, monkeypatch):
    monkeypatch.delenv("NOT_SET_ANYWHERE", raising=False)
    for text in ("env:NOT_SET_ANYWHERE", "file:not-there.txt"):
        with pytest.raises(SecretError) as caught:
            resolver(tmp_path).resolve(parse_reference(text), "a")
        assert "not-there" not in str(caught.value).lower()
        assert "NOT_SET" not in str(caught.value)


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x80")
    (tmp_path / "large").write_text("x" * 5000)
    for name in ("binary", "large"):
        with pytest.raises(SecretError):
            resolver(tmp_path).resolve(parse_reference(f"file:{name}"), "a")


def test_a_prompt_is_what_was_typed_for_the_account(tmp_path):
    assert resolver(tmp_path, PLANTED).resolve(parse_reference("prompt"), "A").reveal() == PLANTED
    with pytest.raises(SecretError, match="nobody was there"):
        resolver(tmp_path).resolve(parse_reference("prompt"), "a")


@pytest.mark.parametrize(("value", "fit"), [("", False), (" a", False), ("a\t", False), ("a b", True)])
def test_empty_passwords_and_outer_blanks_are_unfit(value, fit):
    assert (Secret(value).unfit() == "") is fit


SAMPLES = (
    "a token eyJhbGciOiJub25l.planted.planted in a sentence",
    "password=planted&x",
    "<wsse:Password>planted</wsse:Password>",
    "<saml:Assertion>planted</saml:Assertion>",
    '"access_token": "planted"',
    "a code=planted-planted-planted-planted",
    f"x {'planted' * 30} y",
)


@pytest.mark.parametrize("text", SAMPLES)
def test_each_kind_of_secret_is_recognised_by_its_look_alone(text):
    assert "planted" not in redact(text)


def test_references_are_compared_by_where_they_lead():
    assert parse_reference("env:A").same_as(parse_reference("env:A"))
    assert not parse_reference("env:A").same_as(parse_reference("env:B"))
    assert not parse_reference("prompt").same_as(parse_reference("prompt"))
    assert plaintext("x").same_as(plaintext("x"))
    assert not plaintext("x").same_as(plaintext("y"))


def test_redaction_takes_out_known_secrets_tokens_assertions_and_form_fields():
    text = (
        f"user said {PLANTED}; eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2ln; "
        'password=other&x=1; {"access_token":"abc","refresh_token": "def"} '
        "<saml:Assertion ID='_1'>inner</saml:Assertion> code=0.AXoAbcdefghijklmnopqrstuvw"
    )
    kept = redact(text, Secret(PLANTED))
    for gone in (PLANTED, "eyJ", "other", "abc", "def", "inner", "0.AXo"):
        assert gone not in kept


ODD = "p&ä<s  s$\"w'd+1"


@pytest.mark.parametrize(
    "echoed",
    [
        ODD,
        "p&ä<s s$\"w'd+1",
        "p&amp;ä&lt;s  s$&quot;w&apos;d+1",
        "p&amp;ä&lt;s  s$\"w'd+1",
        "p%26%C3%A4%3Cs%20%20s%24%22w%27d%2B1",
        "p%26%c3%a4%3cs++s%24%22w%27d%2b1",
        "p&ä<s  s$\\\"w'd+1",
        "p&\\u00e4<s  s$\\\"w'd+1",
    ],
)
def test_a_secret_is_recognised_however_it_comes_back(echoed):
    assert redact(f"said: {echoed} end", Secret(ODD)) == "said: [hidden] end"


@given(st.text(min_size=3, alphabet=st.characters(blacklist_characters="[hiden]")), st.text(), st.text())
def test_a_known_secret_never_survives_redaction(value, before, after):
    assert value not in redact(before + value + after, Secret(value))


def test_accounts_with_equal_passwords_are_found_and_nothing_of_the_password_is_kept():
    alike = Alike()
    for account, value in (("A@x.example", PLANTED), ("b@x.example", PLANTED), ("c@x.example", "other")):
        alike.note(account, Secret(value))
    assert alike.accounts() == ["a@x.example", "b@x.example"]
    assert PLANTED not in repr(vars(alike))


def test_one_account_seen_twice_shares_with_nobody():
    alike = Alike()
    for account in ("a@x.example", "A@x.example"):
        alike.note(account, Secret(PLANTED))
    assert alike.accounts() == []
