"""The page about consent says what the rules and the code say."""

import pytest

from auditor.model import ConsentStep, LinkState
from auditor.writers.consent_texts import load_consent_texts
from tests.conftest import CHECKOUT

PAGE = (CHECKOUT / "docs" / "consent.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*ConsentStep, *LinkState])
def test_every_word_of_the_command_is_explained(word):
    assert f"| {word} |" in PAGE


def test_every_kind_of_link_is_explained():
    for told in load_consent_texts().links.values():
        assert f"| {told.title} |" in PAGE
