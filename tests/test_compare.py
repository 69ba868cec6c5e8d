"""What got worse between two audits, and what only came into sight (issue 6)."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.baselines import baseline_of
from auditor.model import ChangeKind, Known, Severity, Status, Tracked
from tests.judged_cases import ACCEPTED, HOST, finding, result

BLOCKER, HIGH, MEDIUM, LOW, INFO = Severity


def worse(before, now):
    """Return the rules that are worse in a case than they were."""
    return [one.rule for one in baseline_of("run-1", [before]).change(now).worse]


def test_the_same_findings_are_no_worse():
    case = result("a@contoso.example", finding("x", HIGH), finding("y", LOW))
    assert worse(case, case) == []


def test_a_new_finding_is_worse():
    assert worse(result("a@contoso.example"), result("a@contoso.example", finding("x", LOW))) == ["x"]


def test_a_graver_finding_is_worse_and_a_milder_one_is_not():
    before = result("a@contoso.example", finding("x", MEDIUM), finding("y", MEDIUM))
    assert worse(before, result("a@contoso.example", finding("x", HIGH), finding("y", LOW))) == ["x"]


def test_what_a_new_account_has_is_new():
    now = result("new@contoso.example", finding("x", LOW))
    assert worse(result("a@contoso.example", finding("x", LOW)), now) == ["x"]


def test_remarks_questions_without_answer_and_what_is_waived_are_no_worse():
    now = result(
        "a@contoso.example",
        finding("remark", INFO),
        finding("unreached", HIGH, unanswered=True),
        finding("accepted", HIGH, waived=ACCEPTED),
    )
    assert worse(result("a@contoso.example"), now) == []


def test_what_stood_behind_an_obstacle_as_grave_came_into_sight_and_is_no_worse():
    before = result("a@contoso.example", finding("mfa", BLOCKER), ropc="not eligible")
    now = result("a@contoso.example", finding("consent", BLOCKER), ropc="not eligible")
    assert worse(before, now) == []


def test_what_counts_for_more_since_the_obstacle_is_gone_is_no_worse():
    before = result(
        "a@contoso.example", finding("consent", HIGH), finding("vantage", INFO), ropc="not eligible"
    )
    assert worse(before, result("a@contoso.example", finding("vantage", LOW))) == []


def test_what_is_graver_than_the_obstacle_before_is_worse():
    before = result("a@contoso.example", finding("mfa", MEDIUM), ropc="not eligible")
    assert worse(before, result("a@contoso.example", finding("consent", HIGH))) == ["consent"]


def test_a_refusal_without_a_finding_hides_nothing():
    before = result("a@contoso.example", ropc="not eligible")
    assert worse(before, result("a@contoso.example", finding("x", LOW))) == ["x"]


def test_an_unanswered_question_before_hides_nothing_either():
    before = result("a@contoso.example", finding("unreached", HIGH, unanswered=True), ropc="unknown")
    assert worse(before, result("a@contoso.example", finding("mfa", HIGH), ropc="not eligible")) == ["mfa"]


def test_an_open_question_beside_a_refusal_hides_nothing_and_is_nothing_that_could_be_gone():
    before = result("a@contoso.example", finding("unreached", HIGH, unanswered=True), ropc="not eligible")
    now = result("a@contoso.example", finding("mfa", HIGH), ropc="not eligible")
    change = baseline_of("run-1", [before]).change(now)
    assert ([one.rule for one in change.worse], change.gone) == (["mfa"], ())


def test_what_is_gone_counts_only_where_the_case_was_judged():
    baseline = baseline_of("run-1", [result("a@contoso.example", finding("x"))])
    assert baseline.change(result("a@contoso.example")).gone == ("x",)
    untold = baseline.change(result("a@contoso.example", path="could not tell"))
    assert (untold.gone, untold.lost) == ((), True)


def test_a_case_that_had_no_answer_before_lost_none():
    baseline = baseline_of("run-1", [result("a@contoso.example", path="could not tell")])
    assert not baseline.change(result("a@contoso.example", path="could not tell")).lost


def test_cases_that_were_not_audited_are_no_baseline():
    assert baseline_of("run-1", [result("a@contoso.example", not_audited="left")]).cases == {}


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(Severity), st.booleans()), max_size=4),
    st.sampled_from(["eligible", "not eligible", "unknown"]),
)
def test_no_audit_is_worse_than_itself(found, ropc):
    rules = {rule: finding(rule, severity, unanswered=open_) for rule, severity, open_ in found}
    case = result("a@contoso.example", *rules.values(), ropc=ropc)
    assert worse(case, case) == []


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ((finding("x", HIGH),), "unchanged"),
        ((finding("x", LOW),), "updated"),
        ((finding("x", BLOCKER),), "updated"),
        ((finding("y", HIGH),), "new"),
    ],
)
def test_a_finding_is_new_updated_or_unchanged(before, state):
    baseline = baseline_of("run-1", [result("a@contoso.example", *before)])
    now = result("a@contoso.example", finding("x", HIGH))
    assert baseline.state(now, now.findings[0]) == state
    assert baseline.state(result("b@contoso.example"), now.findings[0]) == "new"


A = "a@contoso.example"
REFUSED = {"ropc": "not eligible", "path": "fix, then ready"}
UNTOLD = {"ropc": "unknown", "path": "could not tell"}
CLAIMED = Tracked(Status.DONE, "Dana")
LAPSED = Tracked(lapsed=date(2026, 11, 21))

NOT_ASKED = "the password was not asked again: its answer is that of an earlier run"


def asked(found, answer_from="this run"):
    """Return a case with a finding that rests on the password's answer."""
    case = result(A, replace(found, evidence=("password: AADSTS50126",)))
    return replace(case, facts={"answer_from": Known(answer_from)})


