"""`keyvault:` credentials: Microsoft's client against the lab's vault, with a workload identity."""

import logging
import sys
from datetime import UTC, datetime

import pytest
from azure.keyvault.secrets._shared import http_challenge_cache

from auditor.cli.main import main
from auditor.errors import SecretError
from auditor.key_vault import KeyVaults
from auditor.lab.app_proofs import issued_by
from auditor.lab.server import Lab
from auditor.lab.world import world_from
from auditor.network import DoorSettings
from auditor.secrets import Resolver, parse_reference

TENANT = "11111111-2222-3333-4444-555555555555"
BUILD, OTHER = "5c9be1a4-2222-4d0f-9b7e-6a1f2c3d4e01", "5c9be1a4-2222-4d0f-9b7e-6a1f2c3d4e02"
ISSUER, SUBJECT = "https://token.builds.example", "repo:contoso/audit"
HOST = "contoso-audit.vault.azure.net"
PLANTED = "pl@nted-Passw0rd"


def a_world(**changes):
    federated = [{"issuer": ISSUER, "subject": SUBJECT}]
    return {
        "version": 1,
        "issuers": [{"url": ISSUER}],
        "tenants": [
            {
                "id": TENANT,
                "name": "contoso",
                "domains": [{"name": "contoso.example"}],
                "apps": [{"app": app, "federated": federated} for app in (BUILD, OTHER)],
            }
        ],
        "vaults": [
            {
                "host": HOST,
                "tenant": "contoso",
                "readers": [BUILD],
                "secrets": [
                    {"name": "sync", "value": "the one before", "put": "2026-01-01T00:00:00Z"},
                    {"name": "sync", "value": PLANTED, "put": "2026-06-01T00:00:00Z"},
                    {"name": "off", "value": PLANTED, "enabled": False},
                    {"name": "stale", "value": PLANTED, "days": -1},
                    {"name": "lasting", "value": PLANTED, "days": 9},
                ],
            }
        ],
        **changes,
    }


@pytest.fixture
def identity(monkeypatch, tmp_path):
    """Give this process a workload identity; nothing else that the client may look for is here."""

    http_challenge_cache.clear()  # the client keeps challenges for the whole process

    def take(lab, client=BUILD, seconds=600):
        token = tmp_path / "token"
        (issuer,) = lab.state.world.issuers
        audience = "api://AzureADTokenExchange"
        token.write_text(issued_by(issuer, SUBJECT, audience, datetime.now(UTC), seconds), encoding="utf-8")
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "WorkloadIdentityCredential")
        monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
        monkeypatch.setenv("AZURE_CLIENT_ID", client)
        monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(token))

    return take


@pytest.fixture
def lab():
    with Lab(world_from(a_world())) as served:
        yield served


def vaults(lab, **settings):
    return KeyVaults(DoorSettings(proxy=lab.proxy, ca_bundle=lab.ca_file, **settings))


@pytest.fixture
def resolver(lab, identity, tmp_path):
    """A resolver whose vaults are the lab's."""
    identity(lab)
    return Resolver(tmp_path, vault=vaults(lab))


def resolved(resolver, text):
    return resolver.resolve(parse_reference(text), "sync@contoso.example")


def asked(lab, host=HOST):
    return [seen.path for seen in lab.requests if seen.host == host]


def test_a_vault_is_asked_over_the_runs_proxy_and_ca_bundle_after_its_challenge(lab, resolver):
    assert resolved(resolver, "keyvault:contoso-audit/sync").reveal() == PLANTED
    assert asked(lab) == ["/secrets/sync/", "/secrets/sync/"]  # the challenge, then with a token
    assert asked(lab, "login.microsoftonline.com") == [f"/{TENANT}/oauth2/v2.0/token"]


@pytest.mark.parametrize(
    "text",
    [
        f"keyvault:{HOST}/sync",
        f"keyvault:https://{HOST}/sync",
        "KEYVAULT:Contoso-Audit/SYNC",
        " keyvault:contoso-audit/sync ",
    ],
)
def test_a_vault_is_named_by_its_name_or_its_host(resolver, text):
    assert resolved(resolver, text).reveal() == PLANTED
    assert parse_reference(text).same_as(parse_reference("keyvault:contoso-audit/sync"))


@pytest.mark.parametrize(
    "text",
    [
        "keyvault:contoso-audit",
        "keyvault:/sync",
        "keyvault:a b/sync",
        "keyvault:contoso-audit/sync/latest",
        "keyvault:http://contoso-audit.vault.azure.net/sync",
        "keyvault:contoso-audit:8443/sync",
        "keyvault:me@contoso-audit.vault.azure.net/sync",
    ],
)
def test_what_names_no_secret_of_a_vault_is_no_reference(text):
    with pytest.raises(ValueError, match="not a known reference"):
        parse_reference(text)


