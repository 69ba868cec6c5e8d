"""An administrator's sign-in: by code, by browser, as an app; what is asked for, and what is never kept."""

import json
import logging
import threading
import webbrowser
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from auditor.directory.msal_client import Client
from auditor.directory.sign_in import Means, Way, sign_in
from auditor.errors import DirectoryError, NetworkError
from auditor.network import Reply
from auditor.secrets import Secret
from auditor.secrets.claims import claims_of
from tests.directory.graph_lab import (
    APP_SECRET,
    AUDITOR,
    SCOPES,
    TENANT,
    Clock,
    Desk,
    registration,
)

LOGIN = "login.microsoftonline.com"
GRANT = "tenants.0.grants.1.scopes"
APP = "tenants.0.apps.1"


def forms(desk):
    return [dict(parse_qsl(body.decode())) for _, body in desk.door.forms]


def test_a_device_code_is_shown_and_asked_about_until_somebody_entered_it():
    desk = Desk(way=Way.DEVICE_CODE)
    assert desk.told == [line for line in desk.told if "microsoft.com/devicelogin" in line]
    assert desk.administrator.identity.tenant_id == TENANT
    assert not desk.administrator.identity.application
    assert desk.clock.slept == [5.0]


def test_a_person_signs_in_asking_for_no_permission_at_all():
    first = forms(Desk(way=Way.DEVICE_CODE))[0]
    assert set(first["scope"].split()) == {"openid", "profile", "offline_access"}


class Absent(Desk):
    """Nobody enters the code."""

    def tell(self, line):
        self.told.append(line)


def test_a_code_that_nobody_enters_ends_the_waiting():
    with pytest.raises(DirectoryError, match=r"nobody entered the code|AADSTS70020"):
        Absent(way=Way.DEVICE_CODE)


def test_one_missing_consent_costs_nothing_else():
    desk = Desk({GRANT: [name for name in SCOPES if name != "AuditLog.Read.All"]}, way=Way.DEVICE_CODE)
    assert not desk.administrator.grants("AuditLog.Read.All")
    assert desk.administrator.refusal("AuditLog.Read.All") == "AADSTS65001"
    assert desk.administrator.grants("Policy.Read.All")


def test_a_person_s_roles_are_read_from_the_token():
    roles = Desk(way=Way.DEVICE_CODE).administrator.identity.roles
    assert "f2ef992c-3afb-46b9-b7cf-a126ee74c451" in roles


def test_an_application_s_permissions_are_read_from_the_token():
    desk = Desk({f"{APP}.graph_permissions": ["User.Read.All"]})
    assert desk.administrator.identity.application
    assert desk.administrator.identity.roles is None
    assert desk.administrator.grants("User.Read.All")
    assert not desk.administrator.grants("Policy.Read.All")


def test_a_token_that_ends_soon_is_renewed_and_a_good_one_is_kept():
    desk = Desk(way=Way.DEVICE_CODE)
    asked = len(desk.door.forms)
    desk.administrator.token("User.Read.All")
    assert len(desk.door.forms) == asked
    desk.clock.seconds += 4_368 - 200
    desk.administrator.token("User.Read.All")
    assert len(desk.door.forms) == asked + 1


def test_a_wrong_secret_is_refused_with_its_code_and_not_repeated():
    with pytest.raises(DirectoryError, match="AADSTS7000215") as caught:
        Desk(secret=Secret("Not-the-secret-9"))
    assert "auditor explain AADSTS7000215" in caught.value.advice
    assert "Not-the-secret" not in f"{caught.value} {caught.value.advice}"


def test_an_app_without_a_credential_is_told_so():
    with pytest.raises(DirectoryError, match="certificate or a client secret"):
        Desk(secret=None)


