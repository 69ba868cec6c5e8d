"""The archive that `auditor collect` leaves: Graph's JSON as it came, and a manifest of what it holds.

| in the zip                     | what it is                                                                |
|--------------------------------|---------------------------------------------------------------------------|
| `manifest.json`                | format, tenant, cloud, when, by whom (roles alone), parts with their      |
|                                | files, gaps, or why they are missing                                      |
| `README.txt`                   | the same for people                                                       |
| `<part>/0001.json`, ...        | Graph's pages, `{"@odata.context": ..., "value": [...]}`, or one object   |
| `per-user-mfa/0001.json`       | `value` holds `{"id", "perUserMfaState"}`: one request a user, put in one |
| `group-members/0001.json`      | `{"id", "transitiveMembers": [{"@odata.type", "id"}]}`: one file a group, |
|                                | and the direct `members` of a group assigned to an app with groups in it  |
| `directory-roles/0001.json`    | `value` holds roles, each with all its `members`                          |
| `home-realm-.../0001.json`     | `value` holds policies, each with `appliesTo` where that could be read    |

Pages have no `@odata.nextLink` any more: where pages are missing, the manifest says so among the gaps. No
token, password or certificate is in it.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from auditor import __version__
from auditor.atomic import replacing
from auditor.directory.snapshot import Lack, Missing, Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

FORMAT = "auditor.directory/v1"
MANIFEST = "manifest.json"
README = "README.txt"
PASSING = frozenset({Lack.THROTTLED, Lack.FAILED, Lack.UNREADABLE})
"""Reasons that may be gone another time; a missing role, consent or licence is none of them."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose directory was read, through which cloud, and by whom: `as_` a person or an application.

    `roles` are the administrator's directory roles by name, or an application's permissions; no name is kept.
    """

    tenant_id: str
    cloud: str
    as_: str
    roles: tuple[str, ...] = ()


@dataclass(slots=True)
class _Kept:
    """What became of one part."""

    files: list[str] = field(default_factory=list)
    items: int = 0
    gaps: list[str] = field(default_factory=list)
    at: str = ""
    missing: Missing | None = None
    broken: bool = False


class Archive:
    """An archive being written; `now` gives aware times."""

    def __init__(self, stream: BinaryIO, now: "Callable[[], datetime]") -> None:
        self._zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)
        self._now = now
        self._started = now()
        self._parts: dict[Part, _Kept] = {}
        self._asked: dict[str, list[str]] = {}
        self._spot_checks: list[Mapping[str, Any]] = []

    def page(self, part: Part, document: Mapping[str, Any]) -> None:
        """Keep one reply of a part."""
        kept = self._of(part)
        name = f"{folder(part)}/{len(kept.files) + 1:04}.json"
        self._put(name, json.dumps(document, ensure_ascii=False, separators=(",", ":")))
        kept.files.append(name)
        kept.items += len(document["value"]) if isinstance(document.get("value"), list) else 1
        kept.at = self._now().isoformat()

    def missing(self, part: Part, missing: Missing) -> None:
        """Say that a part could not be read, and why; what was kept of it becomes incomplete."""
        kept = self._of(part)
        if kept.files:
            kept.gaps.append(str(missing))
            kept.broken = kept.broken or missing.lack in PASSING
        else:
            kept.missing = missing

    def gap(self, part: Part, text: str, *, broken: bool = False) -> None:
        """Say what is not in a part that was read; `broken` where it failed and need not have."""
        kept = self._of(part)
        kept.broken = kept.broken or broken
        if text not in kept.gaps:
            kept.gaps.append(text)

    def asked(self, what: str, which: "tuple[str, ...]") -> None:
        """Say which apps or users alone were asked about."""
        self._asked[what] = sorted(which)

    def spot_check(self, data: Mapping[str, Any]) -> None:
        """Keep what Microsoft's What-If said of one sign-in."""
        self._spot_checks.append(data)

    def close(self, origin: Origin) -> "Manifest":
        """Write the manifest and what it says to people, and return it."""
        data = self._manifest(origin)
        self._put(MANIFEST, json.dumps(data, ensure_ascii=False, indent=2))
        manifest = Manifest(data)
        self._put(README, "\n".join(manifest.lines()) + "\n")
        self.end()
        return manifest

    def end(self) -> None:
        """Let go of the stream; without a manifest nobody takes what is in it for an archive."""
        self._zip.close()

    def _of(self, part: Part) -> _Kept:
        return self._parts.setdefault(part, _Kept())

    def _put(self, name: str, text: str) -> None:
        entry = zipfile.ZipInfo(name, self._now().timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        self._zip.writestr(entry, text.encode("utf-8", "surrogatepass"))

    def _manifest(self, origin: Origin) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "tool": f"wstrust-oauth-auditor {__version__}",
            "tenant": origin.tenant_id,
            "cloud": origin.cloud,
            "started": self._started.isoformat(),
            "ended": self._now().isoformat(),
            "by": {"as": origin.as_, "roles": list(origin.roles)},
            "asked": self._asked,
            "what_if": self._spot_checks,
            "parts": [_entry(part, kept) for part, kept in self._parts.items()],
        }


def _entry(part: Part, kept: _Kept) -> dict[str, Any]:
    if kept.missing is not None:
        return {"part": str(part), "lack": str(kept.missing.lack), "detail": kept.missing.detail}
    return {
        "part": str(part),
        "files": kept.files,
        "items": kept.items,
        "at": kept.at,
        "gaps": kept.gaps,
        "broken": kept.broken,
    }


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself; `data` is the content of `manifest.json`."""

    data: Mapping[str, Any]

    @property
    def whole(self) -> bool:
        """Return whether nothing failed that might be read another time."""
        return not any(entry.get("broken") or entry.get("lack") in PASSING for entry in self.data["parts"])

    def lines(self) -> list[str]:
        """Return it for people: what is in the archive, what is not and why."""
        data = self.data
        by = data["by"]
        roles = ", ".join(by["roles"]) or "no directory role that we know"
        return [
            f"directory of tenant {data['tenant']} ({data['cloud']})",
            f"read from {data['started'][:16]}Z to {data['ended'][11:16]}Z by {by['as']} with: {roles}",
            "no password, token or certificate is in it; names, policies and who has MFA are:",
            "share it with those who audit, and with nobody else",
            *(_told(entry) for entry in data["parts"]),
        ]


def _told(entry: Mapping[str, Any]) -> str:
    if "lack" in entry:
        why = f"{entry['lack']} ({entry['detail']})" if entry["detail"] else entry["lack"]
        return f"not in it: {entry['part']}: {why}"
    gaps = f"; incomplete: {'; '.join(entry['gaps'])}" if entry["gaps"] else ""
    return f"in it: {entry['part']}: {entry['items']}{gaps}"


def folder(part: Part) -> str:
    """Return the folder of a part's files: its name as one word."""
    return str(part).lower().replace(" ", "-")


@contextmanager
def written(target: Path, now: "Callable[[], datetime]") -> Iterator[Archive]:
    """Yield an archive that becomes `target`, readable by its owner only, when the block ends well.

    Raises ReportError where it cannot be written; the target stays what it was until the last byte.
    """
    with replacing(target) as stream:
        archive = Archive(stream, now)
        try:
            yield archive
        finally:
            archive.end()
