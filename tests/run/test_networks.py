"""Networks as they are: one estate in which everything goes wrong at once, each thing for somebody else.

No fault ends the run, each has its own answer, and a password goes to the host that checks it, or nowhere.
"""

import pytest

from auditor.model import Failure, NotObserved, Observed, Question, Why
from auditor.run.interface import ScopeAnswer

LOGIN, ORG, THIEF = "login.microsoftonline.com", "contoso.crm4.dynamics.com", "thief.crm4.dynamics.com"
STS = "sts.fabrikam.example"
APP = "resco-external-project"
# Long enough that a busy machine does not take a slow answer for none.
FAST = {"connect_timeout": 15.0, "read_timeout": 8.0, "deadline": 12.0, "tries": 1, "max_body": 1024 * 1024}

# What strikes a request, and the failure it ends in.
OF_REQUESTS = {
    "silent": Failure.TIMEOUT,
    "drip": Failure.TIMEOUT,
    "reset": Failure.RESET,
    "redirect": Failure.REDIRECT,
    "huge": Failure.TOO_LARGE,
    "bomb": Failure.TOO_LARGE,
    "captive-portal": Failure.PORTAL,
    "network-login": Failure.PORTAL,
    "deep-xml": Failure.NOT_UNDERSTOOD,
    "entity-xml": Failure.NOT_UNDERSTOOD,
    "truncated": Failure.NOT_UNDERSTOOD,
}
# What strikes a host before any request.
OF_HOSTS = {
    "no-dns": Failure.CONNECT,
    "proxy-login": Failure.PROXY_LOGIN,
    "proxy-refuses": Failure.PROXY,
    "proxy-silent": Failure.TIMEOUT,
    "wrong-certificate": Failure.WRONG_HOST,
    "expired-certificate": Failure.CLOCK,
    "future-certificate": Failure.CLOCK,
}
AMOUNTS = {
    "drip": {"milliseconds": 60_000},
    "huge": {"megabytes": 100},
    "bomb": {"megabytes": 20},
    "redirect": {"location": f"https://{THIEF}/stolen"},
    "other-hosts": {"location": f"https://{THIEF}/stolen"},
}
WITHOUT_BODY = {"drip", "truncated"}  # nothing of a challenge but its header counts


class Estate:
    """A world that grows by one account for each thing that goes wrong."""

    def __init__(self):
        self.users, self.environments, self.rows, self.faults = [], [], [], []
        self.domains = [{"name": "fabrikam.example", "federation": {"host": STS}}]
        self.environment(ORG)
        self.environment(THIEF)

    def environment(self, host, tenant="contoso"):
        self.environments.append({"host": host, "tenant": tenant, "open_to_tenant": True})

    def account(self, upn, environment=ORG):
        self.users.append({"upn": upn, "password": f"Planted-{len(self.users)}-secret"})
        self.rows.append({"account": upn, "environment": environment, "app": APP})

    def fault(self, kind, **where):
        self.faults.append({"kind": kind, **AMOUNTS.get(kind, {}), **where})

    def strike(self, leg, kind):
        """Add an account at which a fault strikes a leg: by its name, its environment, or its provider."""
        match leg:
            case "challenge":
                host = f"{kind}.crm4.dynamics.com"
                self.environment(host)
                self.account(f"challenge-{kind}@contoso.example", host)
                self.fault(kind, host=host, **({} if kind in OF_HOSTS else {"leg": leg}))
            case "mex":
                domain = f"{kind}.works.example"
                self.domains.append({"name": domain, "federation": {"host": f"sts.{domain}"}})
                self.account(f"mex-{kind}@{domain}")
                self.fault(kind, host=f"sts.{domain}", **({} if kind in OF_HOSTS else {"leg": leg}))
            case "wstrust" | "assertion":
                self.account(f"{leg}-{kind}@fabrikam.example")
                self.fault(kind, leg=leg.replace("assertion", "token"), account=f"{leg}-{kind}@*")
            case _:
                self.account(f"{leg}-{kind}@contoso.example")
                self.fault(kind, leg=leg, account=f"{leg}-{kind}@*")

    def world(self):
        domains = [{"name": "contoso.example"}, *self.domains]
        app = {
            "apps": [{"app": "resco-mobile-crm"}],
            "grants": [{"app": "resco-mobile-crm", "all_users": True}],
        }
        tenant = {"id": "0a51c6d2-1111-4a6b-8c3d-5e6f70819201", "name": "contoso", "domains": domains, **app}
        return {
            "version": 1,
            "tenants": [tenant],
            "users": self.users,
            "environments": self.environments,
            "inventory": self.rows,
            "faults": self.faults,
        }


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """The estate, audited once: agreed to are the tenant and the providers that belong to it."""
    from tests.run.conftest import run_world  # noqa: PLC0415 - a module's fixture cannot ask a test's

    estate = Estate()
    for kind in OF_REQUESTS:
        for leg in ("realm", "token", "wstrust", "assertion", "whoami", "mex"):
            estate.strike(leg, kind)
        if kind not in WITHOUT_BODY:
            estate.strike("challenge", kind)
    for kind in OF_HOSTS:
        estate.strike("challenge", kind)
        estate.strike("mex", kind)
    for leg in ("realm", "mex", "token", "challenge"):
        estate.strike(leg, "other-hosts")
        estate.strike(leg, "clock")
    estate.account("healthy@contoso.example")
    estate.account("healthy@fabrikam.example")
    hosts = frozenset(domain["federation"]["host"] for domain in estate.domains)
    audited = run_world(
        estate.world(),
        tmp_path_factory.mktemp("networks"),
        door=FAST,
        concurrency=24,
        scope=ScopeAnswer(tenants=frozenset({"contoso.example"}), hosts=hosts),
    )
    yield audited
    audited.journal.close()


