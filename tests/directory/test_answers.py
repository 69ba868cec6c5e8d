"""What a directory answers for an account and a case."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.directory.answers import Directory
from auditor.directory.entrances import ALLOWED, BLOCKED, MFA, UNKNOWN, UNMET, entrance
from auditor.directory.rulings import Access, Answer
from auditor.directory.snapshot import Snapshot
from auditor.model import (
    AppProfile,
    Case,
    CaseKey,
    Kind,
    NotObserved,
    Origin,
    Question,
    SignsInFrom,
    Sureness,
    Truth,
    Vantage,
    Why,
)
from tests.directory.conftest import page

DATAVERSE = "00000007-0000-0000-c000-000000000000"
APP = "11111111-aaaa-4bbb-8ccc-dddddddddddd"
TENANT = "99999999-0000-4000-8000-000000000000"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
NOWHERE = Vantage()
READ = datetime(2026, 11, 1, tzinfo=UTC)
HOST = "contoso.crm4.dynamics.com"
PROFILE = AppProfile("sync", "Sync", APP, Sureness.SOURCED, {}, SignsInFrom.CUSTOMER_SERVER)


def case_of(account, kind=Kind.INTEGRATION):
    key = CaseKey(account.lower(), "sync", HOST)
    return Case(key, account, HOST, PROFILE, kind, Origin("accounts.csv", "", 2))


def user(name, **fields):
    known = {
        "accountEnabled": True,
        "userType": "Member",
        "onPremisesSyncEnabled": None,
        "passwordPolicies": None,
    }
    return {"id": name, "userPrincipalName": f"{name}@contoso.example", **known, **fields}


def principal(name, app, **fields):
    known = {
        "accountEnabled": True,
        "appRoleAssignmentRequired": False,
        "appOwnerOrganizationId": f"publisher-of-{name}",
        "servicePrincipalType": "Application",
        "displayName": name.title(),
    }
    return {"id": name, "appId": app, **known, **fields}


def grant(client="app", resource="dataverse", scope="user_impersonation", principal_id=None):
    kind = "Principal" if principal_id else "AllPrincipals"
    return {
        "clientId": client,
        "resourceId": resource,
        "consentType": kind,
        "principalId": principal_id,
        "scope": scope,
    }


def policy(name, controls=("mfa",), state="enabled", exclude=(), **conditions):
    return {
        "id": name,
        "displayName": name,
        "state": state,
        "conditions": {
            "users": {"includeUsers": ["All"], "excludeGroups": list(exclude)},
            "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["all"],
            **conditions,
        },
        "grantControls": {"operator": "OR", "builtInControls": list(controls)},
    }


def files(**parts):
    """A whole export of a small tenant; `parts` replace files, None leaves one out."""
    known = {
        "organization": page(
            "organization", [{"id": TENANT, "verifiedDomains": [{"name": "contoso.example"}]}]
        ),
        "domains": page("domains", [{"id": "contoso.example", "authenticationType": "Managed"}]),
        "users": page("users", [user("anna"), user("svc"), user("boss")]),
        "registrations": page(
            "userRegistrationDetails",
            [
                {"id": "anna", "isMfaRegistered": True, "isMfaCapable": True, "methodsRegistered": ["fido2"]},
                {"id": "svc", "isMfaRegistered": False, "isMfaCapable": False, "methodsRegistered": []},
            ],
        ),
        "states": page(
            "users", [{"id": one, "perUserMfaState": "disabled"} for one in ("anna", "svc", "boss")]
        ),
        "defaults": {
            "@odata.context": "$metadata#policies/identitySecurityDefaultsEnforcementPolicy",
            "isEnabled": False,
        },
        "policies": page("identity/conditionalAccess/policies", []),
        "locations": page("identity/conditionalAccess/namedLocations", []),
        "groups": page("groups", [{"id": "exempt", "displayName": "MFA exempt", "groupTypes": []}]),
        "members": {
            "@odata.context": "$metadata#groups(id,transitiveMembers())/$entity",
            "id": "exempt",
            "displayName": "MFA exempt",
            "transitiveMembers": [{"@odata.type": "#microsoft.graph.user", "id": "svc"}],
        },
        "roles": page(
            "directoryRoles",
            [
                {
                    "id": "role",
                    "displayName": "Global Administrator",
                    "roleTemplateId": GLOBAL_ADMINISTRATOR,
                    "members": [{"@odata.type": "#microsoft.graph.user", "id": "boss"}],
                }
            ],
        ),
        "authorization": {
            "id": "authorizationPolicy",
            "defaultUserRolePermissions": {
                "permissionGrantPoliciesAssigned": [
                    "ManagePermissionGrantsForSelf.microsoft-user-default-legacy"
                ]
            },
        },
        "principals": page("servicePrincipals", [principal("app", APP), principal("dataverse", DATAVERSE)]),
        "grants": page("oauth2PermissionGrants", [grant()]),
        "assignments": page("appRoleAssignments", []),
        **parts,
    }
    return {f"{name}.json": data for name, data in known.items() if data is not None}


@pytest.fixture
def directory(export):
    """The small tenant's directory, with parts replaced or left out."""

    def made(vantage=NOWHERE, country="", **parts):
        return Directory(export(files(**parts)), "export", READ, vantage, country)

    return made


