"""The inventory template's layout: columns, notes, examples and guide, read from `reports/inventory/`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from auditor.edges import Edge
from auditor.resources import shipped_yaml

Colour = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{6}$")]


class Colours(Edge):
    """Fills of the header cells, RRGGBB, the ink on them, and the quiet tones."""

    required: Colour
    optional: Colour
    ink: Colour
    line: Colour
    example: Colour
    faint: Colour


class Column(Edge):
    """One column. `choices` fill its dropdown; with `others` the dropdown offers and does not insist."""

    field: str
    title: str
    width: Annotated[float, Field(gt=0, le=80)]
    note: str
    examples: tuple[str, str]
    required: bool = False
    choices: tuple[str, ...] | Literal["apps"] = ()
    others: bool = False


class Passage(Edge):
    """A heading of the guide and what stands below it."""

    heading: str
    lines: tuple[str, ...]


class Template(Edge):
    """The whole template."""

    font: str
    colours: Colours
    sheet: str
    guide_sheet: str
    columns: tuple[Column, ...]
    guide: tuple[Passage, ...]
    columns_heading: str
    apps_heading: str
    required_word: str


def load_template() -> Template:
    """Return the layout; raises RulesError when the shipped file is not what it has to be."""
    return shipped_yaml(Template, "reports", "inventory/template.yaml")
