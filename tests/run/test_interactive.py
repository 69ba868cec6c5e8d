"""People who sign in themselves on the lab's pages: each ends in the right state, nobody is asked twice."""

from copy import deepcopy

import pytest

from auditor.directory.sign_in import Way
from auditor.model import Axis, Contract, Known, NotObserved, Observed, Question, Step, Why
from tests.run.reception import Operator, received

APP = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"
ORG, SECOND = "contoso.crm4.dynamics.com", "contoso-two.crm4.dynamics.com"
WORLD = {
    "version": 1,
    "tenants": [
        {
            "id": "6b0c8c5e-0000-4000-8000-000000000001",
            "name": "Contoso",
            "domains": [{"name": "contoso.example"}],
            "apps": [{"app": "resco-mobile-crm"}],
            "grants": [],
        }
    ],
    "users": [],
    "environments": [
        {"host": ORG, "tenant": "contoso.example", "open_to_tenant": True},
        {"host": SECOND, "tenant": "contoso.example", "members": []},
    ],
}


def name(number):
    return f"p{number:02d}@contoso.example"


def a_world(count=1, user=None, tenant=None, **row):
    """People of Contoso; `user` and `row` change all of them, `tenant` their tenant."""
    world = deepcopy(WORLD)
    world["tenants"][0] |= tenant or {}
    world["users"] = [
        {"upn": name(n), "password": f"Right-horse-{n}", **(user or {})} for n in range(1, count + 1)
    ]
    given = {"environment": ORG, "app": "resco-mobile-crm", "kind": "person", "expected": "interactive"} | row
    world["inventory"] = [{"account": name(n), **given} for n in range(1, count + 1)]
    return world


def slot(result, question=Question.INTERACTIVE):
    (found,) = [item for item in result.evidence if item.question is question]
    return found


def fact(result, name_):
    value = result.facts[f"interactive_{name_}"]
    return value.value if isinstance(value, Known) else None


def rules(result):
    return {finding.rule for finding in result.findings}


@pytest.fixture
def meet(tmp_path, monkeypatch):
    """Ask the people of a world once; returns the results by account, and where it happened."""

    def met(world, habits=None, operator=None, way=Way.BROWSER, **more):
        with received(world, tmp_path, monkeypatch, habits) as place:
            results = place.ask(operator or Operator(), way, **more)
            text = place.journal.path.read_bytes()
        assert b"eyJ" not in text
        return results, place

    return met


def test_a_person_with_a_second_factor_goes_in_and_everything_says_so(meet):
    world = a_world(user={"per_user_mfa": "enforced", "mfa_method": "entra"})
    results, place = meet(world)
    result = results[name(1)]
    seen = slot(result)
    assert seen.details["methods"] == ("pwd", "mfa")
    assert (seen.answer.success, seen.answer.sent) == (True, False)
    assert (fact(result, "mfa"), fact(result, "account"), fact(result, "dataverse")) == (
        "performed",
        "meant",
        "member",
    )
    assert result.contract is Contract.MET
    assert result.verdicts[Axis.MFA].value == "required"
    assert result.verdicts[Axis.CONSENT].value == "granted"
    assert result.verdicts[Axis.ROPC].value == "unknown"
    assert (result.verdicts[Axis.PATH].value, result.verdicts[Axis.PATH].why) == (
        "ready",
        "the interactive sign-in works, with a second factor",
    )
    assert "interactive-sign-in-works" in rules(result)
    assert place.lab.submissions == {}
    assert "prompt=login" in place.browser.addresses[0]
    assert "domain_hint=contoso.example" in place.browser.addresses[0]


def test_a_password_alone_is_a_finding(meet):
    result = meet(a_world())[0][name(1)]
    assert fact(result, "mfa") == "password alone"
    assert "interactive-sign-in-without-second-factor" in rules(result)
    assert result.verdicts[Axis.MFA].value == "not required"
    assert result.contract is Contract.MET


def test_the_password_of_a_person_is_neither_typed_nor_sent_here(meet):
    _, place = meet(a_world())
    assert not [one for one in place.lab.requests if "password" in one.path]


@pytest.mark.parametrize(
    ("habit", "outcome", "contract"),
    [
        ("decline", "consent_declined", Contract.BROKEN),
        ("cancel", "sign_in_cancelled", Contract.UNANSWERED),
    ],
)
def test_a_page_that_is_left_says_which_it_was(meet, habit, outcome, contract):
    result = meet(a_world(), {name(1): habit})[0][name(1)]
    assert fact(result, "sign_in") == outcome, slot(result)
    assert result.contract is contract
    assert isinstance(slot(result, Question.INTERACTIVE_WHOAMI), NotObserved)


def test_who_is_away_is_not_checked_and_says_why(meet):
    result = meet(a_world(), {name(1): "away"})[0][name(1)]
    assert slot(result).why is Why.NO_SIGN_IN_IN_TIME
    assert result.contract is Contract.UNANSWERED
    assert "person-was-not-reached" in rules(result)
    assert result.verdicts[Axis.MFA].value == "unknown"


