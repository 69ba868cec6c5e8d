"""Discovery probes: realm, tenant and environment, asked without a credential."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import NetworkError
from auditor.model import Failure
from auditor.network import Reply
from auditor.probes.environment import ask_environment, parse_challenge
from auditor.probes.federation import read_federation, username_endpoint
from auditor.probes.realm import realms
from auditor.probes.tenant import ask_tenant, tenant_id_of
from tests.probes.conftest import HOST, LOGIN, OPENID, TENANT, FakeDoor, as_json, as_text, outlook

MANAGED = {"ver": "1.0", "account_type": "Managed", "cloud_instance_name": "microsoftonline.com"}
STS = "sts.contoso.example"
FEDERATED = {
    **MANAGED,
    "account_type": "Federated",
    "federation_metadata_url": f"https://{STS}/adfs/services/trust/mex",
    "federation_active_auth_url": f"https://{STS}/adfs/services/trust/2005/usernamemixed",
}


def ask_realm(upn, **legs):
    door = FakeDoor(**legs)
    return realms(outlook(door)).ask(upn, LOGIN), door


@pytest.mark.parametrize(
    ("upn", "segment"),
    [
        ("a@contoso.example", "a%40contoso.example"),
        ("a_b.example#EXT#@contoso.example", "a_b.example%23EXT%23%40contoso.example"),
        ("a?b@contoso.example", "a%3Fb%40contoso.example"),
        ("a/../b@contoso.example", "a%2F..%2Fb%40contoso.example"),
        ("žofia@contoso.example", "%C5%BEofia%40contoso.example"),
    ],
)
def test_the_name_is_one_encoded_path_segment(upn, segment):
    _, door = ask_realm(upn, realm=as_json(MANAGED))
    assert door.gets[0][1] == f"https://{LOGIN}/common/userrealm/{segment}?api-version=1.0"


def test_a_port_of_the_sign_in_host_is_kept():
    door = FakeDoor(realm=as_json(MANAGED))
    realms(outlook(door)).ask("a@contoso.example", f"{LOGIN}:8443")
    assert door.gets[0][1].startswith(f"https://{LOGIN}:8443/")


@pytest.mark.parametrize("word", ["Managed", "managed", "MANAGED"])
def test_account_types_are_read_in_any_case(word):
    seen, _ = ask_realm("a@contoso.example", realm=as_json({**MANAGED, "account_type": word}))
    assert seen.details["account_type"] == "Managed"


@pytest.mark.parametrize(
    "reply",
    [
        as_json({}, 404),
        as_json([]),
        as_text("<html>portal"),
        as_json({"account_type": "Odd"}),
        as_text("", 500),
    ],
)
def test_a_realm_that_cannot_be_read_is_not_managed(reply):
    seen, _ = ask_realm("a@contoso.example", realm=reply)
    assert not seen.answer.success
    assert "account_type" not in seen.details


def test_a_network_failure_is_an_answer_of_its_own():
    seen, _ = ask_realm("a@contoso.example", realm=NetworkError(Failure.DNS, LOGIN))
    assert seen.answer.failure is Failure.DNS


def test_personal_accounts_are_told_by_their_federation_host_and_not_followed():
    personal = {**FEDERATED, "federation_metadata_url": "https://nexus.passport.com/metadata.xml"}
    seen, door = ask_realm("a@outlook.example", realm=as_json(personal))
    assert seen.details["personal"] is True
    assert len(door.gets) == 1


def test_metadata_is_fetched_once_for_all_accounts_of_a_provider():
    door = FakeDoor(realm=as_json(FEDERATED), mex=as_text("<a/>"))
    asker = realms(outlook(door))
    for name in "abc":
        asker.ask(f"{name}@contoso.example", LOGIN)
    assert [url for _, url, _ in door.gets if STS in url] == [FEDERATED["federation_metadata_url"]]


@pytest.mark.parametrize(
    ("mex", "state"),
    [
        (as_text("<a/>"), "no_endpoint"),
        (as_text("not xml"), "unreadable"),
        (as_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "unreadable"),
        (as_text("", 404), "no_endpoint"),
        (as_text("", 410), "no_endpoint"),
        (as_text("", 403), "unreachable"),
        (as_text("", 503), "unreachable"),
        (NetworkError(Failure.TIMEOUT, STS), "unreachable"),
    ],
)
def test_what_a_provider_offers_is_a_state_of_its_own(mex, state):
    seen, _ = ask_realm("a@contoso.example", realm=as_json(FEDERATED), mex=mex)
    assert seen.details["federation"] == state


@pytest.mark.parametrize(
    ("active", "state"),
    [
        (f"https://{STS}/adfs/services/trust/13/usernamemixed", "usable"),
        (f"http://{STS}/adfs/services/trust/13/usernamemixed", "plain_http"),
        (f"https://{STS}/elsewhere", "no_endpoint"),
        ("", "no_endpoint"),
    ],
)
def test_without_metadata_the_active_address_decides(active, state):
    assert read_federation(FakeDoor(), "", active).state == state


def test_metadata_of_real_providers_is_read_as_msal_reads_it(shared):
    folder = shared / "fixtures" / "wstrust"
    found = {
        path.name: username_endpoint(path.read_text(encoding="utf-8-sig"))
        for path in folder.rglob("*ex*.xml")
    }
    assert found["arupela.mex.xml"].startswith("https://")
    assert found["archan.us.mex.xml"].endswith("/adfs/services/trust/13/usernamemixed")
    assert found["TestMex3rdParty.xml"] == ""


def test_a_tenant_is_read_from_its_openid_configuration():
    seen = ask_tenant(
        outlook(FakeDoor(openid=as_json({**OPENID, "tenant_region_scope": "EU"}))), "Contoso.example", LOGIN
    )
    assert seen.answer.success
    assert seen.subject.key == "contoso.example"
    assert (seen.details["tenant_id"], seen.details["region"]) == (TENANT, "EU")


def test_an_unknown_domain_keeps_its_code():
    missing = as_json({"error": "invalid_tenant", "error_codes": [90002]}, 400)
    seen = ask_tenant(outlook(FakeDoor(openid=missing)), "nowhere.example", LOGIN)
    assert (seen.answer.success, seen.answer.codes) == (False, (90002,))


def challenge(value, status=401):
    return Reply(status, {"www-authenticate": value}, b"", HOST)


GOOD = f"Bearer authorization_uri=https://{LOGIN}/{TENANT}/oauth2/authorize, resource_id=https://{HOST}/"


@pytest.mark.parametrize(
    "header",
    [
        GOOD,
        GOOD.replace("Bearer", "bearer"),
        f'Bearer authorization_uri="https://{LOGIN}/{TENANT}/oauth2/authorize", resource_id="https://{HOST}/"',
        f"Negotiate, {GOOD}",
        f'Basic realm="x", {GOOD}',
    ],
)
def test_a_challenge_names_tenant_authority_and_resource(header):
    seen = ask_environment(outlook(FakeDoor(challenge=challenge(header))), HOST)
    assert seen.answer.success
    assert seen.details == {
        "tenant_id": TENANT,
        "authority_host": LOGIN,
        "resource": f"https://{HOST}/",
    }


@pytest.mark.parametrize(
    "reply",
    [
        challenge(""),
        challenge("Negotiate"),
        challenge("Bearerauthorization_uri=x"),
        challenge("Bearer realm=x"),
        challenge(f"Bearer authorization_uri=https://{LOGIN}/common/oauth2/authorize"),
        challenge(GOOD, 200),
        challenge(GOOD, 404),
        as_text("<html>Welcome to the guest network</html>"),
    ],
)
def test_anything_else_is_no_environment(reply):
    assert not ask_environment(outlook(FakeDoor(challenge=reply)), HOST).answer.success


def test_a_page_where_a_challenge_was_due_is_something_in_between_not_a_wrong_address():
    page = as_text("<html>Welcome to the guest network</html>")
    seen = ask_environment(outlook(FakeDoor(challenge=page)), HOST)
    assert seen.answer.failure is Failure.PORTAL


def test_a_challenge_counts_whatever_its_body_says():
    body = b'{"error": {"code": "0x80041d50", "message": "no token"}}'
    seen = ask_environment(
        outlook(FakeDoor(challenge=Reply(401, {"www-authenticate": GOOD}, body, HOST))), HOST
    )
    assert (seen.answer.success, seen.answer.dataverse_code, seen.answer.error) == (True, "", "")


@given(st.text())
def test_no_challenge_header_raises(header):
    assert isinstance(parse_challenge(header), dict)


@given(st.text())
def test_no_endpoint_raises(endpoint):
    assert tenant_id_of(endpoint) in {"", tenant_id_of(endpoint).lower()}
