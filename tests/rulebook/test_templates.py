import shlex
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from auditor.rulebook.templates import PLACEHOLDERS, Templates, powershell, undeclared, url


@pytest.fixture(scope="module")
def templates():
    return Templates()


@given(text=st.text(max_size=40))
def test_what_is_filled_in_is_never_executed_by_the_template(templates, text):
    assert templates.render("{{ upn }}", {"upn": text}) == text


@given(text=st.text(max_size=40))
def test_commands_hold_a_value_as_one_word(templates, text):
    assert shlex.split(templates.render("echo {{ upn|sh }}", {"upn": text}), posix=True) == ["echo", text]


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_links_hold_a_value_as_one_part(text):
    encoded = url(text)
    assert unquote(encoded) == text
    assert not set(encoded) & set("/?&#=+ \"'<>")


@pytest.mark.parametrize(
    ("text", "literal"),
    [("a", "'a'"), ("o'neil", "'o''neil'"), ("o\u2019neil", "'o\u2019\u2019neil'"), ("$(x)", "'$(x)'")],
)
def test_powershell_literals_end_where_they_should(text, literal):
    assert powershell(text) == literal


def test_plain_text_needs_no_template(templates):
    assert templates.render("50 % of $5 [a] | b", {}) == "50 % of $5 [a] | b"


def test_a_missing_value_is_an_error_and_never_an_empty_place(templates):
    with pytest.raises(UndefinedError):
        templates.render("{{ upn }}", {})


def test_templates_cannot_reach_into_python(templates):
    with pytest.raises(SecurityError):
        templates.render("{{ upn.__class__.__mro__ }}", {"upn": "x"})


def test_names_that_are_no_placeholders_are_found_without_rendering():
    assert undeclared("{{ upn }} {% if kind == 'person' and not host %}x{% endif %}") == set()
    assert undeclared("{{ ('https://' ~ host)|sh }} {{ correlation_id or '(see Evidence)' }}") == set()
    assert undeclared("{{ password }} and {{ hosts|url }}") == {"password", "hosts"}
    assert undeclared("plain text with upnn") == set()


def test_nothing_secret_has_a_placeholder():
    assert not PLACEHOLDERS & {"password", "token", "secret", "assertion"}
