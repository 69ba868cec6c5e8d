from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import FactValue, Known, Truth, Unknown
from auditor.rulebook.conditions import (
    All,
    Condition,
    ConditionError,
    Is,
    Not,
    Some,
    evaluate,
    facts_in,
    parse,
    values_in,
)

VOCABULARY = {
    "colour": frozenset({"red", "green", "blue"}),
    "open": frozenset({"yes", "no"}),
    "name": frozenset(),
}
FACTS = ("a", "b", "c")
VALUES = ("x", "y")

leaves = st.builds(Is, st.sampled_from(FACTS), st.frozensets(st.sampled_from(VALUES), min_size=1))
conditions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(All, st.lists(inner, min_size=1, max_size=4).map(tuple))
        | st.builds(Some, st.lists(inner, min_size=1, max_size=4).map(tuple))
    ),
    max_leaves=12,
)
complete = st.fixed_dictionaries({name: st.sampled_from(VALUES).map(Known) for name in FACTS})


def plainly(condition: Condition, facts: Mapping[str, FactValue]) -> bool:
    match condition:
        case Is(fact, values):
            return facts[fact].value in values
        case Not(part):
            return not plainly(part, facts)
        case All(parts):
            return all(plainly(part, facts) for part in parts)
        case Some(parts):
            return any(plainly(part, facts) for part in parts)
    raise AssertionError


@given(conditions, complete)
def test_with_every_fact_known_it_is_ordinary_logic(condition, facts):
    expected = Truth.HOLDS if plainly(condition, facts) else Truth.FAILS
    assert evaluate(condition, facts).truth is expected


@given(conditions, complete, st.sets(st.sampled_from(FACTS)))
def test_an_answer_given_without_a_fact_stays_true_whatever_the_fact_turns_out_to_be(condition, facts, lost):
    partly = {name: Unknown("lost") if name in lost else value for name, value in facts.items()}
    answer = evaluate(condition, partly).truth
    assert answer in {Truth.UNANSWERED, evaluate(condition, facts).truth}


@given(conditions, complete, st.sets(st.sampled_from(FACTS)))
def test_what_is_missing_is_unknown_and_what_decided_is_known(condition, facts, lost):
    partly = {name: Unknown("lost") if name in lost else value for name, value in facts.items()}
    evaluation = evaluate(condition, partly)
    assert set(evaluation.missing) <= lost
    assert not set(evaluation.decided) & lost or evaluation.truth is Truth.UNANSWERED
    assert bool(evaluation.missing) is (evaluation.truth is Truth.UNANSWERED)


@given(conditions)
def test_without_any_fact_nothing_is_answered(condition):
    assert evaluate(condition, {}).truth is Truth.UNANSWERED


@given(conditions, complete)
def test_denying_twice_changes_nothing(condition, facts):
    assert evaluate(Not(Not(condition)), facts) == evaluate(condition, facts)


def test_a_mapping_holds_when_every_part_of_it_does():
    condition = parse({"colour": ["red", "green"], "open": True}, VOCABULARY)
    assert evaluate(condition, {"colour": Known("red"), "open": Known("yes")}).truth is Truth.HOLDS
    assert evaluate(condition, {"colour": Known("red"), "open": Known("no")}).truth is Truth.FAILS


def test_a_bare_yes_or_no_of_yaml_means_the_word():
    assert parse({"open": False}, VOCABULARY) == Is("open", frozenset({"no"}))


def test_known_and_unknown_are_always_answered():
    known, unknown = parse({"known": "name"}, VOCABULARY), parse({"unknown": "name"}, VOCABULARY)
    assert evaluate(known, {}).truth is Truth.FAILS
    assert evaluate(unknown, {}).truth is Truth.HOLDS
    assert evaluate(unknown, {"name": Known("n")}).truth is Truth.FAILS


def test_the_facts_and_values_a_condition_names_can_be_listed():
    condition = parse({"any": [{"colour": "red"}, {"not": {"open": True}}], "known": "name"}, VOCABULARY)
    assert facts_in(condition) == {"colour", "open", "name"}
    assert values_in(condition, "colour") == {"red"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "when: a condition is a mapping with at least one entry"),
        ("mfa", "when: a condition is a mapping with at least one entry"),
        ({"all": []}, "when.all: needs a list with at least one condition"),
        ({"any": {"colour": "red"}}, "when.any: needs a list with at least one condition"),
        ({"any": [{"colour": "red"}, {}]}, "when.any.1: a condition is a mapping with at least one entry"),
        ({"not": None}, "when.not: a condition is a mapping with at least one entry"),
        ({"shape": "round"}, "when.shape: 'shape' is not a declared fact"),
        ({"known": "shape"}, "when.known: 'shape' is not a declared fact"),
        ({"known": ["name"]}, "when.known: ['name'] is not a declared fact"),
        ({"colour": "pink"}, "when.colour: 'pink' is not a value of the fact colour"),
        ({"colour": True}, "when.colour: 'yes' is not a value of the fact colour"),
        ({"colour": []}, "when.colour: needs at least one value"),
        ({"name": 7}, "when.name: 7 is not a value of the fact name"),
    ],
)
def test_a_condition_that_says_nothing_or_too_much_is_refused(data, message):
    with pytest.raises(ConditionError) as caught:
        parse(data, VOCABULARY)
    assert str(caught.value) == message
