"""auditor.toml."""

import re

import pytest

from auditor.config import Administrator, AppOverride, Breaker, Config, apply_overrides, load_config
from auditor.errors import ConfigError
from auditor.model import AppProfile, Brand, Grant, SignsInFrom, Sureness, Vantage
from auditor.resources import shipped_text
from auditor.secrets import Reference
from tests.pictures import png

GUID = "11111111-2222-4333-8444-555555555555"
NOBODY = "00000000-0000-0000-0000-000000000000"
OTHER = "99999999-8888-4777-8666-555555555555"


@pytest.fixture
def toml(tmp_path):
    def writing(content):
        path = tmp_path / "auditor.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return writing


@pytest.fixture
def apps():
    shipped = AppProfile(
        name="resco-mobile-crm",
        title="Resco Mobile CRM",
        client_id=GUID,
        client_id_sure=Sureness.UNVERIFIED,
        grants={Grant.INTERACTIVE: Sureness.UNVERIFIED},
        signs_in_from=SignsInFrom.DEVICE,
        redirect_uri="https://old.example",
        sample=True,
    )
    pattern = AppProfile(
        "own-registration", "Your own", "", Sureness.UNKNOWN, {}, SignsInFrom.CUSTOMER_SERVER
    )
    return {profile.name: profile for profile in (shipped, pattern)}


def uncommented(template):
    return "\n".join(re.sub(r"^# (?=\w+ = |\[)", "", line) for line in template.splitlines())


def test_without_a_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_config() == Config()
    assert load_config().breaker == Breaker(consecutive=5, first=5, of=10)


def test_the_file_beside_is_found_without_being_named(toml, monkeypatch):
    monkeypatch.chdir(toml('[defaults]\napp = " dataverse-sample "').parent)
    assert load_config().defaults_app == "dataverse-sample"


def test_a_file_that_was_named_has_to_be_there(tmp_path):
    with pytest.raises(ConfigError, match=r"nothing\.toml cannot be read"):
        load_config(tmp_path / "nothing.toml")


def test_the_shipped_template_changes_nothing_as_it_stands(toml):
    assert load_config(toml(shipped_text("reports", "inventory/auditor.toml"))) == Config()


def test_the_shipped_template_names_every_key_and_its_examples_are_valid(toml):
    path = toml(uncommented(shipped_text("reports", "inventory/auditor.toml")))
    (path.parent / "logo.png").write_bytes(png(120, 40))
    assert load_config(path) == Config(
        defaults_app="resco-mobile-crm",
        apps={
            "resco-mobile-crm": AppOverride(client_id=NOBODY, redirect_uri="http://localhost"),
            "field-sync": AppOverride(
                client_id=NOBODY,
                grants=(Grant.ROPC, Grant.APPLICATION),
                signs_in_from=SignsInFrom.CUSTOMER_SERVER,
                title="Field sync",
            ),
        },
        vantage=Vantage("head office", "203.0.113.10"),
        proxy="http://proxy.contoso.com:8080",
        ca_bundle=path.parent / "corporate-ca.pem",
        tenants=("contoso.onmicrosoft.com",),
        federation_hosts=("adfs.contoso.com",),
        breaker=Breaker(clouds={"gcc-high": 3, "dod": 3}),
        country="DE",
        administrator=Administrator(
            NOBODY, "browser", Reference("keyring", "auditor/directory"), Reference("file", "directory.pem")
        ),
        brand=Brand("Contoso Ltd", png(120, 40), "1F3A5F"),
    )


