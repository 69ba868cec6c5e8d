"""Defects of other tools in reading and evaluating a directory (peers.md 3 and 4), each by its number."""

import pytest

from auditor.directory.access import evaluate
from auditor.directory.signins import password_sign_in
from auditor.directory.snapshot import Known, Lack, Missing
from auditor.model import Truth

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
YES, NO, OPEN = Truth.HOLDS, Truth.FAILS, Truth.UNANSWERED
ANNA, SVC = "a0000000-0000-0000-0000-000000000000", "b0000000-0000-0000-0000-000000000000"
OUTER, INNER = "c0000000-0000-0000-0000-000000000000", "d0000000-0000-0000-0000-000000000000"


def page(context, *rows, **more):
    return {"@odata.context": GRAPH + context, "value": list(rows), **more}


def policy(name, *, state="enabled", grant=("mfa",), operator="OR", clients=("all",), **users):
    return {
        "id": f"id-{name}",
        "displayName": name,
        "state": state,
        "conditions": {
            "users": users or {"includeUsers": ["All"]},
            "applications": {"includeApplications": ["All"]},
            "clientAppTypes": list(clients),
        },
        "grantControls": {"operator": operator, "builtInControls": list(grant)},
    }


USERS = page(
    "users",
    {"id": ANNA, "userPrincipalName": "anna@contoso.example", "userType": "Member", "accountEnabled": True},
    {"id": SVC, "userPrincipalName": "svc@contoso.example", "userType": "Member", "accountEnabled": False},
)
STATES = page(
    "users", {"id": ANNA, "perUserMfaState": "disabled"}, {"id": SVC, "perUserMfaState": "disabled"}
)
DEFAULTS = {
    "@odata.context": GRAPH + "policies/identitySecurityDefaultsEnforcementPolicy/$entity",
    "isEnabled": False,
}


@pytest.fixture
def tenant(export):
    def made(*policies, **files):
        pages = {"policies.json": page("identity/conditionalAccess/policies", *policies)}
        base = {"users.json": USERS, "states.json": STATES, "defaults.json": DEFAULTS}
        return export({**base, **pages, **{f"{name}.json": data for name, data in files.items()}})

    return made


def mfa(snapshot, user=ANNA):
    return evaluate(snapshot, password_sign_in(user)).mfa.truth


def test_peers_3_7_one_enabled_policy_does_not_make_report_only_ones_enforced(tenant):
    snapshot = tenant(
        policy("on", includeUsers=[SVC]), policy("watching", state="enabledForReportingButNotEnforced")
    )
    assert (mfa(snapshot), mfa(snapshot, SVC)) == (NO, YES)


def test_peers_3_8_an_exclusion_is_no_protection_and_is_named(tenant):
    snapshot = tenant(policy("all", includeUsers=["All"], excludeUsers=[SVC]))
    access = evaluate(snapshot, password_sign_in(SVC))
    assert access.mfa.truth is NO
    assert [(one.policy, str(one.exclusions[0])) for one in access.exemptions] == [
        ("all", "user svc@contoso.example")
    ]


def test_peers_3_8_a_policy_for_one_user_protects_one_user(tenant):
    snapshot = tenant(policy("one", includeUsers=[ANNA]))
    assert (mfa(snapshot, ANNA), mfa(snapshot, SVC)) == (YES, NO)


def test_peers_3_8_blocking_exchange_clients_is_not_blocking_other_clients(tenant):
    snapshot = tenant(policy("legacy", grant=["block"], clients=["exchangeActiveSync"]))
    assert evaluate(snapshot, password_sign_in(ANNA)).blocked.truth is NO


def test_peers_3_9_mfa_or_a_compliant_device_is_not_enforced_mfa(tenant):
    access = evaluate(tenant(policy("either", grant=["mfa", "compliantDevice"])), password_sign_in(ANNA))
    assert (access.mfa.truth, access.password.truth) == (NO, NO)


def test_peers_3_9_a_policy_for_browsers_does_not_count_for_a_password_grant(tenant):
    assert mfa(tenant(policy("browser", clients=["browser"]))) is NO


