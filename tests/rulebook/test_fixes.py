"""What every fix and every offer of fixes has to hold to, whatever the case."""

import itertools
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import FACTS, Desk, Disposition, Known, Truth, Unknown
from auditor.rulebook.conditions import evaluate, values_in

CASES = Path(__file__).parent / "findings"
PORTALS = (
    "entra.microsoft.com",
    "admin.powerplatform.microsoft.com",
    "mysignins.microsoft.com",
    "admin.cloud",
)
# what is done to this program, to the inventory or by plain good order needs no source outside
OWN_ROLE = "auditor"
OWN_WORK = {
    "check-network",
    "confirm-who-owns-the-account",
    "one-account-per-integration",
    "one-password-per-account",
    "repeat-interactive",
    "settle-the-contract",
}
KINDS = ("person", "integration")
YES_NO = ("yes", "no")
PLACES = ("device", "vendor server", "customer server")


def facts_from(given_facts):
    return {
        name: Known(given_facts[name]) if name in given_facts else Unknown("not looked") for name in FACTS
    }


def offered(rule, given_facts):
    facts = facts_from(given_facts)
    return [
        use.fix for use in rule.fixes if use.when is None or evaluate(use.when, facts).truth is Truth.HOLDS
    ]


def apps():
    """Every kind of account in every kind of app: facts that are known of each case."""
    for kind, interactive, ropc, application, place in itertools.product(
        KINDS, YES_NO, YES_NO, YES_NO, PLACES
    ):
        if "yes" in (interactive, ropc, application):
            yield {
                "kind": kind,
                "app_offers_interactive": interactive,
                "app_offers_ropc": ropc,
                "app_offers_application": application,
                "app_signs_in_from": place,
                "individual_consent_enough": "no",
                "expected": "nothing",
            }


def holding_facts(rule):
    cases = yaml.safe_load((CASES / f"{rule.id}.yaml").read_text(encoding="utf-8"))["holds"]
    for case, app in itertools.product(cases, apps()):
        found = case["facts"] | app
        if evaluate(rule.when, facts_from(found)).truth is Truth.HOLDS:
            yield found


def test_every_finding_offers_a_fix_for_every_kind_of_account_and_app(book):
    for rule in book.findings:
        for found in holding_facts(rule):
            assert offered(rule, found), (rule.id, found)


def test_nobody_is_sent_to_a_grant_that_the_app_lacks(book):
    for rule in book.findings:
        for found in holding_facts(rule):
            fixes = offered(rule, found)
            if found["app_offers_application"] == "no":
                assert "move-to-application-user" not in fixes, (rule.id, found)
            if found["app_offers_interactive"] == "no":
                assert "switch-to-interactive" not in fixes, (rule.id, found)
            if found["app_offers_ropc"] == "no":
                assert "exclude-one-account-from-mfa" not in fixes, (rule.id, found)


def test_security_is_weakened_for_integrations_only_and_never_first(book):
    for rule in book.findings:
        for found in holding_facts(rule):
            weak = [index for index, fix in enumerate(offered(rule, found)) if book.fixes[fix].weakens]
            assert 0 not in weak, (rule.id, found)
            assert not (weak and found["kind"] == "person"), (rule.id, found)


@pytest.mark.parametrize("axis_value", ["switch to interactive OAuth", "move to an application user"])
@given(data=st.data())
def test_no_path_names_a_grant_that_the_app_lacks(book, axis_value, data):
    fact = "app_offers_interactive" if axis_value.startswith("switch") else "app_offers_application"
    table = next(table for axis, table in book.verdicts.items() if axis.value == "path")
    named = {
        name: sorted(set().union(*(values_in(rule.when, name) for rule in table.rules))) for name in FACTS
    }
    given_facts = {
        name: data.draw(st.sampled_from([*values, *FACTS[name].values]))
        for name, values in named.items()
        if values and data.draw(st.booleans())
    }
    facts = facts_from(given_facts | {fact: "no"})
    held = next((rule for rule in table.rules if evaluate(rule.when, facts).truth is Truth.HOLDS), None)
    assert held is None or held.value != axis_value


def test_what_is_not_found_in_a_source_says_check_before_use(book):
    for fix in book.fixes.values():
        ours = fix.role == OWN_ROLE or fix.id in OWN_WORK
        assert fix.sources or fix.check_before_use or ours, fix.id


def test_commands_are_from_memory_unless_a_source_shows_them(book):
    shown = {"change-auth-type"} | {
        "continue-run",
        "find-cause-of-refusals",
        "try-again-once",
    }  # a source; ours
    for fix in book.fixes.values():
        assert not fix.command or fix.check_before_use or fix.id in shown, fix.id


