"""Defects of other tools in reading and evaluating a directory (peers.md 3 and 4), each by its number."""

import pytest

from auditor.directory.access import evaluate
from auditor.directory.logs import Log
from auditor.directory.signins import DATAVERSE, password_sign_in
from auditor.directory.snapshot import Known, Lack, Missing
from auditor.model import Truth

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
YES, NO, OPEN = Truth.HOLDS, Truth.FAILS, Truth.UNANSWERED
ANNA, SVC = "a0000000-0000-0000-0000-000000000000", "b0000000-0000-0000-0000-000000000000"
OUTER, INNER = "c0000000-0000-0000-0000-000000000000", "d0000000-0000-0000-0000-000000000000"

READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


def page(context, *rows, **more):
    return {"@odata.context": GRAPH + context, "value": list(rows), **more}


def policy(name, *, state="enabled", grant=("mfa",), operator="OR", clients=("all",), more=None, **users):
    return {
        "id": f"id-{name}",
        "displayName": name,
        "state": state,
        "conditions": {
            "users": users or {"includeUsers": ["All"]},
            "applications": {"includeApplications": ["All"]},
            "clientAppTypes": list(clients),
            **(more or {}),
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


def test_peers_3_5_members_that_could_not_be_looked_up_are_not_an_empty_group(tenant):
    refusal = {"error": {"code": "Request_ResourceNotFound", "message": "x"}}
    snapshot = tenant(
        policy("but", includeUsers=["All"], excludeGroups=[OUTER]), **{f"members-{OUTER}": refusal}
    )
    assert mfa(snapshot) is OPEN


@pytest.mark.parametrize(
    "exclusion",
    [
        {"applications": {"includeApplications": ["All"], "excludeApplications": [DATAVERSE]}},
        {"users": {"includeUsers": ["All"], "excludeGroups": [OUTER]}},
        {"users": {"includeUsers": ["All"], "excludeRoles": [READER]}},
    ],
)
def test_peers_3_8_excluded_apps_groups_and_roles_count(tenant, exclusion):
    svc = [{"@odata.type": "#microsoft.graph.user", "id": SVC}]
    snapshot = tenant(
        policy("all", more=exclusion),
        groups=page("groups", {"id": OUTER, "displayName": "Outer", "members": svc}),
        roles=page("directoryRoles", {"id": "r", "roleTemplateId": READER, "members": svc}),
    )
    assert mfa(snapshot, SVC) is NO
    assert len(evaluate(snapshot, password_sign_in(SVC)).exemptions) == 1


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


@pytest.mark.parametrize(
    "condition",
    [
        {"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}},
        {"platforms": {"includePlatforms": ["android", "iOS"]}},
    ],
)
def test_peers_3_9_a_policy_for_some_places_or_platforms_is_not_mfa_everywhere(tenant, condition):
    assert mfa(tenant(policy("some", more=condition))) is OPEN


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


def test_peers_3_11_a_log_that_was_refused_is_not_a_log_without_password_grants(export):
    refusal = {"error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "x"}}
    assert export({"users.json": USERS, "signIns.json": refusal}).sign_ins == Missing(
        Lack.NO_LICENCE, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    )


def test_peers_3_11_password_grants_in_the_log_are_joined_to_their_users(export):
    row = {"userId": ANNA, "appId": "x", "clientAppUsed": "Mobile Apps and Desktop clients"}
    log = page("auditLogs/signIns", {**row, "authenticationProtocol": "ropc"})
    snapshot = export({"users.json": USERS, "signIns.json": log})
    said = {of: Log(snapshot).details(snapshot.users.value[of])["ropc_in_log"] for of in (ANNA, SVC)}
    assert said == {ANNA: "at an unknown time", SVC: ""}


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


def test_peers_4_18_a_tenant_without_premium_is_a_missing_licence_and_not_an_empty_report(export):
    refusal = {"error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "x"}}
    found = export({"users.json": USERS, "userRegistrationDetails.json": refusal}).registrations
    assert found.lack is Lack.NO_LICENCE


def test_peers_4_26_an_excluded_user_who_was_deleted_exempts_nobody(tenant):
    gone = "e0000000-0000-0000-0000-000000000000"
    snapshot = tenant(policy("all", includeUsers=["All"], excludeUsers=[gone]))
    access = evaluate(snapshot, password_sign_in(ANNA))
    assert (access.mfa.truth, access.exemptions) == (YES, ())


def test_peers_4_30_an_exclusion_of_guests_is_not_one_of_members(tenant):
    snapshot = tenant(policy("all", includeUsers=["All"], excludeUsers=["GuestsOrExternalUsers"]))
    assert mfa(snapshot) is YES


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
