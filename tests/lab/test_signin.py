import json

import pytest

from auditor.lab.attempt import Attempt, Wanted
from auditor.lab.refusals import Refusal
from auditor.lab.signin import Granted, decide

RESCO = "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb"
ORG = "contoso.crm4.dynamics.com"


@pytest.fixture
def decided(make_asker):
    """Return the AADSTS number a sign-in ends with, 0 for a token."""

    def decide_one(changes=None, upn="ada@contoso.example", password="Right-horse-1", host=ORG, address=""):
        state = make_asker(changes, address).state
        tenant = state.estate.tenant_of(upn) or state.world.tenants[0]
        wanted = Wanted(host, frozenset({"user_impersonation"}), frozenset())
        result = decide(Attempt(state, tenant, upn, RESCO, wanted, password))
        return result.code if isinstance(result, Refusal) else 0

    return decide_one


def test_the_right_password_gets_a_token_where_nothing_stands_in_the_way(decided):
    assert decided() == 0


def test_a_token_carries_the_scopes_consented_to(make_asker):
    state = make_asker().state
    wanted = Wanted(ORG, frozenset({"user_impersonation"}), frozenset())
    result = decide(
        Attempt(state, state.world.tenants[0], "ADA@contoso.example", RESCO, wanted, "Right-horse-1")
    )
    assert isinstance(result, Granted)
    assert result.scopes == {"user_impersonation"}


SWITCHES = [
    ({"users.0.enabled": False}, 50057),
    ({"users.0.locked": True}, 50053),
    ({"users.0.password": "Another-1"}, 50126),
    ({"users.0.password_state": "expired"}, 50055),
    ({"users.0.password_state": "must-change"}, 50055),
    ({"users.0.password_state": "none"}, 50056),
    ({"users.0.password_state": "not-synchronised"}, 50056),
    ({"users.0.sign_in_hours": "denied"}, 80012),
    ({"users.0.per_user_mfa": "enforced"}, 50079),
    ({"users.0.per_user_mfa": "enabled"}, 50079),
    ({"users.0.per_user_mfa": "enforced", "users.0.mfa_method": "entra"}, 50076),
    ({"users.0.per_user_mfa": "enforced", "users.0.mfa_method": "third-party"}, 50158),
    ({"users.0.guest_of": "Harrow"}, 90072),
    ({"users.0.guest_of": "personal"}, 50020),
    ({"users.0.guest_of": "personal", "users.0.enabled": False}, 500571),
    ({"tenants.0.security_defaults": True}, 50079),
    ({"tenants.0.security_defaults": True, "users.0.mfa_method": "entra"}, 50076),
    ({"tenants.0.security_defaults": True, "users.0.registration_grace": True}, 0),
    ({"tenants.0.pass_through": "ok"}, 0),
    ({"tenants.0.pass_through": "agent-unavailable"}, 80001),
    ({"tenants.0.pass_through": "directory-unreachable"}, 80002),
    ({"tenants.0.blocked_addresses": ["198.51.100.0/24"]}, 50053),
    ({"tenants.0.dataverse": "missing"}, 500011),
    ({"tenants.0.dataverse": "disabled"}, 500014),
    ({"tenants.0.apps": []}, 700016),
    ({"tenants.0.apps.0.state": "disabled"}, 7000112),
    ({"tenants.0.apps.0.public_client": False}, 7000218),
    ({"tenants.0.apps.0.preauthorized": False}, 65002),
    ({"tenants.0.apps.0.assignment_required": True}, 50105),
    ({"tenants.0.apps.0.assignment_required": True, "tenants.0.apps.0.assigned": ["Field"]}, 0),
    ({"tenants.0.apps.0.assignment_required": True, "tenants.0.apps.0.assigned": ["ada@contoso.example"]}, 0),
    ({"tenants.0.grants": []}, 65001),
    ({"tenants.0.grants": [], "tenants.0.user_consent": "admin-approval"}, 90094),
    ({"tenants.0.grants": [], "tenants.0.apps.0.permission": "missing"}, 650057),
    ({"tenants.0.grants.0.scopes": ["read_only"]}, 65001),
    ({"tenants.0.grants.0.resource": "microsoft-graph"}, 65001),
    ({"tenants.0.grants.0": {"app": "resco-routes", "users": ["ada@contoso.example"]}}, 0),
    ({"tenants.0.grants.0": {"app": "resco-routes", "users": ["fay@fed.contoso.example"]}}, 65001),
    ({"environments.0.tenant": "contoso.example", "environments.0.host": "else.crm4.dynamics.com"}, 500011),
    ({"caller": {"tenant_restrictions": ["6b0c8c5e-0000-4000-8000-000000000002"]}}, 500021),
    ({"caller": {"tenant_restrictions": ["6b0c8c5e-0000-4000-8000-000000000001"]}}, 0),
]