def kinds(baseline, now):
    """Return what became of a case's findings by rule: the kind and why."""
    return {one.rule: (one.kind.value, one.why) for one in baseline.changed(now)}


DECISIONS = {
    "the same": (
        result(A, finding("x", HIGH)),
        result(A, finding("x", HIGH)),
        {"x": ("unchanged", "")},
    ),
    "there and looked at then, and not there": (
        result(A),
        result(A, finding("x", LOW)),
        {"x": ("regressed", "")},
    ),
    "graver": (
        result(A, finding("x", MEDIUM)),
        result(A, finding("x", BLOCKER)),
        {"x": ("regressed", "graver than it was")},
    ),
    "not as grave": (
        result(A, finding("x", HIGH)),
        result(A, finding("x", LOW)),
        {"x": ("unchanged", "not as grave as it was")},
    ),
    "now only a remark": (
        result(A, finding("x", HIGH)),
        result(A, finding("x", INFO)),
        {"x": ("unchanged", "not as grave as it was")},
    ),
    "another account": (
        result("b@contoso.example"),
        result(A, finding("x", LOW)),
        {"x": ("new", "the case is not in the earlier run")},
    ),
    "skipped then": (
        result(A, not_audited="left out", **UNTOLD),
        result(A, finding("x", LOW)),
        {"x": ("new", "the case is not in the earlier run")},
    ),
    "not answered then": (
        result(A, finding("unreached", HIGH, unanswered=True), **UNTOLD),
        result(A, finding("x", LOW)),
        {"x": ("new", "the earlier run could not tell")},
    ),
    "behind an obstacle as grave": (
        result(A, finding("mfa", BLOCKER), **REFUSED),
        result(A, finding("consent", HIGH), **REFUSED),
        {"consent": ("new", "an obstacle stood before it"), "mfa": ("fixed", "")},
    ),
    "graver than the obstacle": (
        result(A, finding("mfa", LOW), **REFUSED),
        result(A, finding("consent", HIGH), finding("mfa", LOW), **REFUSED),
        {"consent": ("regressed", ""), "mfa": ("unchanged", "")},
    ),
    "counts for more without the obstacle": (
        result(A, finding("mfa", HIGH), finding("vantage", LOW), **REFUSED),
        result(A, finding("vantage", MEDIUM)),
        {"vantage": ("unchanged", "counts for more than it did"), "mfa": ("fixed", "")},
    ),
    "gone": (result(A, finding("x")), result(A), {"x": ("fixed", "")}),
    "could not tell any more": (
        result(A, finding("x")),
        result(A, **UNTOLD),
        {"x": ("could not be looked at again", "could not tell")},
    ),
    "an open question in its place": (
        result(A, finding("x")),
        result(A, finding("x", unanswered=True), **UNTOLD),
        {"x": ("could not be looked at again", "could not tell")},
    ),
    "skipped now": (
        result(A, finding("x")),
        result(A, not_audited="left out", **UNTOLD),
        {"x": ("could not be looked at again", "not audited: left out")},
    ),
    "marked Done, and there as before": (
        result(A, finding("x")),
        result(A, finding("x", tracked=CLAIMED)),
        {"x": ("marked Done, still failing", "")},
    ),
    "marked Done, and worse": (
        result(A, finding("x", LOW)),
        result(A, finding("x", HIGH, tracked=CLAIMED)),
        {"x": ("marked Done, still failing", "graver than it was")},
    ),
    "another status claims nothing": (
        result(A, finding("x")),
        result(A, finding("x", tracked=Tracked(Status.ACCEPTED))),
        {"x": ("unchanged", "")},
    ),
    "accepted until yesterday, and there as before": (
        result(A, finding("x")),
        result(A, finding("x", tracked=LAPSED)),
        {"x": ("accepted until a day that has passed", "accepted until 2026-11-21")},
    ),
    "a remark that was accepted until yesterday": (
        result(A, finding("x", INFO)),
        result(A, finding("x", INFO, tracked=LAPSED)),
        {"x": ("accepted until a day that has passed", "accepted until 2026-11-21")},
    ),
    "as the same answer of an earlier run had it": (
        asked(finding("x")),
        asked(finding("x"), "an earlier run"),
        {"x": ("could not be looked at again", NOT_ASKED)},
    ),
    "as the answer of this run has it": (
        asked(finding("x")),
        asked(finding("x"), "this run"),
        {"x": ("unchanged", "")},
    ),
    "graver by the answer of an earlier run": (
        asked(finding("x", LOW)),
        asked(finding("x", HIGH), "an earlier run"),
        {"x": ("regressed", "graver than it was")},
    ),
    "accepted until yesterday, and worse": (
        result(A, finding("x", LOW)),
        result(A, finding("x", tracked=LAPSED)),
        {"x": ("regressed", "accepted until 2026-11-21")},
    ),
    "marked Done, and waived": (
        result(A, finding("x")),
        result(A, finding("x", tracked=CLAIMED, waived=ACCEPTED)),
        {"x": ("unchanged", "waived until 2027-01-31 by it@contoso.example")},
    ),
    "new, and waived": (
        result(A),
        result(A, finding("x", waived=ACCEPTED)),
        {"x": ("new", "waived until 2027-01-31 by it@contoso.example")},
    ),
    "remarks and open questions": (
        result(A, finding("gone", INFO), finding("open", unanswered=True)),
        result(A, finding("remark", INFO, tracked=CLAIMED), finding("unreached", unanswered=True)),
        {},
    ),
}


