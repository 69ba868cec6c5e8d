"""What the archive of `auditor collect` says of itself: what is in it, what is not and why."""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from auditor.directory.snapshot import Lack, Missing, Part
from auditor.directory.spot_checks import Answered, Spot
from auditor.edges import Edge

NAME = "manifest.json"


class _Entry(Edge):
    model_config = ConfigDict(extra="ignore", frozen=True)

    part: Part
    files: tuple[str, ...] = ()
    at: datetime | None = None
    gaps: tuple[str, ...] = ()
    lack: Lack | None = None
    detail: str = ""


class _Checked(Edge):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str = Field(default="", alias="displayName")
    applies: bool = Field(alias="policyApplies")
    why: str = ""


class _Check(Edge):
    """What What-If said of one sign-in; without a user it was refused."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    user: str = ""
    app: str = ""
    client_type: str = Field(default="", alias="clientAppType")
    address: str = Field(default="", alias="ipAddress")
    policies: tuple[_Checked, ...] = ()


class Manifest(Edge):
    """The parts of an archive; `part_of` tells whose a file is."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal["auditor.directory/v1"]
    tenant: str = ""
    parts: tuple[_Entry, ...] = ()
    asked: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    what_if: tuple[_Check, ...] = ()

    @property
    def apps(self) -> frozenset[str]:
        """Return the client ids of the apps that were asked about."""
        return frozenset(app.lower() for app in self.asked.get("apps", ()))

    @property
    def spot_checks(self) -> tuple[Answered, ...]:
        """Return what What-If said of the sign-ins that it was asked about."""
        return tuple(
            Answered(
                Spot(one.user.lower(), one.app.lower(), one.client_type, one.address),
                {policy.id.lower(): policy.applies for policy in one.policies},
                {policy.id.lower(): policy.why for policy in one.policies},
                {policy.id.lower(): policy.name for policy in one.policies},
            )
            for one in self.what_if
            if one.user
        )

    def part_of(self, name: str) -> Part | None:
        """Return the part that a file belongs to, None when the manifest does not name it."""
        return next((entry.part for entry in self.parts if name in entry.files), None)

    def at(self, part: Part) -> datetime | None:
        """Return when a part was read."""
        return next((entry.at for entry in self.parts if entry.part is part), None)

    def gaps(self, part: Part) -> tuple[str, ...]:
        """Return why more may exist than the archive holds of a part."""
        return tuple(gap for entry in self.parts if entry.part is part for gap in entry.gaps)

    def missing(self, part: Part) -> Missing | None:
        """Return why a part is not in the archive."""
        return next((Missing(e.lack, e.detail) for e in self.parts if e.part is part and e.lack), None)


def read(data: bytes) -> Manifest | None:
    """Return a manifest, None where it is none of ours."""
    try:
        found: Any = json.loads(data)
        return Manifest.model_validate(found)
    except (ValueError, ValidationError, RecursionError):
        return None