PERIOD = "tenants.0.domains.0.password_validity_days"
CHANGED = "users.0.password_changed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({CHANGED: "2026-10-22"}, 50055),
        ({CHANGED: "2026-10-23"}, 0),
        ({}, 0),
        ({CHANGED: "2026-10-22", PERIOD: None}, 0),
        ({CHANGED: "2026-10-22", PERIOD: 2_147_483_647}, 0),
        ({CHANGED: "2026-10-22", "users.0.password_never_expires": True}, 0),
        ({CHANGED: "2026-10-22", "users.0.synced": True}, 0),
    ],
)
def test_a_password_older_than_the_period_of_its_domain_has_expired(decided, changes, code):
    """It is 2026-11-22 in the estate."""
    assert decided({PERIOD: 30} | changes) == code


@pytest.mark.parametrize(("changes", "code"), SWITCHES)
def test_one_switch_flips_the_answer(decided, changes, code):
    assert decided(changes) == code


def test_consent_is_looked_up_at_the_resource_asked_for(decided):
    graph = {"tenants.0.grants.0.resource": "microsoft-graph"}
    assert decided(graph, host="graph.microsoft.com") == 0
    assert decided(host="graph.microsoft.com") == 65001


def test_an_account_that_nobody_has_is_unknown(decided):
    assert decided(upn="nobody@contoso.example") == 50034


def test_a_guests_home_name_is_told_from_an_unknown_one(make_asker):
    guest = {"upn": "gus_harrow.example#EXT#@contoso.example", "guest_of": "Harrow"}
    asker = make_asker({"users.1": guest})
    assert json.loads(asker.token("gus@harrow.example").body)["error_codes"] == [90072]
    assert json.loads(asker.token("eve@harrow.example").body)["error_codes"] == [50034]


def test_a_password_over_256_characters_is_malformed(decided):
    assert decided(password="x" * 257) == 50052
    assert decided(password="x" * 256) == 50126


def test_a_federated_users_password_says_nothing_at_the_cloud(decided):
    assert decided(upn="fay@fed.contoso.example", password="Right-horse-2") == 50126
    in_rollout = {"users.1.staged_rollout": True}
    assert decided(in_rollout, upn="fay@fed.contoso.example", password="Right-horse-2") == 0


@pytest.mark.parametrize(("order", "code"), [("before-consent", 50079), ("after-consent", 65001)])
def test_mfa_and_consent_mask_each_other_in_the_order_the_world_sets(decided, order, code):
    both = {"tenants.0.grants": [], "users.0.per_user_mfa": "enforced", "order": {"mfa": order}}
    assert decided(both) == code


@pytest.mark.parametrize(
    ("check", "broken", "code"),
    [
        ("application", {"tenants.0.apps": []}, 700016),
        ("resource", {"tenants.0.dataverse": "missing"}, 500011),
        ("disabled", {"users.0.enabled": False}, 50057),
    ],
)
def test_a_check_comes_before_or_after_the_password_as_the_world_sets(decided, check, broken, code):
    assert decided({**broken, "order": {check: "before-password"}}, password="wrong") == code
    assert decided({**broken, "order": {check: "after-password"}}, password="wrong") == 50126
    assert decided({**broken, "order": {check: "after-password"}}) == code


def test_a_tenant_may_have_an_order_of_its_own(decided):
    own = {"tenants.0.order": {"mfa": "after-consent"}, "order": {"mfa": "before-consent"}}
    assert decided({**own, "tenants.0.grants": [], "users.0.per_user_mfa": "enforced"}) == 65001
