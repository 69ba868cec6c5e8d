"""rules/README.md, the recipe for people who write no Python: what it shows works."""

import re
import textwrap

import pytest

from auditor.resources import shipped_text
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.topics import Topic


@pytest.fixture(scope="module")
def recipe():
    return shipped_text("rules", "README.md")


def test_the_finding_it_shows_loads(recipe, tmp_path, book):
    (example,) = re.findall(r"This is a whole finding:\n\n((?:    .*\n)+)", recipe)
    (tmp_path / "findings").mkdir()
    (tmp_path / "findings" / "ours.yaml").write_text(textwrap.dedent(example), encoding="utf-8")
    own = load_rulebook(tmp_path)
    assert {rule.id for rule in own.findings} - {rule.id for rule in book.findings} == {
        "our-portal-uses-the-old-account"
    }


def test_it_names_every_topic(recipe):
    for topic in Topic:
        assert f"`{topic.value}`" in recipe


def test_the_fixes_it_names_exist(recipe, book):
    for name in re.findall(r"\{use: ([a-z-]+)", recipe):
        assert name in book.fixes
