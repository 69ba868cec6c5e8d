"""An export of a directory - a folder, an archive of `auditor collect`, one file - read into a snapshot.

What a file is about is told by what it holds (`recognition`). Files of which nothing tells are listed, rows
that are not what they have to be are problems and gaps, and neither ends the reading. Of one group or role,
all that the files say is put together; of other things that stand twice and differ, the first counts and it
is said.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from auditor.directory import manifest as manifests
from auditor.directory.documents import Document, Files, opened
from auditor.directory.gathering import Gathered, Pages, Problems, joined, with_role
from auditor.directory.manifest import Manifest
from auditor.directory.parts import snapshot_of
from auditor.directory.recognition import (
    by_context,
    group_of,
    lists_all_levels,
    part_by_name,
    part_by_text,
    part_of,
)
from auditor.directory.rows import READERS, WHOLE
from auditor.directory.shapes import members
from auditor.directory.snapshot import Lack, Missing, Part, Snapshot
from auditor.directory.values import KEYS, NULLS, Plain, TooDeepError, plain, said_null, told
from auditor.edges import problems as lines_of
from auditor.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path

_NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
_OWNER = re.compile(r"users\('([^']+)'\)/authentication", re.IGNORECASE)
_TRIED = 500  # rows of which nothing tells what they are; then no more of the list are looked at
_LACKS = {
    "authentication_requestfromnonpremiumtenantorb2ctenant": Lack.NO_LICENCE,
    "authorization_requestdenied": Lack.REFUSED,
    "accessdenied": Lack.REFUSED,
    "forbidden": Lack.REFUSED,
    "unauthorized": Lack.REFUSED,
    "toomanyrequests": Lack.THROTTLED,
    "request_resourcenotfound": Lack.NOT_FOUND,
}


def read_export(path: "Path") -> Snapshot:
    """Return what an export says.

    Raises ExportError when there is no such folder or file, or nothing in it says anything of a directory.
    """
    with opened(path) as files:
        reading = _Reading(files, _manifest(files))
        for name in files.names:
            if reading.manifest is None or name != manifests.NAME:
                reading.read(name)
    if not any(part.seen or part.missing for part in reading.parts.values()):
        first = next(iter([*reading.problems.all(), *files.problems]), "")
        raise ExportError(
            f"{path.name}: nothing in it is a directory's export" + (f"; {first}" if first else ""),
            "name the folder that holds the JSON of Microsoft Graph, or run auditor collect",
        )
    reading.leave_open(files.broken)
    problems = (*files.problems, *reading.problems.all())
    snapshot = snapshot_of(reading.parts, tuple(dict.fromkeys(reading.unknown)), problems)
    if reading.manifest is None:
        return snapshot
    return replace(
        snapshot,
        tenant_id=reading.manifest.tenant.lower(),
        asked_apps=reading.manifest.apps,
        spot_checks=reading.manifest.spot_checks,
    )


def _beyond(row: Plain, raw: Plain) -> Plain:
    """Return what a row loses in `plain` and somebody needs: nulls, and which keys a policy had."""
    nulls = said_null(raw)
    keys = told(raw) if "conditions" in row or "grantcontrols" in row else None
    return {**({NULLS: nulls} if nulls else {}), **({KEYS: keys} if keys else {})}


def _manifest(files: Files) -> Manifest | None:
    data = files.data(manifests.NAME) if manifests.NAME in files.names else None
    return manifests.read(data) if data is not None else None


@dataclass(slots=True)
class _Reading:
    """The reading of one export."""

    files: Files
    manifest: Manifest | None
    parts: dict[Part, Gathered] = field(default_factory=lambda: {part: Gathered() for part in Part})
    problems: Problems = field(default_factory=Problems)
    unknown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for part, gathered in self.parts.items() if self.manifest else ():
            gathered.missing = self.manifest.missing(part) if self.manifest else None
            gathered.gaps.extend(self.manifest.gaps(part) if self.manifest else ())

    def read(self, name: str) -> None:
        """Read one file."""
        found = False
        documents = 0
        for document in self.files.documents(name):
            documents += 1
            found |= self._document(document)
        if documents and not found:
            self.unknown.append(name)

    def leave_open(self, broken: Mapping[str, str]) -> None:
        """Say of the parts that files were about which cannot be read that more belongs to them."""
        for name, text in broken.items():
            part = self._part_of_file(name) or part_by_text(name, text)
            if part:
                gathered = self.parts[part]
                gathered.missing = gathered.missing or Missing(Lack.UNREADABLE, name)
                gathered.gap(f"{name}: cannot be read")

    def _document(self, document: Document) -> bool:
        """Read one reply or list; return whether it was about a part."""
        group = group_of(document) if document.listed else None
        if group:
            return self._members(group, document)
        if not document.rows:
            return self._empty(document)
        counted: dict[Part, int] = {}
        for at, row in enumerate(self._rows(document)):
            part = self._row(row, document)
            if part:
                counted[part] = counted.get(part, 0) + 1
            elif at > _TRIED and not counted:
                break
        for part, rows in counted.items():
            self._page(part, document, rows)
        return bool(counted)

    def _rows(self, document: Document) -> Iterator[Plain]:
        for raw in document.rows:
            try:
                row = plain(raw)
            except TooDeepError:
                self.problems.add(document.name, "is nested too deeply")
                continue
            if isinstance(row, dict):
                yield row | _beyond(row, raw)

    def _row(self, row: Plain, document: Document) -> Part | None:
        """Read one row; return the part it is about, None when nothing tells."""
        if isinstance(row.get("error"), dict) and "code" in row["error"]:
            return self._error(row["error"], document)
        part = part_of(row, document) or self._part_of_file(document.name)
        if part is None:
            return None
        self._came_from(part, document.name)
        try:
            for of, key, value in READERS[part]({**self._beside(document), **row}):
                self._put(of, key, value, document.name)
        except (ValidationError, ValueError) as error:
            lines = lines_of(error) if isinstance(error, ValidationError) else [str(error)]
            self._unreadable(part, document.name, row, lines)
        return part

    def _beside(self, document: Document) -> Plain:
        """Return what is known around a row: whose state it is, and that no member is left out."""
        owner = _OWNER.search(document.context)
        return {**({"userid": owner[1]} if owner else {}), **({WHOLE: True} if self.manifest else {})}

    def _unreadable(self, part: Part, name: str, row: Plain, lines: list[str]) -> None:
        """Keep what is wrong with a row; the part has a gap."""
        who = str(row.get("displayname") or row.get("userprincipalname") or row.get("id") or "an entry")
        for line in lines:
            self.problems.add(name, f"{who[:80]}: {line}")
        self.parts[part].gap(f"{name}: not all entries can be read")

    def _put(self, part: Part, key: Any, value: Any, name: str) -> None:
        gathered = self.parts[part]
        self._came_from(part, name)
        if part is Part.MEMBERS and key in gathered.values:
            gathered.values[key] = joined(gathered.values[key], value)
        elif part is Part.ROLES:
            gathered.values[key] = with_role(gathered.values, value)
        elif not gathered.put(key, value):
            self.problems.add(
                name, f"{part}: {str(key)[:80] or 'it'} stands twice and differs; the first counts"
            )

    def _members(self, group: str, document: Document) -> bool:
        found = members(
            [row for row in self._rows(document) if "id" in row],
            whole=not document.more,
            all_levels=lists_all_levels(document),
        )
        self._put(Part.MEMBERS, group, found, document.name)
        return True

    def _empty(self, document: Document) -> bool:
        part = by_context(document) or self._part_of_file(document.name)
        if part is None:
            self.problems.add(document.name, "holds an empty list and does not say of what")
            return False
        self._page(part, document, 0)
        return True

    def _page(self, part: Part, document: Document, rows: int) -> None:
        self._came_from(part, document.name)
        pages = self.parts[part].pages.setdefault(_NUMBERS.sub("*", document.name.lower()), Pages())
        pages.add(rows, document.count, more=document.more)

    def _error(self, error: Plain, document: Document) -> Part | None:
        """Keep a refusal that was exported in a reply's place."""
        code = str(error["code"])
        self.problems.add(document.name, f"holds the error {code[:80]} in place of a reply")
        part = by_context(document) or self._part_of_file(document.name) or part_by_name(document.name)
        if part:
            gathered = self.parts[part]
            gathered.missing = Missing(_LACKS.get(code.lower(), Lack.FAILED), code[:80])
            gathered.gap(f"{document.name}: {code[:80]}")
        return None

    def _came_from(self, part: Part, name: str) -> None:
        self.parts[part].came_from(name, self.manifest.at(part) if self.manifest else None)

    def _part_of_file(self, name: str) -> Part | None:
        return self.manifest.part_of(name) if self.manifest else None
