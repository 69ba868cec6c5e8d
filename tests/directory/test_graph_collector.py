"""Collecting a tenant: each part or the reason, one request for what one request can do, nothing secret."""

import io
import json
import re
import stat
import zipfile
from urllib.parse import unquote_plus

import pytest

from auditor.directory.archive import MANIFEST, Archive, Origin, written
from auditor.directory.exports import read_export
from auditor.directory.graph_apps import DATAVERSE
from auditor.directory.graph_logs import lean, read_sign_ins
from auditor.directory.graph_parts import BY_PART
from auditor.directory.graph_session import Session
from auditor.directory.sign_in import Way
from auditor.directory.snapshot import Known, Lack, Missing, Part
from auditor.directory.spot_checks import Answered, Spot, differences
from auditor.lab import graph_objects
from auditor.lab.entra import object_id
from auditor.lab.world import world_from
from auditor.model import Truth
from tests.directory.graph_lab import (
    APP_SECRET,
    NOON,
    RESCO,
    SCOPES,
    TENANT,
    Desk,
    changed,
    reply,
    scripted,
)

GRANT = "tenants.0.grants.1.scopes"
PERMISSIONS = "tenants.0.apps.1.graph_permissions"
ADMIN = "users.2.directory_roles"
SYNC, MFA = object_id("sync@contoso.example"), object_id("mfa@contoso.example")
LOGGED = {
    "id": "1",
    "ipAddress": "192.0.2.1",
    "deviceDetail": {"displayName": "Planted-device"},
    "location": {"city": "Somewhere"},
    "appliedConditionalAccessPolicies": [
        {"id": "p", "displayName": "n", "result": "success", "enforcedGrantControls": ["mfa"]}
    ],
}
EVERYTHING = {"accounts": None, "sign_in_days": 7, "spot_checks": 2}


class Taken:
    """What a collection left: the manifest, the files, and how exports read them."""

    def __init__(self, tmp_path, changes=None, way=Way.APP, order=None, **more):
        self.desk = Desk(changes, way, **more)
        path = tmp_path / "taken.zip"
        with path.open("wb") as stream:
            self.manifest = self.desk.collect(stream, **(order or {}))
        self.snapshot = read_export(path)
        self.data = path.read_bytes()

    def entry(self, part):
        return next(entry for entry in self.manifest.data["parts"] if entry["part"] == part)


@pytest.fixture
def take(tmp_path):
    return lambda *arguments, **more: Taken(tmp_path, *arguments, **more)


def test_everything_that_can_be_read_is_read_by_exports(take):
    taken = take(order=EVERYTHING)
    missing = [part for part in Part if "lack" in taken.entry(part)]
    assert missing == []
    assert (taken.snapshot.files_unknown, taken.snapshot.problems) == ((), ())
    assert taken.manifest.whole


def test_the_snapshot_says_what_the_world_is(take):
    found = take().snapshot
    assert found.organization.value.id == TENANT
    assert {user.upn for user in found.users.value.values()} == {
        "sync@contoso.example",
        "mfa@contoso.example",
        "admin@contoso.example",
    }
    assert found.user_states.value == {SYNC: "disabled"}
    assert found.registrations.value[MFA].mfa_registered
    assert found.security_defaults.value is False
    assert [policy.name for policy in found.policies.value] == ["MFA"]
    assert {grant.principal_id for grant in found.grants.value} == {None}
    assert [one.principal_type for one in found.assignments.value] == ["Group"]


def test_one_change_in_the_world_moves_the_sign_in_s_answer_and_the_directory_s(take):
    taken = take()
    before = taken.snapshot.user_states.value[SYNC]
    taken.desk.state.become(world_from(changed({"users.0.per_user_mfa": "enforced"})))
    stream = io.BytesIO()
    taken.desk.collect(stream)
    with zipfile.ZipFile(stream) as opened:
        states = json.loads(opened.read("per-user-mfa/0001.json"))["value"]
    assert (before, states[0]["perUserMfaState"]) == ("disabled", "enforced")


def test_members_come_through_groups_in_groups_and_only_of_groups_that_are_named(take):
    unnamed = {"name": "Nobody names it", "members": ["mfa@contoso.example"]}
    groups = [*changed()["tenants"][0]["groups"], unnamed]
    taken = take({"tenants.0.groups": groups})
    inside = [members.users for members in taken.snapshot.members.value.values()]
    assert inside == [frozenset({SYNC})] * 2


def test_a_group_that_is_gone_is_a_gap_and_the_others_are_read(take, monkeypatch):
    gone = "00000000-aaaa-bbbb-cccc-000000000009"
    monkeypatch.setattr("auditor.lab.graph_policies.group_id", lambda *_: gone)
    taken = take({"tenants.0.policies.0.users": {"exclude": ["Service accounts"]}})
    assert taken.entry(Part.MEMBERS)["gaps"] == [f"group {gone}: named, but not there any more"]
    assert taken.snapshot.members.value.keys() != {gone}
    assert taken.manifest.whole


