"""Clients that nobody here wrote sign in to the lab as they would to the real thing."""

import json
import os
import shutil
import subprocess
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msal
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    UsernamePasswordCredential,
    WorkloadIdentityCredential,
)
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import load_pem_x509_certificate

from auditor.lab.app_proofs import issued_by
from auditor.lab.server import Lab
from auditor.lab.world.app_credentials import EXCHANGE

CLIENT = Path(__file__).with_name("msal_node_client.mjs")
AUTHORITY = "https://login.microsoftonline.com/contoso.example"
ADA = ("ada@contoso.example", "Right-horse-1")
FAY = ("fay@fed.contoso.example", "Right-horse-2")
STS = "sts.contoso.example"


@pytest.fixture
def sign_in(make_session, names):
    """Return what msal's password grant comes to."""

    def acquire(lab, account, password, authority=AUTHORITY):
        app = msal.PublicClientApplication(names.resco, authority=authority, http_client=make_session(lab))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return app.acquire_token_by_username_password(
                account, password, [f"https://{names.org}/user_impersonation"]
            )

    return acquire


def legs(lab):
    return [seen.path.rpartition("/")[2] for seen in lab.requests if seen.method == "POST"]


def test_msal_signs_a_managed_user_in(make_world, sign_in):
    with Lab(make_world()) as lab:
        result = sign_in(lab, *ADA)
        assert result["id_token_claims"]["preferred_username"] == ADA[0]
        assert legs(lab) == ["token"]
        assert lab.submissions == {ADA[0]: 1}


def test_msal_reads_the_code_of_a_wrong_password(make_world, sign_in):
    with Lab(make_world()) as lab:
        assert sign_in(lab, ADA[0], "wrong")["error_codes"] == [50126]


@pytest.mark.parametrize("endpoints", [[13, 2005], [13], [2005]])
def test_msal_signs_a_federated_user_in_by_either_version_of_ws_trust(make_world, sign_in, endpoints):
    world = make_world({"tenants.0.domains.1.federation": {"host": STS, "endpoints": endpoints}})
    with Lab(world) as lab:
        assert "access_token" in sign_in(lab, *FAY)
        assert legs(lab) == ["usernamemixed", "token"]
        assert f"/adfs/services/trust/{endpoints[0]}/usernamemixed" in [seen.path for seen in lab.requests]
        assert lab.submissions == {FAY[0]: 1}


def test_msal_uses_the_realms_active_endpoint_where_there_is_no_metadata(make_world, sign_in):
    world = make_world({"tenants.0.domains.1.federation": {"host": STS, "metadata": "missing"}})
    with Lab(world) as lab:
        assert "access_token" in sign_in(lab, *FAY)


@pytest.mark.parametrize("endpoints", [[13], [2005]])
def test_msal_raises_the_fault_of_a_wrong_password(make_world, sign_in, endpoints):
    world = make_world({"tenants.0.domains.1.federation": {"host": STS, "endpoints": endpoints}})
    with Lab(world) as lab, pytest.raises(RuntimeError, match="a:FailedAuthentication"):
        sign_in(lab, FAY[0], "wrong")


@pytest.mark.parametrize("metadata", ["windows-only", "no-username-endpoint"])
def test_msal_finds_no_endpoint_where_there_is_none(make_world, sign_in, metadata):
    world = make_world({"tenants.0.domains.1.federation": {"host": STS, "metadata": metadata}})
    with Lab(world) as lab, pytest.raises(ValueError, match="Unable to find wstrust endpoint"):
        sign_in(lab, *FAY)


def test_msal_cannot_sign_a_personal_account_in(make_world, sign_in):
    with Lab(make_world()) as lab, pytest.raises(ValueError, match="Unable to find wstrust endpoint"):
        sign_in(lab, "somebody@outlook.example", "Any-1")


def test_msal_refuses_a_tenant_nobody_has(make_world, sign_in):
    with Lab(make_world()) as lab, pytest.raises(ValueError, match="authority"):
        sign_in(lab, *ADA, authority="https://login.microsoftonline.com/nowhere.example")