def test_another_account_is_a_finding_and_its_evidence_is_not_used(meet):
    results, place = meet(a_world(2), {name(1): name(2)})
    result = results[name(1)]
    assert fact(result, "account") == "another"
    assert slot(result).details["signed_in_as"] == name(2)
    assert "another-account-signed-in" in rules(result)
    assert result.contract is Contract.UNANSWERED
    assert [result.verdicts[axis].value for axis in (Axis.MFA, Axis.CONSENT)] == ["unknown", "unknown"]
    asked = [one for one in place.lab.requests if one.path.endswith("WhoAmI")]
    assert len(asked) == 1, "the second person's alone"


def test_who_needs_an_administrator_is_told_apart(meet):
    result = meet(a_world(tenant={"user_consent": "admin-approval"}), {name(1): "decline"})[0][name(1)]
    assert result.contract is not Contract.MET
    assert fact(result, "consent") in {"needs an administrator", "declined", None}


def test_dataverse_is_asked_with_that_token_and_may_not_know_the_account(meet):
    result = meet(a_world(environment=SECOND))[0][name(1)]
    assert fact(result, "dataverse") == "not_a_member"
    assert "not-a-member-of-the-environment" in rules(result)
    assert (result.contract, result.verdicts[Axis.PATH].value) == (Contract.BROKEN, "fix, then ready")


def test_a_person_with_two_environments_is_asked_for_both_one_after_the_other(meet):
    world = a_world(2)
    world["inventory"].append(world["inventory"][0] | {"environment": SECOND})
    operator = Operator()
    with_second = meet(world, operator=operator)[1]
    assert [one.account for one in operator.seen] == [name(1), name(1), name(2)]
    assert [one.number for one in operator.seen] == [1, 2, 3]
    first, second, third = with_second.browser.addresses
    assert ["prompt=login" in one for one in (first, second, third)] == [True, False, True]


def test_only_those_who_are_named_are_asked_and_others_say_so(meet):
    results, place = meet(a_world(3), only=(name(2),))
    assert dict(place.browser.asked) == {name(2): 1}
    assert slot(results[name(1)]).why is Why.NOT_ASKED


def test_an_integration_is_not_asked_unless_the_inventory_expects_it(meet):
    world = a_world(3, expected="", kind="integration")
    world["inventory"][1] |= {"expected": "interactive"}
    world["inventory"][2] |= {"expected": "none", "kind": "person"}
    results, place = meet(world)
    assert dict(place.browser.asked) == {name(2): 1}
    assert Question.INTERACTIVE not in {item.question for item in results[name(1)].evidence}
    assert slot(results[name(3)]).detail == "the inventory expects no sign-in any more"


def test_a_tenant_that_was_not_agreed_to_is_not_signed_in_to(meet):
    from auditor.run.interface import ScopeAnswer  # noqa: PLC0415 - only here

    results, place = meet(a_world(), scope=ScopeAnswer(frozenset({"fabrikam.example"})))
    assert slot(results[name(1)]).why is Why.NOT_AGREED
    assert not place.browser.asked


def test_a_second_try_is_one_the_operator_asks_for(meet):
    operator = Operator(again=[Step.RETRY, Step.RETRY])
    _, place = meet(a_world(), {name(1): "away"}, operator)
    assert place.browser.asked[name(1)] == 3
    assert operator.said[0][1].startswith(Why.NO_SIGN_IN_IN_TIME)


def test_thirty_people_end_in_the_right_state_and_going_on_asks_nobody_twice(tmp_path, monkeypatch):
    world = a_world(30)
    for number, user in enumerate(world["users"], 1):
        if number % 3 == 0:
            user |= {"per_user_mfa": "enforced", "mfa_method": "entra"}
    habits = {
        name(4): "decline",
        name(9): "away",
        name(11): name(12),
        name(17): "cancel",
        name(23): "decline",
    }
    with received(world, tmp_path, monkeypatch, habits) as place:
        first = place.ask(Operator({name(6): Step.SKIP, name(16): Step.STOP}))
        assert slot(first[name(6)]).why is Why.PASSED_OVER
        assert {slot(first[name(n)]).why for n in range(16, 31)} == {Why.STOPPED}
        seen = {upn for upn, result in first.items() if isinstance(slot(result), Observed)}
        assert dict(place.browser.asked) == dict.fromkeys([*seen, name(9)], 1)
        operator = Operator()
        last = place.again(operator)
        asked_again = {person.account for person in operator.seen}
    assert asked_again == {upn for upn in last if upn not in seen}
    assert all(count == 1 for upn, count in place.browser.asked.items() if upn != name(9))
    special = {4: "declined", 9: None, 11: None, 17: None, 23: "declined"}
    for number in range(1, 31):
        result = last[name(number)]
        if number in special:
            assert result.contract is not Contract.MET
            assert fact(result, "consent") == special[number]
            continue
        assert result.contract is Contract.MET, name(number)
        assert fact(result, "mfa") == ("performed" if number % 3 == 0 else "password alone")