def said(directory, account="svc@contoso.example"):
    return directory.user(account).details


def access(directory, account="svc@contoso.example", kind=Kind.INTEGRATION):
    return directory.access(case_of(account, kind)).details


def consent(directory, account="svc@contoso.example"):
    return directory.consent(case_of(account)).details


def test_an_account_is_found_by_its_name_in_any_spelling(directory):
    found = directory().user("SVC@Contoso.Example")
    assert (found.question, found.subject.key) == (Question.DIRECTORY_USER, "svc@contoso.example")
    assert (found.source, found.at, found.answer.success) == ("export", READ, True)
    assert found.details["found"] is True


def test_what_graph_says_is_null_is_a_no_and_not_an_unknown(directory):
    details = said(directory())
    assert (details["synced"], details["password_expiry"]) == ("no", "policy")
    assert details["unread"] == ()


def test_what_powershell_writes_as_null_may_not_have_been_asked_for(directory):
    shouted = {"Id": "svc", "UserPrincipalName": "svc@contoso.example", "OnPremisesSyncEnabled": None}
    details = said(directory(users=[{**shouted, "PasswordPolicies": None, "AccountEnabled": None}]))
    assert (details["synced"], details["password_expiry"], details["enabled"]) == (UNKNOWN,) * 3
    assert "users: whether the account is synchronised is not said" in details["unread"]


def test_the_password_s_expiry_and_last_change_are_told(directory):
    never = user(
        "svc", passwordPolicies="DisablePasswordExpiration", lastPasswordChangeDateTime="2021-03-04T05:06:07Z"
    )
    details = said(directory(users=page("users", [never])))
    assert (details["password_expiry"], details["password_changed"]) == ("never", "2021-03-04")


def test_registered_capable_and_methods_are_told_apart(directory):
    one = directory()
    assert [said(one, "anna@contoso.example")[k] for k in ("mfa_registered", "mfa_capable")] == ["yes", "yes"]
    assert said(one, "anna@contoso.example")["methods"] == ("fido2",)
    assert said(one)["mfa_registered"] == "no"


def test_an_account_that_is_not_among_the_registrations_is_unknown_there(directory):
    details = said(directory(), "boss@contoso.example")
    assert details["mfa_registered"] == UNKNOWN
    assert details["unread"] == ("registration details: the account is not among them",)
    assert details["roles"] == ("Global Administrator",)


def test_without_a_licence_registration_is_unknown_and_never_no(directory):
    refused = {"error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": ""}}
    details = said(
        directory(registrations={"@odata.context": "$metadata#userRegistrationDetails", **refused})
    )
    assert (details["mfa_registered"], details["mfa_capable"]) == (UNKNOWN, UNKNOWN)
    assert any("the tenant has no licence for it" in line for line in details["unread"])


