"""Where a sign-in and the directory both have a say: what was seen leads, and whether they agree is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import FACTS, Axis, Confidence, Contract, Expected, Grant, Kind, Known, Leg, Unknown, Why
from auditor.model.words import Question
from auditor.rulebook.facts import build_estate, facts_of
from auditor.rulebook.joined import joined
from auditor.rulebook.judge import judge
from tests.rulebook.directories import ANY_ACCESS, ANY_CONSENT, ANY_USER

NAMES = [*(name for name in FACTS if name.startswith("policy_")), "kind", "expected", "sign_in"]
NAMES += ["mfa", "consent", "ropc", "consent_kind", "interactive_consent"]
TOKEN = {"sign_in": "token_issued", "mfa": "not_required", "consent": "granted", "ropc": "works"}
CODES = [
    0,
    50076,
    50079,
    50158,
    53003,
    530035,
    53000,
    53011,
    65001,
    90094,
    50126,
    50057,
    50055,
    700016,
    50105,
]


def facts(**values):
    known = {"kind": "integration", "expected": "nothing"} | values
    return {
        name: Known(known[name], source=FACTS[name].source) if name in known else Unknown("not looked")
        for name in NAMES
    }


def sources(**values):
    fact = joined(facts(**values))["mfa_sources"]
    return fact.value if isinstance(fact, Known) else None


@pytest.mark.parametrize(
    ("mfa", "agreeing"),
    [
        ("not_required", {"allowed"}),
        ("required", {"mfa", "unmet"}),
        ("registration_required", {"mfa", "unmet"}),
        ("from_federation", {"mfa", "unmet"}),
        ("external", {"mfa", "unmet"}),
        ("blocked", {"blocked", "unmet"}),
    ],
)
def test_a_sign_in_and_rules_agree_or_disagree_about_mfa(mfa, agreeing):
    for policy in ("allowed", "mfa", "blocked", "unmet"):
        said = sources(sign_in="whatever", mfa=mfa, policy_ropc=policy)
        assert said == ("agree" if policy in agreeing else "disagree"), policy


def test_every_value_of_mfa_is_compared():
    for mfa in FACTS["mfa"].values:
        assert {sources(mfa=mfa, policy_ropc=policy) for policy in ("allowed", "mfa", "blocked")} == {
            "agree",
            "disagree",
        }


def test_security_defaults_that_answer_like_a_block_agree_with_their_demand_for_mfa():
    seen = {"sign_in": "blocked_by_security_defaults", "mfa": "blocked"}
    assert sources(**seen, policy_ropc="mfa") == "agree"
    assert sources(**seen, policy_ropc="allowed") == "disagree"


@pytest.mark.parametrize(
    ("policy", "said"), [("mfa", None), ("unmet", "agree"), ("blocked", "agree"), ("allowed", "disagree")]
)
def test_rules_that_demand_mfa_may_demand_a_device_as_well(policy, said):
    assert sources(sign_in="device_required", mfa="blocked", policy_ropc=policy) == said


@pytest.mark.parametrize("outcome", ["blocked_by_risk", "cross_tenant_policy"])
def test_what_a_directory_does_not_hold_is_not_held_against_it(outcome):
    assert sources(sign_in=outcome, mfa="blocked", policy_ropc="allowed") is None


@pytest.mark.parametrize(
    ("seen", "read", "said"),
    [
        ({"mfa": "not_required"}, {"policy_without_risk": "allowed"}, "agree"),
        ({"mfa": "required"}, {"policy_without_risk": "allowed", "policy_mfa": "no"}, "disagree"),
        ({"mfa": "required"}, {"policy_without_risk": "allowed"}, None),
        ({"mfa": "external"}, {"policy_mfa": "no"}, None),
        ({"mfa": "blocked"}, {"policy_without_risk": "allowed", "policy_mfa": "no"}, None),
        ({"mfa": "not_required"}, {"policy_without_risk": "unknown"}, None),
    ],
)
def test_where_only_risk_is_open_both_are_compared_as_far_as_that_goes(seen, read, said):
    assert sources(**seen, **read) == said


def test_only_what_both_know_is_compared():
    assert sources(mfa="required") is None
    assert sources(policy_ropc="mfa") is None
    assert isinstance(joined(facts(consent="granted"))["consent_sources"], Unknown)


def test_agreement_makes_both_certain_and_disagreement_what_was_seen_unsure():
    given_facts = facts(**TOKEN, policy_ropc="allowed", consent_kind="all")
    for name in ("mfa", "policy_ropc", "consent", "consent_kind"):
        given_facts[name] = given_facts[name]._replace(confidence=Confidence.LIKELY)
    found = joined(given_facts)
    certain = ("mfa", "policy_ropc", "consent", "consent_kind", "mfa_sources", "consent_sources")
    assert {found[name].confidence for name in certain} == {Confidence.CERTAIN}
    found = joined(facts(**TOKEN, policy_ropc="mfa", consent_kind="none"))
    unsure = (*certain, "ropc")
    assert {found[name].confidence for name in unsure} == {Confidence.UNSURE}
    assert [found[name].value for name in ("mfa", "consent", "ropc")] == ["not_required", "granted", "works"]


@pytest.mark.parametrize(
    ("consent", "kind", "said"),
    [
        ("granted", "user", "agree"),
        ("granted", "all", "agree"),
        ("granted", "none", "disagree"),
        ("missing", "none", "agree"),
        ("missing", "all", "disagree"),
        ("needs_administrator", "none", "agree"),
        ("needs_administrator", "user", "disagree"),
    ],
)
def test_a_sign_in_and_the_list_of_consents_agree_or_disagree(consent, kind, said):
    assert joined(facts(consent=consent, consent_kind=kind))["consent_sources"].value == said


def test_a_reason_names_both_that_do_not_know_and_says_nothing_twice():
    given_facts = facts()
    given_facts |= {"mfa": Unknown("not asked"), "policy_ropc": Unknown("no licence")}
    assert joined(given_facts)["mfa"] == Unknown("no sign-in; directory: no licence")
    given_facts["policy_ropc"] = Unknown("not asked: and more")
    assert joined(given_facts)["mfa"] == Unknown("not asked: and more")


def test_that_nothing_stands_in_the_way_is_said_and_proves_no_password():
    found = joined(facts(policy_ropc="allowed", consent_kind="user"))
    assert found["ropc"] == Unknown("not looked; directory: nothing that was read stands in the way")


def test_a_persons_own_sign_in_is_the_interactive_one_unless_a_password_is_expected():
    given_facts = facts(kind="person") | {"policy_interactive": Unknown("by page")}
    given_facts["policy_ropc"] = Unknown("by password")
    assert joined(given_facts)["mfa"].why.endswith("by page")
    given_facts["expected"] = Known("ropc")
    assert joined(given_facts)["mfa"].why.endswith("by password")


# verdicts of the modes: what was seen leads; the other mode may say less, never something else
LESS = {
    Axis.MFA: {
        "required": {"registration required", "from the federated provider", "external (third party)"},
        "unknown": None,
    },
    Axis.CONSENT: {
        "granted": {"granted for all", "granted for this user", "wider than needed"},
        "missing": {"needs an administrator"},
        "unknown": None,
    },
    Axis.ROPC: {"eligible": {"works only because of an exclusion"}, "unknown": None},
}


def at_most(axis, less, more):
    """Whether one verdict says the same as another, or less."""
    allowed = LESS[axis].get(less, set())
    return less == more or allowed is None or more in allowed


@given(
    user=ANY_USER,
    access=ANY_ACCESS,
    consent=ANY_CONSENT,
    who=st.tuples(st.sampled_from(list(Kind)), st.sampled_from([None, *Expected])),
    code=st.sampled_from([None, *CODES]),
)
def test_what_was_seen_leads_and_the_directory_adds_to_it(book, kit, user, access, consent, who, code):
    kind, expected = who
    case = kit.case(kind=kind, app=kit.app(*Grant), expected=expected)
    alone = looked(kit, case, code)
    with_directory = looked(kit, case, code).directory(user, access, consent)
    seen, both = (judge(book, case, looks.items, build_estate([case])) for looks in (alone, with_directory))
    for axis in (Axis.MFA, Axis.CONSENT, Axis.ROPC):
        assert at_most(axis, seen.verdicts[axis].value, both.verdicts[axis].value), axis
    assert both.contract == seen.contract
    if seen.verdicts[Axis.PATH].value == "ready":
        assert both.verdicts[Axis.PATH].value == "ready"
    assert {finding.rule for finding in seen.findings} - ONLY_WITHOUT <= {
        finding.rule for finding in both.findings
    }


ONLY_WITHOUT = {"consent-may-be-wider-than-needed"}  # a guess that gives way to what was read


def looked(kit, case, code):
    looks = kit.looks(case).discovered()
    if code is None:
        return looks.held_back(Question.PASSWORD, Why.NOT_ASKED)
    if code:
        return looks.signed_in(kit.refused(code))
    return looks.signed_in(kit.good(Leg.TOKEN)).asked_dataverse(kit.good(Leg.WHOAMI))


@given(user=ANY_USER, access=ANY_ACCESS, consent=ANY_CONSENT, kind=st.sampled_from(list(Kind)))
def test_a_directory_alone_never_says_that_a_password_works(book, kit, user, access, consent, kind):
    case = kit.case(kind=kind, expected=Expected.ROPC)
    result = judge(
        book, case, looked(kit, case, None).directory(user, access, consent).items, build_estate([case])
    )
    assert result.verdicts[Axis.ROPC].value in {"unknown", "not eligible"}
    assert result.verdicts[Axis.PATH].value != "ready"
    assert result.contract is Contract.UNANSWERED
    read = [line.partition(":")[0] for line in access["unread"]]
    if result.verdicts[Axis.MFA].value == "not required":
        assert "conditional access policies" not in read
        assert access["ropc"] == "allowed"


@given(user=ANY_USER, access=ANY_ACCESS, consent=ANY_CONSENT)
def test_verdicts_and_findings_say_why_and_leave_no_gap(book, kit, user, access, consent):
    case = kit.case()
    result = judge(
        book, case, looked(kit, case, None).directory(user, access, consent).items, build_estate([case])
    )
    for verdict in result.verdicts.values():
        assert verdict.why or verdict.value not in {"unknown", "could not tell", "not eligible"}
        assert "  " not in verdict.why
    for finding in result.findings:
        assert finding.evidence, finding.rule
        assert finding.what


def test_the_facts_of_a_run_without_a_directory_are_what_they_were(book, kit):
    case = kit.case()
    found = facts_of(book, case, looked(kit, case, 50076).items, build_estate([case]))
    assert found["mfa"] == Known("required", source="password")
    assert found["consent"] == Unknown("hidden behind: MFA required")
    assert found["ropc"] == Known("refused", source="password")
