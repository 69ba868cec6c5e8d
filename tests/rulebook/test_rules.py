"""The shipped data against what it has to be complete for."""

import re

from auditor.model import FACTS
from auditor.rulebook.conditions import facts_in, values_in

OURS = {"found", "member", "readable", "consent_given", "application_signed_in", "signed_in_interactively"}


def test_the_outcomes_are_those_of_the_vocabulary(book, shared):
    text = (shared / "VOCABULARY.md").read_text(encoding="utf-8")
    body = text[text.index("## Signed in") :]
    names = set(re.findall(r"`([a-z]+(?:_[a-z]+)+|throttled|unmapped)`", body))
    assert set(book.outcomes) - OURS == names


def test_password_marks_are_those_of_the_vocabulary(book, shared):
    text = (shared / "VOCABULARY.md").read_text(encoding="utf-8")
    marks = {"+": "right", "-": "wrong", "~": "probably right", "?": "unknown"}
    for name, mark in re.findall(r"`([a-z_]+)` ([-+~?]) ", text):
        assert book.outcomes[name].mark == marks[mark], name


def test_an_answer_that_says_something_of_an_axis_does_not_hide_it(book):
    for outcome in book.outcomes.values():
        assert not set(outcome.says) & set(outcome.hides), outcome.name


def test_a_refused_sign_in_leaves_no_fact_in_between(book):
    for outcome in book.outcomes.values():
        if "ropc" in outcome.says or "mfa" in outcome.hides:
            accounted = set(outcome.says) | set(outcome.hides)
            assert {"mfa", "consent"} <= accounted, outcome.name


def test_what_counts_for_the_breaker_is_never_benign(book):
    assert not [o.name for o in book.outcomes.values() if o.refusal and o.benign]


def test_every_fact_is_asked_for_somewhere(book):
    conditions = [rule.when for rule in book.findings]
    conditions += [rule.when for table in book.verdicts.values() for rule in table.rules]
    conditions += [use.when for rule in book.findings for use in rule.fixes if use.when]
    conditions += [line.when for rule in book.findings for line in rule.severity if line.when]
    conditions += [rule.when for rule in book.consent.situations if rule.when]
    conditions += [bar.when for bar in book.consent.withheld]
    asked = set().union(*(facts_in(condition) for condition in conditions))
    assert set(FACTS) - asked <= {"password", "app", "app_signs_in_from"}


def test_verdict_words_are_those_of_the_design(book):
    words = {
        axis.value: {rule.value for rule in table.rules} | {table.otherwise}
        for axis, table in book.verdicts.items()
    }
    assert words["mfa"] == {
        "not required",
        "required",
        "registration required",
        "from the federated provider",
        "external (third party)",
        "blocked by policy",
        "unknown",
    }
    assert words["consent"] == {
        "granted for all",
        "granted for this user",
        "granted",
        "missing",
        "needs an administrator",
        "wider than needed",
        "unknown",
    }
    assert words["ropc"] == {
        "eligible",
        "works only over WS-Trust (federated)",
        "works only because of an exclusion",
        "not eligible",
        "unknown",
    }
    assert words["path"] == {
        "ready",
        "fix, then ready",
        "switch to interactive OAuth",
        "move to an application user",
        "retire",
        "could not tell",
    }


def test_mfa_is_called_not_required_because_of_a_token_alone(book):
    saying = [outcome.name for outcome in book.outcomes.values() if outcome.says.get("mfa") == "not_required"]
    assert saying == ["token_issued"]


def test_every_value_a_sign_in_can_give_mfa_has_a_verdict(book):
    for axis, fact in (("mfa", "mfa"), ("consent", "consent"), ("ropc", "ropc")):
        table = next(table for name, table in book.verdicts.items() if name.value == axis)
        covered = set().union(*(values_in(rule.when, fact) for rule in table.rules))
        assert covered == set(FACTS[fact].values)
