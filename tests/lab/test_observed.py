"""The lab's refusals against answers that people pasted: same keys, status, and a known error word."""

import json

import pytest

# keys that real answers have or lack by their age and cause
OPTIONAL = {"error_uri", "suberror", "claims", "password_change_url"}
# the state that leads to each observed number
STATES = {
    50034: {"users.0.upn": "somebody-else@contoso.example"},
    50053: {"users.0.locked": True},
    50055: {"users.0.password_state": "expired"},
    50076: {"users.0.per_user_mfa": "enforced", "users.0.mfa_method": "entra"},
    50079: {"users.0.per_user_mfa": "enforced"},
    53003: {"tenants.0.policies": [{"name": "p", "controls": ["block"]}]},
    65001: {"tenants.0.grants": []},
    7000218: {"tenants.0.apps.0.public_client": False},
}


@pytest.fixture(scope="session")
def observed(shared):
    entries = json.loads((shared / "fixtures" / "observed_error_bodies.json").read_text(encoding="utf-8"))
    return {code: [e for e in entries if code in e["body"]["error_codes"]] for code in STATES}


def asked(make_asker, code, version):
    groups = {"tenants.0.groups": []} if code == 50034 else {}
    form = {"resource": "https://contoso.crm4.dynamics.com"} if not version else {}
    return make_asker({**STATES[code], **groups}).token(version=version, form=form)


@pytest.mark.parametrize("code", STATES)
def test_keys_and_status_are_those_observed(make_asker, observed, code):
    for version in ("v2.0/", ""):
        reply = asked(make_asker, code, version)
        body = json.loads(reply.body)
        assert body["error_codes"] == [code]
        for entry in observed[code]:
            assert reply.status == entry["http_status"]
            assert set(body) - OPTIONAL == set(entry["body"]) - OPTIONAL


@pytest.mark.parametrize("code", STATES)
def test_the_error_word_of_one_of_the_endpoints_was_observed(make_asker, observed, code):
    words = {json.loads(asked(make_asker, code, version).body)["error"] for version in ("v2.0/", "")}
    assert words & {entry["body"]["error"] for entry in observed[code]}


@pytest.mark.parametrize("code", [50076, 50055])
def test_the_sub_error_was_observed(make_asker, observed, code):
    body = json.loads(asked(make_asker, code, "v2.0/").body)
    assert body["suberror"] in {entry["body"].get("suberror") for entry in observed[code]}


def test_the_sentence_of_50076_is_the_one_people_know(make_asker, observed):
    ours = json.loads(asked(make_asker, 50076, "v2.0/").body)["error_description"]
    known = observed[50076][0]["body"]["error_description"].partition(" to access")[0]
    assert ours.startswith(known)
