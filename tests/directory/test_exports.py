"""An export becomes a snapshot: what each file is about, what is missing, incomplete or wrong."""

import json
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.directory.exports import read_export
from auditor.directory.snapshot import Grant, Known, Lack, Members, Missing
from auditor.errors import ExportError

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
G1, G2, U1, U2 = (f"{n}0000000-0000-0000-0000-000000000000" for n in (1, 2, 3, 4))
USER = {"id": U1, "userPrincipalName": "anna@contoso.example", "accountEnabled": True, "userType": "Member"}
POLICY = {
    "id": "p1",
    "displayName": "MFA",
    "state": "enabled",
    "conditions": {
        "users": {"includeUsers": ["All"], "excludeGroups": [G1]},
        "applications": {"includeApplications": ["All"]},
        "clientAppTypes": ["all"],
    },
    "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
}


def page(context, *rows, **more):
    return {"@odata.context": GRAPH + context, "value": list(rows), **more}


def pascal(value):
    """Return JSON as PowerShell's ConvertTo-Json writes it: capitals, and a list of one as that one."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: pascal(item) for key, item in value.items()}
    if isinstance(value, list):
        return pascal(value[0]) if len(value) == 1 else [pascal(item) for item in value]
    return value


CONTENT = {
    "users": page("users", USER),
    "registrations": page(
        "reports/authenticationMethods/userRegistrationDetails",
        {
            "id": U1,
            "userPrincipalName": "anna@contoso.example",
            "isMfaRegistered": True,
            "isMfaCapable": False,
        }
        | {"methodsRegistered": ["mobilePhone"], "lastUpdatedDateTime": "2026-11-01T00:00:00Z"},
    ),
    "security_defaults": {
        "@odata.context": GRAPH + "policies/identitySecurityDefaultsEnforcementPolicy/$entity",
        "displayName": "Security Defaults",
        "isEnabled": False,
    },
    "policies": page("identity/conditionalAccess/policies", POLICY),
    "locations": page(
        "identity/conditionalAccess/namedLocations",
        {"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "l1", "displayName": "Office"}
        | {"isTrusted": True, "ipRanges": [{"cidrAddress": "203.0.113.0/24"}]},
    ),
    "strengths": page(
        "policies/authenticationStrengthPolicies", {"id": "s1", "allowedCombinations": ["fido2"]}
    ),
    "groups": page("groups", {"id": G1, "displayName": "Exempt", "securityEnabled": True, "groupTypes": []}),
    "roles": page(
        "directoryRoles(members())",
        {"id": "r", "roleTemplateId": "t1", "displayName": "Reader", "members": [{"id": U1}]},
    ),
    "authorization": {
        "@odata.context": GRAPH + "policies/authorizationPolicy/$entity",
        "id": "authorizationPolicy",
        "defaultUserRolePermissions": {
            "permissionGrantPoliciesAssigned": ["ManagePermissionGrantsForSelf.x", "y"]
        },
    },
    "service_principals": page(
        "servicePrincipals", {"id": "sp1", "appId": "app1", "appRoleAssignmentRequired": True}
    ),
    "applications": page(
        "applications",
        {"id": "a1", "appId": "app1", "displayName": "Sync", "signInAudience": "AzureADMyOrg"}
        | {"passwordCredentials": [{"endDateTime": "2027-03-04T05:06:07Z", "hint": "abc"}, {"hint": "x"}]},
    ),
    "grants": page(
        "oauth2PermissionGrants",
        {"id": "o1", "clientId": "sp1", "consentType": "AllPrincipals", "resourceId": "sp2"}
        | {"principalId": None, "scope": " user_impersonation  openid"},
    ),
    "assignments": page(
        "servicePrincipals('sp1')/appRoleAssignedTo",
        {"id": "x", "principalId": U1, "principalType": "User", "resourceId": "sp1", "appRoleId": "0"},
    ),
    "realm_policies": page(
        "policies/homeRealmDiscoveryPolicies",
        {"id": "h1", "displayName": "HRD", "isOrganizationDefault": False}
        | {"definition": ['{"HomeRealmDiscoveryPolicy":{"AllowCloudPasswordValidation":true}}', "more"]},
    ),
    "sign_ins": page(
        "auditLogs/signIns",
        {"id": "x", "createdDateTime": "2026-11-20T01:02:03Z", "userId": U1, "appId": "app1"}
        | {"authenticationProtocol": "ropc", "status": {"errorCode": 50076}, "clientAppUsed": "Mobile Apps"},
    ),
    "domains": page(
        "domains",
        {"id": "Contoso.example", "authenticationType": "Managed", "isVerified": True}
        | {"passwordValidityPeriodInDays": 90, "supportedServices": ["Email"], "isRoot": True},
    ),
    "organization": page("organization", {"id": "t", "verifiedDomains": [{"name": "contoso.example"}]}),
    "members": {"id": G1, "transitiveMembers": [{"@odata.type": "#microsoft.graph.user", "id": U1}]},
    "user_states": [{"userPrincipalName": "anna@contoso.example", "perUserMfaState": "Enforced"}],
}
PARTS = sorted(CONTENT)


@pytest.mark.parametrize("part", PARTS)
def test_a_file_is_known_by_what_it_holds_whatever_it_is_called(export, part):
    snapshot = export({"x.json": CONTENT[part]})
    assert isinstance(getattr(snapshot, part), Known)
    assert all(isinstance(getattr(snapshot, other), Missing) for other in PARTS if other != part)
    assert not snapshot.problems


@pytest.mark.parametrize("part", [part for part in PARTS if part != "security_defaults"])
def test_an_export_of_powershell_says_the_same_as_graph(export, tmp_path, part):
    by_graph = getattr(export({"graph/x.json": CONTENT[part]}), part)
    rows = CONTENT[part].get("value", CONTENT[part]) if isinstance(CONTENT[part], dict) else CONTENT[part]
    (tmp_path / "graph" / "x.json").unlink()
    by_shell = getattr(export({"x.json": json.dumps(pascal(rows))}, encoding="utf-16"), part)
    assert by_shell.value == by_graph.value


def test_security_defaults_of_powershell_are_known_by_their_name(export):
    shell = {"DisplayName": "Security Defaults", "Id": "x", "IsEnabled": True}
    assert export({"x.json": shell}).security_defaults.value is True


def test_everything_that_stands_in_an_export_is_read(export):
    snapshot = export({f"{part}.json": content for part, content in CONTENT.items()})
    assert not snapshot.problems
    assert not snapshot.files_unknown
    assert snapshot.users.value[U1].enabled is True
    assert snapshot.registrations.value[U1].methods == ("mobilePhone",)
    assert snapshot.user_states.value == {U1: "enforced"}
    assert snapshot.security_defaults.value is False
    assert snapshot.policies.value[0].conditions.people.groups.exclude == {G1}
    assert snapshot.locations.value["l1"].trusted
    assert snapshot.roles.value["t1"].members.users == {U1}
    assert snapshot.authorization.value.grant_policies == ("ManagePermissionGrantsForSelf.x", "y")
    assert snapshot.service_principals.value["sp1"].assignment_required is True
    assert snapshot.applications.value["app1"].secret_ends == (
        datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC),
        None,
    )
    assert snapshot.grants.value == (
        Grant("sp1", "sp2", frozenset({"user_impersonation", "openid"}), None, "o1"),
    )
    assert snapshot.realm_policies.value[0].cloud_password is True
    assert snapshot.sign_ins.value[0].protocol == "ropc"
    assert snapshot.members.value[G1] == Members(frozenset({U1}), frozenset(), True, True)
    assert [source.name for source in snapshot.users.sources] == ["users.json"]


def test_what_the_export_does_not_say_is_not_a_no(export):
    user = export(
        {"users.json": page("users", {"id": U1, "userPrincipalName": "a@contoso.example"})}
    ).users.value[U1]
    assert (user.enabled, user.type, user.synced, user.password_never_expires) == (None, None, None, None)


def test_pages_in_several_files_are_one_part(export):
    snapshot = export(
        {
            "users-1.json": page("users", USER, **{"@odata.nextLink": "https://graph/next"}),
            "users-2.json": page("users", {**USER, "id": U2}),
        }
    )
    assert set(snapshot.users.value) == {U1, U2}
    assert not snapshot.users.gaps


def test_a_link_to_a_further_page_that_is_not_there_makes_the_part_incomplete(export):
    snapshot = export({"users.json": page("users", USER, **{"@odata.nextLink": "https://graph/next"})})
    assert "@odata.nextLink" in snapshot.users.gaps[0]


def test_the_whole_list_of_another_part_does_not_complete_a_cut_one(export):
    snapshot = export(
        {
            "guests.json": page("users", {**USER, "id": U2}),
            "members.json": page("users", USER, **{"@odata.nextLink": "https://graph/next"}),
        }
    )
    assert len(snapshot.users.gaps) == 1


def test_fewer_rows_than_graph_counted_are_a_gap(export):
    snapshot = export({"users.json": page("users", USER, **{"@odata.count": 3})})
    assert "1 of 3" in snapshot.users.gaps[0]


def test_a_list_that_graph_says_is_empty_is_known_to_be_empty(export):
    snapshot = export({"x.json": page("identity/conditionalAccess/policies")})
    assert snapshot.policies == Known((), snapshot.policies.sources, ())


def test_an_empty_list_that_does_not_say_of_what_is_no_empty_part(export):
    snapshot = export({"conditional-access-policies.json": [], "users.json": page("users", USER)})
    assert snapshot.policies == Missing(Lack.NOT_EXPORTED)
    assert "empty list" in snapshot.problems[0]


def test_an_empty_file_is_said_and_is_no_empty_part(export):
    snapshot = export({"policies.json": "", "users.json": page("users", USER)})
    assert isinstance(snapshot.policies, Missing)
    assert snapshot.problems == ("policies.json: is empty: it says nothing",)


def test_files_of_which_nothing_tells_are_listed_and_no_error(export):
    snapshot = export({"users.json": page("users", USER), "licences.json": [{"skuId": "x"}]})
    assert snapshot.files_unknown == ("licences.json",)


def test_a_long_list_of_which_nothing_tells_is_not_read_to_its_end(export):
    snapshot = export(
        {"long.json": [{"x": n} for n in range(600)] + [USER], "users.json": page("users", USER)}
    )
    assert snapshot.files_unknown == ("long.json",)


def test_a_wrong_type_is_named_with_file_entry_and_path_and_leaves_a_gap(export):
    wrong = {
        **POLICY,
        "id": "p2",
        "displayName": "Odd",
        "conditions": {"users": {"includeUsers": [{"x": 1}]}},
    }
    snapshot = export({"policies.json": page("identity/conditionalAccess/policies", POLICY, wrong)})
    assert [policy.id for policy in snapshot.policies.value] == ["p1"]
    assert snapshot.policies.gaps == ("policies.json: not all entries can be read",)
    assert snapshot.problems[0].startswith("policies.json: Odd: conditions.users.includeusers")


def test_of_many_mistakes_in_a_file_the_first_are_told_and_the_others_counted(export):
    rows = [{**USER, "id": f"u{n}", "accountEnabled": {"x": 1}} for n in range(9)]
    snapshot = export({"users.json": page("users", *rows)})
    assert len(snapshot.problems) == 6
    assert snapshot.problems[-1] == "users.json: 4 more of this kind"


def test_what_stands_twice_and_is_alike_counts_once(export):
    snapshot = export({"a.json": page("users", USER), "b.json": page("users", USER)})
    assert len(snapshot.users.value) == 1
    assert not snapshot.problems


def test_what_stands_twice_and_differs_is_said(export):
    snapshot = export(
        {"a.json": page("users", USER), "b.json": page("users", {**USER, "accountEnabled": False})}
    )
    assert snapshot.users.value[U1].enabled is True
    assert "stands twice and differs" in snapshot.problems[0]


def test_a_refusal_that_was_exported_is_the_reason_that_the_part_is_missing(export):
    refusal = {"error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "x"}}
    snapshot = export({"userRegistrationDetails.json": refusal, "users.json": page("users", USER)})
    assert snapshot.registrations.lack is Lack.NO_LICENCE


def test_a_refusal_of_one_page_is_a_gap_of_the_part(export):
    refusal = {"error": {"code": "TooManyRequests", "message": "x"}}
    snapshot = export({"users-1.json": page("users", USER), "users-2.json": refusal})
    assert snapshot.users.gaps == ("users-2.json: TooManyRequests",)


def test_members_of_a_group_are_told_by_the_groups_id_in_the_name(export):
    rows = page(
        "directoryObjects", {"@odata.type": "#microsoft.graph.user", "id": U1, "userPrincipalName": "a"}
    )
    snapshot = export(
        {f"groups/{G1}/transitiveMembers.json": rows, f"members_{G2}.json": page("directoryObjects")}
    )
    assert snapshot.members.value[G1] == Members(frozenset({U1}), frozenset(), True, True)
    assert snapshot.members.value[G2] == Members(direct_whole=True)


def test_who_is_on_a_further_page_of_all_levels_may_be_there_through_a_group(export):
    first = page(
        "directoryObjects", {"@odata.type": "#microsoft.graph.group", "id": G2}, **{"@odata.nextLink": "n"}
    )
    last = page("directoryObjects", {"@odata.type": "#microsoft.graph.user", "id": U1})
    pages = {f"groups/{G1}/transitiveMembers-{n}.json": one for n, one in enumerate((first, last))}
    found = export(pages).members.value[G1]
    assert (found.users, found.direct, found.direct_whole) == ({U1}, frozenset(), False)


def test_members_on_several_pages_are_put_together(export):
    first = page(
        "directoryObjects", {"@odata.type": "#microsoft.graph.user", "id": U1}, **{"@odata.nextLink": "n"}
    )
    last = page("directoryObjects", {"@odata.type": "#microsoft.graph.group", "id": G2})
    snapshot = export({f"members/{G1}-1.json": first, f"members/{G1}-2.json": last})
    assert snapshot.members.value[G1] == Members(
        frozenset({U1}), frozenset({G2}), direct=frozenset({U1}), direct_whole=True
    )
    assert not export({f"members/{G1}-2.json": first}).members.value[G1].whole


def test_twenty_expanded_members_may_be_cut_off(export):
    rows = [{"@odata.type": "#microsoft.graph.user", "id": f"u{n}"} for n in range(20)]
    group = {"id": G1, "displayName": "Large", "groupTypes": [], "members": rows}
    assert not export({"x.json": page("groups", group)}).members.value[G1].whole
    assert export({"x.json": page("groups", {**group, "members": rows[:19]})}).members.value[G1].whole


def test_a_role_without_a_list_of_members_is_not_held_by_nobody(export):
    role = {"id": "r", "roleTemplateId": "t1", "displayName": "Reader"}
    assert not export({"x.json": page("directoryRoles", role)}).roles.value["t1"].members.whole


def test_role_assignments_and_roles_are_put_together(export):
    held = {"id": "a", "principalId": U2, "roleDefinitionId": "t1", "directoryScopeId": "/"}
    snapshot = export(
        {"a.json": CONTENT["roles"], "b.json": page("roleManagement/directory/roleAssignments", held)}
    )
    assert snapshot.roles.value["t1"].members.users == {U1, U2}


def test_the_state_of_a_user_is_told_by_the_context_of_the_reply(export):
    context = f"https://graph.microsoft.com/beta/$metadata#users('{U1}')/authentication/requirements/$entity"
    body = {"@odata.context": context, "perUserMfaState": "enabled"}
    batch = {"responses": [{"id": "1", "status": 200, "body": body}]}
    assert export({"batch.json": batch}).user_states.value == {U1: "enabled"}


def test_a_state_of_nobody_is_a_problem(export):
    snapshot = export({"states.json": [{"perUserMfaState": "enabled"}]})
    assert not snapshot.user_states.value
    assert "does not say whose state it is" in snapshot.problems[0]


def test_a_strength_that_a_policy_only_names_is_looked_up(export):
    named = {**POLICY, "grantControls": {"operator": "AND", "authenticationStrength": {"id": "s1"}}}
    snapshot = export(
        {"p.json": page("identity/conditionalAccess/policies", named), "s.json": CONTENT["strengths"]}
    )
    assert snapshot.policies.value[0].demand.strength == snapshot.strengths.value["s1"]


def archive(tmp_path, parts, files):
    path = tmp_path / "collected.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(
            "manifest.json", json.dumps({"format": "auditor.directory/v1", "tenant": "T", "parts": parts})
        )
        for name, data in files.items():
            packed.writestr(name, json.dumps(data))
    return path


def test_the_archive_of_a_collection_says_why_a_part_is_missing_and_when_others_were_read(tmp_path):
    parts = [
        {
            "part": "users",
            "files": ["users/0001.json"],
            "at": "2026-11-22T05:00:00+00:00",
            "gaps": ["only 1"],
        },
        {"part": "conditional access policies", "files": ["policies/0001.json"], "gaps": []},
        {"part": "sign-ins", "lack": "not asked", "detail": "--sign-ins was not given"},
    ]
    files = {"users/0001.json": {"value": [USER]}, "policies/0001.json": {"value": []}}
    snapshot = read_export(archive(tmp_path, parts, files))
    assert snapshot.sign_ins == Missing(Lack.NOT_ASKED, "--sign-ins was not given")
    assert snapshot.users.sources[0].at == datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert snapshot.users.gaps == ("only 1",)
    assert snapshot.policies.value == ()


def test_a_manifest_that_is_none_of_ours_is_a_file_like_others(export):
    snapshot = export({"manifest.json": {"name": "an app", "icons": {}}, "users.json": page("users", USER)})
    assert snapshot.files_unknown == ("manifest.json",)


def test_an_export_in_which_nothing_is_a_directorys_is_an_error_with_the_first_problem(export):
    with pytest.raises(ExportError, match=r"nothing in it is a directory's export; x\.json: line 1"):
        export({"x.json": "{broken"})


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                ["id", "userPrincipalName", "conditions", "state", "members", "appId", "value", "x"]
            ),
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=4)
            | st.lists(st.text(max_size=3), max_size=2),
            max_size=5,
        ),
        max_size=4,
    )
)
def test_no_rows_end_the_reading(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("rows")
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "users.json").write_text(json.dumps(page("users", USER)), encoding="utf-8")
    assert isinstance(read_export(folder).users, Known)
