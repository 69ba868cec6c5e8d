"""What has to be said of reading an earlier workbook: which sheets, what was odd, what was not followed."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model import REGISTRY_FORMAT
from auditor.workbooks.headings import WORK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditor.workbooks.collected import Collected
    from auditor.workbooks.headings import Heading

_CONTINUED = re.compile(r"\s*\(\d+\)$")
_SHOWN = 10
_FOREIGN = {
    "vbaproject.bin": "macros",
    "/externallinks/": "links to other workbooks",
    "/connections.xml": "connections to data",
    "/embeddings/": "embedded objects",
    "/activex/": "controls",
}


def base(title: str) -> str:
    """Return a sheet's title in lower case without the number of its continuation."""
    return _CONTINUED.sub("", title).strip().lower()


@dataclass(slots=True)
class Seen:
    """What a reading met: sheets read and of people's own, formulas by header, parts of the package."""

    read: list[str] = field(default_factory=list)
    own_sheets: list[str] = field(default_factory=list)
    keyless: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    formulas: dict[str, int] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    held: bool = False

    def note(
        self, title: str, heading: "Heading", first: int, formulas: "Mapping[str, int]", *, checked: bool
    ) -> None:
        """Note a sheet that is read; `first` is the number of its first column, `formulas` are by letters."""
        self.read.append(title)
        if "key" not in heading.ours:
            self.keyless.append(title)
        if not checked:
            self.unchecked.append(title)
        self.lacking += [f"{key.title()} on {title}" for key in WORK if key not in heading.ours]
        people = {at: key.title() for key, at in heading.ours.items() if key in WORK} | dict(heading.own)
        for letters, count in formulas.items():
            at = _number(letters) - first
            if at in people:
                self.formulas[people[at]] = self.formulas.get(people[at], 0) + count


def remarks_of(seen: Seen, collected: "Collected") -> "Iterator[str]":
    """Yield what has to be known, a sentence each."""
    if seen.held:
        yield "it is open in another program: what is not saved there is not carried over"
    if collected.registry.format not in {"", REGISTRY_FORMAT}:
        yield (
            f'it was written by another version of auditor ("{collected.registry.format}"):'
            " look over what was carried over"
        )
    yield from _of_package(seen)
    yield from _of_columns(seen)
    yield from _of_rows(collected)
    if not collected.registry.run:
        yield "its hidden sheet is gone: facts that were changed by hand cannot be told"
    elif seen.unchecked:
        yield f"columns of ours are gone from {_listed(seen.unchecked)}: changed facts cannot be told there"


def _of_package(seen: Seen) -> "Iterator[str]":
    names = [f"/{part.lower()}" for part in seen.parts]
    found = [what for mark, what in _FOREIGN.items() if any(mark in name for name in names)]
    if found:
        yield f"it holds {', '.join(found)}: none of that was looked at, and none is carried over"
    if seen.own_sheets:
        yield f"sheets of your own are not carried over, keep the old file: {_listed(seen.own_sheets)}"


def _of_columns(seen: Seen) -> "Iterator[str]":
    for header, count in seen.formulas.items():
        yield f"formulas are not carried over, but their values as last saved: {count} in column {header}"
    if seen.lacking:
        yield f"columns that are gone, nothing of them is carried over: {', '.join(seen.lacking)}"
    if seen.keyless:
        yield (
            f"the column Key is gone from {_listed(seen.keyless)}:"
            " rows are found by account, app, environment and rule"
        )


def _of_rows(collected: "Collected") -> "Iterator[str]":
    deleted = len(collected.registry.findings) - len(collected.met & collected.registry.findings.keys())
    if deleted:
        yield f"rows that were deleted: {deleted}; findings that still hold stand there again, as Open"
    if rows := collected.told("changed"):
        yield f"facts were changed by hand in {rows}: what this run found stands there"
    if rows := collected.told("due"):
        yield f"Due is no date, or may be one of two, in {rows}: it is kept as text"


def _listed(names: "Sequence[str]") -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f'"{name}"' for name in names[:_SHOWN]) + more


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
