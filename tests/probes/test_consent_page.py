"""A page of consent, opened by somebody who is not signed in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import NetworkError
from auditor.model import Failure, Leg
from auditor.network import Reply
from auditor.probes.consent_page import ask_page

LOGIN = "login.microsoftonline.com"
LINK = f"https://{LOGIN}/contoso.example/adminconsent?client_id=x"
SIGN_IN = "<html><title>Sign in</title></html>"


class Pages:
    """A door to pages by address; what is not there is an error."""

    def __init__(self, **pages):
        self.pages, self.asked = pages, []

    def look(self, url, leg, headers=None):
        assert leg is Leg.CONSENT
        assert not {name.lower() for name in headers or {}} & {"cookie", "authorization"}
        self.asked.append(url)
        found = self.pages["answer"](url) if callable(self.pages["answer"]) else self.pages["answer"]
        if isinstance(found, Exception):
            raise found
        return found


def page(text, status=200):
    return Reply(status, {"content-type": "text/html"}, text.encode(), LOGIN)


def sent_to(where, status=302):
    return Reply(status, {"location": where}, b"", LOGIN)


def asked(answer):
    door = Pages(answer=answer)
    return ask_page(door, LINK), door.asked


def test_a_page_that_names_its_error_is_read():
    found, _ = asked(page("<p>AADSTS700016: Application with identifier 'x' was not found.</p>"))
    assert (found.codes, found.failure, found.leg) == ((700016,), None, Leg.CONSENT)


def test_a_sign_in_page_says_nothing():
    found, _ = asked(page(SIGN_IN))
    assert (found.codes, found.failure, found.success) == ((), None, False)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_not_there_was_not_looked_at(status):
    found, _ = asked(page("busy", status))
    assert found.failure is Failure.NOT_UNDERSTOOD


def test_no_reply_is_an_answer_of_its_own():
    found, _ = asked(NetworkError(Failure.DNS, LOGIN))
    assert (found.failure, found.codes) == (Failure.DNS, ())


@pytest.mark.parametrize(
    "where",
    [
        "http://localhost/?error=invalid_client&error_description=AADSTS650057%3a+Invalid+resource.",
        "https://app.example/back#error=x&error_description=AADSTS650057%3A%20Invalid",
        f"https://{LOGIN}/common/oauth2/nativeclient?error=x&error_description=AADSTS650057%3A+no",
    ],
)
def test_an_error_that_goes_back_to_the_app_is_read_and_never_opened(where):
    found, opened = asked(sent_to(where))
    assert found.codes == (650057,)
    assert opened == [LINK]


@pytest.mark.parametrize(
    "where",
    [
        "https://sts.contoso.example/adfs/ls",
        "http://login.microsoftonline.com/x",
        "app://x",
        "//evil.example/",
        f"https://{LOGIN}:444/x",
        f"https://{LOGIN}.evil.example/",
        f"https://{LOGIN}@evil.example/",
    ],
)
def test_nobody_is_followed_to_another_host(where):
    found, opened = asked(sent_to(where))
    assert (found.codes, found.failure, opened) == ((), None, [LINK])


def test_a_redirect_within_the_host_is_followed_a_few_times():
    found, opened = asked(lambda url: sent_to("/next") if url == LINK else page("AADSTS50011: mismatch"))
    assert (found.codes, opened) == ((50011,), [LINK, f"https://{LOGIN}/next"])
    found, opened = asked(sent_to("/again"))
    assert (found.failure, len(opened)) == (Failure.REDIRECT, 4)


@given(text=st.text(max_size=80), digits=st.integers(1, 10**12))
def test_a_code_is_a_whole_number_or_none(text, digits):
    found, _ = asked(page(f"{text.replace('AADSTS', '')} AADSTS{digits} "))
    assert found.codes == ((digits,) if 4 <= len(str(digits)) <= 9 else ())
