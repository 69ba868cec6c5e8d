"""The page's one style: the shipped sheet behind what colours, columns and the accent make of it."""

from typing import TYPE_CHECKING

from auditor.errors import RulesError
from auditor.writers.colours import ink_on
from auditor.writers.html.templates import part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.writers.html.design import Design
    from auditor.writers.html.page import Colours, PageLook, Surroundings, TablePlan

_LIGHT, _DARK = "light", "dark"


def style_of(design: "Design", accent: str = "") -> str:
    """Return the style; `accent` is RRGGBB, "" for the one that is shipped.

    Raises RulesError where it could not stand in a page as it is.
    """
    colours = design.colours
    lines = [*_palettes(colours, accent or colours.accent), *_looks(design)]
    for name in design.page.tables:
        lines += _columns(name, design.plan(name), design.headers(name))
    style = "\n".join((*lines, part("page.css")))
    if "</" in style or "<!--" in style:
        raise RulesError("reports/html/page.css: a style holds no markup", "correct reports/html/page.css")
    return style


def _palettes(colours: "Colours", accent: str) -> "Iterator[str]":
    """Yield the colours as properties: light unless a screen stands in dark surroundings; paper is light."""
    own = f"--accent:#{accent};--on-accent:#{ink_on(accent)};"
    yield f":root{{{own}{_properties(colours.page.light, colours.looks, _LIGHT)}}}"
    dark = _properties(colours.page.dark, colours.looks, _DARK)
    yield f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _properties(page: "Surroundings", looks: "Mapping[str, PageLook]", name: str) -> str:
    pairs = [(key, value) for key, value in page.model_dump().items()]
    for look, given in looks.items():
        shade = given.light if name == _LIGHT else given.dark
        pairs += [(look, shade.fill), (f"{look}-ink", shade.ink), (f"{look}-bar", shade.bar)]
    return "".join(f"--{key}:#{value};" for key, value in pairs)


def _looks(design: "Design") -> "Iterator[str]":
    for name in design.colours.looks:
        yield f".{name}{{background:var(--{name});color:var(--{name}-ink)}}"
        yield f".{name}::before{{{_content(f'{design.sign(name)} ')}}}"
        yield f".bar-{name}{{fill:var(--{name}-bar)}}"


def _columns(name: str, plan: "TablePlan", headers: "Mapping[str, str]") -> "Iterator[str]":
    """Yield each column's share of a row, and its header for where the header cannot stand above it."""
    rows, wide, at = f".t-{name} tr", [], 1
    for number, (key, parts) in enumerate((plan.columns | plan.below).items(), 1):
        beside = key in plan.columns
        place = f"{at}/span {parts};grid-row:1" if beside else f"span {parts}"
        at += parts
        wide.append(f"{rows}>:nth-child({number}){{grid-column:{place}}}")
        yield f".t-{name} tbody tr>:nth-child({number})::before{{{_content(headers[key])}}}"
    first = f".t-{name} tbody tr>:nth-child(-n+{len(plan.columns)})"
    wide.append(f"{first}:empty{{display:block}}")  # keeps its place, for nothing from below to come there
    yield f"@media print,(min-width:60rem){{{''.join(wide)}}}"
    yield f"@media screen and (min-width:60rem){{{first}::before{{display:none}}}}"


def _content(text: str) -> str:
    """Return a text as content that is seen and not read out, where a browser can tell; else only seen."""
    quoted = f'"{"".join(_escaped(letter) for letter in text)}"'
    return f'content:{quoted};content:{quoted} / ""'


def _escaped(letter: str) -> str:
    """Return a letter as a string of CSS holds it: whatever could end that, or the style, as its number."""
    return letter if letter.isascii() and (letter.isalnum() or letter == " ") else f"\\{ord(letter):x} "