def test_peers_3_9_nested_groups_count(tenant):
    groups = page(
        "groups",
        {
            "id": OUTER,
            "displayName": "Outer",
            "members": [{"@odata.type": "#microsoft.graph.group", "id": INNER}],
        },
        {
            "id": INNER,
            "displayName": "Inner",
            "members": [{"@odata.type": "#microsoft.graph.user", "id": SVC}],
        },
    )
    snapshot = tenant(policy("group", includeGroups=[OUTER]), groups=groups)
    assert (mfa(snapshot, SVC), mfa(snapshot, ANNA)) == (YES, NO)


def test_peers_3_10_registered_is_not_required(tenant):
    registered = page(
        "reports/authenticationMethods/userRegistrationDetails",
        {"id": ANNA, "isMfaRegistered": True, "isMfaCapable": True, "methodsRegistered": ["fido2", "email"]},
    )
    snapshot = tenant(registrations=registered)
    assert snapshot.registrations.value[ANNA].mfa_registered is True
    assert mfa(snapshot) is NO


def test_peers_3_13_what_was_refused_is_neither_empty_nor_a_pass(export):
    refusal = {"error": {"code": "AccessDenied", "message": "x"}}
    snapshot = export(
        {"users.json": USERS, "conditionalAccessPolicies.json": refusal, "s.json": STATES, "d.json": DEFAULTS}
    )
    assert snapshot.policies == Missing(Lack.REFUSED, "AccessDenied")
    assert mfa(snapshot) is OPEN


def test_peers_4_1_and_2_disabled_policies_do_not_enforce(tenant):
    assert mfa(tenant(policy("off", state="disabled"))) is NO


def test_peers_4_5_a_tenant_without_a_licence_is_unknown_and_not_without_mfa(export):
    refusal = {"error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "x"}}
    snapshot = export(
        {"users.json": USERS, "conditionalAccess.json": refusal, "s.json": STATES, "d.json": DEFAULTS}
    )
    access = evaluate(snapshot, password_sign_in(ANNA))
    assert access.mfa.truth is OPEN
    assert "licence" in access.mfa.why[0]


def test_peers_4_6_an_error_that_does_not_name_a_licence_is_no_missing_licence(export):
    refusal = {"error": {"code": "InternalServerError", "message": "Premium license"}}
    snapshot = export({"users.json": USERS, "userRegistrationDetails.json": refusal})
    assert snapshot.registrations.lack is Lack.FAILED


def test_peers_4_17_users_without_select_do_not_become_enabled_members(export):
    row = {"id": ANNA, "userPrincipalName": "anna@contoso.example", "displayName": "Anna"}
    user = export({"users.json": page("users", row)}).users.value[ANNA]
    assert (user.enabled, user.type) == (None, None)


def test_peers_4_22_a_method_that_we_do_not_know_is_kept(export):
    row = {"id": ANNA, "isMfaRegistered": True, "methodsRegistered": ["qrCodePin", "somethingNew"]}
    found = export({"r.json": page("userRegistrationDetails", row)})
    assert found.registrations.value[ANNA].methods == ("qrCodePin", "somethingNew")


def test_peers_4_34_synchronised_users_are_evaluated_like_others(export):
    row = {
        "id": ANNA,
        "userPrincipalName": "a@contoso.example",
        "userType": "Member",
        "onPremisesSyncEnabled": True,
    }
    snapshot = export(
        {
            "users.json": page("users", row),
            "p.json": page("identity/conditionalAccess/policies", policy("all")),
        }
    )
    assert snapshot.users.value[ANNA].synced is True
    assert mfa(snapshot) is YES


def test_peers_4_59_a_link_to_a_further_page_is_never_followed_in_circles_but_said(export):
    snapshot = export({"users.json": page("users", *USERS["value"], **{"@odata.nextLink": GRAPH + "users"})})
    assert isinstance(snapshot.users, Known)
    assert snapshot.users.gaps
