"""The workbook's layout: sheets, columns, widths and looks, strictly read from `reports/workbook.yaml`."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from auditor.edges import Edge
from auditor.resources import shipped_yaml
from auditor.writers.colours import as_ink, ink_on

if TYPE_CHECKING:
    from collections.abc import Mapping

_PER_INDENT = 1.6  # of a column's width
_BODY = 10  # points of the letters by which columns are measured
_BOLDER = 0.93  # letters in bold where there is room for one that is not

Colour = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{6}$")]
Title = Annotated[str, StringConstraints(pattern=r"^[^\[\]:*?/\\']{1,25}$")]


class Look(Edge):
    """How a cell looks. Colours are RRGGBB; `line` colours thin lines around, `bar` a chart bar.

    `symbol` stands before the word, in letters that every font has, so that a colour is not needed.
    A text that does not `wrap` is one line, and hidden where the cell ends.
    """

    fill: Colour | None = None
    ink: Colour = "1F1F1F"
    line: Colour | None = None
    bar: Colour | None = None
    size: float = Field(default=10, ge=6, le=36)
    bold: bool = False
    italic: bool = False
    vertical: Literal["top", "center"] = "top"
    horizontal: Literal["left", "center", "right", "fill"] | None = None
    indent: int = Field(default=0, ge=0, le=3)
    wrap: bool = True
    symbol: str = Field(default="", max_length=5)

    def room(self, width: float) -> float:
        """Return how much of a column's width there is for a text in this look."""
        return (width - self.indent * _PER_INDENT) * (_BOLDER if self.bold else 1) * _BODY / self.size


class ColumnLayout(Edge):
    """One column: which content, under which header, how wide (in characters).

    `look` is that of all its cells, "" where each has that of its tone. `entry` says what people fill in
    there, None where they do not; `note` is what the header says of it.
    """

    key: str
    header: str = Field(min_length=1)
    width: float = Field(ge=4, le=100)
    look: str = ""
    entry: Literal["status", "date", "text"] | None = None
    note: str = ""
    hidden: bool = False


class SheetLayout(Edge):
    """One sheet of records.

    `frozen` columns stay in sight; on paper the columns end with `printed_to` (the last where it is empty)
    and are `pages_wide`, the first repeated on each page; `empty` is said where there is no record. People
    work in an `open` one, the others are protected; a `hidden` one is shown to nobody.
    """

    title: Title
    tab: Colour
    frozen: int = Field(default=1, ge=0)
    printed_to: str = ""
    pages_wide: int = Field(default=1, ge=1, le=5)
    empty: str = ""
    open: bool = False
    hidden: bool = False
    columns: tuple[ColumnLayout, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> "SheetLayout":
        for name, given in (
            ("key", [c.key for c in self.columns]),
            ("header", [c.header for c in self.columns]),
        ):
            if len(set(given)) != len(given):
                raise ValueError(f"a column {name} stands twice")
        if self.printed_to and self.printed_to not in {column.key for column in self.columns}:
            raise ValueError(f"printed_to names no column: {self.printed_to}")
        return self

    @property
    def on_paper(self) -> int:
        """Return how many columns are printed."""
        keys = [column.key for column in self.columns]
        return keys.index(self.printed_to) + 1 if self.printed_to else len(keys)

    def with_own(self, columns: "Mapping[str, str]", width: float) -> "SheetLayout":
        """Return the sheet with columns of somebody's own (key -> header) behind ours, before hidden ones."""
        made = (
            ColumnLayout(key=key, header=header, width=width, look="entry", entry="text")
            for key, header in columns.items()
        )
        shown = [column for column in self.columns if not column.hidden]
        hidden = [column for column in self.columns if column.hidden]
        return self.model_copy(update={"columns": (*shown, *made, *hidden)})


class SummaryLayout(Edge):
    """The first sheet: its title, the widths of the columns of a band, headings and labels by name.

    `zoom` is in percent, so that all bands are seen in a window of usual width.
    """

    title: Title
    tab: Colour
    label_width: float
    number_width: float
    wide_width: float
    gap_width: float
    zoom: int = Field(ge=50, le=100)
    headings: dict[str, str]
    facts: dict[str, str]
    counts: dict[str, str]


class EntryTexts(Edge):
    """What a spreadsheet program says to somebody who writes into a cell what does not belong there."""

    title: str = Field(max_length=32)
    message: str = Field(max_length=255)


class WorkLayout(Edge):
    """What people fill in: the width of their own columns, and what is said of mistakes."""

    own_width: float = Field(ge=4, le=100)
    status: EntryTexts
    date: EntryTexts


class Layout(Edge):
    """The whole layout. `tones` gives each signal its look; their order is the order on the summary.

    `accent` is the colour that a brand may bring another for; wherever it stands it is meant.
    """

    font: str
    accent: Colour
    looks: dict[str, Look]
    tones: dict[str, dict[str, str]]
    summary: SummaryLayout
    work: WorkLayout
    sheets: dict[str, SheetLayout]

    @model_validator(mode="after")
    def _looks_exist(self) -> "Layout":
        used = {look for scale in self.tones.values() for look in scale.values()}
        used |= {column.look for sheet in self.sheets.values() for column in sheet.columns if column.look}
        unknown = sorted(used - set(self.looks))
        if unknown:
            raise ValueError(f"tones and columns name unknown looks: {', '.join(unknown)}")
        titles = [self.summary.title, *(sheet.title for sheet in self.sheets.values())]
        if len({title.lower() for title in titles}) != len(titles):
            raise ValueError("two sheets have the same title")
        return self

    def branded(self, accent: str) -> "Layout":
        """Return the layout in another accent, RRGGBB; what is written on it or in it stays readable."""
        if not accent:
            return self
        looks = {name: self._in_accent(look, accent) for name, look in self.looks.items()}
        summary = self.summary.model_copy(update={"tab": accent})
        return self.model_copy(update={"accent": accent, "looks": looks, "summary": summary})

    def _in_accent(self, look: Look, accent: str) -> Look:
        if look.fill == self.accent:
            return look.model_copy(update={"fill": accent, "ink": ink_on(accent)})
        if look.ink == self.accent:
            return look.model_copy(update={"ink": as_ink(accent, look.fill or "FFFFFF")})
        return look

    def look_of(self, tone: str, default: str = "body") -> str:
        """Return the name of the look for a tone such as `severity:high`; an unknown one has the default."""
        scale, _, value = tone.partition(":")
        return self.tones.get(scale, {}).get(value, default)

    def worded(self, value: str, tone: str) -> str:
        """Return a text as it is written: behind the symbol of its tone, if that has one."""
        symbol = self.looks[self.look_of(tone)].symbol if tone and value else ""
        return f"{symbol} {value}" if symbol else value


def load_layout() -> Layout:
    """Return the shipped layout; raises RulesError with every problem in it."""
    return shipped_yaml(Layout, "reports", "workbook.yaml")
