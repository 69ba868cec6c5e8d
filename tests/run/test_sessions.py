"""Sign-in sessions one by one: what goes to the gate, and what never reaches the probe."""

import functools
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from auditor.gate import Breaker, BreakerLimits, Gate
from auditor.model import Answer, Flow, Leg, Mark, Question, Vantage, Why
from auditor.model import evidence as about
from auditor.probes.interface import Outlook
from auditor.probes.password import SignedIn
from auditor.rulebook.answers import interpret
from auditor.rulebook.load import load_rulebook
from auditor.run.interface import Silent
from auditor.run.scope import AgreedScope, Plan
from auditor.run.sessions import SignIns
from auditor.secrets import Resolver, parse_reference
from tests.probes.conftest import LOGIN, TENANT, case_of

STS = "sts.contoso.example"
OUTLOOK = Outlook(None, Vantage("office"), lambda: datetime(2026, 11, 22, 8, tzinfo=UTC))


class StubProbe:
    """Answers every sign-in with one answer and counts them."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def sign_in(self, case, secret, realm, target):
        self.asked.append(target)
        return SignedIn(OUTLOOK.saw(about.case(case.key), Question.PASSWORD, self.answer))


class OpenGate:
    """Grants every turn and keeps what it is told."""

    refused = None
    proven = False

    def __init__(self):
        self.readings = []

    @contextmanager
    def submission(self, key, tenant, host):
        yield self

    def outcome(self, reading, **_):
        self.readings.append(reading)


class Kept(list):
    """A sink."""

    record = note = list.append


class Told:
    """In the place of a list: tells another one that something was added."""

    def __init__(self, seen):
        self.seen = seen

    def append(self, _):
        self.seen.append("sent")


def plan_of(account_type="Managed", host="", credential="env:SESSION_PASSWORD"):
    details = {"account_type": account_type, "endpoint_host": host}
    realm = OUTLOOK.saw(
        about.account("sync@contoso.example"), Question.REALM, Answer(Flow.DISCOVERY), details
    )
    case = case_of(credential=parse_reference(credential))
    return Plan(case, TENANT, "contoso.example", LOGIN, host, realm)


@pytest.fixture
def sessions(tmp_path, monkeypatch):
    """Make sign-in sessions around a probe that gives one answer."""
    monkeypatch.setenv("SESSION_PASSWORD", "Planted-secret-1")

    def make(*codes, tenants=(TENANT,), hosts=(STS,), gate=None):
        answer = Answer(Flow.ROPC, Leg.TOKEN, LOGIN, http_status=400, codes=codes, sent=True)
        return SignIns(
            outlook=OUTLOOK,
            probe=StubProbe(answer),
            gate=gate or OpenGate(),
            interpret=functools.partial(interpret, load_rulebook()),
            resolver=Resolver(tmp_path),
            scope=AgreedScope(frozenset(tenants), frozenset(hosts)),
            table=None,
            sink=Kept(),
            progress=Silent(),
        )

    return make


@pytest.mark.parametrize(
    ("account_type", "host", "outcome", "mark"),
    [
        ("Managed", "", "wrong_password", Mark.WRONG),
        ("Federated", STS, "federated_password_at_cloud", Mark.UNKNOWN),
    ],
)
def test_the_gate_hears_what_a_refusal_means_in_the_accounts_own_realm(
    sessions, account_type, host, outcome, mark
):
    one = sessions(50126)
    one.session(plan_of(account_type, host))
    (reading,) = one.gate.readings
    assert (reading.outcome, reading.mark) == (outcome, mark)


def test_the_password_may_go_to_the_sign_in_host_and_the_federation_host_and_nowhere_else(sessions):
    one = sessions(50126)
    one.session(plan_of())
    one.session(plan_of("Federated", STS))
    assert [target.agreed for target in one.probe.asked] == [frozenset({LOGIN}), frozenset({LOGIN, STS})]


def test_a_session_waits_for_its_pace_then_writes_its_intent_down_then_sends(sessions):
    seen = []
    gate = Gate(Breaker(BreakerLimits()), intend=lambda key: seen.append("intent"), wait=seen.append)
    one = sessions(50126, gate=gate)
    one.probe.asked = Told(seen)
    one.session(plan_of())
    assert seen == [TENANT, "intent", "sent"]


@pytest.mark.parametrize(
    ("given", "credential", "why"),
    [
        ({"tenants": ()}, "env:SESSION_PASSWORD", Why.NOT_AGREED),
        ({"hosts": ()}, "env:SESSION_PASSWORD", Why.NOT_AGREED),
        ({}, "env:NOT_SET_ANYWHERE", Why.CREDENTIAL_UNRESOLVED),
        ({}, "prompt", Why.CREDENTIAL_UNRESOLVED),
    ],
)
def test_what_must_not_be_sent_never_reaches_the_probe(sessions, given, credential, why):
    one = sessions(50126, **given)
    assert one.session(plan_of("Federated", STS, credential)) == "not asked"
    assert one.probe.asked == []
    assert one.sink[0].why is why
    assert [item.question for item in one.sink] == [Question.PASSWORD, Question.WHOAMI, Question.TABLE]