def test_an_account_that_is_not_there_is_absent_only_where_all_users_were_read(directory):
    assert directory().user("ghost@contoso.example").details == {"found": False}
    cut = page("users", [user("anna")], **{"@odata.nextLink": "https://graph.microsoft.com/next"})
    missed = directory(users=cut).user("ghost@contoso.example")
    assert isinstance(missed, NotObserved)
    assert missed.why is Why.DIRECTORY_NOT_READ
    assert "a further page is not in the export" in missed.detail


def test_without_any_users_nothing_is_said_of_an_account(directory):
    one = directory(users=None)
    assert isinstance(one.user("svc@contoso.example"), NotObserved)
    assert access(one)["ropc"] == UNKNOWN
    assert access(one)["ropc_why"] == "users: not exported"


def test_a_policy_about_risk_leaves_the_password_open_but_for_an_account_that_is_not_at_risk(directory):
    rule = policy("Risky users", ["block"], userRiskLevels=["high"])
    details = access(directory(policies=page("identity/conditionalAccess/policies", [rule])))
    assert (details["ropc"], details["ropc_without_risk"], details["ropc_mfa"]) == (UNKNOWN, ALLOWED, "no")
    assert "the user risk is not given" in details["ropc_why"]


def test_a_tenant_without_policies_lets_a_password_in(directory):
    details = access(directory())
    assert (details["ropc"], details["interactive"], details["security_defaults"]) == (
        ALLOWED,
        ALLOWED,
        "off",
    )
    assert (details["ropc_why"], details["unread"], details["location_used"]) == ("", (), "")


@pytest.mark.parametrize(
    ("controls", "word"),
    [(["mfa"], MFA), (["block"], BLOCKED), (["compliantDevice"], UNMET), (["mfa", "compliantDevice"], UNMET)],
)
def test_what_a_policy_demands_is_said_with_its_name(directory, controls, word):
    details = access(
        directory(policies=page("identity/conditionalAccess/policies", [policy("The policy", controls)]))
    )
    assert (details["ropc"], details["ropc_by"]) == (word, ("The policy",))


def test_terms_that_may_have_been_accepted_before_leave_it_open_and_say_so(directory):
    rule = policy("Contractors", [])
    rule["grantControls"] |= {"termsOfUse": ["terms-1"], "operator": "AND"}
    details = access(directory(policies=page("identity/conditionalAccess/policies", [rule])))
    assert details["ropc"] == UNKNOWN
    assert details["ropc_why"] == "Contractors: not known whether what it demands has been met before"


def test_the_exclusion_that_alone_lets_a_password_in_is_named(directory):
    rule = policy("MFA for all", exclude=["exempt"])
    details = access(directory(policies=page("identity/conditionalAccess/policies", [rule])))
    assert (details["ropc"], details["ropc_exclusion"]) == (
        ALLOWED,
        ("MFA for all excludes group MFA exempt",),
    )


def test_a_report_only_policy_is_named_and_refuses_nobody(directory):
    rule = policy("Tried out", state="enabledForReportingButNotEnforced")
    details = access(directory(policies=page("identity/conditionalAccess/policies", [rule])))
    assert (details["ropc"], details["report_only"]) == (ALLOWED, ("Tried out",))


def test_a_report_only_policy_for_browsers_matters_to_people_alone(directory):
    rule = policy("For pages", state="enabledForReportingButNotEnforced", clientAppTypes=["browser"])
    one = directory(policies=page("identity/conditionalAccess/policies", [rule]))
    assert access(one)["report_only"] == ()
    assert access(one, kind=Kind.PERSON)["report_only"] == ("For pages",)


def test_a_policy_for_browsers_alone_leaves_it_open_how_people_sign_in(directory):
    rule = policy("For pages", clientAppTypes=["browser"])
    details = access(directory(policies=page("identity/conditionalAccess/policies", [rule])))
    assert (details["ropc"], details["interactive"]) == (ALLOWED, UNKNOWN)
    assert "allowed in an app of its own, mfa in a browser" in details["interactive_why"]


