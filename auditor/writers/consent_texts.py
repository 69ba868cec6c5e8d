"""The phrases about consent links, from `reports/consent.yaml`."""

from functools import cached_property

from pydantic import Field, field_validator

from auditor.edges import Edge, complete
from auditor.model import LinkKind, Sureness
from auditor.resources import shipped_yaml


class LinkTexts(Edge):
    """What all links of a kind have in common: who may open one, and what comes of it."""

    title: str = Field(min_length=1)
    who: str = Field(min_length=1)
    grants: str = Field(min_length=1)
    replaces: str = Field(min_length=1)
    verify: str = Field(min_length=1)

    @cached_property
    def in_short(self) -> str:
        """Return all but the title as lines of one text."""
        return f"Who: {self.who}\nGrants: {self.grants}\nMay replace: {self.replaces}\nVerify: {self.verify}"


class ConsentTexts(Edge):
    """The phrases: of each kind of link, of every link, and of how sure the parts of links are.

    `about` is what a glossary calls links, `after_title` what it calls `after`.
    """

    about: str = Field(min_length=1)
    links: dict[LinkKind, LinkTexts]
    after_title: str = Field(min_length=1)
    after: str
    redirect: dict[Sureness, str]
    client_id: dict[Sureness, str]

    @field_validator("links")
    @classmethod
    def _every_kind(cls, given: dict[LinkKind, LinkTexts]) -> dict[LinkKind, LinkTexts]:
        return complete(LinkKind, given, "texts")

    @field_validator("redirect")
    @classmethod
    def _every_word(cls, given: dict[Sureness, str]) -> dict[Sureness, str]:
        return complete(Sureness, given, "words")


def load_consent_texts() -> ConsentTexts:
    """Return `reports/consent.yaml`; raises RulesError with every problem where it does not fit."""
    return shipped_yaml(ConsentTexts, "reports", "consent.yaml")
