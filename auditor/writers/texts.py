"""The phrases that every report format shares, from `reports/texts.yaml`."""

from pydantic import Field, field_validator

from auditor.edges import Edge, complete
from auditor.model import Desk, Why
from auditor.resources import shipped_yaml


class SummaryTexts(Edge):
    """What the summary says around its numbers."""

    title: str
    subtitle: str
    keywords: str
    simulated: str
    stopped: str
    missing: str
    interrupted: str
    sensitive: str
    coverage: str
    expectations: str
    nothing: str
    more: str
    more_reasons: str
    all_seen: str
    fixes: str
    done: str
    how_to: tuple[str, ...] = Field(min_length=4, max_length=4)


class RunTexts(Edge):
    """The words of the table of the run: chapters and lines by name, and `{why}` of what was not asked.

    `unlinked` says of a `{sheet}` from which `{row}` on it has no more links.
    """

    about: dict[str, str]
    what: dict[str, str]
    reason: str
    unlinked: str


class Texts(Edge):
    """The phrases. `not_looked` says for each reason of `model.Why` what would make it possible to look."""

    summary: SummaryTexts
    run: RunTexts
    nothing_to_do: str
    no_finding: str
    check_before_use: str
    skipped: str
    progress: str
    progress_then: str
    footer: str
    footer_simulated: str
    desks: dict[Desk, str]
    not_looked: dict[Why, str]

    @field_validator("not_looked")
    @classmethod
    def _every_reason(cls, given: dict[Why, str]) -> dict[Why, str]:
        return complete(Why, given, "advice")

    @field_validator("desks")
    @classmethod
    def _every_desk(cls, given: dict[Desk, str]) -> dict[Desk, str]:
        return complete(Desk, given, "name")


class GlossaryEntry(Edge):
    """One term: what it belongs to, and what it means in this report."""

    about: str
    term: str
    meaning: str


class _GlossaryFile(Edge):
    entries: tuple[GlossaryEntry, ...] = Field(min_length=1)


def load_texts() -> Texts:
    """Return `reports/texts.yaml`; raises RulesError with every problem when it is not what it has to be."""
    return shipped_yaml(Texts, "reports", "texts.yaml")


def load_glossary() -> tuple[GlossaryEntry, ...]:
    """Return the terms of `reports/glossary.yaml` in reading order; raises RulesError."""
    return shipped_yaml(_GlossaryFile, "reports", "glossary.yaml").entries