def test_an_older_version_is_read_by_its_id(lab, resolver):
    older = lab.state.world.vaults[0].secrets[0].version
    assert resolved(resolver, f"keyvault:contoso-audit/sync/{older}").reveal() == "the one before"


def test_each_secret_is_asked_for_once_also_where_it_is_refused(lab, resolver):
    for _ in range(3):
        resolved(resolver, "keyvault:contoso-audit/sync")
        with pytest.raises(SecretError):
            resolved(resolver, "keyvault:contoso-audit/absent")
    assert asked(lab).count("/secrets/sync/") == 2  # with the challenge
    assert asked(lab).count("/secrets/absent/") == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent", "has no secret that the credential names"),
        ("off", "is disabled"),
        ("stale", "has expired"),
    ],
)
def test_a_secret_that_is_not_to_be_had_says_why_and_names_neither_vault_nor_secret(resolver, name, said):
    with pytest.raises(SecretError, match=said) as caught:
        resolved(resolver, f"keyvault:contoso-audit/{name}")
    shown = f"{caught.value} {caught.value.advice}"
    assert name not in shown.replace("disabled", "").split()
    assert "contoso" not in shown
    assert caught.value.advice


def test_a_secret_that_will_expire_is_still_read(resolver):
    assert resolved(resolver, "keyvault:contoso-audit/lasting").reveal() == PLANTED


def test_whoever_may_not_read_is_told_which_role_is_missing(lab, identity, tmp_path):
    identity(lab, OTHER)
    with pytest.raises(SecretError, match="may not read this secret") as caught:
        resolved(Resolver(tmp_path, vault=vaults(lab)), "keyvault:contoso-audit/sync")
    assert "Key Vault Secrets User" in caught.value.advice


def test_a_job_that_nobody_vouches_for_is_told_so_once_for_the_whole_vault(lab, identity, tmp_path):
    identity(lab, seconds=-900)
    resolver = Resolver(tmp_path, vault=vaults(lab))
    for name in ("sync", "lasting"):
        with pytest.raises(SecretError, match="nobody is signed in") as caught:
            resolved(resolver, f"keyvault:contoso-audit/{name}")
        assert "az login" in caught.value.advice
        assert asked(lab) == ["/secrets/sync/"]
        assert len(asked(lab, "login.microsoftonline.com")) == 1


def test_a_vault_that_is_not_there_is_asked_for_once_and_says_what_to_look_at(lab, resolver):
    for name in ("sync", "other"):
        with pytest.raises(SecretError, match="cannot be reached") as caught:
            resolved(resolver, f"keyvault:elsewhere/{name}")
        assert "--proxy" in caught.value.advice


def test_without_the_runs_ca_bundle_no_token_and_no_secret_travels(lab, identity, tmp_path, monkeypatch):
    identity(lab)
    strange = KeyVaults(DoorSettings(proxy=lab.proxy))
    with pytest.raises(SecretError, match="cannot be reached"):
        resolved(Resolver(tmp_path, vault=strange), "keyvault:contoso-audit/sync")
    assert lab.requests == []


def test_a_redirect_is_not_followed_with_the_token_or_without(lab, resolver):
    fault = {"kind": "redirect", "host": HOST, "location": "https://elsewhere.vault.azure.net/secrets/sync/"}
    lab.state.become(world_from(a_world(faults=[fault])))
    with pytest.raises(SecretError, match="HTTP 307"):
        resolved(resolver, "keyvault:contoso-audit/sync")
    assert {seen.host for seen in lab.requests} == {HOST}


@pytest.mark.parametrize("chosen", ["EnvironmentCredential", "no such thing", ""])
def test_a_persons_name_and_password_in_the_environment_are_never_sent(
    lab, identity, tmp_path, monkeypatch, chosen
):
    identity(lab)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", chosen or "WorkloadIdentityCredential")
    if not chosen:
        monkeypatch.delenv("AZURE_FEDERATED_TOKEN_FILE")
    monkeypatch.setenv("AZURE_USERNAME", "sync@contoso.example")
    monkeypatch.setenv("AZURE_PASSWORD", PLANTED)
    with pytest.raises(SecretError, match="nobody is signed in"):
        resolved(Resolver(tmp_path, vault=vaults(lab)), "keyvault:contoso-audit/sync")
    assert not lab.submissions
    assert asked(lab, "login.microsoftonline.com") == []


def test_an_applications_secret_in_the_environment_is_who_reads(lab, identity, tmp_path, monkeypatch):
    world = a_world()
    world["tenants"][0]["apps"][0]["secret"] = "An-applications-secret-1"
    lab.state.become(world_from(world))
    identity(lab)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "An-applications-secret-1")
    assert resolved(Resolver(tmp_path, vault=vaults(lab)), "keyvault:contoso-audit/sync").reveal() == PLANTED