@pytest.mark.parametrize(("before", "now", "told"), DECISIONS.values(), ids=DECISIONS)
def test_what_became_of_a_finding(before, now, told):
    assert kinds(baseline_of("run-1", [before]), now) == told


def test_a_change_says_which_finding_of_which_case_and_how_grave_then_and_now():
    baseline = baseline_of("run-1", [result(A, finding("mfa-blocks", MEDIUM), finding("no-role", LOW))])
    now = result(A, finding("mfa-blocks", HIGH, tracked=Tracked(owner="Dana")))
    worse, gone = baseline.changed(now)
    assert (worse.case, worse.app, worse.title, worse.before, worse.now) == (
        (A, "mobile", HOST),
        "Mobile",
        "mfa blocks",
        "medium",
        "high",
    )
    assert worse.tracked == Tracked(owner="Dana")
    assert (gone.case, gone.app, gone.title, gone.before, gone.now) == (
        (A, "mobile", HOST),
        "Mobile",
        "no role",
        "low",
        "",
    )


def test_what_is_not_refuted_is_neither_gone_nor_fixed():
    baseline = baseline_of("run-1", [result(A, finding("x"), finding("y"))])
    baseline = replace(baseline, refuted=lambda rule, _: rule == "x")
    assert baseline.change(result(A)).gone == ("x",)
    assert kinds(baseline, result(A)) == {
        "x": ("fixed", ""),
        "y": ("could not be looked at again", "this run could not tell whether it still holds"),
    }