def test_missing_policies_are_unknown_and_never_a_pass(directory):
    details = access(directory(policies=None))
    assert details["ropc"] == UNKNOWN
    assert details["ropc_why"] == "conditional access policies: not exported"
    assert details["unread"] == ("conditional access policies: not exported",)


def test_what_was_not_read_does_not_matter_where_mfa_is_certain_anyway(directory):
    rule = page("identity/conditionalAccess/policies", [policy("MFA for all")])
    details = access(directory(policies=rule, states=None, defaults=None))
    assert (details["ropc"], details["ropc_by"], details["security_defaults"]) == (
        MFA,
        ("MFA for all",),
        UNKNOWN,
    )
    assert "per-user MFA: not exported" not in details["ropc_why"]


OFFICE = {
    "id": "office",
    "displayName": "Office",
    "isTrusted": False,
    "ipRanges": [{"cidrAddress": "203.0.113.0/24"}],
}


def by_place(directory, address=""):
    rule = policy(
        "Elsewhere", ["block"], locations={"includeLocations": ["All"], "excludeLocations": ["office"]}
    )
    office = {"@odata.type": "#microsoft.graph.ipNamedLocation", **OFFICE}
    return directory(
        Vantage("desk", address),
        policies=page("identity/conditionalAccess/policies", [rule]),
        locations=page("identity/conditionalAccess/namedLocations", [office]),
    )


def test_without_an_address_a_policy_by_location_is_not_answered(directory):
    details = access(by_place(directory))
    assert (details["ropc"], details["location_used"]) == (UNKNOWN, "")
    assert "Elsewhere" in details["ropc_why"]


@pytest.mark.parametrize(("address", "word"), [("203.0.113.7", ALLOWED), ("198.51.100.7", BLOCKED)])
def test_the_place_that_was_assumed_is_named_where_it_decides(directory, address, word):
    details = access(by_place(directory, address))
    assert (details["ropc"], details["location_used"]) == (word, f"desk ({address})")


def test_a_place_that_no_policy_asks_for_is_not_named(directory):
    assert access(directory(Vantage("desk", "203.0.113.7")))["location_used"] == ""


def test_a_person_s_own_mfa_state_is_named_as_what_it_is(directory):
    states = page("users", [{"id": "svc", "perUserMfaState": "enforced"}])
    one = directory(states=states)
    assert (access(one)["ropc"], access(one)["ropc_by"]) == (MFA, ("per-user MFA",))
    assert said(one)["per_user_mfa"] == "enforced"


@pytest.mark.parametrize(
    ("grants", "word"),
    [
        ([grant()], "all"),
        ([grant(principal_id="svc")], "user"),
        ([grant(principal_id="svc"), grant()], "all"),
        ([grant(principal_id="anna")], "none"),
        ([grant(scope="openid profile")], "none"),
        ([grant(resource="graph")], "none"),
        ([grant(client="other")], "none"),
        ([], "none"),
    ],
)
def test_for_whom_was_consented(directory, grants, word):
    assert consent(directory(grants=page("oauth2PermissionGrants", grants)))["consent"] == word


def test_what_goes_beyond_what_is_needed_is_named_with_its_resource(directory):
    grants = [
        grant(scope="user_impersonation openid", principal_id="svc"),
        grant(resource="graph", scope="openid offline_access Mail.Read"),
        grant(resource="graph", scope="Files.Read", principal_id="anna"),
    ]
    principals = [principal("app", APP), principal("dataverse", DATAVERSE), principal("graph", "graph-app")]
    details = consent(
        directory(
            grants=page("oauth2PermissionGrants", grants), principals=page("servicePrincipals", principals)
        )
    )
    assert details["wider"] == ("Graph: Mail.Read",)
    assert details["scopes"] == ("openid", "user_impersonation")


def test_missing_consents_are_unknown_and_never_none(directory):
    details = consent(directory(grants=None))
    assert details["consent"] == UNKNOWN
    assert "permission grants: not exported" in details["unread"]


