"""What policies, security defaults and per-user MFA come to together, and what leaves it open."""

import pytest

from auditor.directory.access import evaluate
from auditor.directory.entrances import Entrances, entrance
from auditor.directory.locations import Place
from auditor.directory.policies import Choice, Conditions, Demand, Operator, People, Policy, State, Targets
from auditor.directory.signins import (
    ClientType,
    Flow,
    SignIn,
    browser_sign_in,
    password_sign_in,
    ws_trust_sign_in,
)
from auditor.directory.snapshot import Known, Lack, Members, Missing, Role, Snapshot, User
from auditor.model import Truth

YES, NO, OPEN = Truth.HOLDS, Truth.FAILS, Truth.UNANSWERED
ADMIN = "62e90394-69f5-4237-9190-012177145e10"
SYNC = "d29b2b05-8046-44ba-8758-1e26182fcf32"


def policy(name="MFA", *, state=State.ENABLED, demand=None, **conditions):
    whole = {
        "people": People(Choice(frozenset({"all"}))),
        "targets": Targets(Choice(frozenset({"all"}))),
        **conditions,
    }
    return Policy(name, name, state, Conditions(**whole), demand or Demand(Operator.AND, frozenset({"mfa"})))


def directory(*policies, **parts):
    known = {
        "users": Known({"anna": User("anna", "anna@contoso.example", type="member", external=False)}),
        "policies": Known(policies),
        "security_defaults": Known(value=False),
        "user_states": Known({"anna": "disabled"}),
        "roles": Known({}),
    }
    return Snapshot(**{**known, **parts})


ANNA = password_sign_in("anna")


def test_nothing_that_demands_anything_lets_a_password_through():
    access = evaluate(directory(), ANNA)
    assert (access.mfa.truth, access.blocked.truth, access.password.truth) == (NO, NO, YES)


def test_the_policies_that_decide_are_named():
    access = evaluate(directory(policy("A"), policy("B"), policy("C", state=State.REPORT_ONLY)), ANNA)
    assert access.mfa.by == ("A", "B")
    assert [verdict.name for verdict in access.verdicts if verdict.would_apply] == ["C"]


@pytest.mark.parametrize(
    "lack", [Lack.NO_LICENCE, Lack.NO_ROLE, Lack.NO_CONSENT, Lack.THROTTLED, Lack.NOT_EXPORTED]
)
def test_policies_that_were_not_read_leave_everything_open_with_the_reason(lack):
    access = evaluate(directory(policies=Missing(lack)), ANNA)
    assert (access.mfa.truth, access.blocked.truth, access.password.truth) == (OPEN, OPEN, OPEN)
    assert access.mfa.why == (f"conditional access policies: {lack}",)


def test_a_gap_among_the_policies_leaves_open_what_those_that_were_read_do_not_decide():
    gaps = ("policies.json: a further page is not in the export",)
    assert evaluate(directory(policies=Known((), gaps=gaps)), ANNA).mfa.truth is OPEN
    assert evaluate(directory(policies=Known((policy(),), gaps=gaps)), ANNA).mfa.truth is YES


def test_trusted_locations_that_were_not_read_leave_an_address_open():
    outside = policy(locations=Choice(frozenset({"all"}), frozenset({"alltrusted"})))
    access = evaluate(directory(outside), password_sign_in("anna", place=Place("198.51.100.7")))
    assert access.mfa.truth is OPEN
    read = directory(outside, locations=Known({}))
    assert evaluate(read, password_sign_in("anna", place=Place("198.51.100.7"))).mfa.truth is YES


def test_an_operator_that_we_do_not_know_decides_only_where_all_and_one_agree():
    both = Demand(Operator.UNKNOWN, frozenset({"mfa", "compliantdevice"}))
    one = Demand(Operator.UNKNOWN, frozenset({"mfa"}))
    assert evaluate(directory(policy(demand=both)), ANNA).mfa.truth is OPEN
    assert evaluate(directory(policy(demand=one)), ANNA).mfa.truth is YES


def test_under_security_defaults_microsoft_decides_when_people_do_mfa():
    access = evaluate(directory(security_defaults=Known(value=True)), ANNA)
    assert (access.mfa.truth, access.password.truth) == (OPEN, OPEN)
    assert access.mfa.perhaps == ("security defaults",)


def test_under_security_defaults_administrators_do_mfa():
    roles = Known({ADMIN: Role(ADMIN, "Global Administrator", Members(frozenset({"anna"})))})
    access = evaluate(directory(security_defaults=Known(value=True), roles=roles), ANNA)
    assert (access.mfa.truth, access.password.truth) == (YES, NO)
    assert access.mfa.by == ("security defaults",)