def test_a_run_that_is_interrupted_says_so_of_who_was_not_reached(tmp_path, monkeypatch):
    with received(a_world(3), tmp_path, monkeypatch) as place:
        results = place.ask(Operator({name(2): KeyboardInterrupt()}))
        assert isinstance(slot(results[name(1)]), Observed)
        assert {slot(results[name(n)]).why for n in (2, 3)} == {Why.INTERRUPTED}
        operator = Operator()
        results = place.again(operator)
    assert [person.account for person in operator.seen] == [name(2), name(3)]
    assert {result.contract for result in results.values()} == {Contract.MET}


def test_codes_are_handed_out_to_many_at_once_and_waited_for(tmp_path, monkeypatch):
    world = a_world(4)
    world["users"][1] |= {"per_user_mfa": "enforced", "mfa_method": "entra"}
    world["tenants"][0]["grants"] = [{"app": "resco-mobile-crm", "all_users": True}]
    habits = {name(3): "cancel"}
    with received(world, tmp_path, monkeypatch, habits) as place:

        def enter(invitations):
            for one in invitations[:3]:
                place.browser.enter(one.code, one.person.account)
            late = place.lab.state.device_code(invitations[3].code)
            kept = place.lab.state.device_codes[late]
            place.lab.state.device_codes[late] = kept._replace(expires=place.lab.state.now())

        results = place.ask(Operator(codes=enter), Way.DEVICE_CODE)
        held = place.journal.path.read_bytes()
    assert [fact(results[name(n)], "mfa") for n in (1, 2)] == ["password alone", "performed"]
    assert "device-code-is-no-lasting-way" in rules(results[name(1)])
    assert fact(results[name(3)], "sign_in") == "device_code_failed"
    assert slot(results[name(4)]).why is Why.NO_SIGN_IN_IN_TIME
    assert [results[name(n)].contract for n in (1, 2, 3, 4)] == [Contract.MET] * 2 + [Contract.UNANSWERED] * 2
    assert b"device_code=" not in held


def test_a_policy_that_blocks_device_codes_says_nothing_of_the_browser(tmp_path, monkeypatch):
    policy = {"name": "No codes", "flows": ["device-code"], "controls": ["block"]}
    with received(a_world(tenant={"policies": [policy]}), tmp_path, monkeypatch) as place:

        def enter(invitations):
            place.browser.enter(invitations[0].code, invitations[0].person.account)

        result = place.ask(Operator(codes=enter), Way.DEVICE_CODE)[name(1)]
    assert fact(result, "sign_in") == "blocked_by_conditional_access"
    assert "device-code-flow-is-blocked" in rules(result)
    assert "conditional-access-blocks-sign-in" not in rules(result)
    assert result.contract is Contract.UNANSWERED
    assert result.verdicts[Axis.MFA].value == "unknown"
    assert result.verdicts[Axis.PATH].value == "switch to interactive OAuth"


def test_ctrl_c_gives_up_on_the_page_that_is_open_and_not_on_the_run(tmp_path, monkeypatch):
    with received(a_world(2), tmp_path, monkeypatch, {name(1): "away"}) as place:

        def broken_off():
            if place.browser.idle:
                raise KeyboardInterrupt

        place.browser.rest = broken_off
        operator = Operator()
        results = place.ask(operator)
    assert slot(results[name(1)]).detail == "the operator waited no longer"
    assert results[name(2)].contract is Contract.MET
    assert operator.said[0][0] == name(1)


def test_waiting_for_codes_can_be_broken_off_and_goes_on_with_those_who_have_not_answered(
    tmp_path, monkeypatch
):
    world = a_world(3)
    with received(world, tmp_path, monkeypatch) as place:
        shown = []

        class Impatient(Operator):
            rests = 0

            def waits(self):
                self.rests += 1
                if self.rests > 3:  # each of the three has been asked about, whoever was first
                    raise KeyboardInterrupt

        def first_alone(invitations):
            shown.append([one.person.account for one in invitations])
            place.browser.enter(invitations[0].code, invitations[0].person.account)

        def all_of_them(invitations):
            shown.append([one.person.account for one in invitations])
            for one in invitations:
                place.browser.enter(one.code, one.person.account)

        results = place.ask(Impatient(codes=first_alone), Way.DEVICE_CODE)
        assert [slot(results[name(n)]).question for n in (1, 2, 3)] == [Question.INTERACTIVE] * 3
        assert {slot(results[name(n)]).why for n in (2, 3)} == {Why.INTERRUPTED}
        results = place.again(Operator(codes=all_of_them), Way.DEVICE_CODE)
    assert shown == [[name(1), name(2), name(3)], [name(2), name(3)]]
    assert {result.contract for result in results.values()} == {Contract.MET}