def test_a_vault_in_another_domain_than_its_tokens_gets_none(lab, resolver, monkeypatch):
    monkeypatch.setattr("auditor.lab.world.vaults.Vault.domain", "management.example")
    with pytest.raises(SecretError):
        resolved(resolver, "keyvault:contoso-audit/sync")
    assert asked(lab, "login.microsoftonline.com") == []


def test_the_version_is_when_it_was_put_there_and_its_id(lab, resolver):
    older, now = lab.state.world.vaults[0].secrets[:2]
    version = resolver.version(parse_reference("keyvault:contoso-audit/sync"))
    when, _, named = version.partition("/")
    assert (len(when), named) == (20, now.version)
    before = resolver.version(parse_reference(f"keyvault:contoso-audit/sync/{older.version}"))
    assert before < version
    assert resolver.version(parse_reference("keyvault:contoso-audit/absent")) == ""
    assert PLANTED not in version


def test_nothing_of_it_reaches_a_log(resolver, caplog):
    caplog.set_level(logging.DEBUG, logger="auditor")
    resolved(resolver, "keyvault:contoso-audit/sync")
    assert PLANTED not in caplog.text
    assert PLANTED not in repr(resolver)
    assert "contoso" not in repr(resolver)


def test_without_the_extra_the_error_says_how_to_install_it(lab, identity, tmp_path, monkeypatch):
    identity(lab)
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(SecretError, match="extra `keyvault`") as caught:
        resolved(Resolver(tmp_path, vault=vaults(lab)), "keyvault:contoso-audit/sync")
    assert "pip install" in caught.value.advice


def test_where_no_vault_is_read_a_reference_does_not_resolve(tmp_path):
    with pytest.raises(SecretError, match="no key vault is read here"):
        resolved(Resolver(tmp_path), "keyvault:contoso-audit/sync")
    assert Resolver(tmp_path).version(parse_reference("keyvault:contoso-audit/sync")) == ""


ACCOUNT, ENVIRONMENT = "sync@contoso.example", "contoso.crm4.dynamics.com"


def an_estate(kept):
    world = a_world()
    world["tenants"][0]["apps"].append({"app": "resco-mobile-crm"})
    world["tenants"][0]["grants"] = [{"app": "resco-mobile-crm", "all_users": True}]
    world["vaults"][0]["secrets"] = [
        {"name": "sync", "value": value, "put": put} for value, put in kept.items()
    ]
    users = [{"upn": ACCOUNT, "password": PLANTED}]
    return world | {
        "users": users,
        "environments": [{"host": ENVIRONMENT, "tenant": "contoso", "open_to_tenant": True}],
    }


def test_a_new_version_of_a_refused_secret_is_sent_by_the_next_run_once(identity, tmp_path, monkeypatch):
    from tests.run.estates import audited_files  # noqa: PLC0415 - it starts the command

    before = {"stale": "2026-01-01T00:00:00Z"}
    after = before | {PLANTED: "2026-06-01T00:00:00Z"}
    runs = []
    for kept in (before, before, after, after):
        with Lab(world_from(an_estate(kept))) as lab:
            identity(lab)
            run = audited_files(
                lab.state.world, tmp_path, {ACCOUNT: "keyvault:contoso-audit/sync"}, ENVIRONMENT
            )
            runs.append(run(lab))
    assert runs == [{ACCOUNT: 1}, {}, {ACCOUNT: 1}, {ACCOUNT: 1}]
    ledger = b"".join(file.read_bytes() for file in tmp_path.glob("attempts.ledger*"))
    assert b"stale" not in ledger
    assert PLANTED.encode() not in ledger


def test_the_doctor_reads_what_a_vault_holds_and_says_whose_secret_is_not_to_be_had(
    identity, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    rows = ("account,environment,app,credential", f"{ACCOUNT},{ENVIRONMENT},resco-external-project,%s")
    said = {}
    for name in ("sync", "absent"):
        text = "\n".join(rows) % f"keyvault:contoso-audit/{name}"
        (tmp_path / "accounts.csv").write_text(text, encoding="utf-8")
        with Lab(world_from(an_estate({PLANTED: "2026-06-01T00:00:00Z"}))) as lab:
            identity(lab)
            through = ("--proxy", lab.proxy, "--ca-bundle", str(lab.ca_file), "--ledger", "a.ledger", "--yes")
            with pytest.raises(SystemExit) as ended:
                main(["doctor", "accounts.csv", *through])
            assert not lab.submissions
        said[name] = (ended.value.code or 0, capfd.readouterr().out)
    assert said["sync"][0] == 0
    assert "passwords that can be had and sent: 1" in said["sync"][1]
    assert said["absent"][0] == 4
    assert ACCOUNT in said["absent"][1]
    assert PLANTED not in said["sync"][1]