@pytest.fixture
def device_flow(make_session, names):
    """Return msal's application with the device flow it has begun."""

    def begin(lab, client_id=names.resco):
        app = msal.PublicClientApplication(client_id, authority=AUTHORITY, http_client=make_session(lab))
        return app, app.initiate_device_flow([f"https://{names.org}/user_impersonation"])

    return begin


def test_msal_begins_a_device_flow_and_is_told_to_wait(make_world, device_flow):
    with Lab(make_world()) as lab:
        app, flow = device_flow(lab)
        assert flow["user_code"] in flow["message"]
        once = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
        assert (once["error"], once["error_codes"]) == ("authorization_pending", [70016])
        assert legs(lab) == ["devicecode", "token"]
        assert lab.submissions == {}


def test_msal_is_told_that_a_device_code_has_expired(make_world, device_flow, names):
    now = [names.noon]
    with Lab(make_world(), clock=lambda: now[0]) as lab:
        app, flow = device_flow(lab)
        now[0] += timedelta(seconds=flow["expires_in"])
        assert app.acquire_token_by_device_flow(flow)["error_codes"] == [70020]


def test_msal_gets_no_device_code_for_an_app_nobody_registered(make_world, device_flow):
    with Lab(make_world()) as lab:
        _, flow = device_flow(lab, "5c9be1a4-2222-4d0f-9b7e-6a1f2c3d4e99")
        assert (flow["error"], flow["error_codes"]) == ("unauthorized_client", [700016])


@pytest.fixture
def credential(names):
    """Return azure-identity's credential for an account, over a lab's proxy."""

    def make(lab, account, password):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return UsernamePasswordCredential(
                names.resco,
                account,
                password,
                tenant_id=names.tenant,
                proxies={"https": lab.proxy},
                connection_verify=str(lab.ca_file),
                use_env_settings=False,
                retry_total=0,
            )

    return make


def get_token(credential, names):
    with warnings.catch_warnings(), credential:
        warnings.simplefilter("ignore", DeprecationWarning)
        return credential.get_token(f"https://{names.org}/user_impersonation").token


def test_azure_identity_signs_in_managed_and_federated(make_world, make_session, credential, names):
    with Lab(make_world()) as lab:
        for account in (ADA, FAY):
            token = get_token(credential(lab, *account), names)
            reply = make_session(lab).get(
                f"https://{names.org}/api/data/v9.2/WhoAmI", headers={"Authorization": f"Bearer {token}"}
            )
            assert "UserId" in reply.json()


def test_azure_identity_names_the_code_of_a_refusal(make_world, credential, names):
    world = make_world({"users.0.per_user_mfa": "enforced", "users.0.mfa_method": "entra"})
    with Lab(world) as lab, pytest.raises(ClientAuthenticationError, match="AADSTS50076"):
        get_token(credential(lab, *ADA), names)


@pytest.fixture
def node_sign_in(msal_node, names):
    """Return what msal-node's password grant comes to."""
    shutil.copy(CLIENT, msal_node)

    def run(lab, account, password):
        asked = {
            "proxy": lab.proxy,
            "authority": AUTHORITY,
            "clientId": names.resco,
            "username": account,
            "password": password,
            "scope": f"https://{names.org}/user_impersonation",
        }
        environment = {**os.environ, "NODE_EXTRA_CA_CERTS": str(lab.ca_file)}
        command = ["node", CLIENT.name, json.dumps(asked)]
        done = subprocess.run(
            command, cwd=msal_node, env=environment, check=True, capture_output=True, timeout=60, text=True
        )
        return json.loads(done.stdout)

    return run


def test_msal_node_signs_in(make_world, node_sign_in, names):
    with Lab(make_world()) as lab:
        result = node_sign_in(lab, *ADA)
        assert (result["username"], result["tenant"]) == (ADA[0], names.tenant)
        assert result["token"]
        assert lab.submissions == {ADA[0]: 1}