def test_a_file_saved_by_notepad_is_read(toml):
    assert load_config(toml("\ufeff[run]\r\nconcurrency = 2\r\n")).concurrency == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[run]\nspeed = 9", "auditor.toml: run.speed: unknown key"),
        ("[speed]\nx = 9", "auditor.toml: speed: unknown key"),
        ("[run]\nconcurrency = 0", "auditor.toml: run.concurrency: "),
        ("[run]\nconcurrency = '8'", "auditor.toml: run.concurrency: "),
        ("[run]\ncheck_table = 'Account Table'", "auditor.toml: run.check_table: no logical name"),
        ("[apps.x]\nclient_id = 'abc'", "auditor.toml: apps.x.client_id: not a GUID"),
        (f"[apps.x]\nclient_id = '{GUID}'\ngrants = ['password']", "auditor.toml: apps.x.grants.0: "),
        (f"[apps.x]\nclient_id = '{GUID}'\ngrants = []", "auditor.toml: apps.x.grants: "),
        (f"[apps.x]\nclient_id = '{GUID}'\ngrants = ['ropc', 'ropc']", "a grant stands twice"),
        (f"[apps.x]\nclient_id = '{GUID}'\nsigns_in_from = 'moon'", "auditor.toml: apps.x.signs_in_from: "),
        ("[scope]\ntenants = ['Contoso Ltd']", "auditor.toml: scope.tenants.0: neither a domain nor"),
        (
            "[scope]\nfederation_hosts = ['https://adfs']",
            "auditor.toml: scope.federation_hosts.0: not a host",
        ),
        ("[network]\nproxy = 'proxy'", "auditor.toml: network.proxy: not a proxy address"),
        ("[breaker]\nfirst = 11", "auditor.toml: breaker.first: more than breaker.of"),
        ("[breaker]\nlockouts = 0", "auditor.toml: breaker.lockouts: "),
        ("[breaker]\nclouds = { mars = 3 }", "auditor.toml: breaker.clouds.mars"),
        ("[run]\ncountry = 'Germany'", "auditor.toml: run.country: not a country of two letters"),
        ("[directory]\nclient_id = 'abc'", "auditor.toml: directory.client_id: not a GUID"),
        ("[directory]\nsign_in = 'telephone'", "auditor.toml: directory.sign_in: "),
        ("[directory]\nsecret = 'prompt'", "auditor.toml: directory.secret: prompt is of no use here"),
        ("[breaker", "auditor.toml: not valid TOML"),
        (b"\xff\xfe\x00", "auditor.toml: not UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(toml, content, said):
    with pytest.raises(ConfigError, match=re.escape(said)):
        load_config(toml(content))


def test_several_problems_are_reported_at_once(toml):
    with pytest.raises(ConfigError) as caught:
        load_config(toml("[run]\nspeed = 9\nconcurrency = 0"))
    assert len(str(caught.value).splitlines()) == 2


def test_the_password_of_a_proxy_is_not_shown(toml):
    config = load_config(toml("[network]\nproxy = 'http://me:hunter2@proxy.contoso.com:8080'"))
    assert "hunter2" not in repr(config)


def test_names_of_tenants_and_hosts_are_lower_case(toml):
    config = load_config(
        toml(
            f"[scope]\ntenants = ['Contoso.COM', '{GUID.upper()}']\nfederation_hosts = ['ADFS.Contoso.com.']"
        )
    )
    assert (config.tenants, config.federation_hosts) == (("contoso.com", GUID), ("adfs.contoso.com",))


def test_the_operators_word_wins_over_the_shipped_one_and_counts_as_sourced(apps):
    said = AppOverride(OTHER, "http://localhost", (Grant.ROPC,), SignsInFrom.VENDOR_SERVER, "Ours")
    profile = apply_overrides(apps, Config(apps={"resco-mobile-crm": said}))["resco-mobile-crm"]
    assert (profile.client_id, profile.client_id_sure, profile.sample) == (OTHER, Sureness.SOURCED, False)
    assert (profile.redirect_uri, profile.redirect_uri_sure) == ("http://localhost", Sureness.SOURCED)
    assert profile.grants == {Grant.ROPC: Sureness.SOURCED}
    assert (profile.signs_in_from, profile.title) == (SignsInFrom.VENDOR_SERVER, "Ours")


def test_what_the_operator_does_not_say_stays(apps):
    profile = apply_overrides(apps, Config(apps={"resco-mobile-crm": AppOverride(title="Ours")}))[
        "resco-mobile-crm"
    ]
    assert (profile.client_id, profile.client_id_sure, profile.sample) == (GUID, Sureness.UNVERIFIED, True)


def test_confirming_the_client_id_makes_it_sourced_and_keeps_the_rest(apps):
    profile = apply_overrides(apps, Config(apps={"resco-mobile-crm": AppOverride(GUID)}))["resco-mobile-crm"]
    assert (profile.client_id_sure, profile.sample) == (Sureness.SOURCED, True)


def test_an_app_of_ones_own_follows_the_pattern(apps):
    profile = apply_overrides(apps, Config(apps={"field-sync": AppOverride(OTHER)}))["field-sync"]
    assert (profile.name, profile.title, profile.client_id) == ("field-sync", "field-sync", OTHER)
    assert profile.signs_in_from is SignsInFrom.CUSTOMER_SERVER


def test_an_app_of_ones_own_needs_a_client_id(apps):
    with pytest.raises(ConfigError, match=r"apps\.field-sync\.client_id: missing"):
        apply_overrides(apps, Config(apps={"field-sync": AppOverride(title="Field sync")}))


def test_the_shipped_profiles_stay_as_they_were(apps):
    before = dict(apps)
    apply_overrides(apps, Config(apps={"resco-mobile-crm": AppOverride(OTHER)}))
    assert apps == before


def test_a_secret_that_was_pasted_in_place_of_a_reference_is_refused_and_not_shown(toml):
    with pytest.raises(ConfigError, match=r"directory\.secret: not a known reference") as refused:
        load_config(toml("[directory]\nsecret = 'Planted-client-secret-9'"))
    assert "Planted" not in str(refused.value)
