"""National clouds and what people paste as a Dataverse address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.clouds import CloudName, NotDataverseError, load_clouds

CLOUDS = load_clouds()


@pytest.mark.parametrize(
    "pasted",
    [
        "contoso.crm4.dynamics.com",
        "https://contoso.crm4.dynamics.com",
        "https://contoso.crm4.dynamics.com/",
        "https://CONTOSO.CRM4.Dynamics.com/main.aspx?appid=1#315364673",
        "contoso.api.crm4.dynamics.com/api/data/v9.2",
        "http://contoso.crm4.dynamics.com:443/XRMServices/2011/Organization.svc",
        " <https://contoso.crm4.dynamics.com> ",
        "contoso.crm4.dynamics.com.",
    ],
)
def test_every_form_people_paste_names_the_same_host(pasted):
    assert CLOUDS.environment_host(pasted) == "contoso.crm4.dynamics.com"


@pytest.mark.parametrize(
    ("host", "cloud", "login"),
    [
        ("a.crm.dynamics.com", CloudName.COMMERCIAL, "login.microsoftonline.com"),
        ("a.crm21.dynamics.com", CloudName.COMMERCIAL, "login.microsoftonline.com"),
        ("a.crm9.dynamics.com", CloudName.GCC, "login.microsoftonline.com"),
        ("a.crm.microsoftdynamics.us", CloudName.GCC_HIGH, "login.microsoftonline.us"),
        ("a.crm.appsplatform.us", CloudName.DOD, "login.microsoftonline.us"),
        ("a.crm.dynamics.cn", CloudName.CHINA, "login.partner.microsoftonline.cn"),
    ],
)
def test_the_cloud_follows_from_the_host_name(host, cloud, login):
    found = CLOUDS.of_environment(host)
    assert (found.name, found.login) == (cloud, login)


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "contoso",
        "https://",
        "crm.contoso.local",
        "dynamics.com",
        "crm4.dynamics.com",
        "evil.crm4.dynamics.com.example.net",
        "https://contoso.crm4.dynamics.com@evil.example/",
        "contoso.crm4.dynamics.crom",
        "a.b.crm4.dynamics.com",
        "org.crm.microsoftdynamics.de",
        "http://[::1",
    ],
)
def test_what_is_no_dataverse_host_is_refused_with_a_sentence(pasted):
    with pytest.raises(NotDataverseError, match=r"\w+ \w+"):
        CLOUDS.environment_host(pasted)


@given(st.text())
def test_any_text_is_a_dataverse_host_or_a_refusal(text):
    try:
        host = CLOUDS.environment_host(text)
    except NotDataverseError:
        return
    assert CLOUDS.of_environment(host) is not None


def test_a_cloud_instance_is_told_with_and_without_the_login_prefix():
    commercial = CLOUDS.of_environment("a.crm4.dynamics.com")
    assert commercial.is_instance("microsoftonline.com")
    assert commercial.is_instance("login.microsoftonline.com")
    assert not commercial.is_instance("microsoftonline.us")