def slot(result, question=Question.PASSWORD):
    (found,) = [item for item in result.evidence if item.question is question]
    return found


def of(audited, leg, kind):
    (found,) = [one for one in audited.results if one.case.account_id.startswith(f"{leg}-{kind}@")]
    return found


def outcome(result, question=Question.PASSWORD):
    return result.readings[question].outcome


def sent(audited, result):
    return audited.submissions.get(result.case.account_id, 0)


def test_the_run_ends_properly_and_whoever_had_no_trouble_is_signed_in(everything):
    run = everything.audit.run
    assert run.ended is not None
    assert (run.interrupted, run.stopped) == (False, ())
    for domain in ("contoso.example", "fabrikam.example"):
        result = everything.result(f"healthy@{domain}")
        assert (outcome(result), outcome(result, Question.WHOAMI)) == ("token_issued", "member")


def test_every_password_went_to_the_host_that_checks_it_and_once(everything):
    checked_by = {LOGIN, STS, "sts.clock.works.example"}
    posts = [seen for seen in everything.requests if seen.method == "POST"]
    assert {seen.host for seen in posts if "devicecode" not in seen.path} == checked_by
    assert [seen for seen in everything.requests if seen.host == THIEF and seen.method != "GET"] == []
    assert set(everything.submissions.values()) == {1}


@pytest.mark.parametrize("kind", OF_REQUESTS)
@pytest.mark.parametrize("leg", ["token", "wstrust", "assertion"])
def test_after_a_password_went_out_trouble_is_an_unknown_outcome_of_its_own_kind(everything, leg, kind):
    result = of(everything, leg, kind)
    answer = slot(result).answer
    assert (outcome(result), answer.failure, answer.sent) == ("outcome_unknown", OF_REQUESTS[kind], True)
    assert answer.leg == leg.replace("assertion", "token")
    assert sent(everything, result) == 1
    assert isinstance(slot(result, Question.WHOAMI), NotObserved)


@pytest.mark.parametrize("kind", OF_REQUESTS)
def test_a_realm_that_cannot_be_read_keeps_the_password_here(everything, kind):
    result = of(everything, "realm", kind)
    assert slot(result, Question.REALM).answer.failure is OF_REQUESTS[kind]
    assert (slot(result).why, sent(everything, result)) == (Why.REALM_UNKNOWN, 0)


@pytest.mark.parametrize("kind", [*sorted(set(OF_REQUESTS) - WITHOUT_BODY), *OF_HOSTS])
def test_an_environment_that_cannot_be_asked_keeps_the_password_here(everything, kind):
    result = of(everything, "challenge", kind)
    answer = slot(result, Question.ENVIRONMENT).answer
    assert answer.failure is {**OF_REQUESTS, **OF_HOSTS}[kind]
    assert (slot(result).why, sent(everything, result)) == (Why.ENVIRONMENT_UNKNOWN, 0)


