"""docs/findings.md: made from the rules, up to date, every entry in the same form."""

import re

import pytest

from auditor.rulebook.conditions import All, Established, Is, Not, Some
from auditor.rulebook.pages import catalogue, finding_entry, fix_entry, rule_help, told
from auditor.rulebook.topics import Topic
from tests.conftest import CHECKOUT

PAGE = CHECKOUT / "docs" / "findings.md"
KIND, SENT = Is("kind", frozenset({"person"})), Is("submission", frozenset({"sent", "interrupted"}))


@pytest.fixture(scope="module")
def page(book):
    return catalogue(book)


def test_the_page_in_the_repository_is_the_one_the_rules_give(page):
    assert PAGE.read_text(encoding="utf-8") == page, "out of date: run `auditor rules docs`"


def test_every_finding_and_every_fix_has_one_entry(book, page):
    entries = re.findall(r"(?m)^### (\S+)$", page)
    assert sorted(entries) == sorted([*(rule.id for rule in book.findings), *book.fixes])


def test_every_link_leads_to_an_entry(page):
    entries = set(re.findall(r"(?m)^### (\S+)$", page))
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) == entries


def test_an_entry_of_a_finding_always_has_the_same_form(book):
    for rule in book.findings:
        entry = finding_entry(book, rule)
        names = re.findall(r"(?m)^\*(What(?! to)|Why|What it|Severity|Holds when|What to do)", entry)
        assert list(dict.fromkeys(names)) == ["What", "Why", "Severity", "Holds when", "What to do"], rule.id


def test_an_entry_of_a_fix_says_who_does_it_how_long_it_takes_and_whether_it_lasts(book):
    for fix in book.fixes.values():
        entry = fix_entry(book, fix)
        brief = entry.splitlines()[4]
        assert book.roles[fix.role].title in brief
        assert f"{fix.effort.value}, {fix.disposition.value}" in brief
        assert ("check before use" in brief) is fix.check_before_use
        assert "*Verify:*" in entry


def test_nothing_is_left_of_the_templates(page):
    assert not re.findall(r"\{\{|\}\}|\{%|%\}|%E2%80", page)
    assert not re.findall(r"(?m)(?<! )  (?! )|\(\)|None", page)


def test_the_contents_follow_the_topics(book, page):
    headings = re.findall(r"(?m)^## (.+)$", page)
    used = [topic.heading for topic in Topic if any(rule.topic is topic for rule in book.findings)]
    assert headings == ["Contents", *used, "The fixes"]


def test_every_shipped_finding_has_a_topic(book):
    assert not [rule.id for rule in book.findings if rule.topic is Topic.OTHER]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (KIND, "`kind` is person"),
        (SENT, "`submission` is interrupted or sent"),
        (Not(KIND), "`kind` is not person"),
        (Not(All((KIND, SENT))), "not (`kind` is person and `submission` is interrupted or sent)"),
        (Established("realm", wanted=False), "`realm` is not known"),
        (
            All((KIND, Some((KIND, SENT)))),
            "`kind` is person and (`kind` is person or `submission` is interrupted or sent)",
        ),
        (
            Some((KIND, All((KIND, SENT)))),
            "`kind` is person or (`kind` is person and `submission` is interrupted or sent)",
        ),
    ],
)
def test_a_condition_reads_as_it_is_evaluated(condition, words):
    assert told(condition) == words


def test_a_rules_help_says_what_why_and_every_fix_with_its_steps_and_how_to_verify(book):
    for rule in book.findings:
        said = rule_help(book, rule.id)
        assert (said.id, said.title, said.topic) == (rule.id, rule.title, rule.topic.value)
        assert "*Why it matters" in said.markdown
        assert said.markdown.count("*Verify:*") == len(rule.fixes)
        assert not re.search(r"[\s(]\*{1,2}\S|<\w+>|\{\{|\{%", said.text), rule.id
        assert said.text.count("Verify: ") >= len(rule.fixes)


def test_a_rules_help_is_as_grave_as_the_rule_can_be(book):
    rule = next(rule for rule in book.findings if len(rule.severity) > 1)
    gravest = min(line.severity.rank for line in rule.severity)
    assert rule_help(book, rule.id).severity.rank == gravest


def test_a_rule_that_is_not_there_has_no_help(book):
    assert rule_help(book, "no-such-rule") is None
