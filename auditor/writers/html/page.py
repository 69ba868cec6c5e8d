"""What the page shows and in which words, strictly read from `reports/html/`."""

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from auditor.edges import Edge, complete
from auditor.model import Lane
from auditor.resources import shipped_yaml

Colour = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{6}$")]
Sign = Annotated[str, StringConstraints(max_length=5)]
PARTS = 60
"""How many parts a row is wide."""
Part = Annotated[int, Field(ge=1, le=PARTS)]


class Words(Edge):
    """The words around the tables and numbers; those with a name in braces are filled in."""

    simulated: str
    interrupted: str
    sensitive: str
    offline: str
    skip: str
    contents: str
    numbers: str
    progress_of: str
    ready: str
    ready_then: str
    ready_now: str
    road: str
    unseen: str
    unseen_none: str
    unseen_columns: tuple[str, str, str, str]
    of: str
    findings: str
    freed: str
    account: str
    accounts: str
    more_fixes: str
    no_action: str
    links: str
    links_columns: tuple[str, str, str, str, str]
    search: str
    search_hint: str
    any: str
    clear: str
    rows: str
    none_left: str
    copy_: str = Field(alias="copy")
    copied: str
    copy_failed: str
    sort: str
    fixes_of: str
    top: str
    how: str
    yes_script: str


class TablePlan(Edge):
    """A table's columns, each with its share of a row's 60 parts; those `below` come under the others."""

    columns: dict[str, Part] = Field(min_length=1)
    below: dict[str, Part] = Field(default_factory=dict)
    code: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> "TablePlan":
        if sum(self.columns.values()) != PARTS:
            raise ValueError(f"the columns share {sum(self.columns.values())} parts, not {PARTS}")
        twice = sorted(set(self.columns) & set(self.below))
        if twice:
            raise ValueError(f"columns stand twice: {', '.join(twice)}")
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of all columns as they are read."""
        return (*self.columns, *self.below)


class Page(Edge):
    """`reports/html/page.yaml`."""

    words: Words
    how_to: tuple[str, ...] = Field(min_length=4, max_length=4)
    lanes: dict[Lane, str]
    filters: dict[str, str]
    tables: dict[str, TablePlan]

    @field_validator("lanes")
    @classmethod
    def _every_lane(cls, given: dict[Lane, str]) -> dict[Lane, str]:
        return complete(Lane, given, "words")


class Shade(Edge):
    """A look in one kind of surroundings: what it stands on, its letters, and a bar of a chart."""

    fill: Colour
    ink: Colour
    bar: Colour


class PageLook(Edge):
    """How a signal looks in light and in dark surroundings; `sign` for one that the workbook has none for."""

    sign: Sign = ""
    light: Shade
    dark: Shade


class Surroundings(Edge):
    """The page itself: its ground and a raised one, letters, quiet letters, links, lines, focus, matches."""

    back: Colour
    raised: Colour
    ink: Colour
    quiet: Colour
    link: Colour
    line: Colour
    focus: Colour
    mark: Colour


class BothSurroundings(Edge):
    """The page in light and in dark."""

    light: Surroundings
    dark: Surroundings


class Colours(Edge):
    """`reports/html/colours.yaml`; `accent` is for those who have none of their own."""

    page: BothSurroundings
    accent: Colour
    looks: dict[str, PageLook]


def load_page() -> Page:
    """Return `reports/html/page.yaml`; raises RulesError with every problem in it."""
    return shipped_yaml(Page, "reports", "html/page.yaml")


def load_colours() -> Colours:
    """Return `reports/html/colours.yaml`; raises RulesError with every problem in it."""
    return shipped_yaml(Colours, "reports", "html/colours.yaml")
