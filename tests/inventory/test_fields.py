"""What may stand in a cell, column by column."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.inventory import fields
from auditor.inventory.interface import CellError
from auditor.inventory.texts import clean
from auditor.model import Expected, Kind

DOCUMENT = Path(__file__).parents[2] / "docs" / "inventory.md"


@pytest.fixture(scope="module")
def environments(clouds):
    return fields.Environments(clouds, {})


@pytest.mark.parametrize(
    "cell",
    [
        "anna@contoso.com",
        "  anna@contoso.com\u00a0",
        "an\u200bna@contoso.com\ufeff",
        "<anna@contoso.com>",
        "Anna Berger <anna@contoso.com>",
        '"Berger, Anna" <anna@contoso.com>;',
        "mailto:anna@contoso.com",
        "<mailto:anna@contoso.com>",
        "anna@contoso.com.",
        "anna@contoso.com;",
        "\u201canna@contoso.com\u201d",
        "'anna@contoso.com'",
    ],
)
def test_an_account_is_found_however_it_was_pasted(cell):
    assert fields.upn(clean(cell)) == "anna@contoso.com"


@pytest.mark.parametrize(
    "cell",
    [
        "anna_fabrikam.com#EXT#@contoso.onmicrosoft.com",
        "анна@пример.рф",
        "李雷@contoso.com",
        "o'neil-d.1_x@sub.contoso.com",
        "ANNA@Contoso.Com",
    ],
)
def test_guests_other_scripts_and_capitals_stay_as_written(cell):
    assert fields.upn(cell) == cell


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("anna", "is no user principal name"),
        ("@contoso.com", "is no user principal name"),
        ("CONTOSO\\anna", "is a Windows logon name"),
        ("anna@contoso", "has no complete domain"),
        ("anna@contoso..com", "has no complete domain"),
        ("anna@.com", "has no complete domain"),
        ("a@contoso.com; b@contoso.com", "more than one @"),
        ("anna berger@contoso.com", "holds blanks"),
        ("an\x07na@contoso.com", "holds blanks or characters"),
        ("an\ufffdna@contoso.com", "holds blanks or characters"),
        ("anna,berger@contoso.com", "holds characters that cannot stand in it"),
        ("i:0#.f|membership|anna@contoso.com", "holds characters that cannot stand in it"),
        ("12345", "is no user principal name"),
    ],
)
def test_what_is_no_account_says_why_and_what_would_be(cell, wrong):
    with pytest.raises(CellError, match=re.escape(wrong)) as caught:
        fields.upn(cell)
    assert "anna.berger@contoso.com" in caught.value.right


@pytest.mark.parametrize(
    "cell",
    [
        "contoso.crm4.dynamics.com",
        "https://contoso.crm4.dynamics.com/",
        "https://contoso.crm4.dynamics.com/main.aspx#123?appid=1",
        "contoso.api.crm4.dynamics.com",
        "https://contoso.api.crm4.dynamics.com/api/data/v9.2/",
        "HTTPS://CONTOSO.CRM4.DYNAMICS.COM:443",
        "<https://contoso.crm4.dynamics.com>",
        "contoso.crm4.dynamics.com.",
        "Contoso production (https://contoso.crm4.dynamics.com/)",
        "Contoso - contoso.crm4.dynamics.com",
    ],
)
def test_an_environment_is_found_however_it_was_pasted(environments, cell):
    assert environments.host(cell) == "contoso.crm4.dynamics.com"


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("contoso", "no Dataverse online host"),
        ("crm.contoso.local", "on-premises"),
        ("org.crm.microsoftdynamics.de", "closed"),
        ("a.crm4.dynamics.com b.crm4.dynamics.com", "no Dataverse online host"),
        ("https://", "no host name"),
    ],
)
def test_what_is_no_environment_says_why_every_time_it_stands_there(environments, cell, wrong):
    for _ in range(2):
        with pytest.raises(CellError, match=wrong) as caught:
            environments.host(cell)
        assert "contoso.crm4.dynamics.com" in caught.value.right


@pytest.mark.parametrize(
    ("cell", "tenant"),
    [
        ("", ""),
        ("Contoso.OnMicrosoft.com", "contoso.onmicrosoft.com"),
        ("@contoso.com", "contoso.com"),
        ("contoso.com.", "contoso.com"),
        ("{AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE}", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"),
        ("münchen.example", "münchen.example"),
    ],
)
def test_a_tenant_is_a_domain_or_a_guid_in_lower_case(cell, tenant):
    assert fields.tenant(cell) == tenant


@pytest.mark.parametrize(
    "cell", ["Contoso Ltd", "contoso", "aaaaaaaa-bbbb", "https://contoso.com/x", "a@b.com"]
)
def test_anything_else_is_no_tenant(cell):
    with pytest.raises(CellError, match="neither a domain nor a tenant GUID"):
        fields.tenant(cell)


@pytest.mark.parametrize(("kind", "word"), [(k, w) for k, words in fields.KINDS.items() for w in words])
def test_every_documented_word_for_a_kind_is_known(kind, word):
    assert fields.kind(word.upper()) is kind
    assert fields.kind(f" {word}".strip()) is kind


def test_the_documentation_holds_exactly_these_words_for_kinds():
    section = DOCUMENT.read_text(encoding="utf-8").partition("## Kinds")[2]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|$", section, re.MULTILINE)
    assert {Kind(kind): tuple(words.split(" · ")) for kind, words in rows} == dict(fields.KINDS)


def test_an_unknown_kind_says_which_there_are():
    assert fields.kind("") is None
    with pytest.raises(CellError, match='"robot" is no known kind') as caught:
        fields.kind("robot")
    assert "person or integration" in caught.value.right


@pytest.mark.parametrize(("cell", "expected"), [("", None), *[(e.value.upper(), e) for e in Expected]])
def test_an_expectation_is_one_of_four_words_or_nothing(cell, expected):
    assert fields.expected(cell) is expected


def test_an_unknown_expectation_says_which_there_are():
    with pytest.raises(CellError) as caught:
        fields.expected("works")
    assert "ropc, interactive, application, none" in caught.value.right


@pytest.mark.parametrize("cell", [*fields.AUDITED, "No", "FALSE", "Nein"])
def test_no_in_skip_means_audit(cell):
    assert fields.skip(cell) == ""


@pytest.mark.parametrize("cell", [*fields.SKIPPED, "Yes", "TRUE", "Ja"])
def test_yes_in_skip_means_skip_without_a_reason(cell):
    assert fields.skip(cell) == "marked skip"


def test_anything_else_in_skip_is_the_reason():
    assert fields.skip("Left the company") == "Left the company"


def test_the_documentation_names_the_words_of_skip():
    said = DOCUMENT.read_text(encoding="utf-8").partition("In `skip`, ")[2].partition("is the reason")[0]
    assert re.findall(r"`(.+?)`", said) == [word for word in (*fields.AUDITED, *fields.SKIPPED) if word]


PARSERS = (fields.upn, fields.tenant, fields.kind, fields.expected, fields.skip, fields.client_id)


@given(st.sampled_from(PARSERS), st.text())
def test_no_text_breaks_a_field(parse, text):
    try:
        parse(clean(text))
    except CellError as error:
        complete = bool(error.wrong and error.right)
    else:
        complete = True
    assert complete


@given(st.text())
def test_what_passes_as_an_account_has_one_at_sign_and_no_blanks(text):
    try:
        upn = fields.upn(clean(text + "@contoso.com"))
    except CellError:
        return
    assert upn.count("@") == 1
    assert not any(c.isspace() for c in upn)
