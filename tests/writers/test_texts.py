import pytest
import yaml

from auditor.edges import validated
from auditor.errors import RulesError
from auditor.model import Axis, Desk, Severity, Why
from auditor.resources import shipped, shipped_text
from auditor.writers.texts import Texts, load_glossary, load_texts


def test_every_reason_for_not_looking_has_its_advice():
    texts = load_texts()
    assert set(texts.not_looked) == set(Why)
    assert set(texts.desks) == set(Desk)


@pytest.mark.parametrize(("key", "lost"), [("not_looked", Why.BREAKER), ("desks", Desk.USER)])
def test_a_missing_word_is_an_error_that_names_it(key, lost):
    data = yaml.safe_load(shipped_text("reports", "texts.yaml"))
    del data[key][lost.value]
    with pytest.raises(RulesError, match=lost.value):
        validated(Texts, data, "texts.yaml", RulesError)


def test_an_unknown_key_is_an_error():
    data = yaml.safe_load(shipped_text("reports", "texts.yaml"))
    with pytest.raises(RulesError, match="greeting: unknown key"):
        validated(Texts, data | {"greeting": "hello"}, "texts.yaml", RulesError)


def test_the_glossary_explains_every_word_that_a_reader_meets():
    words = " ".join(f"{entry.term} {entry.meaning}".lower() for entry in load_glossary())
    asked = ["mfa registered", "mfa required", "mfa enforced", "ropc", "ws-trust", "security defaults"]
    asked += ["application user", "conditional access", "federated", "managed", "vantage", "could not tell"]
    asked += ["individual consent", "admin consent", *(severity.value for severity in Severity)]
    assert [word for word in asked if word not in words] == []


def test_the_glossary_explains_every_verdict_that_the_rules_can_give():
    folder = shipped("rules") / "verdicts"
    if not folder.is_dir():
        pytest.skip("the rules have no verdicts yet")
    terms = " | ".join(entry.term for entry in load_glossary())
    for axis in Axis:
        rules = yaml.safe_load((folder / f"{axis}.yaml").read_text(encoding="utf-8"))["rules"]
        assert [rule["value"] for rule in rules if rule["value"] not in terms] == []


def test_no_term_stands_twice():
    terms = [(entry.about, entry.term) for entry in load_glossary()]
    assert len(set(terms)) == len(terms)