def test_a_case_without_any_verdict_is_not_fixed_either():
    baseline = baseline_of("run-1", [result(A, finding("x"))])
    skipped = replace(result(A, not_audited="left out"), verdicts={})
    assert kinds(baseline, skipped) == {"x": ("could not be looked at again", "not audited: left out")}


def test_a_case_that_the_run_does_not_hold_is_not_fixed():
    baseline = baseline_of("run-1", [result(A, finding("x"), finding("remark", INFO))])
    (one,) = baseline.absent(result(A).case.key)
    assert (one.kind, one.rule, one.before, one.why) == (
        ChangeKind.UNTOLD,
        "x",
        "high",
        "the case is not in this run",
    )


def written(account, *findings):
    """Return a case of an account that the inventory wrote in capitals too."""
    made = result(account.lower(), *findings)
    return replace(made, case=replace(made.case, account=account))


def test_accounts_are_told_as_the_inventory_wrote_them():
    guest, left = "Iris_fabrikam.example#EXT#@contoso.example", "Left@contoso.example"
    baseline = baseline_of("run-1", [written(guest, finding("x"), finding("y")), written(left, finding("x"))])
    told = [
        *baseline.changed(written(guest, finding("x"))),
        *baseline.absent(written(left).case.key),
        *baseline_of("run-1", [result("a@contoso.example", finding("x"))]).absent(
            result("a@contoso.example").case.key
        ),
    ]
    assert [one.account for one in told] == [guest, guest, left, "a@contoso.example"]


FOUND = st.dictionaries(
    st.sampled_from("abcd"),
    st.builds(
        finding,
        st.just(""),
        st.sampled_from(Severity),
        unanswered=st.booleans(),
        waived=st.sampled_from([None, ACCEPTED]),
        tracked=st.sampled_from([None, CLAIMED, LAPSED]),
    ),
).map(lambda found: [replace(one, rule=rule) for rule, one in found.items()])
SEEN = st.sampled_from([{}, REFUSED, UNTOLD])


@given(FOUND, SEEN, FOUND, SEEN, st.sets(st.sampled_from("abcd")))
def test_every_finding_is_told_of_once_and_as_the_exit_code_says(then, seen_then, now, seen_now, unseen):
    before, after = result(A, *then, **seen_then), result(A, *now, **seen_now)
    baseline = replace(baseline_of("run-1", [before]), refuted=lambda rule, _: rule not in unseen)
    changes = {one.rule: one for one in baseline.changed(after)}
    graver = {one.rule for one in (*then, *now) if not one.unanswered and one.severity is not INFO}
    assert set(changes) <= graver
    assert len(changes) == len(baseline.changed(after))
    answered = {one.rule for one in now if not one.unanswered}
    kinds_of = {kind: {rule for rule, one in changes.items() if one.kind is kind} for kind in ChangeKind}
    still = kinds_of[ChangeKind.UNCHANGED] | kinds_of[ChangeKind.REGRESSED] | kinds_of[ChangeKind.NEW]
    assert still | kinds_of[ChangeKind.CLAIMED] | kinds_of[ChangeKind.LAPSED] == graver & answered
    assert kinds_of[ChangeKind.FIXED] | kinds_of[ChangeKind.UNTOLD] == set(changes) - answered
    change = baseline.change(after)
    worse = {one.rule for one in change.worse}
    assert kinds_of[ChangeKind.REGRESSED] <= worse
    assert not (kinds_of[ChangeKind.UNCHANGED] | kinds_of[ChangeKind.LAPSED]) & worse
    assert kinds_of[ChangeKind.FIXED] == {rule for rule in change.gone if before_is_grave(before, rule)}


def before_is_grave(before, rule):
    return any(one.rule == rule and one.severity is not INFO for one in before.findings)


@given(FOUND, SEEN)
def test_compared_with_itself_nothing_is_worse_new_or_fixed(found, seen):
    case = result(A, *found, **seen)
    told = Counter(one.kind for one in baseline_of("run-1", [case]).changed(case))
    assert set(told) <= {ChangeKind.UNCHANGED, ChangeKind.CLAIMED, ChangeKind.LAPSED}
