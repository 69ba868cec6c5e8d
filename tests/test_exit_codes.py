"""One logic decides what makes a run fail, for the exit code and the formats alike (issue 6)."""

from dataclasses import replace

import pytest

from auditor.baselines import baseline_of
from auditor.exit_codes import CONTRACT, Demands, Watched, changes_of, comparison_of, verdict_of
from auditor.model import ChangeKind, Contract, Expected, Severity, Status, Tracked, Why
from tests.judged_cases import ACCEPTED, Made, finding, result

BROKEN, UNANSWERED, MET = Contract.BROKEN, Contract.UNANSWERED, Contract.MET
EVERYTHING = frozenset(Expected)


def ended(*items, stopped=(), **demands):
    """Return exit code and sentences of these results under these demands."""
    return verdict_of(Watched(Made(items, stopped=stopped), Demands(**demands)))


def broken(account="a@contoso.example", expected=Expected.ROPC, waived=None):
    return result(account, finding(CONTRACT, waived=waived), contract=BROKEN, expected=expected)


def test_findings_fail_nothing_that_nobody_asked_for():
    assert ended(result("a@contoso.example", finding("x", Severity.BLOCKER)), broken()) == (0, [])


def test_a_broken_contract_is_ten():
    assert ended(broken(), contract=EVERYTHING) == (10, ["contract broken for 1 case"])


def test_a_broken_contract_that_is_not_judged_is_none():
    assert ended(broken(), contract=frozenset({Expected.APPLICATION})) == (0, [])


def test_an_unanswered_contract_is_incomplete_where_it_is_judged():
    open_ = result("a@contoso.example", contract=UNANSWERED, expected=Expected.ROPC)
    assert ended(open_, contract=EVERYTHING) == (4, ["contract unanswered for 1 case"])
    assert ended(open_, contract=frozenset({Expected.NONE})) == (0, [])


def test_broken_goes_before_incomplete_and_both_are_said():
    open_ = result("b@contoso.example", contract=UNANSWERED, expected=Expected.ROPC)
    code, said = ended(broken(), open_, contract=EVERYTHING, stopped=("5 refusals",))
    assert code == 10
    assert said == [
        "contract broken for 1 case",
        "stopped by the breaker: 5 refusals",
        "contract unanswered for 1 case",
    ]


def test_a_waived_broken_contract_fails_nothing():
    assert ended(broken(waived=ACCEPTED), contract=EVERYTHING) == (0, [])


@pytest.mark.parametrize(
    ("severity", "code"), [(Severity.BLOCKER, 10), (Severity.HIGH, 10), (Severity.MEDIUM, 0)]
)
def test_a_severity_fails_at_and_above(severity, code):
    assert ended(result("a@contoso.example", finding("x", severity)), fail_on=Severity.HIGH)[0] == code


def test_a_question_without_answer_is_incomplete_and_not_broken():
    unreached = result(
        "a@contoso.example", finding("unreached", Severity.HIGH, unanswered=True), path="could not tell"
    )
    assert ended(unreached, fail_on=Severity.INFO) == (4, ["could not tell for 1 case"])


def test_what_got_worse_is_ten_and_what_stayed_is_not():
    same = result("a@contoso.example", finding("x"))
    baseline = baseline_of("run-1", [same])
    assert ended(same, baseline=baseline) == (0, [])
    worse = result("a@contoso.example", finding("x"), finding("y"))
    assert ended(worse, baseline=baseline) == (10, ["worse than run-1: 1 finding new or graver"])


def test_an_answer_that_was_lost_since_the_baseline_is_incomplete():
    baseline = baseline_of("run-1", [result("a@contoso.example")])
    code, said = ended(result("a@contoso.example", path="could not tell"), baseline=baseline)
    assert (code, said) == (4, ["no answer any more for 1 case that run-1 could tell"])


def test_what_is_gone_since_the_baseline_is_said():
    baseline = baseline_of("run-1", [result("a@contoso.example", finding("x"), finding("y"))])
    watched = Watched(Made((result("a@contoso.example", finding("y")),)), Demands(baseline=baseline))
    assert changes_of(watched) == ["since run-1: 0 findings new or graver, 1 finding gone"]
    assert changes_of(Watched(Made(()))) == []


def test_what_was_marked_done_and_what_nobody_could_look_at_is_said_too():
    case = result("a@contoso.example", finding("x"))
    baseline = baseline_of("run-1", [case, result("b@contoso.example", finding("y"), finding("z"))])
    claimed = result("a@contoso.example", finding("x", tracked=Tracked(Status.DONE)))
    (said,) = changes_of(Watched(Made((claimed,)), Demands(baseline=baseline)))
    assert said == (
        "since run-1: 0 findings new or graver, 0 findings gone, 1 marked Done, still failing,"
        " 2 could not be looked at again"
    )


def test_a_baseline_that_is_only_compared_with_fails_nothing_and_is_told_of():
    baseline = baseline_of("run-1", [result("a@contoso.example", finding("x", Severity.LOW))])
    worse = result("a@contoso.example", finding("x", Severity.HIGH), finding("y"))
    lost = result("a@contoso.example", path="could not tell")
    beside = {"baseline": baseline, "worse_fails": False}
    assert ended(worse, **beside) == ended(lost, **beside) == (0, [])
    assert ended(lost, fail_on=Severity.BLOCKER, **beside) == (4, ["could not tell for 1 case"])
    demands = Demands(**beside)
    assert not demands.asked
    assert demands.fails(worse, worse.findings[0])
    assert not replace(demands, fail_on=Severity.BLOCKER).fails(worse, worse.findings[0])
    assert changes_of(Watched(Made((worse,)), demands)) == [
        "since run-1: 2 findings new or graver, 0 findings gone"
    ]


