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


EVERY_FORM = (
    "100 % of {{ upn }}{% if kind == 'person' %}, {{owner|url}}{% else %} at {{ host }}{% endif %} "
    "{{ code or answer or 'no code' }} {{ owner or upn }} {{ ('https://' ~ host)|sh }} {{ upn|ps }}"
)
VALUES = st.one_of(st.sampled_from(["", "person", "%s", "\0", "0\0", "{{ upn }}"]), st.text(max_size=5))


@given(
    values=st.fixed_dictionaries(dict.fromkeys(("upn", "kind", "owner", "host", "code", "answer"), VALUES))
)
def test_a_text_says_what_jinja_makes_of_it_whatever_the_values(templates, values):
    whole = templates._jinja().from_string(EVERY_FORM).render(values)
    assert templates.render(EVERY_FORM, values) == whole


def test_a_text_with_a_mark_of_its_own_keeps_it(templates):
    assert templates.render("a\0{{ upn }}0\0b", {"upn": "%"}) == "a\0%0\0b"


def test_jinja_is_asked_once_for_all_accounts_that_decide_alike():
    templates = Templates()
    asked = []
    text = "{% if kind == 'person' %}{{ upn }}{% endif %}"
    templates.render(text, {"kind": "person", "upn": "a"})
    compiled = templates._compiled[text]
    compiled._template = type("Told", (), {"render": lambda _, words: asked.append(words) or ""})()
    assert templates.render(text, {"kind": "person", "upn": "b"}) == "b"
    assert asked == []
    templates.render(text, {"kind": "integration", "upn": "b"})
    assert asked == [{"kind": "integration"}]


def test_what_a_text_was_decided_by_is_not_kept_without_end():
    templates = Templates()
    text = "{% if owner == upn %}same{% endif %}"
    for number in range(2_000):
        templates.render(text, {"owner": str(number), "upn": ""})
    assert len(templates._compiled[text]._known) <= 256