def test_a_further_page_of_consents_keeps_an_absent_one_open(directory):
    cut = page(
        "oauth2PermissionGrants",
        [grant(principal_id="anna")],
        **{"@odata.nextLink": "https://graph.microsoft.com/x"},
    )
    assert consent(directory(grants=cut))["consent"] == UNKNOWN


def test_an_app_of_the_resource_s_own_publisher_may_need_no_consent(directory):
    pair = [
        principal(name, app, appOwnerOrganizationId="microsoft")
        for name, app in (("app", APP), ("dataverse", DATAVERSE))
    ]
    details = consent(
        directory(principals=page("servicePrincipals", pair), grants=page("oauth2PermissionGrants", []))
    )
    assert details["consent"] == UNKNOWN
    assert "authorised beforehand" in details["unread"][0]


def test_an_app_that_the_tenant_does_not_know_has_no_consent(directory):
    alone = page("servicePrincipals", [principal("dataverse", DATAVERSE)])
    details = consent(directory(principals=alone, grants=page("oauth2PermissionGrants", [])))
    assert (details["app_known"], details["app_enabled"], details["consent"]) == ("no", UNKNOWN, "none")


def test_an_app_nobody_asked_about_is_not_called_unknown_to_the_tenant(export):
    snapshot = export(files())
    gapped = Snapshot(
        users=snapshot.users,
        service_principals=type(snapshot.users)({}, (), ("only the apps that were asked about",)),
        asked_apps=frozenset({DATAVERSE}),
    )
    directory = Directory(gapped, "export", READ)
    details = consent(directory)
    assert (details["app_known"], details["dataverse_known"], details["consent"]) == (UNKNOWN, "no", UNKNOWN)


def test_a_disabled_app_and_resource_are_said(directory):
    off = [
        principal("app", APP, accountEnabled=False),
        principal("dataverse", DATAVERSE, accountEnabled=False),
    ]
    details = consent(directory(principals=page("servicePrincipals", off)))
    assert (details["app_enabled"], details["dataverse_enabled"]) == ("no", "no")


def assigned(directory, rows, **parts):
    wants = [principal("app", APP, appRoleAssignmentRequired=True), principal("dataverse", DATAVERSE)]
    return consent(
        directory(
            principals=page("servicePrincipals", wants), assignments=page("appRoleAssignments", rows), **parts
        )
    )


def row(who, kind="User", resource="app"):
    return {"principalId": who, "principalType": kind, "resourceId": resource, "appRoleId": "default"}


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([row("svc")], "yes"),
        ([row("anna")], "no"),
        ([row("svc", resource="other")], "no"),
        ([row("exempt", "Group")], "yes"),
        ([row("unread", "Group")], UNKNOWN),
        ([], "no"),
    ],
)
def test_who_is_assigned(directory, rows, word):
    details = assigned(directory, rows)
    assert (details["assignment_required"], details["assigned"]) == ("yes", word)


def test_a_member_of_a_group_within_may_not_count_as_assigned(directory):
    nested = {
        "@odata.context": "$metadata#groups(id,transitiveMembers())/$entity",
        "id": "exempt",
        "transitiveMembers": [
            {"@odata.type": "#microsoft.graph.user", "id": "svc"},
            {"@odata.type": "#microsoft.graph.group", "id": "inner"},
        ],
    }
    details = assigned(directory, [row("exempt", "Group")], members=nested)
    assert details["assigned"] == UNKNOWN
    assert any("MFA exempt: perhaps through a group in it" in line for line in details["unread"])


@pytest.mark.parametrize(("listed", "word"), [("svc", "yes"), ("anna", "no")])
def test_of_a_group_with_groups_in_it_the_direct_members_are_assigned(directory, listed, word):
    nested = {
        "@odata.context": "$metadata#groups(id,transitiveMembers())/$entity",
        "id": "exempt",
        "transitiveMembers": [
            {"@odata.type": "#microsoft.graph.user", "id": "svc"},
            {"@odata.type": "#microsoft.graph.user", "id": "anna"},
            {"@odata.type": "#microsoft.graph.group", "id": "inner"},
        ],
        "members": [
            {"@odata.type": "#microsoft.graph.user", "id": listed},
            {"@odata.type": "#microsoft.graph.group", "id": "inner"},
        ],
    }
    assert assigned(directory, [row("exempt", "Group")], members=nested)["assigned"] == word