def test_what_is_asked_for_is_told_and_a_mere_comparison_asks_for_nothing():
    baseline = baseline_of("run-1", [result("a@contoso.example")])
    asked = Demands(frozenset({Expected.ROPC}), Severity.HIGH, baseline)
    assert asked.told() == (
        "The expectations of the inventory hold: ropc",
        "No finding is high or graver",
        "Nothing got worse since run-1",
    )
    assert Demands(baseline=baseline, worse_fails=False).told() == ()


def test_findings_are_counted_by_what_became_of_them_in_the_reading_that_there_is_anyway():
    work = "fix, then ready"
    then = [
        result("a@contoso.example", finding("x", Severity.LOW), finding("y"), finding("w"), path=work),
        result("b@contoso.example", finding("x"), finding("z")),
    ]
    here = result("a@contoso.example", finding("x"), finding("v"), finding("w"))
    now = Made((here, result("c@contoso.example", finding("x"))))
    watched = Watched(now, Demands(baseline=baseline_of("run-1", then)))
    compared = comparison_of(watched)
    assert [one.kind for one in compared.of(now.items[0])] == [
        ChangeKind.REGRESSED,
        ChangeKind.REGRESSED,
        ChangeKind.UNCHANGED,
        ChangeKind.FIXED,
    ]
    assert list(watched.results()) == list(now.items)
    assert list(compared.counts.items()) == [
        (ChangeKind.REGRESSED, 2),
        (ChangeKind.NEW, 1),
        (ChangeKind.FIXED, 1),
        (ChangeKind.UNTOLD, 2),
        (ChangeKind.UNCHANGED, 1),
    ]
    assert [one.rule for one in compared.missing()] == ["x", "z"]
    assert (compared.name, compared.ready_before) == ("run-1", (1, 2))
    assert now.readings == 1
    assert comparison_of(Watched(now)) is None


def test_people_who_were_not_reached_count_in_an_interrupted_run():
    made = Made((result("a@contoso.example"),), interrupted=True, unmet={Why.INTERRUPTED: 1})
    (said,) = verdict_of(Watched(made))[1]
    assert said.startswith("interrupted: 1 case not reached, 0 passwords were sent; --resume goes on")


def test_either_of_two_demands_triggers():
    baseline = baseline_of("run-1", [result("a@contoso.example", finding("x", Severity.BLOCKER))])
    both = {"baseline": baseline, "fail_on": Severity.BLOCKER}
    assert ended(result("a@contoso.example", finding("x", Severity.BLOCKER)), **both)[0] == 10
    assert ended(result("a@contoso.example", finding("y", Severity.LOW)), **both)[0] == 10


def test_without_demands_formats_show_all_but_remarks_waived_ones_and_open_questions():
    found = {
        "grave": finding("grave"),
        "remark": finding("remark", Severity.INFO),
        "open": finding("open", unanswered=True),
        "waived": finding("waived", waived=ACCEPTED),
    }
    case = result("a@contoso.example", *found.values())
    assert [name for name, one in found.items() if Demands().fails(case, one)] == ["grave"]


def test_the_numbers_come_from_whoever_reads_the_results_anyway():
    made = Made((broken(),))
    watched = Watched(made, Demands(contract=EVERYTHING))
    assert len(list(watched.results())) == 1
    assert verdict_of(watched)[0] == 10
    assert made.readings == 1


def test_a_reading_that_was_broken_off_counts_nothing():
    made = Made((broken("a@contoso.example"), broken("b@contoso.example")))
    watched = Watched(made, Demands(contract=EVERYTHING))
    next(watched.results())
    assert watched.tally.broken == 2


def unanswered(expected=Expected.ROPC):
    return result("a@contoso.example", contract=UNANSWERED, expected=expected)


@pytest.mark.parametrize(
    ("demands", "shown"),
    [
        (Demands(), True),
        (Demands(contract=EVERYTHING), True),
        (Demands(contract=frozenset({Expected.INTERACTIVE})), False),
        (Demands(fail_on=Severity.HIGH), False),
    ],
)
def test_formats_show_an_open_contract_as_an_error_where_it_is_judged_or_nothing_is(demands, shown):
    assert demands.contract_open(unanswered()) is shown
    assert not demands.contract_open(broken())


@pytest.mark.parametrize(
    ("demands", "shown"),
    [
        (Demands(), True),
        (Demands(fail_on=Severity.HIGH), True),
        (Demands(contract=EVERYTHING), False),
        (Demands(baseline=baseline_of("run-1", [result("a@contoso.example")])), True),
        (Demands(baseline=baseline_of("run-1", [])), False),
    ],
)
def test_formats_show_as_an_error_that_nobody_could_tell_where_it_counts(demands, shown):
    assert demands.path_open(result("a@contoso.example", path="could not tell")) is shown
    assert not demands.path_open(result("a@contoso.example"))
    assert not demands.path_open(result("a@contoso.example", path="could not tell", not_audited="left"))


def test_formats_say_how_a_finding_stands_to_the_baseline_where_there_is_one():
    case = result("a@contoso.example", finding("x"))
    assert Demands().since_baseline(case, case.findings[0]) == ""
    assert (
        Demands(baseline=baseline_of("run-1", [case])).since_baseline(case, case.findings[0]) == "unchanged"
    )
