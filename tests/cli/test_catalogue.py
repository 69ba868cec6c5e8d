"""explain and rules: the catalogue at the command line, offline."""

import io
import json
import sys

import pytest

from tests.conftest import CHECKOUT

PASTED = "AADSTS50076: Due to a configuration change made by your administrator you must use MFA."
KEYS = ["schema", "id", "code", "all_codes", "outcome", "confidence", "password", "candidates", "findings"]


def test_an_answer_is_explained_for_a_person_and_for_an_integration(auditor):
    done = auditor("explain", PASTED, "--flow", "ropc")
    assert done.code == 0
    for words in ("AADSTS50076", "Outcome: mfa_required", "Password: right", "A person: ", "An integration"):
        assert words in done.out
    assert max(len(line) for line in done.out.splitlines()) <= 80


def test_a_code_without_a_password_before_it_says_nothing_of_one(auditor):
    assert "Password: unknown" in auditor("explain", PASTED).out


def test_json_is_one_object_of_the_frozen_shape(auditor):
    done = auditor("explain", "53003", "--format", "json")
    (line,) = done.out.splitlines()
    explained = json.loads(line)
    assert list(explained) == KEYS
    assert (explained["schema"], explained["code"]) == ("auditor.explain/v1", 53003)
    assert explained["outcome"] == "blocked_by_conditional_access"


def test_piped_text_is_explained(auditor, monkeypatch):
    class Piped:
        buffer = io.BytesIO(b"Error Code: 50126")

        def isatty(self):
            return False

    monkeypatch.setattr(sys, "stdin", Piped())
    assert json.loads(auditor("explain", "--format", "json").out)["code"] == 50126


def test_a_file_is_explained_line_by_line_in_its_order(auditor, tmp_path):
    lines = [
        {"raw": PASTED, "id": "b", "context": {"flow": "ropc", "unknown": 1}, "more": True},
        {"raw": "nothing anybody knows"},
        {"raw": "AADSTS65001: consent", "id": 7},
    ]
    (tmp_path / "answers.jsonl").write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    done = auditor("explain", "--jsonl", "answers.jsonl", "--format", "json")
    explained = [json.loads(line) for line in done.out.splitlines()]
    assert [one["id"] for one in explained] == ["b", None, "7"]
    assert [one["outcome"] for one in explained][::2] == ["mfa_required", "consent_required"]
    assert explained[0]["password"] == "right"


def test_a_line_that_is_none_is_named_and_the_others_are_explained(auditor, tmp_path):
    (tmp_path / "answers.jsonl").write_text('{"raw": "50076"}\nnot json\n{"id": 1}\n{"raw": "50126"}\n')
    done = auditor("explain", "--jsonl", "answers.jsonl", "--format", "json")
    assert done.code == 2
    assert len(done.out.splitlines()) == 2
    assert "answers.jsonl:2" in done.err
    assert "answers.jsonl:3" in done.err


@pytest.mark.parametrize(
    "arguments", [("explain", "x", "--format", "xml"), ("rules", "show", "no-such-thing")]
)
def test_what_cannot_be_followed_is_a_usage_error(auditor, arguments):
    done = auditor(*arguments)
    assert (done.code, "advice: " in done.err) == (2, True)


def test_findings_are_listed_with_severity_and_title(auditor):
    lines = auditor("rules", "list").out.splitlines()
    assert len(lines) > 60
    assert any(line.startswith("mfa-blocks-password-grant ") and "blocker" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mfa-blocks-password-grant", "What to do"),
        ("move-to-application-user", "Verify"),
        ("mfa_required", "must use multi-factor authentication"),
        ("resco-external-project", "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb"),
        ("AADSTS53003", "blocked_by_conditional_access"),
    ],
)
def test_findings_fixes_outcomes_apps_and_codes_are_shown(auditor, name, words):
    assert words in auditor("rules", "show", name).out


def test_rules_of_ones_own_are_checked_and_their_problems_named(auditor, tmp_path):
    own = tmp_path / "own" / "apps"
    own.mkdir(parents=True)
    (own / "portal.yaml").write_text("name: portal\n")
    refused = auditor("rules", "check", "own")
    assert refused.code == 2
    assert "own/apps/portal.yaml: title: is missing" in refused.err
    (own / "portal.yaml").unlink()
    assert "good" in auditor("rules", "check", "own").out


def test_the_catalogue_page_is_the_one_the_rules_mean(auditor):
    assert auditor("rules", "docs").out == (CHECKOUT / "docs" / "findings.md").read_text(encoding="utf-8")
