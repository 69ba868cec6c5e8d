"""Applications before passwords: whose password stays here, who is asked, and what the report says."""

from copy import deepcopy

import pytest
import yaml

from auditor.lab.devicecode import device_code
from auditor.model import Known, Question, Unknown, Why
from auditor.rulebook.load import load_rulebook
from auditor.run.applications import refused_beforehand
from auditor.run.interface import ScopeAnswer, Silent
from auditor.run.scope import Plan
from tests.conftest import CHECKOUT
from tests.oracle_states import sends_password, state_of
from tests.probes.conftest import LOGIN, FakeDoor, outlook
from tests.run.test_guards import BASE, ENV, FED, FED_ENV, JOB, a_world, row, slot

OWN = "5c9be1a4-2222-4d0f-9b7e-6a1f2c3d4e01"
UNKNOWN = "5c9be1a4-2222-4d0f-9b7e-6a1f2c3d4e99"
OTHER = "other@contoso.example"
APP_STATES = {"app missing", "app disabled", "app confidential", "Dataverse disabled", "Dataverse missing"}
AXES = ("mfa", "consent", "ropc", "path")


def with_app(**changes):
    """The base world, one row; the job's app as these changes make it."""
    world = a_world(row())
    world["tenants"][0]["apps"][0] |= changes
    return world


def device_posts(audited):
    return [seen for seen in audited.requests if seen.path.endswith("/devicecode")]


def judged(result):
    """What a report makes of a case: verdicts, findings and fixes, without remarks on a sent password."""
    found = [
        (one.rule, one.severity, one.what, [fix.id for fix in one.fixes])
        for one in result.findings
        if one.rule not in {"app-was-not-checked-beforehand", "vantage-differs-from-the-app"}
    ]
    return {axis: (result.verdicts[axis].value, result.verdicts[axis].why) for axis in AXES}, found


def test_no_row_of_the_shipped_world_spends_a_password_on_its_app_or_environment(shipped, shipped_world):
    named = {}
    for one in shipped_world["inventory"]:
        state = state_of(shipped_world, one)
        if state in APP_STATES:
            named.setdefault(state, set()).add(one["account"].lower())
            others = [r for r in shipped_world["inventory"] if r["account"] == one["account"]]
            spent = sum(sends_password(shipped_world, other) for other in others)
            assert shipped.submissions.get(one["account"].lower(), 0) == spent
    assert set(named) == APP_STATES


def test_a_password_was_sent_for_every_row_that_needs_one_and_for_no_other(shipped, shipped_world):
    needed = {}
    for one in shipped_world["inventory"]:
        if sends_password(shipped_world, one):
            account = one["account"].lower()
            needed[account] = needed.get(account, 0) + 1
    assert {account for account, count in shipped.submissions.items() if count} == set(needed)


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"app": UNKNOWN}, "app-is-unknown-in-tenant"),
        ({"state": "disabled"}, "app-is-disabled-in-tenant"),
        ({"public_client": False}, "app-is-not-a-public-client"),
    ],
)
def test_the_report_says_what_the_same_answer_to_a_password_would_have_said(audit_world, changes, finding):
    world = with_app(**changes)
    early = audit_world(world)
    late = audit_world({**world, "faults": [{"kind": "unavailable", "leg": "device_code"}]})
    assert (early.submissions, late.submissions) == ({}, {JOB: 1})
    assert judged(early.results[0]) == judged(late.results[0])
    assert early.results[0].findings[0].rule == finding
    assert early.results[0].findings[0].evidence[0].startswith("application: AADSTS")
    assert late.results[0].findings[0].evidence[0].startswith("password: AADSTS")


def test_what_only_a_password_could_tell_is_unknown_and_says_why(audit_world):
    (result,) = audit_world(with_app(state="disabled")).results
    held = slot(result)
    assert (held.why, held.detail) == (Why.REFUSED_BEFOREHAND, "app disabled")
    assert result.facts["submission"] == Known(Why.REFUSED_BEFOREHAND.value, source="password")
    assert result.facts["sign_in"] == Known("app_disabled", source="application")
    for name in ("password", "federated_leg", "shared_password", "seen_from_app"):
        assert isinstance(result.facts[name], Unknown)


def test_an_attempt_spent_for_want_of_an_answer_beforehand_is_said_to_be(audit_world):
    world = with_app(state="disabled")
    world["faults"] = [{"kind": "throttled", "leg": "device_code", "retry_after": "0"}]
    (result,) = audit_world(world).results
    said = {one.rule: one for one in result.findings}["app-was-not-checked-beforehand"]
    assert "throttled" in said.what
    assert said.evidence == ("application: HTTP 429", "password: AADSTS7000112")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "throttled", "retry_after": "0"},
        {"kind": "unavailable"},
        {"kind": "captive-portal"},
        {"kind": "truncated"},
        {"kind": "redirect"},
        {"kind": "reset"},
        {"kind": "not-found"},
        {"kind": "code", "code": 53003},
        {"kind": "code", "code": 70003},
        {"kind": "code", "code": 7654321},
        {"kind": "code", "code": 900144},
        {"kind": "code", "code": 65001},
        {"kind": "code", "code": 650056},
        {"kind": "code", "code": 9002346},
    ],
    ids=lambda fault: str(fault.get("code", fault["kind"])),
)
def test_any_other_answer_proves_nothing_and_the_password_goes_as_before(audit_world, fault):
    audited = audit_world(a_world(row(), faults=[{"leg": "device_code", **fault}]))
    assert audited.submissions == {JOB: 1}
    assert audited.results[0].verdicts["ropc"].value == "eligible"