def test_addresses_of_portals_stand_for_the_public_cloud_alone(book):
    for fix in book.fixes.values():
        if any(portal in fix.link for portal in PORTALS):
            assert fix.link.startswith("{% if login == 'login.microsoftonline.com' %}"), fix.id
            assert fix.check_before_use, fix.id


def test_values_in_commands_are_quoted_and_values_in_links_encoded(book):
    for fix in book.fixes.values():
        for tag in re.findall(r"\{\{(.*?)\}\}", fix.command):
            assert "|sh" in tag or "|ps" in tag or tag.strip() == "host", (fix.id, tag)
        for tag in re.findall(r"\{\{(.*?)\}\}", fix.link):
            made = all(name.endswith("_link") for name in tag.strip().split(" or "))
            assert "|url" in tag or made or tag.strip() in {"login", "host"}, (fix.id, tag)


def test_a_licence_is_named_where_a_fix_needs_one(book):
    for fix in book.fixes.values():
        steps = " ".join(fix.steps)
        if "Risky users" in steps:
            assert fix.licence == "Microsoft Entra ID P2", fix.id
        elif "named location" in steps or "tab Conditional Access" in steps:
            assert fix.licence == "Microsoft Entra ID P1", fix.id
        elif "IP firewall" in steps:
            assert fix.licence == "Managed Environments", fix.id


def test_who_does_it_sits_at_a_desk_that_can(book):
    for fix in book.fixes.values():
        desk = book.roles[fix.role].desk
        assert isinstance(desk, Desk)
        if "Enterprise applications" in " ".join(fix.steps):
            assert desk is Desk.ENTRA, fix.id
        if "Power Platform admin center" in fix.steps[-1]:
            assert desk is Desk.DATAVERSE, fix.id
    asked = {fix.role for fix in book.fixes.values()}
    assert asked == set(book.roles), "every role has something to do"


def test_nobody_is_advised_to_switch_security_defaults_off(book):
    for text in _texts(book):
        for sentence in re.split(r"(?<=[.;:]) ", text):
            if re.search(r"(?i)switch\w* (them|security defaults) off|disable security defaults", sentence):
                assert re.search(r"(?i)do not|nobody should|never", sentence), sentence


def test_security_defaults_exempt_no_account_and_where_they_block_no_exemption_is_offered(book):
    rule = next(rule for rule in book.findings if rule.id == "security-defaults-block-sign-in")
    assert "cannot exempt one account" in rule.why
    assert not [use.fix for use in rule.fixes if book.fixes[use.fix].weakens]


def test_what_guards_an_account_is_set_up_before_it_is_let_through(book):
    for fix in book.fixes.values():
        opening = [at for at, step in enumerate(fix.steps) if re.search(r"(?i)\bexclude \{\{ upn", step)]
        guarding = [at for at, step in enumerate(fix.steps) if "blocks every app but" in step]
        for at in opening:
            assert [other for other in guarding if other < at], fix.id


def test_apps_and_places_are_blocked_by_a_policy_each(book):
    # conditions of one policy must all be met: "every app but A, every place but B" in one leaves most open
    steps = [step for fix in book.fixes.values() for step in fix.steps if "blocks every app but" in step]
    assert steps
    for step in steps:
        assert "two policies" in step


def test_device_codes_are_advised_only_where_no_policy_blocks_them(book):
    for fix in book.fixes.values():
        steps = " ".join(fix.steps)
        if "device code" in steps.lower():
            assert "Prefer the browser" in steps, fix.id
            assert "no policy blocks it" in steps, fix.id


def test_what_bridges_the_time_only_is_never_the_only_way(book):
    for rule in book.findings:
        for found in holding_facts(rule):
            fixes = [book.fixes[fix] for fix in offered(rule, found)]
            assert any(fix.disposition is Disposition.LASTING for fix in fixes), (rule.id, found)


def test_every_outcome_of_a_dataverse_code_leads_to_a_finding(book):
    outcomes = {rule.outcome for rules in book.dataverse.values() for rule in rules}
    for outcome in outcomes:
        for slot in ("dataverse", "table"):
            held = [
                rule.id
                for rule in book.findings
                if evaluate(rule.when, facts_from({slot: outcome})).truth is Truth.HOLDS
            ]
            assert held or book.outcomes[outcome].benign, (slot, outcome)


def _texts(book):
    for rule in book.findings:
        yield from (rule.what, rule.why)
    for fix in book.fixes.values():
        yield from fix.steps