def test_roles_come_with_all_their_members_and_not_the_first_twenty(take):
    many = [{"upn": f"reader{n}@contoso.example", "directory_roles": ["Global Reader"]} for n in range(45)]
    taken = take({"users": [*changed()["users"], *many], "tenants.0.page_size": 10})
    (role,) = taken.snapshot.roles.value.values()
    assert len(role.members.users) == 46
    assert role.members.whole


def test_the_per_user_state_is_asked_for_in_twenties_and_only_of_the_accounts(take):
    many = [{"upn": f"ext{n}@contoso.example"} for n in range(45)]
    accounts = frozenset(user["upn"] for user in many)
    taken = take({"users": [*changed()["users"], *many]}, order={"accounts": accounts})
    batches = [path for path in taken.desk.door.paths() if path == "/beta/$batch"]
    assert len(batches) == 3
    assert len(taken.snapshot.user_states.value) == 45
    assert taken.snapshot.user_states.gaps == ("only the accounts that were asked about",)


def test_all_means_all_that_are_enabled(take):
    taken = take({"users.0.enabled": False}, order={"accounts": None})
    assert set(taken.snapshot.user_states.value) == {MFA, object_id("admin@contoso.example")}
    assert taken.snapshot.user_states.gaps == ()


def test_without_accounts_nobody_s_state_is_asked_for(take):
    taken = take(order={"accounts": frozenset()})
    assert taken.snapshot.user_states == Missing(Lack.NOT_ASKED, "no accounts were named")


def test_a_user_of_a_batch_that_is_throttled_is_asked_again(take):
    fault = {
        "kind": "throttled",
        "leg": "graph",
        "path": "/beta/users/*",
        "times": 1,
        "retry_after": "2.128",
    }
    taken = take({"faults": [fault]})
    assert taken.snapshot.user_states.value == {SYNC: "disabled"}
    assert pytest.approx(2.128, abs=0.2) in taken.desk.clock.slept


def test_policies_throttled_without_a_word_are_read_all_the_same(take):
    taken = take({"tenants.0.paced": True})
    assert isinstance(taken.snapshot.policies, Known)
    assert isinstance(taken.snapshot.locations, Known)


def test_a_limit_that_others_use_up_is_waited_for(take):
    fault = {
        "kind": "throttled",
        "leg": "graph",
        "path": "*/conditionalAccess/*",
        "times": 3,
        "retry_after": "",
    }
    taken = take({"faults": [fault]})
    assert isinstance(taken.snapshot.policies, Known)


@pytest.mark.parametrize(
    ("fault", "lack"),
    [
        ({"kind": "throttled"}, Lack.THROTTLED),
        ({"kind": "unavailable"}, Lack.FAILED),
        ({"kind": "not-found"}, Lack.NOT_FOUND),
        ({"kind": "truncated"}, Lack.FAILED),
        ({"kind": "captive-portal"}, Lack.FAILED),
        ({"kind": "reset"}, Lack.FAILED),
    ],
)
def test_a_part_that_fails_is_missing_and_the_others_are_there(take, fault, lack):
    taken = take({"faults": [{**fault, "leg": "graph", "path": "*/conditionalAccess/policies"}]})
    assert taken.snapshot.policies.lack is lack
    assert isinstance(taken.snapshot.users, Known)
    assert isinstance(taken.snapshot.locations, Known)
    assert taken.manifest.whole is (lack is Lack.NOT_FOUND)


def test_pages_that_break_off_leave_a_gap_and_what_was_read(take):
    fault = {"kind": "unavailable", "leg": "graph", "path": "/v1.0/users", "times": 6}
    desk = Desk({"tenants.0.page_size": 1})
    asked = []
    ask = desk.door._ask

    def after_the_first(method, url, headers, body):
        if "/v1.0/users?" in url:
            asked.append(url)
        if len(asked) == 2:
            desk.state.become(world_from(changed({"tenants.0.page_size": 1, "faults": [fault]})))
        return ask(method, url, headers, body)

    desk.door._ask = after_the_first
    manifest = desk.collect(io.BytesIO())
    entry = next(entry for entry in manifest.data["parts"] if entry["part"] == "users")
    assert (entry["items"], entry["broken"]) == (1, True)
    assert "503" in entry["gaps"][0]
    assert not manifest.whole


