import json

import pytest

LOGIN = "login.microsoftonline.com"


def get(asker, path, host=LOGIN, **query):
    reply = asker.send(host, "GET", path, query=query)
    return reply.status, json.loads(reply.body)


def realm(asker, upn):
    return get(asker, f"/common/userrealm/{upn}", **{"api-version": "1.0"})[1]


def test_a_managed_domain(make_asker):
    assert realm(make_asker(), "anybody@contoso.example") == {
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": "contoso.example",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }


def test_a_federated_domain_names_its_metadata_and_active_endpoint(make_asker):
    found = realm(make_asker(), "fay@fed.contoso.example")
    assert found["account_type"] == "Federated"
    assert found["federation_protocol"] == "WSTrust"
    assert found["federation_metadata_url"] == "https://sts.contoso.example/adfs/services/trust/mex"
    assert found["federation_active_auth_url"].endswith("/adfs/services/trust/2005/usernamemixed")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"metadata": "missing"}, None),
        ({"scheme": "http"}, "http://sts.contoso.example/adfs/services/trust/mex"),
    ],
)
def test_a_federation_can_be_misconfigured_in_the_realm_itself(make_asker, changes, expected):
    federation = {"host": "sts.contoso.example", **changes}
    found = realm(make_asker({"tenants.0.domains.1.federation": federation}), "fay@fed.contoso.example")
    assert found.get("federation_metadata_url") == expected


@pytest.mark.parametrize("upn", ["ada@nowhere.example", "ada", "ada@Contoso", "ada@6b0c8c5e"])
def test_everything_else_is_unknown(make_asker, upn):
    assert realm(make_asker(), upn)["account_type"] == "Unknown"


def test_a_personal_account_looks_federated_to_the_personal_service(make_asker):
    asker = make_asker()
    found = realm(asker, "ada@outlook.example")
    assert found["account_type"] == "Federated"
    url = found["federation_metadata_url"]
    assert url == "https://nexus.passport.com/FederationMetadata/2007-06/FederationMetadata.xml"
    reply = asker.send("nexus.passport.com", "GET", "/FederationMetadata/2007-06/FederationMetadata.xml")
    assert b"EntityDescriptor" in reply.body


def test_a_guests_name_is_read_whole(make_asker):
    assert realm(make_asker(), "ada_nowhere.example#EXT#@contoso.example")["account_type"] == "Managed"


@pytest.mark.parametrize("name", ["contoso.example", "6B0C8C5E-0000-4000-8000-000000000001"])
def test_the_openid_document_of_a_domain_or_guid_names_the_tenant(make_asker, names, name):
    status, found = get(make_asker(), f"/{name}/v2.0/.well-known/openid-configuration")
    assert status == 200
    assert found["issuer"] == f"https://{LOGIN}/{names.tenant}/v2.0"
    assert found["token_endpoint"] == f"https://{LOGIN}/{names.tenant}/oauth2/v2.0/token"
    assert found["tenant_region_scope"] == "EU"


def test_the_document_of_a_government_tenant_leads_to_its_own_cloud(make_asker):
    _, found = get(make_asker(), "/harrow.example/v2.0/.well-known/openid-configuration")
    assert found["token_endpoint"].startswith("https://login.microsoftonline.us/")
    assert found["cloud_instance_name"] == "microsoftonline.us"
    assert (found["tenant_region_scope"], found["tenant_region_sub_scope"]) == ("USGov", "DODCON")


def test_the_older_document_leads_to_the_older_endpoint(make_asker, names):
    _, found = get(make_asker(), "/contoso.example/.well-known/openid-configuration")
    assert found["token_endpoint"] == f"https://{LOGIN}/{names.tenant}/oauth2/token"
    assert found["issuer"] == f"https://sts.windows.net/{names.tenant}/"


@pytest.mark.parametrize("name", ["common", "organizations"])
def test_the_shared_authorities_leave_the_tenant_open(make_asker, name):
    _, found = get(make_asker(), f"/{name}/v2.0/.well-known/openid-configuration")
    assert found["issuer"] == f"https://{LOGIN}/{{tenantid}}/v2.0"
    assert found["token_endpoint"] == f"https://{LOGIN}/{name}/oauth2/v2.0/token"


@pytest.mark.parametrize("name", ["consumers", "outlook.example"])
def test_personal_accounts_have_a_tenant_of_their_own(make_asker, name):
    _, found = get(make_asker(), f"/{name}/v2.0/.well-known/openid-configuration")
    assert found["issuer"] == f"https://{LOGIN}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"


def test_an_unknown_tenant_is_90002(make_asker):
    status, found = get(make_asker(), "/nowhere.example/v2.0/.well-known/openid-configuration")
    assert (status, found["error"], found["error_codes"]) == (400, "invalid_tenant", [90002])


def test_the_document_has_the_keys_of_an_observed_one(make_asker, shared):
    observed = json.loads((shared / "fixtures" / "openid_configuration_v2.json").read_text())
    needed = {
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "device_authorization_endpoint",
        "jwks_uri",
    }
    _, found = get(make_asker(), "/contoso.example/v2.0/.well-known/openid-configuration")
    tenant = found["issuer"].split("/")[3]
    for key in needed:
        assert found[key] == observed[key].replace("{tid}", tenant)


@pytest.mark.parametrize("kind", ["managed", "federated"])
def test_a_realm_has_the_keys_of_an_observed_one(make_asker, shared, kind):
    observed = json.loads((shared / "fixtures" / "user_realm.json").read_text())[kind]
    upn = "ada@contoso.example" if kind == "managed" else "fay@fed.contoso.example"
    missing = set(observed) - {"_source"} - set(realm(make_asker(), upn))
    assert not missing


def test_instance_discovery_knows_the_clouds_and_refuses_strangers(make_asker):
    endpoint = f"https://{LOGIN}/contoso.example/oauth2/v2.0/authorize"
    status, found = get(make_asker(), "/common/discovery/instance", authorization_endpoint=endpoint)
    assert status == 200
    assert (
        found["tenant_discovery_endpoint"]
        == f"https://{LOGIN}/contoso.example/v2.0/.well-known/openid-configuration"
    )
    assert any("login.windows.net" in entry["aliases"] for entry in found["metadata"])
    status, found = get(
        make_asker(),
        "/common/discovery/instance",
        authorization_endpoint="https://evil.example/t/oauth2/authorize",
    )
    assert (status, found["error_codes"]) == (400, [50049])
