"""What a directory says, as facts: nothing that was not read becomes a pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import FACTS, Confidence, Kind, Known, Question, Unknown, Why
from auditor.rulebook.directory import NOT_READ, directory_facts
from auditor.rulebook.facts import build_estate, facts_of
from auditor.rulebook.seen import see
from tests.conftest import CHECKOUT
from tests.rulebook.directories import ANY_ACCESS, ANY_CONSENT, ANY_USER, NO_LICENCE

OF_DIRECTORY = [name for name, spec in FACTS.items() if spec.source.startswith("directory")]


@pytest.fixture
def facts(book, kit):
    def facts(user=None, access=None, consent=None, case=None):
        case = case or kit.case()
        looks = kit.looks(case).discovered().directory(user, access, consent)
        return directory_facts(see(book, case, looks.items))

    return facts


def value(fact):
    return fact.value if isinstance(fact, Known) else None


def test_a_run_without_a_directory_knows_nothing_of_it(book, kit):
    case = kit.case()
    found = directory_facts(see(book, case, kit.looks(case).discovered().items))
    assert sorted(found) == sorted(OF_DIRECTORY)
    assert set(found.values()) == {Unknown(NOT_READ)}


def test_an_ordinary_account_of_which_everything_was_read(facts):
    assert {name: value(fact) for name, fact in facts().items()} == {
        "directory_user": "found",
        "account_enabled": "yes",
        "account_type": "member",
        "account_synced": "no",
        "password_expiry": "never",
        "password_expires_soon": "no",
        "mfa_registered": "yes",
        "mfa_capable": "yes",
        "per_user_mfa": "disabled",
        "policy_ropc": "allowed",
        "policy_mfa": "no",
        "policy_without_risk": "allowed",
        "policy_interactive": "mfa",
        "policy_exclusion": "no",
        "policy_report_only": "no",
        "what_if": "agrees",
        "ropc_in_log": "no",
        "assertion_in_log": "no",
        "security_defaults": "off",
        "consent_kind": "all",
        "consent_wider": "no",
        "user_may_consent": "yes",
        "app_known": "yes",
        "app_enabled": "yes",
        "assignment_missing": "no",
        "assignment_required": "no",
        "dataverse_known": "yes",
        "dataverse_enabled": "yes",
        "directory_read": "yes",
    }


def test_what_was_read_to_the_end_is_certain(facts):
    assert {fact.confidence for fact in facts().values()} == {Confidence.CERTAIN}


@pytest.mark.parametrize("doubt", [{"location_used": "vendor server"}, {"unread": ("Risky users: by risk",)}])
def test_rules_are_likely_where_the_place_was_assumed_or_a_condition_is_open(facts, doubt):
    found = facts(access=doubt)
    assert found["policy_ropc"].confidence is Confidence.LIKELY
    assert found["security_defaults"].confidence is Confidence.CERTAIN


def test_policies_are_unsure_where_what_if_says_otherwise(facts):
    found = facts(access={"what_if": ('"Everybody": What-If says that it applies',)})
    assert value(found["what_if"]) == "differs"
    assert found["policy_ropc"].confidence is Confidence.UNSURE
    assert found["per_user_mfa"].confidence is Confidence.CERTAIN


def test_a_log_that_was_not_read_shows_neither_a_grant_nor_its_absence(facts):
    found = facts(user={"log_read": False, "ropc_in_log": ""})
    assert found["ropc_in_log"] == found["assertion_in_log"] == Unknown("the sign-in log was not read")


def test_what_if_that_was_not_asked_neither_agrees_nor_differs(facts):
    assert facts(access={"what_if_asked": False})["what_if"] == Unknown(
        "What-If was not asked about the account"
    )


def test_consent_is_likely_where_something_about_it_was_not_read(facts):
    found = facts(consent={"unread": ("app role assignments: refused",)})
    assert found["consent_kind"].confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    "unread",
    [NO_LICENCE, "security defaults: refused", "per-user MFA: the account is not among those read"],
)
def test_nobody_is_let_through_by_rules_that_were_not_read(facts, unread):
    found = facts(access={"unread": (unread,)})
    assert found["policy_ropc"] == Unknown(unread)


def test_a_refusal_stands_whatever_else_was_not_read(facts):
    found = facts(access={"ropc": "blocked", "unread": ("security defaults: refused",)})
    assert found["policy_ropc"] == Known("blocked", Confidence.LIKELY, "directory access")


@pytest.mark.parametrize(
    ("name", "part", "unread"),
    [
        ("policy_exclusion", "access", NO_LICENCE),
        ("policy_report_only", "access", NO_LICENCE),
        ("consent_wider", "consent", "permission grants: throttled"),
    ],
)
def test_what_was_not_read_is_not_called_absent(facts, name, part, unread):
    assert facts(**{part: {"unread": (unread,)}})[name] == Unknown(unread)


def test_no_consent_is_said_only_where_all_consents_were_read(facts):
    gap = "permission grants: not all pages were exported"
    assert facts(consent={"consent": "none", "unread": (gap,)})["consent_kind"] == Unknown(gap)
    assert value(facts(consent={"consent": "none"})["consent_kind"]) == "none"


def test_no_user_is_said_only_where_all_users_were_read(facts):
    gap = "users: not all pages were exported"
    assert facts(user={"found": False, "unread": (gap,)})["directory_user"] == Unknown(gap)
    assert value(facts(user={"found": False})["directory_user"]) == "absent"


def test_of_a_user_who_is_not_there_nothing_else_is_said(facts):
    found = facts(user={"found": False}, consent={"consent": "none", "assignment_required": "yes"})
    why = Unknown("the directory knows no such user")
    assert [found[name] for name in ("consent_kind", "assignment_missing", "user_may_consent")] == [why] * 3


@pytest.mark.parametrize(
    ("required", "assigned", "missing"),
    [
        ("no", "unknown", "no"),
        ("yes", "yes", "no"),
        ("yes", "no", "yes"),
        ("yes", "unknown", None),
        ("unknown", "no", None),
    ],
)
def test_an_assignment_is_missing_only_where_one_is_required(facts, required, assigned, missing):
    found = facts(consent={"assignment_required": required, "assigned": assigned})
    assert value(found["assignment_missing"]) == missing


def test_an_assignment_may_stand_where_nobody_looked(facts):
    gap = "app role assignments: refused"
    found = facts(consent={"assignment_required": "yes", "assigned": "no", "unread": (gap,)})
    assert found["assignment_missing"] == Unknown(gap)


def test_policies_say_nothing_of_a_disabled_account(facts):
    found = facts({"enabled": "no"}, {"ropc": "mfa", "ropc_exclusion": ("P excludes group G",)})
    names = [name for name in OF_DIRECTORY if name.startswith("policy_")]
    assert {found[name] for name in names} == {Unknown("the account is disabled")}


def test_policies_about_passwords_say_nothing_of_a_guest(facts):
    found = facts({"user_type": "guest"}, {"ropc": "mfa", "ropc_mfa": "yes"})
    why = Unknown("the account is a guest")
    names = ("policy_ropc", "policy_mfa", "policy_without_risk", "policy_exclusion", "mfa_registered")
    assert [found[name] for name in names] == [why] * 5
    assert value(found["policy_interactive"]) == "mfa"
    assert found["account_type"].confidence is Confidence.LIKELY


def test_where_only_risk_is_open_the_reason_says_so(facts):
    open_rule = "Risky users: the user risk is not given"
    access = {"ropc": "unknown", "ropc_why": open_rule, "unread": (open_rule,)}
    found = facts(access=access)
    assert found["policy_ropc"].why == f"nothing stands in the way unless there is risk ({open_rule})"
    found = facts(access=access | {"ropc_perhaps": ("Risky users",)})
    assert found["policy_ropc"].why == 'nothing stands in the way unless there is risk ("Risky users")'
    found = facts(access=access | {"ropc_without_risk": "unknown"})
    assert found["policy_ropc"] == Unknown(open_rule)


def test_what_holds_of_the_password_without_risk_is_not_said_of_a_page(facts):
    access = {
        "interactive": "unknown",
        "interactive_why": "it depends on the client",
        "ropc_without_risk": "allowed",
    }
    assert facts(access=access)["policy_interactive"] == Unknown("it depends on the client")


def test_what_a_rule_leaves_open_is_no_part_that_was_not_read(facts):
    assert (
        value(facts(access={"unread": ("Risky users: the user risk is not given",)})["directory_read"])
        == "yes"
    )
    assert value(facts(access={"unread": (NO_LICENCE,)})["directory_read"]) == "no"


def test_a_directory_that_nobody_read_says_why(book, kit):
    case = kit.case()
    found = directory_facts(see(book, case, kit.looks(case).discovered().no_directory("refused").items))
    assert found["policy_ropc"] == Unknown(f"{Why.DIRECTORY_NOT_READ}: refused")
    assert value(found["directory_read"]) == "no"


def test_the_parts_are_the_words_that_the_directory_uses():
    # siblings do not import one another; what a sentence begins with is their only agreement
    text = (CHECKOUT / "auditor" / "directory" / "snapshot.py").read_text(encoding="utf-8")
    words = (CHECKOUT / "auditor" / "rulebook" / "directory.py").read_text(encoding="utf-8")
    enum = text[text.index("class Part(") : text.index("class Lack(")]
    parts = {line.partition(' = "')[2].rstrip('"') for line in enum.splitlines() if ' = "' in line}
    assert parts
    assert {part for part in parts if f'"{part}"' not in words} <= {
        "home realm discovery policies",
        "sign-ins",
        "licences",
    }


def test_several_accounts_of_a_domain_use_an_app(book, kit):
    one, other, alone = (
        kit.case("a@contoso.example"),
        kit.case("b@contoso.example"),
        kit.case("c@other.example"),
    )
    estate = build_estate([one, other, alone])
    for case, shared in ((one, "yes"), (other, "yes"), (alone, "no")):
        assert facts_of(book, case, [], estate)["app_has_several_accounts"].value == shared
    left = build_estate([one, kit.case("b@contoso.example", skip="leaves in June")])
    assert facts_of(book, one, [], left)["app_has_several_accounts"].value == "no"


@given(user=ANY_USER, access=ANY_ACCESS, consent=ANY_CONSENT, kind=st.sampled_from(list(Kind)))
def test_every_value_is_declared_and_what_was_not_read_is_never_a_pass(
    book, kit, user, access, consent, kind
):
    case = kit.case(kind=kind)
    looks = kit.looks(case).discovered().directory(user, access, consent)
    found = directory_facts(see(book, case, looks.items))
    for name, fact in found.items():
        assert fact.why if isinstance(fact, Unknown) else fact.value in FACTS[name].values
    gaps = {line.partition(":")[0] for one in (access, consent, user) for line in one["unread"]}
    if "conditional access policies" in {line.partition(":")[0] for line in access["unread"]}:
        assert value(found["policy_ropc"]) != "allowed"
        assert value(found["policy_interactive"]) != "allowed"
        assert value(found["policy_exclusion"]) != "no"
    if "permission grants" in {line.partition(":")[0] for line in consent["unread"]}:
        assert value(found["consent_kind"]) != "none"
        assert value(found["consent_wider"]) != "no"
    assert value(found["directory_read"]) == ("no" if gaps - {"P"} else "yes")


def test_each_question_of_the_directory_is_a_source_that_findings_cite(book, kit):
    sources = {spec.source for name, spec in FACTS.items() if name in OF_DIRECTORY}
    asked = [Question.DIRECTORY_USER, Question.DIRECTORY_ACCESS, Question.DIRECTORY_CONSENT]
    assert sources == {*asked, ", ".join(asked)}