@pytest.mark.parametrize(("assigned", "asked"), [("Left out", 1), ("Service accounts", 0)])
def test_of_an_assigned_group_with_groups_in_it_the_direct_members_are_read_as_well(take, assigned, asked):
    taken = take({"tenants.0.apps.0.assigned": [assigned]})
    assert sum("/groups/" in path and "/members?" in path for path in taken.desk.door.paths()) == asked
    (outer,) = [one for one in taken.snapshot.members.value.values() if one.groups]
    assert outer.users == {SYNC}
    assert (outer.direct, outer.direct_whole) == (frozenset(), bool(asked))


def test_direct_members_that_cannot_be_read_are_a_gap(take):
    refused = {"kind": "unavailable", "leg": "graph", "path": "/v1.0/groups/*/members"}
    taken = take({"tenants.0.apps.0.assigned": ["Left out"], "faults": [refused]})
    (outer,) = [one for one in taken.snapshot.members.value.values() if one.groups]
    assert (outer.users, outer.direct_whole) == ({SYNC}, False)
    assert taken.snapshot.members.gaps


def test_a_missing_consent_is_named_and_nothing_else_is_lost(take):
    some = [name for name in SCOPES if name != "AuditLog.Read.All"]
    taken = take({GRANT: some}, Way.DEVICE_CODE)
    assert taken.snapshot.registrations == Missing(Lack.NO_CONSENT, "AuditLog.Read.All: AADSTS65001")
    assert isinstance(taken.snapshot.policies, Known)
    assert not any("userRegistrationDetails" in path for path in taken.desk.door.paths())
    (line,) = [line for line in taken.desk.forecast if line.startswith("registration details")]
    assert "cannot be read" in line
    assert "unknown without it: who has registered for MFA" in line


def test_a_missing_role_is_named_before_and_after(take):
    taken = take({ADMIN: ["Directory Readers"]}, Way.DEVICE_CODE)
    assert taken.snapshot.policies.lack is Lack.NO_ROLE
    assert "Global Reader" in taken.snapshot.policies.detail
    lines = [line for line in taken.desk.forecast if "will probably be refused" in line]
    assert any(line.startswith("conditional access policies") and "Security Reader" in line for line in lines)
    assert isinstance(taken.snapshot.users, Known)


def test_a_missing_licence_is_named_before_and_is_no_absence_of_mfa(take):
    taken = take({"tenants.0.licence": "free"}, Way.DEVICE_CODE)
    assert taken.snapshot.registrations.lack is Lack.NO_LICENCE
    assert taken.snapshot.policies.lack is Lack.NO_LICENCE
    assert isinstance(taken.snapshot.security_defaults, Known)
    assert any("no Entra ID P1 is among the tenant's licences" in line for line in taken.desk.forecast)


def test_a_licence_that_cannot_be_read_is_not_said_to_be_missing(take):
    some = ["User.Read.All", "Policy.Read.All", "Application.Read.All"]
    taken = take({"tenants.0.licence": "free", GRANT: some}, Way.DEVICE_CODE)
    assert not any("P1" in line for line in taken.desk.forecast)
    assert taken.snapshot.policies.lack is Lack.REFUSED


def test_a_permission_that_holds_more_does_as_well(take):
    taken = take({PERMISSIONS: ["Directory.Read.All", "Policy.Read.All"]})
    assert isinstance(taken.snapshot.users, Known)
    assert isinstance(taken.snapshot.members, Known)


def test_only_permissions_to_read_are_asked_for(take):
    taken = take({GRANT: ["User.Read.All"]}, Way.DEVICE_CODE, order=EVERYTHING)
    words = [word for _, body in taken.desk.door.forms for word in unquote_plus(body.decode()).split()]
    asked = {match[1] for word in words if (match := re.search(r"graph\.microsoft\.com/([\w.]+)", word))}
    assert "Policy.Read.All" in asked
    assert not any("Write" in name or "AccessAsUser" in name for name in asked)


def test_nothing_in_the_archive_is_a_secret(take):
    taken = take(order=EVERYTHING, way=Way.DEVICE_CODE)
    tokens = [held.token.reveal() for held in taken.desk.administrator._held]
    with zipfile.ZipFile(io.BytesIO(taken.data)) as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist()).decode()
    for secret in (
        *tokens,
        APP_SECRET,
        "Planted-secret",
        "eyJ",
        "Bearer",
        "refresh",
        "nextLink",
        "skiptoken",
    ):
        assert secret not in everything
    assert "admin@contoso" not in json.dumps(taken.manifest.data["by"])


def test_a_reply_that_repeats_the_token_leaves_its_part_missing(take, monkeypatch):
    said = {}
    real = graph_objects.authorization
    echo = lambda tenant: {**real(tenant), "description": said["token"]}  # noqa: E731 - a stand-in
    monkeypatch.setattr(graph_objects, "authorization", echo)
    desk = Desk()
    said["token"] = desk.administrator.token("Policy.Read.All").reveal()
    stream = io.BytesIO()
    manifest = desk.collect(stream)
    (entry,) = [one for one in manifest.data["parts"] if one["part"] == "authorization policy"]
    assert "token" in entry["detail"]
    assert said["token"].encode() not in stream.getvalue()