def test_each_app_is_asked_about_once_a_tenant_and_environment(audit_world):
    rows = [
        row(),
        row(OTHER, app="resco-crm-sync"),  # the same client id
        row(OTHER, app=OWN),
        row(FED, FED_ENV),
    ]
    audited = audit_world(a_world(*rows))
    asked = [item.subject.key for item in apps_of(audited)]
    assert len(device_posts(audited)) == len(set(asked)) == 3
    assert {key.rpartition(" | ")[2] for key in asked} == {ENV, FED_ENV}


def apps_of(audited):
    found = [item for result in audited.results for item in result.evidence]
    return [item for item in found if item.question is Question.APPLICATION]


@pytest.mark.parametrize(
    ("columns", "settings"),
    [
        ({"believes": "none"}, {}),
        ({"kind": "person"}, {}),
        ({"believes": "wrong", "environment": FED_ENV}, {}),
        ({}, {"passwords": False}),
        ({}, {"scope": ScopeAnswer(tenants=frozenset({"fabrikam.example"}))}),
        ({"tenant": "fabrikam.example"}, {}),
    ],
)
def test_nobody_asks_about_an_app_for_which_no_password_would_be_sent(audit_world, columns, settings):
    audited = audit_world(a_world({**row(), **columns}, row(FED, FED_ENV, skip="later")), **settings)
    assert device_posts(audited) == []


def test_an_app_that_was_refused_leaves_the_accounts_one_submission_to_its_other_app(audit_world):
    audited = audit_world(a_world(row(app=UNKNOWN), row()))
    assert audited.submissions == {JOB: 1}
    refused, signed_in = audited.results
    assert refused.verdicts["ropc"].value == "not eligible"
    assert signed_in.verdicts["ropc"].value == "eligible"


def test_the_answer_is_judged_again_offline_to_the_same_result(audit_world):
    audited = audit_world(with_app(state="disabled"))
    assert [judged(one) for one in audited.audit.results()] == [judged(one) for one in audited.results]


def test_no_code_stands_in_the_run_file(audit_world, monkeypatch):
    given = []

    def noted(state, exchange):
        reply = device_code(state, exchange)
        given.append(yaml.safe_load(reply.body))
        return reply

    monkeypatch.setattr("auditor.lab.routes.ROUTES", routes_with(noted))
    audited = audit_world(deepcopy(BASE))
    written = b"".join(path.read_bytes() for path in audited.folder.glob("*"))
    assert given
    for codes in given:
        assert codes["device_code"].encode() not in written
        assert codes["user_code"].encode() not in written


def routes_with(handler):
    from dataclasses import replace  # noqa: PLC0415 - here alone

    from auditor.lab.routes import ROUTES  # noqa: PLC0415 - before it is replaced

    return tuple(replace(one, handler=handler) if one.handler is device_code else one for one in ROUTES)


def test_the_marked_outcomes_are_those_that_no_account_could_change():
    file = CHECKOUT / "rules" / "answers" / "outcomes.yaml"
    outcomes = yaml.safe_load(file.read_text(encoding="utf-8"))["outcomes"]
    marked = {name for name, one in outcomes.items() if one.get("beforehand")}
    assert marked == {
        "app_not_found",
        "app_disabled",
        "app_not_public_client",
        "first_party_not_preauthorized",
        "scope_invalid",
        "resource_not_found",
        "resource_disabled",
        "tenant_not_found",
        "wrong_tenant",
        "authority_not_supported",
        "wrong_cloud",
        "blocked_by_tenant_restrictions",
    }
    assert {outcomes[name]["password"] for name in marked} == {"unknown"}


class Noted(list):
    """A sink."""

    record = list.append


class Hurried(FakeDoor):
    """A door without answers: whoever asks anything fails."""

    def hurry(self):
        """Nothing is under way."""


def test_what_an_interrupted_run_has_found_is_not_asked_again(audit_world):
    audited = audit_world(with_app(state="disabled"))
    (result,) = audited.results
    tenant = slot(result, Question.TENANT).details["tenant_id"]
    plan = Plan(result.case, tenant, "contoso.example", LOGIN, "", slot(result, Question.REALM))
    door, sink = Hurried(), Noted()

    def refused(known):
        book = load_rulebook()
        return refused_beforehand([plan], book, outlook(door), sink, Silent(), 1, known)

    ((case, refusal),) = refused(apps_of(audited))
    assert (case, refusal.why) == (result.case, Why.REFUSED_BEFOREHAND)
    assert (door.forms, sink) == ([], [])
    with pytest.raises(KeyError):
        refused([])
