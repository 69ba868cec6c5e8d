"""Everything that is the same on every page, read once: words, plans, headers, colours, templates."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.errors import RulesError
from auditor.model import Desk, Lane, Severity, Status
from auditor.writers.html.page import load_colours, load_page
from auditor.writers.html.templates import environment
from auditor.writers.layout import load_layout
from auditor.writers.tables import carried, findings
from auditor.writers.tables.own import own_headers, own_key
from auditor.writers.texts import load_texts

if TYPE_CHECKING:
    from jinja2 import Environment

    from auditor.writers.html.page import Colours, Page, TablePlan
    from auditor.writers.layout import Layout
    from auditor.writers.texts import Texts

_OWN_PARTS = 15
_WORKED = frozenset({findings.TABLE, carried.TABLE})


@dataclass(frozen=True)
class Design:
    """The page's data and templates; headers and tones are the workbook's. Raises RulesError.

    `own` are the headers of the columns that people added to an earlier workbook, None where there is none.
    """

    own: tuple[str, ...] | None = None
    page: "Page" = field(default_factory=load_page)
    colours: "Colours" = field(default_factory=load_colours)
    layout: "Layout" = field(default_factory=load_layout)
    texts: "Texts" = field(default_factory=load_texts)
    templates: "Environment" = field(default_factory=environment)

    def headers(self, table: str) -> dict[str, str]:
        """Return the header of each column that the page shows of a table, in the page's order."""
        known = {column.key: column.header for column in self.layout.sheets[table].columns}
        if table in _WORKED:
            added = own_headers(self.own or (), known.values())
            known |= {own_key(number): header for number, header in enumerate(added)}
        strange = [key for key in self.plan(table).keys if key not in known]
        if strange:
            raise RulesError(
                f"reports/html/page.yaml: tables.{table}: unknown columns {', '.join(strange)}",
                f"the columns of this table are: {', '.join(known)}",
            )
        return {key: known[key] for key in self.plan(table).keys}

    def plan(self, table: str) -> "TablePlan":
        """Return which columns of a table stand where: what people fill in only where they have done so."""
        plan = self.page.tables[table]
        if table not in _WORKED:
            return plan
        if self.own is None:
            below = {key: parts for key, parts in plan.below.items() if key not in findings.WORK}
        else:
            below = plan.below | {own_key(number): _OWN_PARTS for number in range(len(self.own))}
        return plan.model_copy(update={"below": below})

    def look(self, tone: str) -> str:
        """Return the look of a signal, "" where it has none of its own."""
        name = self.layout.look_of(tone) if tone else ""
        return name if name in self.colours.looks else ""

    def sign(self, look: str) -> str:
        """Return the sign that stands before the words of a look, as in the workbook."""
        known = self.layout.looks.get(look)
        return (known.symbol if known else "") or self.colours.looks[look].sign

    def filters(self) -> "tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]":
        """Return the filters: name, label, and what can be chosen as value and words, in its own order."""
        values = {
            "severity": tuple((word.value, word.value) for word in Severity),
            "path": tuple((word, word) for word in self.layout.tones["path"]),
            "lane": tuple((word.value, word.value) for word in Lane),
            "desk": tuple((word.value, self.texts.desks[word]) for word in Desk),
            "status": tuple((word.value, word.value) for word in Status) if self.own is not None else (),
        }
        return tuple((name, label, values[name]) for name, label in self.page.filters.items() if values[name])
