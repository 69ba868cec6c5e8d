"""Guards over whole runs: whose password is sent, where to, when - and what is asked with the token."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from auditor.model import FACTS, Expected, Kind, Known, NotObserved, Observed, Question, Unknown, Why
from auditor.rulebook.load import load_rulebook
from auditor.run import collect
from auditor.run.interface import ScopeAnswer, Settings
from auditor.run.scope import sendable, wanted
from auditor.secrets import parse_reference
from tests.probes.conftest import case_of

BASE = yaml.safe_load((Path(__file__).parent / "worlds" / "base.yaml").read_text(encoding="utf-8"))
ENV, FED_ENV = "contoso.crm4.dynamics.com", "fabrikam.crm.dynamics.com"
JOB, FED, HILL = "job@contoso.example", "fed@fabrikam.example", "hill@hillside.example"
STS, HILL_STS = "sts.fabrikam.example", "sts.hillside.example"


def row(account=JOB, environment=ENV, app="resco-external-project", **columns):
    return {"account": account, "environment": environment, "app": app, **columns}


def a_world(*rows, **parts):
    """The base world with these inventory rows; `parts` replace others of its parts."""
    return {**deepcopy(BASE), "inventory": list(rows), **parts}


def two_providers():
    """A tenant with two federated domains, each with its own server, and an account behind each."""
    world = a_world(row(FED, FED_ENV), row(HILL, FED_ENV))
    world["tenants"][1]["domains"].append({"name": "hillside.example", "federation": {"host": HILL_STS}})
    world["users"].append({"upn": HILL, "password": "Copper-lantern-17", "mfa_method": "entra"})
    return world


def slot(result, question=Question.PASSWORD):
    (found,) = [item for item in result.evidence if item.question is question]
    return found


def posts_to(audited, host):
    return [seen for seen in audited.requests if (seen.host, seen.method) == (host, "POST")]


def test_a_federation_host_nobody_agreed_to_gets_no_password_though_the_tenant_was_agreed_to(audit_world):
    scope = ScopeAnswer(tenants=frozenset({"fabrikam.example"}))
    audited = audit_world(a_world(row(FED, FED_ENV)), scope=scope)
    unasked = slot(audited.results[0])
    assert unasked.why is Why.NOT_AGREED
    assert STS in unasked.detail
    assert posts_to(audited, STS) == []
    assert audited.submissions == {}


def test_of_two_federation_hosts_the_one_that_was_named_gets_its_passwords_and_the_other_none(audit_world):
    scope = ScopeAnswer(tenants=frozenset({"fabrikam.example"}), hosts=frozenset({STS}))
    scope = replace(scope, tenants=scope.tenants | {"hillside.example"})
    audited = audit_world(two_providers(), scope=scope)
    assert audited.submissions == {FED: 1}
    assert HILL_STS in slot(audited.result(HILL)).detail
    assert posts_to(audited, HILL_STS) == []


def test_a_federation_host_alone_agrees_to_no_tenant(audit_world):
    audited = audit_world(a_world(row(FED, FED_ENV)), scope=ScopeAnswer(hosts=frozenset({STS})))
    assert slot(audited.results[0]).why is Why.NOT_AGREED
    assert audited.submissions == {}


@pytest.mark.parametrize(
    ("expected", "people", "sent"),
    [("", False, 0), ("interactive", False, 0), ("ropc", False, 1), ("", True, 1), ("interactive", True, 1)],
)
def test_a_person_with_a_credential_is_asked_only_where_that_was_wanted(audit_world, expected, people, sent):
    person = row("other@contoso.example", kind="person", believes="right", expected=expected)
    audited = audit_world(a_world(person), people=people)
    assert sum(audited.submissions.values()) == sent
    if not sent:
        assert slot(audited.results[0]).why is Why.NOT_ASKED


def test_a_case_to_be_skipped_is_not_signed_in_though_the_accounts_other_case_is(audit_world):
    rows = [row(app="resco-crm-sync", skip="left to the vendor"), row()]
    audited = audit_world(a_world(*rows))
    skipped = slot(audited.result(JOB, app="resco-crm-sync"))
    assert (skipped.why, skipped.detail) == (Why.SKIPPED, "left to the vendor")
    assert audited.submissions == {JOB: 1}


def test_what_is_wanted_follows_from_the_row_alone():
    good = case_of(credential=parse_reference("env:ANY"))
    person = replace(good, kind=Kind.PERSON)
    assert wanted(good, Settings()) is None
    assert wanted(replace(good, skip="retired"), Settings()).why is Why.SKIPPED
    assert wanted(replace(good, credential=None), Settings()).why is Why.NO_CREDENTIAL
    assert wanted(good, Settings(passwords=False)).why is Why.NOT_ASKED
    assert wanted(person, Settings()).why is Why.NOT_ASKED
    assert wanted(person, Settings(people=True)) is None
    assert wanted(replace(person, expected=Expected.ROPC), Settings()) is None
    moved = replace(good, expected=Expected.APPLICATION)
    assert wanted(moved, Settings(people=True)).why is Why.APPLICATION_EXPECTED


FINE = {
    "realm": "managed",
    "federation": "usable",
    "environment_lookup": "found",
    "guest_name": "no",
    "tenant_lookup": "found",
    "clouds_agree": "yes",
    "tenants_agree": "yes",
}
AGAINST = [
    ("environment_lookup", "environment_not_found", Why.ENVIRONMENT_UNKNOWN),
    ("guest_name", "yes", Why.GUEST_ACCOUNT),
    ("tenant_lookup", "tenant_not_found", Why.TENANT_UNKNOWN),
    ("clouds_agree", "no", Why.CLOUDS_DISAGREE),
    ("tenants_agree", "no", Why.TENANTS_DISAGREE),
    ("realm", "unknown", Why.REALM_UNKNOWN),
    ("realm", "personal", Why.PERSONAL_ACCOUNT),
]
UNREAD = [
    ("environment_lookup", Why.ENVIRONMENT_UNKNOWN),
    ("guest_name", Why.GUEST_ACCOUNT),
    ("tenant_lookup", Why.TENANT_UNKNOWN),
    ("clouds_agree", Why.ENVIRONMENT_UNKNOWN),
    ("tenants_agree", Why.TENANT_UNKNOWN),
    ("realm", Why.REALM_UNKNOWN),
]


@pytest.fixture(scope="module")
def outcomes():
    return load_rulebook().outcomes


def facts_but(**changes):
    known = {name: Known(value) for name, value in {**FINE, **changes}.items() if value is not None}
    return {name: known.get(name, Unknown("it could not be read")) for name in FACTS}


def test_a_password_may_go_where_everything_is_known_and_fine(outcomes):
    assert sendable(facts_but(), outcomes) is None
    assert sendable(facts_but(realm="federated"), outcomes) is None


@pytest.mark.parametrize(("name", "value", "why"), AGAINST)
def test_one_thing_against_it_is_enough_to_keep_a_password_here(outcomes, name, value, why):
    assert sendable(facts_but(**{name: value}), outcomes).why is why


@pytest.mark.parametrize(("name", "why"), UNREAD)
def test_one_thing_that_nobody_could_read_is_enough_to_keep_a_password_here(outcomes, name, why):
    assert sendable(facts_but(**{name: None}), outcomes).why is why


@pytest.mark.parametrize(
    ("federation", "why"),
    [
        ("plain_http", Why.FEDERATION_NOT_HTTPS),
        ("no_endpoint", Why.FEDERATION_UNUSABLE),
        ("unreadable", Why.FEDERATION_UNUSABLE),
        ("unreachable", Why.FEDERATION_UNUSABLE),
        (None, Why.FEDERATION_UNUSABLE),
    ],
)
def test_a_federated_account_needs_a_server_that_can_be_used(outcomes, federation, why):
    assert sendable(facts_but(realm="federated", federation=federation), outcomes).why is why


def struck(leg, kind="not-found", **more):
    return [{"kind": kind, "leg": leg, **more}]


@pytest.mark.parametrize(
    ("faults", "columns", "why"),
    [
        (struck("realm"), {}, Why.REALM_UNKNOWN),
        (struck("realm", "captive-portal"), {}, Why.REALM_UNKNOWN),
        (struck("openid"), {}, Why.TENANT_UNKNOWN),
        (struck("challenge"), {}, Why.ENVIRONMENT_UNKNOWN),
        ([], {"tenant": "nowhere.example"}, Why.TENANT_UNKNOWN),
    ],
)
def test_what_discovery_could_not_read_keeps_the_password_here(audit_world, faults, columns, why):
    audited = audit_world(a_world(row(**columns), faults=faults))
    assert slot(audited.results[0]).why is why
    assert audited.submissions == {}


def with_the_sample_app(world):
    world["tenants"][0]["apps"].append({"app": "dataverse-sample"})
    return world


def test_the_best_known_app_goes_first_and_decides_for_the_account(audit_world):
    rows = [row(believes="wrong"), row(app="dataverse-sample", believes="wrong")]
    audited = audit_world(with_the_sample_app(a_world(*rows)))
    decided = slot(audited.result(JOB, app="dataverse-sample"))
    unasked = slot(audited.result(JOB, app="resco-external-project"))
    assert decided.answer.codes == (50126,)
    assert unasked.why is Why.PASSWORD_NOT_PROVEN
    assert "dataverse-sample" in unasked.detail
    assert audited.submissions == {JOB: 1}


def test_each_submission_waits_for_the_pace_of_its_tenant_and_its_federation_host(audit_world, monkeypatch):
    waited = []

    class Recording:
        def __init__(self, rate, **_):
            self.rate = rate

        def wait(self, *keys):
            waited.append((self.rate, *keys))

        def pause(self, key, seconds):
            pytest.fail("nothing asked for it")

    monkeypatch.setattr(collect, "Pace", Recording)
    rows = [row(), row("other@contoso.example", app="resco-crm-sync"), row(FED, FED_ENV)]
    audited = audit_world(a_world(*rows), rate=7.0)
    assert sum(audited.submissions.values()) == 3
    contoso, fabrikam = (BASE["tenants"][number]["id"] for number in (0, 1))
    host = "sts.fabrikam.example"
    assert sorted(waited) == [(7.0, contoso), (7.0, contoso), (7.0, fabrikam, host)]


def table_reads(audited):
    return [seen for seen in audited.requests if seen.host == ENV and seen.path.endswith("/accounts")]


def test_the_table_is_read_after_a_good_whoami(audit_world):
    audited = audit_world(a_world(row()))
    assert isinstance(slot(audited.results[0], Question.TABLE), Observed)
    assert len(table_reads(audited)) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        {"environments": [{"host": ENV, "tenant": "contoso", "open_to_tenant": False}]},
        {"faults": struck("whoami", "unavailable")},
        {"faults": struck("whoami", "captive-portal")},
        {"faults": struck("whoami", "reset")},
    ],
    ids=["not a member", "503", "portal", "reset"],
)
def test_the_table_is_not_asked_for_where_whoami_was_not_good(audit_world, trouble):
    audited = audit_world(a_world(row(), **trouble))
    assert not slot(audited.results[0], Question.WHOAMI).answer.success
    assert isinstance(slot(audited.results[0], Question.TABLE), NotObserved)
    assert table_reads(audited) == []