def test_the_account_of_the_synchronisation_is_left_out_of_security_defaults():
    roles = Known({SYNC: Role(SYNC, "Directory Synchronization Accounts", Members(frozenset({"anna"})))})
    access = evaluate(directory(security_defaults=Known(value=True), roles=roles), ANNA)
    assert access.mfa.truth is NO


def test_security_defaults_block_ws_trust_and_not_a_password_grant():
    on = directory(security_defaults=Known(value=True))
    assert evaluate(on, ws_trust_sign_in("anna")).blocked.truth is YES
    assert evaluate(on, ANNA).blocked.truth is NO


def test_security_defaults_may_block_device_codes():
    on = directory(security_defaults=Known(value=True))
    sign_in = SignIn("anna", client_type=ClientType.DESKTOP, flow=Flow.DEVICE_CODE)
    assert evaluate(on, sign_in).blocked.truth is OPEN


def test_security_defaults_that_were_not_read_leave_it_open():
    access = evaluate(directory(security_defaults=Missing(Lack.NO_ROLE)), ANNA)
    assert (access.mfa_by_policies.truth, access.mfa.truth) == (NO, OPEN)


@pytest.mark.parametrize(
    ("state", "sign_in", "truth"),
    [
        ("enforced", ANNA, YES),
        ("enabled", ANNA, YES),
        ("disabled", ANNA, NO),
        ("enforced", ws_trust_sign_in("anna"), YES),
        ("enabled", ws_trust_sign_in("anna"), NO),
        ("enforced", browser_sign_in("anna"), YES),
        ("something", ANNA, OPEN),
    ],
)
def test_a_users_own_state_demands_mfa_as_documented(state, sign_in, truth):
    access = evaluate(directory(user_states=Known({"anna": state})), sign_in)
    assert access.mfa_by_user_state.truth is truth
    assert access.mfa.truth is truth


def test_a_users_own_state_that_was_not_read_is_not_disabled():
    access = evaluate(directory(user_states=Known({})), ANNA)
    assert access.mfa.truth is OPEN
    assert access.mfa.why == ("per-user MFA: not read for this user",)


def test_a_policy_is_enough_whatever_was_not_read_elsewhere():
    parts = {name: Missing(Lack.NO_ROLE) for name in ("security_defaults", "user_states", "roles", "members")}
    access = evaluate(directory(policy(), **parts), ANNA)
    assert (access.mfa.truth, access.password.truth) == (YES, NO)


def test_a_snapshot_of_nothing_says_nothing():
    access = evaluate(Snapshot(), SignIn("anna"))
    assert {access.mfa.truth, access.blocked.truth, access.password.truth} == {OPEN}
    assert access.verdicts == ()


def test_policies_that_the_same_missing_part_leaves_open_stand_in_one_line():
    grouped = People(Choice(frozenset({"all"})), groups=Choice(exclude=frozenset({"g1"})))
    other = People(Choice(frozenset({"all"})), groups=Choice(exclude=frozenset({"g2"})))
    access = evaluate(directory(policy("A", people=grouped), policy("B", people=other)), ANNA)
    assert access.mfa.perhaps == ("A", "B")
    assert entrance(access).open == (
        "A, B: not known whether it is about this user: group members: not exported",
    )


def test_a_group_whose_list_alone_is_missing_is_named():
    people = People(Choice(frozenset({"all"})), groups=Choice(exclude=frozenset({"g1"})))
    access = evaluate(directory(policy("A", people=people), members=Known({})), ANNA)
    assert access.mfa.why == ("A: not known whether it is about this user: group g1",)


def test_whole_parts_that_were_not_read_are_said_before_what_hangs_on_them():
    people = People(Choice(frozenset({"all"})), groups=Choice(exclude=frozenset({"g1"})))
    missing = Missing(Lack.NOT_EXPORTED)
    snapshot = directory(policy("A", people=people), user_states=missing, security_defaults=missing)
    found = entrance(evaluate(snapshot, ANNA))
    assert [line.partition(":")[0] for line in found.open] == ["security defaults", "per-user MFA", "A"]


def test_a_gap_among_the_policies_is_named_as_one_of_the_policies():
    gaps = ("policies.json: not all entries can be read",)
    access = evaluate(directory(policies=Known((), gaps=gaps)), ANNA)
    assert entrance(access).open == (
        "conditional access policies: policies.json: not all entries can be read",
    )


def test_a_part_that_stands_behind_what_policies_leave_open_is_unread():
    people = People(Choice(frozenset({"all"})), groups=Choice(exclude=frozenset({"g1"})))
    unread = Entrances(directory(policy("A", people=people))).details("anna", attended=False)["unread"]
    assert "group members: not exported" in unread
    assert not any("named locations" in text for text in unread)
