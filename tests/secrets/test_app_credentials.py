"""What an application proves itself with: told by content and scheme, and refused where it cannot be used."""

import base64
import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import SecretError
from auditor.secrets import CredentialKind, Resolver, Secret, app_credential, parse_reference, plaintext

ENDS = datetime(2027, 3, 4, 12, tzinfo=UTC)


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def key():
    return new_key()


def certificate_of(key, ends=ENDS):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sync")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, ends - timedelta(days=700), ends)
    return builder.sign(key, hashes.SHA256())


def pem_of(thing, password=None, form=serialization.PrivateFormat.PKCS8):
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM).decode()
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return thing.private_bytes(serialization.Encoding.PEM, form, how).decode()


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return what a text leads to, kept in a file, in the environment, or as a token file."""

    def read(text, scheme="file"):
        (tmp_path / "kept").write_text(text, encoding="utf-8")
        monkeypatch.setenv("AUDITOR_TEST_APP", text)
        reference = {"env": "env:AUDITOR_TEST_APP"}.get(scheme, f"{scheme}:kept")
        return app_credential(Resolver(tmp_path, most=65_536), parse_reference(reference))

    return read


@pytest.mark.parametrize("scheme", ["file", "env"])
@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
def test_a_key_with_its_certificate_is_a_certificate(read, key, scheme, form):
    made = certificate_of(key)
    text = pem_of(key, form=getattr(serialization.PrivateFormat, form)) + pem_of(made)
    found = read(text, scheme)
    assert found.kind is CredentialKind.CERTIFICATE
    assert found.thumbprint == made.fingerprint(hashes.SHA256()).hex()
    assert found.expires == ENDS
    assert found.certificate == pem_of(made)


def test_the_certificate_of_the_key_is_found_among_others_in_any_order(read, key):
    own, others = certificate_of(key), [certificate_of(new_key()) for _ in range(2)]
    text = pem_of(others[0]) + pem_of(own) + pem_of(key) + pem_of(others[1])
    assert read(text).certificate == pem_of(own)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (pem_of, "without its certificate"),
        (lambda key: pem_of(certificate_of(key)), "without its private key"),
        (lambda key: pem_of(key, b"x") + pem_of(certificate_of(key)), "is encrypted"),
        (lambda key: pem_of(new_key()) + pem_of(certificate_of(key)), "belongs to none"),
        (
            lambda key: pem_of(key)[:300] + pem_of(certificate_of(key)),
            "without its certificate|cannot be read",
        ),
        (lambda key: pem_of(key) + "-----BEGIN CERTIFICATE-----\nx", "cannot be read"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_told_so(read, key, make, sentence):
    text = make(key)
    with pytest.raises(SecretError, match=sentence) as caught:
        read(text)
    shown = f"{caught.value} {caught.value.advice}"
    assert not any(line in shown for line in text.splitlines() if len(line) > 30)


def test_an_older_encrypted_key_is_told_so(read, key):
    text = pem_of(key, b"secret", serialization.PrivateFormat.TraditionalOpenSSL)
    with pytest.raises(SecretError, match="is encrypted"):
        read(text + pem_of(certificate_of(key)))


def test_a_key_that_is_no_rsa_key_is_told_so(read):
    curve = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(SecretError, match="no RSA key"):
        read(pem_of(curve) + pem_of(certificate_of(curve)))


def token_of(claims):
    parts = ({"alg": "RS256"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts)
        + ".c2ln"
    )


def test_a_token_file_is_read_when_it_is_used_and_says_whose_it_is(tmp_path):
    resolver, reference = Resolver(tmp_path), parse_reference("federated:token")
    for subject in ("repo:one", "repo:two"):
        claims = {
            "iss": "https://token.builds.example",
            "sub": subject,
            "aud": ["api://x"],
            "exp": 1_800_000_000,
        }
        (tmp_path / "token").write_text(token_of(claims) + "\n", encoding="utf-8")
        found = app_credential(resolver, reference)
        assert found.kind is CredentialKind.FEDERATED
        assert found.value.reveal() == token_of(claims)
        assert found.claims == {"issuer": claims["iss"], "subject": subject, "audience": "api://x"}


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "W10.W10.W10", "e30.W10.x", "no token at all"])
def test_a_token_file_without_a_token_is_told_so(read, text):
    with pytest.raises(SecretError, match="holds no signed token"):
        read(text, "federated")


@given(st.text(max_size=300))
def test_whatever_stands_in_a_token_file_is_a_credential_or_a_secret_error(text):
    class Kept(Resolver):
        def token(self, _):
            return Secret(text)

    with contextlib.suppress(SecretError):
        found = app_credential(Kept(None), parse_reference("federated:x"))
        assert set(found.claims) <= {"issuer", "subject", "audience"}


def test_a_federated_token_is_no_password(tmp_path):
    (tmp_path / "token").write_text("Hidden-token-1", encoding="utf-8")
    with pytest.raises(SecretError, match="is no password"):
        Resolver(tmp_path).resolve(parse_reference("federated:token"), "sync@contoso.example")


def test_anything_else_is_a_secret(read):
    found = read("Copper-lantern-31")
    assert (found.kind, found.value.reveal()) == (CredentialKind.SECRET, "Copper-lantern-31")
    assert (found.expires, found.thumbprint, found.claims) == (None, "", {})


@pytest.mark.parametrize("text", ["", " Copper-lantern-31", "Copper-lantern-31 "])
def test_a_secret_that_cannot_be_sent_is_told_so(read, text):
    with pytest.raises(SecretError, match="cannot be sent"):
        read(text)


def test_nobody_is_asked_for_an_applications_credential(tmp_path):
    typed = {"": Secret("typed"), "sync@contoso.example": Secret("typed")}
    with pytest.raises(SecretError, match="nobody is asked"):
        app_credential(Resolver(tmp_path, typed), parse_reference("prompt"))


def test_a_secret_in_the_inventory_itself_is_taken(tmp_path):
    found = app_credential(Resolver(tmp_path), plaintext("Copper-lantern-31"))
    assert found.kind is CredentialKind.SECRET


def test_whoever_masks_secrets_is_told_of_a_token_too(tmp_path):
    told = []
    (tmp_path / "token").write_text(token_of({"sub": "x"}), encoding="utf-8")
    app_credential(Resolver(tmp_path, noticed=told.append), parse_reference("federated:token"))
    assert [one.reveal() for one in told] == [token_of({"sub": "x"})]


def test_nothing_of_a_credential_shows(read, key):
    for found in (read("Copper-lantern-31"), read(pem_of(key) + pem_of(certificate_of(key)))):
        assert "lantern" not in repr(found)
        assert "BEGIN" not in repr(found)


def test_a_private_key_is_never_sent_as_a_password(key):
    assert Secret(pem_of(key).strip()).unfit() == "it is a private key"
