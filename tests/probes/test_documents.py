"""Documents from outside: nothing hangs on them, nothing is expanded, and msal sees what was checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msal.mex import Mex

from auditor.model import Failure, Flow, Leg
from auditor.network import Reply
from auditor.probes.documents import fit_for_msal, metadata_naming, xml_root
from auditor.probes.environment import parse_challenge
from auditor.probes.federation import metadata_for_msal, username_endpoint
from auditor.probes.msal_door import Attempt, MsalDoor
from auditor.probes.replies import answer_of
from tests.probes.conftest import FakeDoor, as_text
from tests.probes.test_password import RSTR, SAML, STS

ACTIONS = [Mex.ACTION_13, Mex.ACTION_2005]
BOMB = (
    '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(9))
    + "]><b>&a8;</b>"
)
# made for the patterns that msal looks for: each opening tag makes it read to the end and back
MENTIONS = "<a>" + "<RequestSecurityTokenResponse/>" * 1_000 + "</a>"


def mex_given_to_msal(text, status=200):
    """What msal's own client would hand on, through our door."""
    door = FakeDoor(mex=as_text(text, status))
    client = MsalDoor(door)
    with client.attempt(Attempt({}, frozenset())):
        return client.get(f"https://{STS}/mex").text


def answer_given_to_msal(text, status=200):
    client = MsalDoor(FakeDoor(wstrust=as_text(text, status)))
    with client.attempt(Attempt({}, frozenset({STS}))) as attempt:
        given = client.post(f"https://{STS}/trust", data="<s/>").text
    assert attempt.reply.text == text, "what came stays there for the answer to be read from"
    return given


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "<a>" * 200 + "</a>" * 200,
        "<a>" * 400_000,
        "<a>" + "<b/>" * 60_000 + "</a>",
        f"<a>{'x' * 2_100_000}</a>",
        "",
        "<a",
        "a<b/>",
        "<?xml version='1.0'?><!doctype a><a/>",
    ],
    ids=["bomb", "deep", "deeper", "many", "long", "empty", "half", "text", "declared"],
)
def test_what_is_too_deep_too_large_or_declares_something_is_no_document(text):
    assert xml_root(text) is None
    assert not fit_for_msal(text)
    assert mex_given_to_msal(text) == ""
    assert answer_given_to_msal(text) == ""


def test_a_document_within_the_bounds_is_read():
    root = xml_root("<a>" + "<b>" * 90 + "x" + "</b>" * 90 + "</a>")
    assert sum(1 for _ in root.iter()) == 91


def test_msal_does_not_look_for_assertions_in_a_document_made_for_its_patterns():
    assert xml_root(MENTIONS) is not None
    assert answer_given_to_msal(MENTIONS) == ""


def test_an_answer_as_federation_servers_send_it_reaches_msal():
    text = RSTR.format(type=SAML)
    assert answer_given_to_msal(text) == text


def test_the_answers_of_real_servers_are_fit(shared):
    found = [path for path in (shared / "fixtures" / "wstrust").rglob("*.xml") if "rst" in path.name.lower()]
    assert found
    for path in found:
        assert fit_for_msal(path.read_text(encoding="utf-8-sig")), path.name


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=["Cc", "Cs"])))
def test_the_metadata_that_msal_gets_names_the_endpoint_that_was_found(path):
    for action in ACTIONS:
        address = f"https://{STS}/{path}"
        try:
            found = Mex(metadata_naming(address, action)).get_wstrust_username_password_endpoint()
        except SyntaxError:
            pytest.fail("not well-formed")
        assert found == {"address": address, "action": action}


def test_metadata_without_endpoint_has_none_for_msal_either():
    assert Mex(metadata_naming("", "")).get_wstrust_username_password_endpoint() is None
    assert Mex(mex_given_to_msal("<a/>")).get_wstrust_username_password_endpoint() is None


def test_msal_finds_in_what_it_gets_what_it_would_have_found_in_the_servers_own(shared):
    usable = 0
    for path in (shared / "fixtures" / "wstrust").rglob("*ex*.xml"):
        text = path.read_text(encoding="utf-8-sig")
        expected = username_endpoint(text)
        if expected:
            usable += 1
            assert mex_given_to_msal(text) != text
            there = Mex(text).get_wstrust_username_password_endpoint()
            got = Mex(metadata_for_msal(text)).get_wstrust_username_password_endpoint()
            assert (got["address"], got["action"]) == (there["address"].strip(), there["action"])
    assert usable


def test_metadata_is_fetched_once_for_all_sign_ins_and_again_only_while_it_is_not_good(shared):
    good = (shared / "fixtures" / "wstrust").rglob("arupela.mex.xml")
    replies = [as_text("busy", 503), as_text("half<", 200), as_text(next(good).read_text("utf-8-sig"))]
    door = FakeDoor(mex=lambda *_: replies.pop(0))
    client = MsalDoor(door)
    with client.attempt(Attempt({}, frozenset())):
        texts = [client.get(f"https://{STS}/mex").text for _ in range(6)]
    assert [bool(text) for text in texts] == [False, False, True, True, True, True]
    assert len(door.gets) == 3


def test_a_text_of_blanks_and_a_header_of_letters_do_not_hold_up_a_run():
    body = b'{"error": "x", "error_description": "' + b" " * 4_000_000 + b'"}'
    assert answer_of(Flow.ROPC, Leg.TOKEN, Reply(400, {}, body, "login")).text == ""
    assert parse_challenge(f"Bearer {'a' * 5_000}, authorization_uri=x") == {}
    assert parse_challenge("Bearer " + "a" * 60_000) == {}
    page = answer_of(Flow.ROPC, Leg.TOKEN, Reply(200, {}, b"\n" * 4_000_000, "login"))
    assert page.failure is Failure.NOT_UNDERSTOOD
