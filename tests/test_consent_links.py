"""Links to pages of consent, read back as a browser would."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.consent_links import Links, Parts, is_tenant

CLIENT = "0f0f0f0f-1111-2222-3333-444444444444"
PARTS = Parts(
    "login.microsoftonline.com", "contoso.example", CLIENT, "http://localhost", "contoso.crm4.dynamics.com"
)
SCOPE = "https://contoso.crm4.dynamics.com/user_impersonation"
ANY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def read(link):
    parts = urlsplit(link)
    assert (parts.scheme, parts.fragment) == ("https", "")
    return parts.netloc, parts.path, parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)


def test_one_account_consents_for_dataverse_in_its_environment_and_nothing_else():
    assert read(Links().individual(PARTS, "sync@contoso.example")) == (
        "login.microsoftonline.com",
        "/contoso.example/oauth2/v2.0/authorize",
        [
            ("client_id", CLIENT),
            ("response_type", "code"),
            ("redirect_uri", "http://localhost"),
            ("response_mode", "query"),
            ("scope", SCOPE),
            ("prompt", "consent"),
            ("login_hint", "sync@contoso.example"),
        ],
    )


def test_an_administrator_consents_for_everybody_limited_or_to_all_that_is_registered():
    assert read(Links().organisation(PARTS)) == (
        "login.microsoftonline.com",
        "/contoso.example/v2.0/adminconsent",
        [("client_id", CLIENT), ("scope", SCOPE), ("redirect_uri", "http://localhost")],
    )
    assert read(Links().registration(PARTS)) == (
        "login.microsoftonline.com",
        "/contoso.example/adminconsent",
        [("client_id", CLIENT)],
    )


@given(client=ANY, redirect=ANY, host=ANY, account=ANY)
def test_every_part_is_read_back_as_it_was_and_none_adds_another(client, redirect, host, account):
    links, parts = Links(), PARTS._replace(client_id=client, redirect_uri=redirect, environment=host)
    scope = f"https://{host}/user_impersonation"
    netloc, path, individual = read(links.individual(parts, account))
    assert (netloc, path) == ("login.microsoftonline.com", "/contoso.example/oauth2/v2.0/authorize")
    names = ["client_id", "response_type", "redirect_uri", "response_mode", "scope", "prompt", "login_hint"]
    assert [name for name, _ in individual] == names
    assert [value for _, value in individual] == [
        client,
        "code",
        redirect,
        "query",
        scope,
        "consent",
        account,
    ]
    assert read(links.organisation(parts))[2] == [
        ("client_id", client),
        ("scope", scope),
        ("redirect_uri", redirect),
    ]
    assert read(links.registration(parts))[2] == [("client_id", client)]


@given(
    tenant=st.one_of(ANY, st.sampled_from(["..", ".", "a/b.example", "contoso.example/..", "x@y.example"]))
)
def test_a_tenant_is_one_step_of_the_path_or_there_is_no_link(tenant):
    link = Links().organisation(PARTS._replace(tenant=tenant))
    assert not link or read(link)[:2] == (PARTS.login, f"/{tenant}/v2.0/adminconsent")
    assert bool(link) == is_tenant(tenant)


@pytest.mark.parametrize(
    "tenant",
    ["", "common", "organizations", "consumers", "..", ".", "contoso", "contoso.example ", "a b.example"],
)
def test_what_names_no_single_tenant_makes_no_link(tenant):
    assert set(Links().words(PARTS._replace(tenant=tenant), "sync@contoso.example").values()) == {""}


@pytest.mark.parametrize(
    "tenant", ["contoso.example", "11111111-2222-3333-4444-555555555555", "a.b-c.example"]
)
def test_a_domain_or_a_guid_names_a_tenant(tenant):
    assert is_tenant(tenant)


def test_without_a_redirect_uri_only_the_link_that_needs_none_is_made():
    links, parts = Links(), PARTS._replace(redirect_uri="")
    assert links.individual(parts, "sync@contoso.example") == ""
    assert links.organisation(parts) == ""
    assert links.registration(parts)


@pytest.mark.parametrize("missing", [{"client_id": ""}, {"login": ""}, {"login": "evil.example/x?"}])
def test_without_an_app_or_a_sign_in_host_there_is_no_link(missing):
    assert set(Links().words(PARTS._replace(**missing), "sync@contoso.example").values()) == {""}


def test_nobody_is_named_in_a_link_without_an_account():
    assert Links().individual(PARTS, "") == ""


@pytest.mark.parametrize(
    "login", ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"]
)
def test_a_link_leads_to_the_sign_in_host_of_its_cloud(login):
    for link in Links().words(PARTS._replace(login=login), "sync@contoso.example").values():
        assert urlsplit(link).netloc == login


def test_an_explanation_keeps_its_placeholders_legible():
    parts = Parts(
        "login.microsoftonline.com", "<tenant>", "<client-id>", "<redirect-uri>", "<environment-host>"
    )
    link = Links("<>").organisation(parts)
    assert "/<tenant>/v2.0/adminconsent?client_id=<client-id>&" in link


def test_what_is_kept_for_others_does_not_grow_without_bounds():
    links = Links()
    for number in range(3000):
        assert links.organisation(PARTS._replace(tenant=f"t{number}.example"))
    assert links.organisation(PARTS) == Links().organisation(PARTS)
