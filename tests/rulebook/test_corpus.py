"""The engine against real pasted answers, labelled by hand in `corpus_labels.yaml`."""

import json
from pathlib import Path

import pytest
import yaml

from auditor.rulebook.explain import explain


@pytest.fixture(scope="module")
def entries(shared):
    lines = (shared / "corpus" / "answers-dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def labels():
    data = yaml.safe_load((Path(__file__).parent / "corpus_labels.yaml").read_text(encoding="utf-8"))
    return {key: value if isinstance(value, str) else value["outcome"] for key, value in data.items()}


def test_every_entry_is_labelled_with_an_outcome_that_exists(book, entries, labels):
    assert {entry["id"] for entry in entries} == set(labels)
    assert set(labels.values()) <= set(book.outcomes)


def test_the_main_code_is_right_for_98_of_100(book, entries):
    coded = [entry for entry in entries if entry["code"] is not None]
    wrong = [e["id"] for e in coded if explain(book, e["raw"], e["context"]).code != e["code"]]
    assert len(wrong) <= 0.02 * len(coded), wrong


def test_no_code_is_found_that_the_corpus_does_not_know_of(book, entries):
    for entry in entries:
        found = {code for code in explain(book, entry["raw"]).all_codes if isinstance(code, int)}
        assert found <= set(entry["all_codes"]), entry["id"]


@pytest.mark.parametrize("with_context", [True, False])
def test_the_outcome_is_right_for_97_of_100_with_and_without_context(book, entries, labels, with_context):
    told = [
        (e["id"], explain(book, e["raw"], e["context"] if with_context else None).outcome) for e in entries
    ]
    wrong = [(key, outcome) for key, outcome in told if outcome != labels[key]]
    assert len(wrong) <= 0.03 * len(entries), wrong


def test_an_answer_that_followed_no_password_says_nothing_about_one(book, entries):
    for entry in entries:
        if entry["context"]["flow"] not in {"ropc", "wstrust"}:
            assert explain(book, entry["raw"], entry["context"]).password == "unknown", entry["id"]