def made_certificate():
    """Return a key with a certificate, as one PEM text, and the certificate alone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "auditor")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = made.public_bytes(serialization.Encoding.PEM).decode()
    return private + public, public


@pytest.fixture(scope="module")
def certificate():
    return made_certificate()


def test_an_app_signs_in_with_its_certificate(certificate):
    pem, public = certificate
    desk = Desk({f"{APP}.certificate": public}, secret=None, certificate=Secret(pem))
    assert desk.administrator.grants("Policy.Read.All")
    assert "client_secret" not in forms(desk)[0]


def test_another_certificate_is_refused(certificate):
    pem, _ = certificate
    _, other = made_certificate()
    for registered in (None, other):
        with pytest.raises(DirectoryError, match="AADSTS700027"):
            Desk({f"{APP}.certificate": registered}, secret=None, certificate=Secret(pem))


@pytest.mark.parametrize("text", ["", "no PEM", "-----BEGIN CERTIFICATE-----\nx"])
def test_what_is_no_certificate_with_a_key_is_told_so(text):
    with pytest.raises(DirectoryError, match="no PEM text with a private key and a certificate"):
        Desk(secret=None, certificate=Secret(text))


def test_a_tenant_of_another_cloud_is_told_before_anybody_signs_in():
    class Government(Desk):
        pass

    with pytest.raises(
        DirectoryError, match=r"another cloud: its Microsoft Graph is graph\.microsoft\.us"
    ) as it:
        Government({"tenants.0.cloud": "gcc-high", "environments": []})
    assert "--cloud" in it.value.advice


def test_a_tenant_that_is_not_there_is_a_sentence():
    with pytest.raises(DirectoryError, match="could not be signed in"):
        Desk(tenant="nobody.example")


@pytest.mark.parametrize("way", [Way.APP, Way.DEVICE_CODE])
def test_no_token_and_no_secret_shows(way, caplog):
    caplog.set_level(logging.DEBUG)
    desk = Desk(way=way)
    token = desk.administrator.token("User.Read.All").reveal()
    shown = f"{desk.administrator!r} {desk.graph!r} {caplog.text} {desk.told}"
    assert token not in shown
    assert APP_SECRET not in shown
    assert "eyJ" not in shown


def test_secrets_go_to_the_sign_in_host_alone():
    client = Client(Desk().door, LOGIN)
    for url in ("https://evil.example/t/oauth2/v2.0/token", f"http://{LOGIN}/t/oauth2/v2.0/token"):
        with pytest.raises(NetworkError):
            client.post(url, data={"client_secret": "Planted"})
    with pytest.raises(NetworkError):
        client.get("https://evil.example/t/v2.0/.well-known/openid-configuration")


class Entra:
    """A sign-in host that gives a code's bearer a token of some tenant."""

    def __init__(self, tenant=TENANT):
        self.tenant, self.nonce, self.forms = tenant, "", []

    def get(self, url, leg, headers=None):
        base = f"https://{LOGIN}/{TENANT}"
        return self._json(
            {
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "issuer": f"{base}/v2.0",
            }
        )

    def post_secret(self, url, leg, headers, body, agreed):
        self.forms.append(dict(parse_qsl(body.decode())))
        claims = {"aud": AUDITOR, "iss": "x", "sub": "s", "oid": "o", "tid": self.tenant, "exp": 9e9}
        issued = {"token_type": "Bearer", "expires_in": 3600, "scope": "openid", "access_token": jwt(claims)}
        return self._json({**issued, "id_token": jwt({**claims, "nonce": self.nonce})})

    def _json(self, data):
        return Reply(200, {}, json.dumps(data).encode(), LOGIN)


def jwt(claims):
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({}, claims)]
    return ".".join([*parts, "x"])


@pytest.fixture
def browser(monkeypatch):
    """A browser in which somebody signs in at once; returns what it was shown."""
    shown = []

    class Browser:
        def open(self, url, new=0, autoraise=True):
            query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
            shown.append(query)
            answer = {"code": "planted-code", "state": query["state"]}
            threading.Thread(target=requests.post, args=(query["redirect_uri"], answer), daemon=True).start()
            return True

    monkeypatch.setattr(webbrowser, "get", lambda using=None: Browser())
    monkeypatch.setattr(webbrowser, "open", lambda url, *_, **__: Browser().open(url))
    return shown


class Watching(Entra):
    """The same, which sees the nonce that the browser was shown."""

    def __init__(self, shown, **more):
        super().__init__(**more)
        self.shown = shown

    def post_secret(self, *arguments):
        self.nonce = self.shown[0]["nonce"]
        return super().post_secret(*arguments)


def by_browser(door):
    clock = Clock()
    means = Means(door, lambda line: None, clock.now, clock.sleep)
    return sign_in(registration(tenant=TENANT, secret=None), Way.BROWSER, means)


def test_a_browser_is_asked_for_a_form_and_no_permission(browser):
    administrator = by_browser(Watching(browser))
    assert administrator.identity.tenant_id == TENANT
    assert browser[0]["response_mode"] == "form_post"
    assert browser[0]["redirect_uri"].startswith("http://localhost:")
    assert set(browser[0]["scope"].split()) == {"openid", "profile", "offline_access"}
    assert browser[0]["prompt"] == "select_account"


class Waiting(Entra):
    """A sign-in host that says for ever that nobody has entered the code."""

    def post_secret(self, url, leg, headers, body, agreed):
        if url.endswith("/devicecode"):
            given = {"user_code": "ABC", "device_code": "planted", "verification_uri": "https://x.example"}
            return self._json({**given, "interval": 5, "expires_in": 60})
        pending = {"error": "authorization_pending", "error_codes": [70016]}
        return Reply(400, {}, json.dumps(pending).encode(), LOGIN)


def test_a_service_that_never_ends_a_code_does_not_keep_us_waiting():
    clock = Clock()
    means = Means(Waiting(), lambda line: None, clock.now, clock.sleep)
    with pytest.raises(DirectoryError, match="nobody entered the code in time"):
        sign_in(registration(tenant=TENANT, secret=None), Way.DEVICE_CODE, means)
    assert clock.slept == [5.0] * 12


def test_an_administrator_of_another_tenant_is_not_used(browser):
    other = "99999999-2222-3333-4444-555555555555"
    with pytest.raises(DirectoryError, match=f"one of tenant {other}"):
        by_browser(Watching(browser, tenant=other))


@given(st.text())
def test_any_text_has_claims_or_none(text):
    assert isinstance(claims_of(text), dict)


@given(st.text(alphabet="abc.-_=eyJ", max_size=40))
def test_what_looks_like_a_token_has_claims_or_none(text):
    assert isinstance(claims_of(text), dict)


def test_a_form_is_sent_as_one():
    desk = Desk()
    Client(desk.door, LOGIN).post(f"https://{LOGIN}/{TENANT}/oauth2/v2.0/token", data={"grant_type": "x"})
    assert desk.door.forms[-1][1] == urlencode({"grant_type": "x"}).encode()
