import json

import pytest

from auditor.lab.access import within


@pytest.fixture
def answer(make_asker):
    """Return the body of a token request under one policy (and other changes)."""

    def ask(policy, address="", **changes):
        given = {"name": "The policy", **policy}
        asker = make_asker({"tenants.0.policies": [given], **changes}, address)
        return json.loads(asker.token().body)

    return ask


def code(body):
    return body.get("error_codes", [0])[0]


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("block", 53003),
        ("mfa", 50079),
        ("compliant-device", 53000),
        ("hybrid-joined-device", 53001),
        ("approved-app", 53002),
        ("app-protection", 53009),
        ("password-change", 50142),
        ("terms-of-use", 50158),
        ("third-party", 50158),
    ],
)
def test_each_control_has_its_answer(answer, control, expected):
    assert code(answer({"controls": [control]})) == expected


def test_the_answer_names_the_policies_behind_it(answer):
    guid = "01234567-89ab-cdef-fedc-ba9876543210"
    body = answer({"controls": ["block"], "id": guid})
    assert json.loads(body["claims"])["access_token"]["capolids"]["values"] == [guid]


def test_per_user_mfa_names_no_policy(make_asker):
    body = json.loads(make_asker({"users.0.per_user_mfa": "enforced"}).token().body)
    assert "claims" not in body


@pytest.mark.parametrize("state", ["report-only", "off"])
def test_a_policy_that_is_not_on_changes_nothing(answer, state):
    assert code(answer({"controls": ["block"], "state": state})) == 0


@pytest.mark.parametrize(
    ("users", "struck"),
    [
        ({"include": ["all"]}, True),
        ({"include": ["ADA@contoso.example"]}, True),
        ({"include": ["field"]}, True),
        ({"include": ["fay@fed.contoso.example"]}, False),
        ({"include": ["guests"]}, False),
        ({"include": ["all"], "exclude": ["Field"]}, False),
        ({"include": ["all"], "exclude": ["ada@contoso.example"]}, False),
        ({"include": []}, False),
    ],
)
def test_a_policy_is_about_the_users_it_includes_and_does_not_exclude(answer, users, struck):
    assert (code(answer({"controls": ["block"], "users": users})) == 53003) is struck


@pytest.mark.parametrize(
    ("locations", "address", "struck"),
    [
        ({"include": ["all"]}, "198.51.100.7", True),
        ({"include": ["all"], "exclude": ["Office"]}, "192.0.2.9", False),
        ({"include": ["all"], "exclude": ["Office"]}, "198.51.100.7", True),
        ({"include": ["all"], "exclude": ["all-trusted"]}, "192.0.2.9", False),
        ({"include": ["Office"]}, "198.51.100.7", False),
        ({"include": ["Office"]}, "192.0.2.9", True),
    ],
)
def test_a_policy_counts_where_its_locations_say(answer, locations, address, struck):
    assert (code(answer({"controls": ["block"], "locations": locations}, address)) == 53003) is struck


@pytest.mark.parametrize(
    ("apps", "struck"),
    [
        ({"include": ["all"]}, True),
        ({"include": ["dataverse"]}, True),
        ({"include": ["00000007-0000-0000-c000-000000000000"]}, True),
        ({"include": ["microsoft-graph"]}, False),
        ({"include": ["all"], "exclude": ["dataverse"]}, False),
    ],
)
def test_a_policy_guards_resources_not_clients(answer, apps, struck):
    assert (code(answer({"controls": ["block"], "apps": apps})) == 53003) is struck


def test_blocking_legacy_clients_does_not_stop_the_password_grant(answer):
    legacy = ["exchange-active-sync", "other"]
    assert code(answer({"controls": ["block"], "client_apps": legacy})) == 0
    assert (
        code(answer({"controls": ["block"], "client_apps": [*legacy, "mobile-apps-and-desktop-clients"]}))
        == 53003
    )


def test_a_block_comes_before_every_other_demand(answer):
    assert code(answer({"controls": ["mfa", "block"]})) == 53003


@pytest.mark.parametrize(("operator", "expected"), [("or", 50079), ("and", 53000)])
def test_the_operator_decides_which_of_several_controls_is_named(answer, operator, expected):
    assert code(answer({"controls": ["mfa", "compliant-device"], "operator": operator})) == expected


def test_a_risk_policy_looks_at_the_users_risk(answer):
    policy = {"controls": ["password-change"], "user_risk": ["high"]}
    assert code(answer(policy)) == 0
    assert code(answer(policy, **{"users.0.risk": "high"})) == 50142


@pytest.mark.parametrize(("extra", "expected"), [({}, 53010), ({"user_risk": ["low"]}, 53004)])
def test_registration_can_be_blocked_by_place_or_by_risk(answer, extra, expected):
    policy = {"controls": ["block"], "target": "register-security-info", **extra}
    changes = {"users.0.per_user_mfa": "enforced", "users.0.risk": "low"}
    assert code(answer(policy, **changes)) == expected
    assert code(answer(policy, **changes, **{"users.0.mfa_method": "entra"})) == 50076


def test_addresses_of_either_family_lie_in_ranges_of_their_own():
    assert within("2001:db8::1", ["192.0.2.0/24", "2001:db8::/32"])
    assert not within("192.0.2.1", ["2001:db8::/32"])