def test_the_archive_says_what_it_holds_and_what_it_does_not(take):
    taken = take({"tenants.0.licence": "free"}, Way.DEVICE_CODE)
    with zipfile.ZipFile(io.BytesIO(taken.data)) as opened:
        told = opened.read("README.txt").decode()
        manifest = json.loads(opened.read(MANIFEST))
    assert manifest["format"] == "auditor.directory/v1"
    assert manifest["by"] == {"as": "a person", "roles": ["Global Reader"]}
    assert (manifest["tenant"], manifest["cloud"]) == (TENANT, "commercial")
    assert "in it: users: 3" in told
    assert "not in it: registration details: the tenant has no licence for it" in told
    assert {entry["part"] for entry in manifest["parts"]} == {str(part) for part in Part}


def test_an_archive_is_readable_by_its_owner_alone_and_whole_or_not_there(tmp_path):
    desk, target = Desk(), tmp_path / "directory.zip"
    with written(target, desk.clock.now) as archive:
        archive.page(Part.USERS, {"value": []})
        assert not target.exists()
        archive.close(Origin(TENANT, "commercial", "a person"))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    before = target.read_bytes()

    def broken():
        with written(target, desk.clock.now) as archive:
            archive.page(Part.USERS, {"value": [1]})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["directory.zip"]


def test_sign_ins_are_asked_for_with_and_without_a_person_and_kept_lean(take):
    taken = take(order=EVERYTHING)
    asked = [path for path in taken.desk.door.paths() if "signIns" in path]
    assert len(asked) == 2
    assert "createdDateTime ge 2026-11-15T12:00:" in asked[0]
    assert RESCO in asked[0]
    assert "nonInteractiveUser" in asked[1]
    assert lean(LOGGED) == {
        "id": "1",
        "ipAddress": "192.0.2.1",
        "appliedConditionalAccessPolicies": [{"id": "p", "displayName": "n", "result": "success"}],
    }


def test_of_the_sign_in_log_no_device_and_no_place_is_kept():
    graph, _, _ = scripted(reply({"value": [LOGGED, 7]}), reply({"value": []}))
    stream = io.BytesIO()
    archive = Archive(stream, lambda: NOON)
    session = Session(graph, None, archive, None)
    read_sign_ins(session, BY_PART[Part.SIGN_INS], "AuditLog.Read.All", [RESCO], NOON)
    archive.close(Origin(TENANT, "commercial", "a person"))
    with zipfile.ZipFile(stream) as opened:
        (kept,) = json.loads(opened.read("sign-ins/0001.json"))["value"]
    assert kept == lean(LOGGED)


def test_what_if_is_asked_about_a_handful_and_its_words_are_kept(take):
    taken = take(order=EVERYTHING)
    assert len([path for path in taken.desk.door.paths() if path.endswith("/evaluate")]) == 2
    first, second = taken.manifest.data["what_if"]
    assert (first["user"], first["app"]) == (SYNC, DATAVERSE)
    assert [one["policyApplies"] for one in first["policies"]] == [False]
    assert [one["policyApplies"] for one in second["policies"]] == [True]


def test_a_what_if_that_is_refused_is_said_to_be():
    some = [name for name in SCOPES if not name.startswith("Policy")]
    desk = Desk({PERMISSIONS: some})
    assert desk.collect(io.BytesIO(), **EVERYTHING).data["what_if"] == []
    fault = {"kind": "unavailable", "leg": "graph", "path": "*/evaluate"}
    manifest = Desk({"faults": [fault]}).collect(io.BytesIO(), **EVERYTHING)
    assert "503" in manifest.data["what_if"][0]["refused"]


def test_only_the_opposite_is_a_difference():
    spot = Spot("u", DATAVERSE)
    said = Answered(
        spot,
        {"a": True, "b": False, "c": True, "d": False},
        dict.fromkeys("abcd", "users"),
        dict.fromkeys("abcd", "name"),
    )
    ours = {"a": Truth.HOLDS, "b": Truth.HOLDS, "c": Truth.FAILS, "d": Truth.UNANSWERED}
    found = differences([said], lambda _: ours)
    assert [(one.policy_id, one.theirs, one.ours) for one in found] == [
        ("b", False, Truth.HOLDS),
        ("c", True, Truth.FAILS),
    ]


def test_everything_is_asked_for_once(take):
    paths = take().desk.door.paths()
    assert len(paths) == len(set(paths))
