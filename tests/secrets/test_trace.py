"""A trace of a password notices a change, and says nothing of the password."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.secrets import Secret, differs, is_trace, trace_of

PLANTED = "pl@nted-Passw0rd"


@given(st.text(min_size=1, max_size=40, alphabet=st.characters(exclude_categories=[])))
@settings(max_examples=10)
def test_the_same_password_never_differs_from_its_trace(value):
    assert not differs(trace_of(Secret(value)), Secret(value))


def test_nearly_every_other_password_differs():
    trace = trace_of(Secret(PLANTED))
    assert sum(differs(trace, Secret(f"{PLANTED}{number}")) for number in range(40)) >= 36


def test_a_trace_is_one_byte_under_a_salt_that_is_new_each_time():
    traces = [trace_of(Secret(PLANTED)).split(":") for _ in range(2)]
    assert [[name, len(salt), len(byte)] for name, salt, byte in traces] == [["scrypt", 32, 2]] * 2
    assert traces[0][1] != traces[1][1]


def test_the_digest_is_a_slow_one_and_one_byte_of_it_is_all_there_is(monkeypatch):
    asked = []
    real = hashlib.scrypt
    monkeypatch.setattr(hashlib, "scrypt", lambda *a, **how: asked.append(how) or real(*a, **how))
    trace = trace_of(Secret(PLANTED))
    assert [(how["n"], how["r"], how["p"]) for how in asked] == [(2**14, 8, 1)]
    whole = real(PLANTED.encode(), **asked[0]).hex()
    assert trace.endswith(f":{whole[:2]}")
    assert whole[2:] not in trace


@pytest.mark.parametrize("text", ["", "00000001763800000000", "scrypt:00:00", "scrypt:" + "0" * 32 + ":000"])
def test_what_is_no_trace_differs_from_nothing(text):
    assert not is_trace(text)
    assert not differs(text, Secret(PLANTED))


def test_where_there_is_no_scrypt_nothing_is_kept_and_nothing_differs(monkeypatch):
    trace = trace_of(Secret("another"))

    def refused(*_, **__):
        raise ValueError("unsupported")

    monkeypatch.setattr(hashlib, "scrypt", refused)
    assert trace_of(Secret(PLANTED)) == ""
    assert not differs(trace, Secret(PLANTED))
    monkeypatch.delattr(hashlib, "scrypt")
    assert trace_of(Secret(PLANTED)) == ""
