"""The password probe through the real door against the lab: whatever goes wrong, one submission or none."""

from copy import deepcopy
from datetime import UTC, datetime

import pytest

from auditor.lab.server import Lab
from auditor.lab.world import world_from
from auditor.model import Failure, Leg, Vantage
from auditor.network import Door, DoorSettings
from auditor.probes.interface import Outlook
from auditor.probes.password import PasswordProbe, Target
from auditor.probes.realm import realms
from auditor.rulebook.answers import interpret
from auditor.rulebook.load import load_rulebook
from auditor.secrets import Secret
from tests.probes.conftest import HOST, LOGIN, TENANT, app_profile, case_of

STS, THIEF = "sts.contoso.example", "thief.crm4.dynamics.com"
PASSWORD = "Planted-secret-1"
MANAGED, FEDERATED = "sync@contoso.example", "plant@works.contoso.example"
WORLD = {
    "version": 1,
    "tenants": [
        {
            "id": TENANT,
            "name": "Contoso",
            "domains": [
                {"name": "contoso.example"},
                {"name": "works.contoso.example", "federation": {"host": STS, "metadata": "missing"}},
            ],
            "apps": [{"app": "resco-mobile-crm"}],
            "grants": [{"app": "resco-mobile-crm", "all_users": True}],
        }
    ],
    "users": [{"upn": MANAGED, "password": PASSWORD}, {"upn": FEDERATED, "password": PASSWORD}],
    "environments": [
        {"host": HOST, "tenant": "contoso.example", "open_to_tenant": True},
        {"host": THIEF, "tenant": "contoso.example"},
    ],
}
LEGS = [(MANAGED, "token"), (FEDERATED, "wstrust"), (FEDERATED, "token")]
APP = app_profile(client_id="a116bf70-75fe-41c2-9f9f-7f3d0faff4bb")


class Tried:
    """What came of one sign-in: evidence, its meaning, what the lab counted and saw."""

    def __init__(self, signed, realm, lab):
        self.token, self.answer = signed.token, signed.evidence.answer
        word = str(realm.details["account_type"]).lower()
        self.outcome = interpret(load_rulebook(), self.answer, word).outcome
        self.submissions, self.requests = dict(lab.submissions), list(lab.requests)

    def posts(self, host):
        return [seen for seen in self.requests if (seen.host, seen.method) == (host, "POST")]


@pytest.fixture
def tried():
    """Sign in through a new door while a fault strikes; discovery took place before it did."""

    def sign_in(upn, kind=None, leg=None, **fault):
        faults = [{"kind": kind, **({"leg": leg} if leg else {}), **fault}] if kind else []
        with Lab(world_from(WORLD)) as lab:
            realm = through(lab, lambda outlook: realms(outlook).ask(upn, LOGIN))
            lab.requests.clear()
            lab.state.become(world_from({**deepcopy(WORLD), "faults": faults}))
            target = Target(LOGIN, TENANT, frozenset({LOGIN, STS}))
            case = case_of(upn, app=APP)
            signed = through(
                lab, lambda outlook: PasswordProbe(outlook).sign_in(case, Secret(PASSWORD), realm, target)
            )
            return Tried(signed, realm, lab)

    return sign_in


def through(lab, ask):
    door = Door(DoorSettings(proxy=lab.proxy, ca_bundle=lab.ca_file), sleep=lambda _: None)
    try:
        return ask(Outlook(door, Vantage("office"), lambda: datetime(2026, 11, 22, 8, tzinfo=UTC)))
    finally:
        door.close()


@pytest.mark.parametrize("upn", [MANAGED, FEDERATED])
def test_with_nothing_in_the_way_there_is_a_token(tried, upn):
    one = tried(upn)
    assert (one.outcome, one.submissions) == ("token_issued", {upn: 1})


@pytest.mark.parametrize(("upn", "leg"), LEGS)
def test_a_redirect_takes_neither_password_nor_assertion_to_a_thief(tried, upn, leg):
    one = tried(upn, "redirect", leg, location=f"https://{THIEF}/stolen")
    assert [seen for seen in one.requests if seen.host == THIEF] == []
    assert (one.answer.failure, one.answer.sent) == (Failure.REDIRECT, True)
    assert one.submissions == {upn: 1}


@pytest.mark.parametrize(("upn", "leg"), LEGS)
def test_a_line_that_breaks_after_the_send_leaves_the_outcome_unknown(tried, upn, leg):
    one = tried(upn, "reset", leg)
    assert (one.outcome, one.answer.failure, one.answer.sent) == ("outcome_unknown", Failure.RESET, True)
    assert one.answer.leg is Leg(leg)
    assert one.submissions == {upn: 1}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("throttled", 429),
        ("unavailable", 503),
        ("captive-portal", 200),
        ("not-found", 404),
        ("truncated", 200),
    ],
)
@pytest.mark.parametrize(("upn", "leg"), [(MANAGED, "token"), (FEDERATED, "wstrust")])
def test_an_answer_that_is_none_costs_one_submission_and_proves_nothing(tried, upn, leg, kind, status):
    one = tried(upn, kind, leg)
    assert one.token is None
    assert (one.answer.http_status, one.answer.sent, one.answer.success) == (status, True, False)
    assert one.submissions == {upn: 1}
    assert len(one.posts(LOGIN if leg == "token" else STS)) == 1


@pytest.mark.parametrize(("upn", "leg"), LEGS)
def test_throttling_is_read_as_such_and_not_waited_out(tried, upn, leg):
    one = tried(upn, "throttled", leg, retry_after="7")
    assert (one.outcome, one.answer.retry_after) == ("throttled", 7.0)
    assert one.submissions == {upn: 1}


@pytest.mark.parametrize(("upn", "host"), [(MANAGED, LOGIN), (FEDERATED, STS)])
@pytest.mark.parametrize(("kind", "failure"), [("wrong-certificate", Failure.WRONG_HOST), ("no-dns", None)])
def test_a_host_that_is_not_who_it_says_or_not_there_gets_nothing(tried, upn, host, kind, failure):
    one = tried(upn, kind, host=host)
    assert one.submissions == {}
    assert one.posts(host) == []
    assert not one.answer.sent
    assert failure in {None, one.answer.failure}
