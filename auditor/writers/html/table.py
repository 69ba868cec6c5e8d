"""A table of the page: rows leave memory as they are added, and come back as HTML in the end."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from auditor.errors import RulesError
from auditor.spreadsheets.cell_text import usable_link
from auditor.writers.html.facets import FACETS
from auditor.writers.html.text import legible, settled, unsettled
from auditor.writers.spool import Spool
from auditor.writers.tables.content import Formula, Line, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.writers.html.design import Design
    from auditor.writers.tables.content import Columns, Content, Value

_TOGETHER = 50
"""Rows to a piece of a table: what is not in sight is not laid out, and what is not, is let go of."""


class Cell(NamedTuple):
    """What a cell shows: a text, the look of its signal, where it leads; `code` is something to copy."""

    text: str
    look: str = ""
    href: str = ""
    outside: bool = False
    code: bool = False


class Row(NamedTuple):
    """A row with the name by which links find it, and what it is called in the filters' terms."""

    id: str
    facets: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...]


class Header(NamedTuple):
    """A column's header; one `below` stands under the others and has its header beside it."""

    key: str
    text: str
    below: bool


class RecordTable:
    """One table, filled row by row. `name` is that of its columns, `heading` what the page calls it."""

    def __init__(self, design: "Design", name: str, columns: "Columns[Any]", heading: str = "") -> None:
        self.name, self.count = name, 0
        self.heading = heading or design.layout.sheets[name].title
        self.empty = design.layout.sheets[name].empty
        plan, self._design = design.plan(name), design
        self.headers = tuple(
            Header(key, text, key in plan.below) for key, text in design.headers(name).items()
        )
        self._columns = [
            (_known(name, columns, header.key), header.key in plan.code) for header in self.headers
        ]
        self._facets = tuple(FACETS.get(name, {}).items())
        self._template = design.templates.get_template("rows.html")
        self._waiting: list[Row] = []
        self._rows = Spool()

    @property
    def facets(self) -> tuple[str, ...]:
        """Return the filters that narrow this table."""
        return tuple(name for name, _ in self._facets)

    def add(self, entry: object, record: int | None = None) -> None:
        """Take in one record; `record` is its number (0 first) where that is not how many came before."""
        number = self.count if record is None else record
        facets = tuple((name, value) for name, told in self._facets if (value := str(told(entry))))
        cells = [self._cell(content(entry), code=code) for content, code in self._columns]
        while not cells[-1].text:
            cells.pop()
        self._waiting.append(Row(anchor(Place(self.name, number)), facets, tuple(cells)))
        self.count += 1
        if len(self._waiting) == _TOGETHER:
            self._put_away()

    def blocks(self, place: "Callable[[int], Place]") -> "Iterator[Markup]":
        """Yield the rows as HTML; `place` knows where lines stand that were put in order last."""
        self._put_away()
        for block in self._rows:
            yield settled(block, place)

    def close(self) -> None:
        """Let go of everything."""
        self._rows.close()

    def _put_away(self) -> None:
        if self._waiting:
            self._rows.add(self._template.render(rows=self._waiting))
            self._waiting.clear()

    def _cell(self, content: "Content", *, code: bool) -> Cell:
        value, tone, link = content
        look = self._design.look(tone)
        if not link or value == "":
            return Cell(_text(value), look, code=code)
        if isinstance(link, Place):
            known = link.table in self._design.page.tables
            return Cell(_text(value), look, f"#{anchor(link)}" if known else "")
        if isinstance(link, Line):
            return Cell(_text(value), look, _line_anchor(link))
        if not usable_link(link):
            return Cell(_text(value), look)
        return Cell(urlsplit(link).netloc if value == link else _text(value), look, link, outside=True)


def anchor(place: Place) -> str:
    """Return the name of a record on the page."""
    return f"{place.table}-{place.record + 1}"


def _line_anchor(line: Line) -> Markup:
    return Markup("#{}-{}").format(line.table, unsettled(line))


def _text(value: "Value | None") -> str:
    if isinstance(value, Formula):
        value = value.now
    if isinstance(value, str):
        return value
    if isinstance(value, Line):
        return Markup(escape(legible(value.words))).format(unsettled(value))  # noqa: S704 - escaped right here
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "seconds")
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _known(name: str, columns: "Columns[Any]", key: str) -> "Callable[[Any], Content]":
    if key not in columns:
        raise RulesError(
            f"reports/html/page.yaml: tables.{name}: unknown column {key}",
            f"the columns of this table are: {', '.join(columns)}",
        )
    return columns[key]