@pytest.mark.parametrize("kind", OF_REQUESTS)
def test_dataverse_that_cannot_be_asked_leaves_the_password_proven(everything, kind):
    result = of(everything, "whoami", kind)
    assert (outcome(result), outcome(result, Question.WHOAMI)) == ("token_issued", "network_failure")
    assert slot(result, Question.WHOAMI).answer.failure is OF_REQUESTS[kind]
    assert isinstance(slot(result, Question.TABLE), NotObserved)


# What the metadata is where reading it ends in a document; everything else is out of reach.
UNREADABLE = {"captive-portal", "deep-xml", "entity-xml", "truncated"}


@pytest.mark.parametrize("kind", [*OF_REQUESTS, *OF_HOSTS])
def test_a_federation_server_that_cannot_be_read_gets_no_password(everything, kind):
    result = of(everything, "mex", kind)
    details = slot(result, Question.REALM).details
    assert details["federation"] == ("unreadable" if kind in UNREADABLE else "unreachable")
    if kind not in UNREADABLE and kind != "network-login":
        assert details["federation_text"] == {**OF_REQUESTS, **OF_HOSTS}[kind]
    assert (slot(result).why, sent(everything, result)) == (Why.FEDERATION_UNUSABLE, 0)


def test_an_environment_that_names_another_authority_gets_no_password(everything):
    result = of(everything, "challenge", "other-hosts")
    assert slot(result, Question.ENVIRONMENT).details["authority_host"] == THIEF
    assert isinstance(slot(result), NotObserved)
    assert sent(everything, result) == 0


def test_metadata_that_names_another_host_gets_no_password_for_it(everything):
    result = of(everything, "mex", "other-hosts")
    assert slot(result, Question.REALM).details["endpoint_host"] == THIEF
    assert (slot(result).why, sent(everything, result)) == (Why.NOT_AGREED, 0)
    assert THIEF in slot(result).detail


@pytest.mark.parametrize(("leg", "kind"), [("realm", "clock"), ("token", "clock"), ("challenge", "clock")])
def test_a_clock_that_is_off_changes_no_answer(everything, leg, kind):
    assert outcome(of(everything, leg, kind)) == "token_issued"


def test_nothing_was_asked_twice_after_it_carried_a_password(everything):
    for result in everything.results:
        found = slot(result)
        if isinstance(found, Observed):
            posts = [call for call in found.details["calls"] if " POST " in call]
            assert len(posts) == len({call.split()[0] for call in posts})


def test_a_realm_that_names_another_host_gets_no_password_for_it(audit_world):
    estate = Estate()
    estate.account("fed@fabrikam.example")
    estate.fault("other-hosts", leg="realm")
    scope = ScopeAnswer(tenants=frozenset({"fabrikam.example"}), hosts=frozenset({STS}))
    audited = audit_world(estate.world(), door=FAST, scope=scope)
    (result,) = audited.results
    assert slot(result, Question.REALM).details["federation_host"] == THIEF
    assert isinstance(slot(result), NotObserved)
    assert audited.submissions == {}
    assert [seen for seen in audited.requests if seen.method == "POST"] == []


def test_a_tenant_whose_configuration_names_another_token_endpoint_gets_no_password_there(audit_world):
    estate = Estate()
    estate.account("job@contoso.example")
    estate.fault("other-hosts", leg="openid")
    audited = audit_world(estate.world(), door=FAST)
    (result,) = audited.results
    assert audited.submissions == {}
    assert [seen for seen in audited.requests if seen.host == THIEF] == []
    found = slot(result)
    assert isinstance(found, NotObserved) or found.answer.failure is Failure.REFUSED_BY_DOOR


@pytest.mark.parametrize("kind", OF_HOSTS)
def test_a_sign_in_host_that_is_out_of_reach_leaves_everybody_unasked_and_the_run_whole(audit_world, kind):
    estate = Estate()
    estate.account("job@contoso.example")
    estate.account("fed@fabrikam.example")
    estate.fault(kind, host=LOGIN)
    audited = audit_world(estate.world(), door={**FAST, "read_timeout": 4.0})
    for result in audited.results:
        assert slot(result, Question.REALM).answer.failure is OF_HOSTS[kind]
        assert isinstance(slot(result), NotObserved)
    assert audited.submissions == {}
    assert audited.audit.run.ended is not None
