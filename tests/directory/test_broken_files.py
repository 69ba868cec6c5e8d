"""A file of an export that cannot be read leaves its part open: nobody knows what stood in it."""

import json
from datetime import UTC, datetime

import pytest

from auditor.directory.access import evaluate
from auditor.directory.answers import Directory
from auditor.directory.exports import read_export
from auditor.directory.signins import password_sign_in
from auditor.directory.snapshot import Known, Lack, Missing
from auditor.model import Truth

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
ANNA = "10000000-0000-0000-0000-000000000000"
USER = {"id": ANNA, "userPrincipalName": "anna@contoso.example"}
USERS = {"@odata.context": GRAPH + "users", "value": [USER]}


def policy(name, **controls):
    conditions = {
        "clientAppTypes": ["all"],
        "users": {"includeUsers": ["All"]},
        "applications": {"includeApplications": ["All"]},
    }
    state = {"state": "enabled", "conditions": conditions, "sessionControls": None}
    return {"id": name, "displayName": name, **state, "grantControls": controls or None}


def cut(value):
    """Return the greater part of a text: the disk was full, or the copying was stopped."""
    text = json.dumps(value)
    return text[: len(text) * 9 // 10]


@pytest.fixture
def export(tmp_path):
    """Give a way to read files with these texts as an export."""

    def read(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.json").write_text(text)
        return read_export(tmp_path)

    return read


def test_a_policy_whose_file_is_cut_off_may_block(export):
    snapshot = export(
        users=json.dumps(USERS),
        ca01=json.dumps(policy("Harmless")),
        ca02=cut(policy("Block", operator="OR", builtInControls=["block"])),
    )
    assert snapshot.policies.gaps == ("ca02.json: cannot be read",)
    access = evaluate(snapshot, password_sign_in(ANNA))
    assert access.blocked_by_policies.truth is Truth.UNANSWERED
    assert access.password_by_policies.truth is Truth.UNANSWERED


def test_a_part_whose_only_file_is_cut_off_is_unreadable_and_not_unasked(export):
    snapshot = export(anything=cut(USERS), ca=json.dumps(policy("Harmless")))
    assert snapshot.users == Missing(Lack.UNREADABLE, "anything.json")


@pytest.mark.parametrize("text", ["", '{"value": ['])
def test_a_file_of_which_nothing_tells_speaks_by_its_name(export, text):
    snapshot = export(users=json.dumps(USERS), users2=text)
    assert isinstance(snapshot.users, Known)
    assert snapshot.users.gaps == ("users2.json: cannot be read",)


def test_a_broken_file_of_something_else_leaves_nothing_open(export):
    snapshot = export(users=json.dumps(USERS), package='{"dependencies": {')
    assert not snapshot.users.gaps
    assert snapshot.problems == ("package.json: line 1: not valid JSON",)


def test_policies_that_were_exported_without_anything_but_their_state_may_block(export):
    short = {"Id": "p2", "DisplayName": "Block", "State": "enabled"}
    snapshot = export(users=json.dumps(USERS), ca01=json.dumps(policy("Harmless")), ca02=json.dumps([short]))
    access = evaluate(snapshot, password_sign_in(ANNA))
    assert access.blocked_by_policies.perhaps == ("Block",)
    assert access.password_by_policies.truth is Truth.UNANSWERED


def test_files_of_which_nothing_tells_what_they_are_about_are_named(export):
    snapshot = export(users=json.dumps(USERS), package='{"dependencies": {}}', other="[1]")
    unread = Directory(snapshot, "export", datetime(2026, 11, 22, tzinfo=UTC)).unread
    assert unread[0] == "passed over, nothing says what they are about: other.json; package.json"