def test_msal_node_reads_error_and_sub_error(make_world, node_sign_in):
    with Lab(make_world({"tenants.0.grants": []})) as lab:
        result = node_sign_in(lab, *ADA)
        assert result["suberror"] == "consent_required"
        assert "65001" in result["message"]


APP = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"
SECRET = "Copper-lantern-31"
BUILDS, SUBJECT = "https://token.builds.example", "repo:fabrikam/sync:environment:live"


@pytest.fixture
def app_world(make_world):
    """Return a world whose one application can prove itself in three ways."""

    def make(**changes):
        app = {
            "app": APP,
            "secret": SECRET,
            "certificates": [
                {"name": "sync"},
                {"name": "old", "days": -3},
                {"name": "new", "registered": False},
            ],
            "federated": [{"issuer": BUILDS, "subject": SUBJECT}],
        }
        return make_world(
            {
                "tenants.0.apps": [{**app, **changes}],
                "issuers": [{"url": BUILDS}],
                "environments.0.application_users": [{"app": APP}],
            }
        )

    return make


def certificate_of(lab, name):
    return next(one for one in lab.state.world.tenants[0].apps[0].certificates if one.name == name)


@pytest.fixture
def app_credential(names, tmp_path):
    """Return azure-identity's credential for an application, over a lab's proxy."""

    def make(lab, way, subject=SUBJECT, name="sync"):
        over = {
            "proxies": {"https": lab.proxy},
            "connection_verify": str(lab.ca_file),
            "use_env_settings": False,
            "retry_total": 0,
        }
        if way == "secret":
            return ClientSecretCredential(names.tenant, APP, SECRET, **over)
        if way == "certificate":
            pem = certificate_of(lab, name).pem.encode()
            return CertificateCredential(names.tenant, APP, certificate_data=pem, **over)
        file = tmp_path / "token"
        issuer = lab.state.world.issuers[0]
        file.write_text(issued_by(issuer, subject, EXCHANGE, datetime.now(UTC), 600), encoding="utf-8")
        return WorkloadIdentityCredential(
            tenant_id=names.tenant, client_id=APP, token_file_path=str(file), **over
        )

    return make


@pytest.mark.parametrize("way", ["secret", "certificate", "federated"])
def test_azure_identity_signs_an_application_in(app_world, make_session, app_credential, names, way):
    with Lab(app_world()) as lab, app_credential(lab, way) as credential:
        token = credential.get_token(f"https://{names.org}/.default").token
        reply = make_session(lab).get(
            f"https://{names.org}/api/data/v9.2/WhoAmI", headers={"Authorization": f"Bearer {token}"}
        )
        assert "UserId" in reply.json()
        assert lab.submissions == {}


@pytest.mark.parametrize("name", ["old", "new"])
def test_azure_identity_is_refused_an_expired_and_an_unknown_certificate(
    app_world, app_credential, names, name
):
    with (
        Lab(app_world()) as lab,
        app_credential(lab, "certificate", name=name) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS700027"),
    ):
        credential.get_token(f"https://{names.org}/.default")


def test_azure_identity_is_refused_another_workloads_token(app_world, app_credential, names):
    with (
        Lab(app_world()) as lab,
        app_credential(lab, "federated", subject="repo:other") as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS700213"),
    ):
        credential.get_token(f"https://{names.org}/.default")


@pytest.mark.parametrize("how", ["thumbprint", "public_certificate"])
def test_msal_signs_an_application_in_by_either_thumbprint(app_world, make_session, names, how):
    with Lab(app_world()) as lab:
        one = certificate_of(lab, "sync")
        shown = load_pem_x509_certificate(one.public.encode()).fingerprint(hashes.SHA1()).hex()
        credential = {"private_key": one.pem, how: shown if how == "thumbprint" else one.public}
        app = msal.ConfidentialClientApplication(
            APP, credential, authority=AUTHORITY, http_client=make_session(lab)
        )
        assert "access_token" in app.acquire_token_for_client([f"https://{names.org}/.default"])