def test_where_assignment_is_required_users_may_not_consent_but_administrators_may(directory):
    assert assigned(directory, [])["user_may_consent"] == "no"
    wants = page("servicePrincipals", [principal("app", APP, appRoleAssignmentRequired=True)])
    assert consent(directory(principals=wants), "boss@contoso.example")["user_may_consent"] == "yes"


@pytest.mark.parametrize(
    ("policies", "word"),
    [
        (["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"], "yes"),
        (["ManagePermissionGrantsForSelf.microsoft-user-default-recommended"], "yes"),
        (["ManagePermissionGrantsForSelf.microsoft-user-default-low"], UNKNOWN),
        (["ManagePermissionGrantsForSelf.our-own"], UNKNOWN),
        (["ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team"], "no"),
        ([], "no"),
        (None, UNKNOWN),
    ],
)
def test_whether_users_may_consent_follows_from_the_tenant_s_setting(directory, policies, word):
    permissions = {} if policies is None else {"permissionGrantPoliciesAssigned": policies}
    setting = {
        "id": "authorizationPolicy",
        "defaultUserRolePermissions": {"allowedToCreateApps": True, **permissions},
    }
    assert consent(directory(authorization=setting))["user_may_consent"] == word


def test_the_setting_for_members_says_nothing_of_guests(directory):
    guests = page("users", [user("svc", userType="Guest")])
    assert consent(directory(users=guests))["user_may_consent"] == UNKNOWN


def test_who_could_consent_are_the_roles_that_somebody_holds(directory):
    assert consent(directory())["consent_by"] == ("Global Administrator",)


def test_where_roles_were_not_read_all_that_could_consent_are_named(directory):
    assert len(consent(directory(roles=None))["consent_by"]) == 4


def test_a_directory_speaks_for_the_domains_of_its_tenant(directory):
    one = directory()
    assert one.speaks_for("contoso.example", "")
    assert one.speaks_for("elsewhere.example", TENANT)
    assert not one.speaks_for("fabrikam.example", "")
    assert not one.speaks_for("contoso.example", "11111111-0000-4000-8000-000000000000")


def test_an_export_without_its_organization_speaks_for_the_domains_of_its_own_accounts(directory):
    foreign = user("guest", userPrincipalName="guest_fabrikam.example#EXT#@other.example")
    one = directory(organization=None, users=page("users", [user("svc"), foreign]))
    assert one.speaks_for("contoso.example", TENANT)
    assert not one.speaks_for("other.example", "")


def test_every_part_that_was_not_read_is_told(directory):
    lines = directory(policies=None, grants=None).unread
    assert {"conditional access policies: not exported", "permission grants: not exported"} <= set(lines)


TRUTHS = st.sampled_from(list(Truth))


@given(blocked=TRUTHS, mfa=TRUTHS, password=TRUTHS)
def test_what_is_open_is_never_let_in_and_always_explained(blocked, mfa, password):
    answers = [Answer(truth, ("name",), (), ("reason",)) for truth in (blocked, mfa, password)]
    found = entrance(_access(*answers))
    assert (found.word == ALLOWED) == ((blocked, mfa, password) == (Truth.FAILS, Truth.FAILS, Truth.HOLDS))
    assert found.word != UNKNOWN or found.open


def _access(blocked, mfa, password):
    nothing = Answer(Truth.FAILS)
    return Access(
        verdicts=(),
        blocked=blocked,
        blocked_by_policies=nothing,
        mfa_by_policies=nothing,
        password_by_policies=nothing,
        mfa_by_defaults=nothing,
        mfa_by_user_state=nothing,
        mfa=mfa,
        password=password,
        exemptions=(),
    )
